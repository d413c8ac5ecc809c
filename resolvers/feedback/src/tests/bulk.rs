//! One act on many cases: tried, begun, undone, carried out.

use chrono::TimeDelta;
use kernel::Actor;
use serde_json::{Value, json};

use super::{
    city::{City, Filed, city, codes, merge, water},
    people::{auditor, citizen, officer, other_officer, person},
};

async fn chosen(city: &City, filed: &[&Filed]) -> Value {
    let mut cases = Vec::new();
    for filed in filed {
        cases.push(json!({ "case": filed.case(), "version": city.version(filed).await }));
    }
    json!(cases)
}

/// A preview, each case as the codes of its refusals.
async fn preview(city: &City, actor: &Actor, mut input: Value) -> (Vec<String>, Vec<Vec<String>>) {
    merge(&mut input, json!({ "idempotencyKey": city.key() }));
    let errors = "errors { code path message ... on StaleVersion { current } }";
    let text = format!("query($input: BeginBulkActInput!) {{ bulkPreview(input: $input) {{ items {{ {errors} }} {errors} }} }}");
    let answer = city.ask(kernel::OperationKind::Query, actor.clone(), &text, json!({ "input": input })).await;
    assert_eq!(answer.faults, [], "{input}");
    let preview: Value = answer.data["bulkPreview"].clone().into();
    (codes(&preview), preview["items"].as_array().into_iter().flatten().map(codes).collect())
}

/// What became of the officer's last act on many, case by case.
async fn results(city: &City, actor: &Actor) -> (String, Vec<(Value, Vec<String>)>) {
    let query = "{ bulkActs { state items { case { reference state } errors { code path message } } } }";
    let last = city.read(actor, query).await["bulkActs"][0].take();
    let item = |item: &Value| (item["case"]["state"].clone(), codes(item));
    (last["state"].as_str().unwrap().to_owned(), last["items"].as_array().into_iter().flatten().map(item).collect())
}

const ACT: &str = "bulkAct { id kind state size items { errors { code } } }";

#[tokio::test]
async fn an_act_on_many_is_tried_undone_and_carried_out() {
    let city = city().await;
    let (first, second, elsewhere) = (city.routed(water()).await, city.routed(water()).await, city.routed(water()).await);
    city.do_work(
        &officer(),
        "forwardCase",
        &elsewhere,
        json!({ "to": kernel::PartyId::of_slug("energy-housing").global(), "reason": "Жол" }),
    )
    .await;
    city.settle().await;
    let mut input = json!({ "cases": chosen(&city, &[&first, &second, &elsewhere]).await, "kind": "ACCEPT" });
    input["cases"][1]["version"] = json!(1);

    let rows = city.rows().await;
    let expected = [vec![], vec!["STALE_VERSION input.version".to_owned()], vec!["NOT_FOUND input.case".to_owned()]];
    assert_eq!(preview(&city, &officer(), input.clone()).await, (Vec::new(), expected.to_vec()));
    assert_eq!(city.rows().await, rows, "what is tried is taken back");

    // Begun and undone: nothing happens.
    let begun = city.act(&officer(), "beginBulkAct", ACT, input.clone()).await;
    assert_eq!((&begun["bulkAct"]["state"], &begun["bulkAct"]["size"]), (&json!("WAITING"), &json!(3)));
    assert_eq!(city.settle().await, [""; 0], "nobody is told for a minute");
    let undo = json!({ "bulkAct": begun["bulkAct"]["id"] });
    let stranger = person("officer-two", kernel::Role::Officer, Some("water-turkistan-city"));
    assert_eq!(codes(&city.act(&stranger, "undoBulkAct", ACT, undo.clone()).await), ["NOT_FOUND input.bulkAct"]);
    assert_eq!(city.act(&officer(), "undoBulkAct", ACT, undo).await["bulkAct"]["state"], "UNDONE");
    assert_eq!(city.pass_minutes(2).await, ["carry_out_bulk_act"]);
    assert_eq!(city.case(&first, "state").await["state"], "assigned");

    // Begun and left: each case for itself, as the officer.
    let begun = city.act(&officer(), "beginBulkAct", ACT, input).await;
    let kinds = city.pass_minutes(2).await;
    assert_eq!(kinds, ["carry_out_bulk_act", "notify_reporter"]);
    let expected = vec![
        (json!("accepted"), vec![]),
        (json!("assigned"), vec!["STALE_VERSION input.version".to_owned()]),
        (Value::Null, vec!["NOT_FOUND input.case".to_owned()]),
    ];
    assert_eq!(results(&city, &officer()).await, ("DONE".to_owned(), expected));
    let late = city.act(&officer(), "undoBulkAct", ACT, json!({ "bulkAct": begun["bulkAct"]["id"] })).await;
    assert_eq!(codes(&late), ["TOO_LATE"]);
    assert_eq!(city.read(&other_officer(), "{ bulkActs { state } }").await["bulkActs"], json!([]), "others do not see it");
}

