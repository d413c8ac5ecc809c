//! Parts of a report that other bodies are competent for.

use kernel::{Actor, PartyId};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, NAME, appeal, city, codes, water},
    people::{auditor, officer, other_officer},
};

fn roads() -> String {
    PartyId::of_slug("passenger-transport-roads").global()
}

#[tokio::test]
async fn a_part_goes_to_the_competent_body_as_a_report_of_its_own() {
    let city = city().await;
    let filed = city.routed(appeal()).await;
    city.told();
    city.do_work(&officer(), "forwardPart", &filed, json!({ "to": roads(), "text": "Жол да бұзылған" })).await;
    let mut kinds = city.settle().await;
    kinds.sort();
    assert_eq!(kinds, ["notify_officers", "notify_reporter", "notify_reporter", "route_feedback", "send_coupon"]);
    let told = city.told();
    assert!(
        told.contains(&"ASSIGNMENT officer@roads.kz RU".to_owned()) && told.contains(&"COUPON aigul@example.kz RU".to_owned()),
        "{told:?}"
    );

    let links =
        city.case(&filed, "links { kind reference party { id } case { state party { id } reporter { name } } }").await["links"].take();
    assert_eq!(links[0]["case"], json!({ "state": "assigned", "party": { "id": roads() }, "reporter": { "name": NAME } }));
    assert_eq!((&links[0]["kind"], &links[0]["party"]["id"]), (&json!("PART"), &json!(roads())));
    let part = links[0]["reference"].as_str().unwrap().to_owned();
    let theirs = format!("{{ case(reference: \"{part}\") {{ feedback {{ text track }} links {{ kind reference case {{ id }} }} }} }}");
    let theirs = city.read(&other_officer(), &theirs).await["case"].take();
    assert_eq!(theirs["feedback"], json!({ "text": "Жол да бұзылған", "track": "APPEAL" }));
    assert_eq!(theirs["links"], json!([{ "kind": "PART_OF", "reference": filed.reference, "case": null }]));

    // The reporter sees the part with the key of the whole; the public does not learn that they belong together.
    let own = city.own(&filed, "parts { reference text status responsible { id } } timeline(first: 50) { nodes { kind text } }").await;
    let expected = json!([{ "reference": part, "text": "Жол да бұзылған", "status": "IN_PROGRESS", "responsible": { "id": roads() } }]);
    assert_eq!(own["parts"], expected);
    let last = own["timeline"]["nodes"].as_array().unwrap().last().unwrap();
    assert_eq!(last["kind"], "part_forwarded");
    let public = format!(
        "{{ feedback(reference: \"{}\") {{ parts {{ reference }} timeline(first: 50) {{ nodes {{ text }} }} }} }}",
        filed.reference
    );
    let public = city.read(&Actor::Anonymous, &public).await["feedback"].take();
    assert!(public["parts"].is_null() && !public.to_string().contains(&part), "{public}");
    let said = city.neighbours.said.lock().unwrap().join("\n");
    assert!(said.contains(&part), "the mail says which number the part has");

    // Each is answered for itself.
    city.respond(&filed).await;
    let states = city.case(&filed, "state links { case { state } }").await;
    assert_eq!((&states["state"], &states["links"][0]["case"]["state"]), (&json!("answered"), &json!("assigned")));
    // One key opens both: who left no address contests and erases the part, too.
    let part = Filed { reference: part, uuid: uuid_of(&city, &links[0]["reference"]).await, key: filed.key.clone() };
    city.do_work(&other_officer(), "respondToCase", &part, json!({ "outcome": "SATISFIED", "text": "Жөнделді" })).await;
    assert_eq!(city.contest(&part).await, [""; 0]);
    city.do_work(&other_officer(), "respondToCase", &part, json!({ "outcome": "SATISFIED", "text": "Жөнделді" })).await;
    city.pass_days(40).await;
    let own = json!({ "reference": filed.reference, "key": filed.key });
    assert_eq!(codes(&city.act(&Actor::Anonymous, "eraseFeedback", "feedback { status }", own).await), [""; 0]);
    assert_eq!(city.own(&part, "text").await["text"], "", "erased with the whole");
    city.check_replay(&engine::Library::load(&engine::Library::embedded_files()).unwrap()).await;
}

async fn uuid_of(city: &City, reference: &Value) -> uuid::Uuid {
    let query = format!("{{ case(reference: {reference}) {{ id }} }}");
    let id = city.read(&auditor(), &query).await["case"]["id"].as_str().unwrap().to_owned();
    kernel::CaseId::from_global(&id).unwrap().uuid()
}

#[tokio::test]
async fn a_part_of_an_appeal_goes_within_the_time_of_the_law() {
    let city = city().await;
    let filed = city.routed(appeal()).await;
    city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
    city.pass_days(10).await;
    let late = json!({ "to": roads(), "text": "Жол" });
    let part = city.work_payload(&officer(), "forwardPart", &filed, late).await;
    let whole = city.work_payload(&officer(), "forwardCase", &filed, json!({ "to": roads(), "reason": "Жол" })).await;
    assert_eq!(codes(&part), ["WRONG_STATE"]);
    assert_eq!(part["errors"], whole["errors"], "in the same words of the law");
}

async fn check(city: &City, filed: &Filed, actor: &Actor, more: Value, expected: &[&str]) {
    let before = city.rows().await;
    assert_eq!(city.work(actor, "forwardPart", filed, more.clone()).await, expected, "{more}");
    assert_eq!(city.rows().await, before, "nothing was written");
}

#[tokio::test]
async fn a_part_that_cannot_go_is_refused_by_name() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let fine = json!({ "to": roads(), "text": "Жол" });
    check(&city, &filed, &officer(), json!({ "to": roads(), "text": "" }), &["INVALID input.text"]).await;
    check(&city, &filed, &officer(), json!({ "to": "nobody", "text": "Жол" }), &["NOT_FOUND input.to"]).await;
    check(
        &city,
        &filed,
        &officer(),
        json!({ "to": PartyId::of_slug("water-turkistan-city").global(), "text": "Жол" }),
        &["INVALID input.to"],
    )
    .await;
    check(&city, &filed, &auditor(), fine.clone(), &["NOT_ALLOWED"]).await;
    city.respond(&filed).await;
    check(&city, &filed, &officer(), fine, &["WRONG_STATE"]).await;
}

#[tokio::test]
async fn why_a_case_ended_as_it_did_is_told_to_everybody() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let reply = |reason: Option<&str>| json!({ "outcome": "REFUSED", "reason": reason, "text": "Тексердік" });
    assert_eq!(city.work(&officer(), "respondToCase", &filed, reply(None)).await, ["INVALID input.reason"]);
    assert_eq!(city.work(&officer(), "respondToCase", &filed, reply(Some("rest-is-planned"))).await, ["INVALID input.reason"]);
    city.do_work(&officer(), "respondToCase", &filed, reply(Some("not-confirmed"))).await;
    let public = format!("{{ feedback(reference: \"{}\") {{ outcome outcomeReason {{ slug name(locale: EN) }} }} }}", filed.reference);
    let told = json!({ "outcome": "REFUSED", "outcomeReason": { "slug": "not-confirmed", "name": "It was not confirmed when checked" } });
    assert_eq!(city.read(&Actor::Anonymous, &public).await["feedback"], told);
    let reasons = city
        .read(&Actor::Anonymous, "{ outcomeReasons(outcome: TERMINATED) { slug } satisfied: outcomeReasons(outcome: SATISFIED) { slug } }")
        .await;
    assert_eq!((reasons["outcomeReasons"].as_array().unwrap().len(), &reasons["satisfied"]), (3, &json!([])));
    assert_eq!(city.contest(&filed).await, [""; 0]);
    assert_eq!(city.read(&Actor::Anonymous, &public).await["feedback"], json!({ "outcome": null, "outcomeReason": null }));
    assert_eq!(
        codes(
            &city
                .act(
                    &Actor::Anonymous,
                    "withdrawFeedback",
                    "feedback { status }",
                    json!({ "reference": filed.reference, "key": filed.key })
                )
                .await
        ),
        [""; 0]
    );
}