#[tokio::test]
async fn every_kind_of_act_reaches_its_cases() {
    let city = city().await;
    let roads = kernel::PartyId::of_slug("passenger-transport-roads").global();
    for (more, state) in [
        (json!({ "kind": "ACCEPT" }), "accepted"),
        (json!({ "kind": "ASSIGN" }), "assigned"),
        (json!({ "kind": "NOTE", "text": "Бардық" }), "assigned"),
        (json!({ "kind": "FORWARD", "to": roads, "text": "Жол" }), "assigned"),
        (json!({ "kind": "RESPOND", "outcome": "REFUSED", "reason": "not-confirmed", "text": "Расталмады" }), "answered"),
        (json!({ "kind": "CORRECT_CATEGORY", "category": super::city::category("road-damage") }), "assigned"),
    ] {
        let filed = [city.routed(water()).await, city.routed(water()).await];
        let mut input = json!({ "cases": chosen(&city, &[&filed[0], &filed[1]]).await });
        merge(&mut input, more.clone());
        assert_eq!(codes(&city.act(&officer(), "beginBulkAct", ACT, input).await), [""; 0], "{more}");
        city.pass_minutes(2).await;
        for filed in &filed {
            assert_eq!(city.case(filed, "state").await["state"], state, "{more}");
            assert!(city.version(filed).await > 2, "{more}");
        }
        assert_eq!(city.texts("SELECT CAST(act AS TEXT) FROM bulk_act WHERE act IS NOT NULL").await, [""; 0], "what was written is gone");
    }
}

#[tokio::test]
async fn what_fails_for_one_case_keeps_none_of_the_others_waiting() {
    let city = city().await;
    let filed = [city.routed(water()).await, city.routed(water()).await];
    let colleague = kernel::PersonId::of_slug("officer-two").global();
    let input = json!({ "cases": chosen(&city, &[&filed[0], &filed[1]]).await, "kind": "ASSIGN", "to": colleague });
    assert_eq!(codes(&city.act(&officer(), "beginBulkAct", ACT, input).await), [""; 0]);
    city.neighbours.away.lock().unwrap().insert("feedback.PartyOfOfficer");
    city.clock.advance(TimeDelta::minutes(2));
    let jobs = city.lease().await;
    assert!(city.perform(&jobs[0]).await.is_err());
    assert_eq!(results(&city, &officer()).await.0, "RUNNING");
    // Tried to the end, it says so and keeps nothing of what was written.
    let bury = city.room.handlers[0].bury(&jobs[0]).unwrap();
    city.database.writer.write(move |txn| bury(txn)).await.unwrap();
    assert_eq!(results(&city, &officer()).await, ("FAILED".to_owned(), Vec::new()));
    assert_eq!(city.texts("SELECT CAST(act AS TEXT) FROM bulk_act WHERE act IS NOT NULL").await, [""; 0]);
}

#[tokio::test]
async fn a_crash_on_the_way_does_nothing_twice() {
    let city = city().await;
    let filed = [city.routed(water()).await, city.routed(water()).await];
    let input = json!({ "cases": chosen(&city, &[&filed[0], &filed[1]]).await, "kind": "NOTE", "text": "Бардық" });
    city.act(&officer(), "beginBulkAct", ACT, input).await;
    city.clock.advance(TimeDelta::minutes(2));
    let jobs = city.lease().await;
    // Carried out, and the mark that it was is lost with the power.
    assert!(city.room.handlers[0].perform(&jobs[0]).await.is_ok());
    city.perform(&jobs[0]).await.unwrap();
    assert_eq!(city.numbers("SELECT COUNT(*) FROM note").await, [2]);
    assert_eq!(results(&city, &officer()).await.0, "DONE");
}

async fn check(city: &City, actor: &Actor, input: Value, expected: &[&str]) {
    let before = city.rows().await;
    assert_eq!(codes(&city.act(actor, "beginBulkAct", ACT, input.clone()).await), expected, "{input}");
    assert_eq!(city.rows().await, before, "nothing was written");
    assert_eq!(
        preview(city, actor, input.clone()).await,
        (expected.iter().map(|code| (*code).to_owned()).collect(), Vec::new()),
        "{input}"
    );
}

#[tokio::test]
async fn what_an_act_on_many_lacks_is_named() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let cases = chosen(&city, &[&filed]).await;
    check(&city, &officer(), json!({ "cases": [], "kind": "ACCEPT" }), &["INVALID input.cases"]).await;
    check(&city, &officer(), json!({ "cases": [cases[0], cases[0]], "kind": "ACCEPT" }), &["INVALID input.cases"]).await;
    let many: Vec<Value> = (0..101).map(|n| json!({ "case": format!("case-{n}"), "version": 1 })).collect();
    check(&city, &officer(), json!({ "cases": many, "kind": "ACCEPT" }), &["LIMIT_REACHED input.cases"]).await;
    for (kind, field) in
        [("NOTE", "text"), ("FORWARD", "to"), ("RESPOND", "outcome"), ("CORRECT_CATEGORY", "category"), ("ADD_TO_INCIDENT", "incident")]
    {
        check(&city, &officer(), json!({ "cases": cases, "kind": kind }), &[&format!("INVALID input.{field}")]).await;
    }
    let begin = json!({ "cases": cases, "kind": "ACCEPT", "idempotencyKey": city.key() });
    let text = "mutation($input: BeginBulkActInput!) { beginBulkAct(input: $input) { errors { code } } }";
    let preview = "query($input: BeginBulkActInput!) { bulkPreview(input: $input) { items { errors { code } } } }";
    // An auditor sees the cases and acts on none.
    for (actor, code) in
        [(citizen(), kernel::Code::Forbidden), (auditor(), kernel::Code::Forbidden), (Actor::Anonymous, kernel::Code::Unauthenticated)]
    {
        for (kind, text) in [(kernel::OperationKind::Mutation, text), (kernel::OperationKind::Query, preview)] {
            let answer = city.ask(kind, actor.clone(), text, json!({ "input": begin })).await;
            assert_eq!(answer.faults[0].code, code);
        }
    }
}
