//! Parts of the work on a case that other parties do.

use kernel::{Actor, PartyId};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, TEXT, city, codes, water},
    people::{auditor, citizen, officer, other_officer, other_supervisor, supervisor},
};

fn roads() -> String {
    PartyId::of_slug("passenger-transport-roads").global()
}

/// Asks the roads to open the asphalt.
async fn give(city: &City, filed: &Filed) -> Value {
    city.do_work(&officer(), "giveSubtask", filed, json!({ "to": roads(), "text": "Асфальтты ашыңыз", "workingDays": 1 })).await;
    let subtasks = city.case(filed, "subtasks { id state }").await["subtasks"].take();
    subtasks.as_array().unwrap().last().unwrap()["id"].clone()
}

async fn answer(city: &City, actor: &Actor, subtask: &Value, done: bool) -> Vec<String> {
    let input = json!({ "subtask": subtask, "done": done, "text": "Аштық" });
    codes(&city.act(actor, "answerSubtask", "subtask { state answer }", input).await)
}

#[tokio::test]
async fn another_party_does_its_part_before_the_case_is_answered() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.told();
    let part = give(&city, &filed).await;
    assert_eq!(city.settle().await, ["tell_subtask"]);
    assert_eq!(city.told(), ["ASSIGNMENT officer@roads.kz RU"]);

    // The party that was asked sees its part, and of the report what the public sees.
    let query = "{ subtasks { nodes { id text state overdue dueOn party { id } feedback { reference text } } } }";
    let seen = city.read(&other_officer(), query).await["subtasks"]["nodes"].take();
    let expected = json!([{
        "id": part, "text": "Асфальтты ашыңыз", "state": "OPEN", "overdue": false, "dueOn": "2026-11-25",
        "party": { "id": roads() }, "feedback": { "reference": filed.reference, "text": null },
    }]);
    assert_eq!(seen, expected);
    assert_eq!(city.read(&other_officer(), &format!("{{ case(reference: \"{}\") {{ id }} }}", filed.reference)).await["case"], Value::Null);
    assert_eq!(city.read(&officer(), query).await["subtasks"]["nodes"], json!([]), "nobody asked the water utility");
    let all = city.read(&auditor(), query).await["subtasks"]["nodes"].take();
    assert_eq!(all[0]["feedback"]["text"], TEXT);

    // The case waits for it, and says so.
    let allowed =
        city.read(&officer(), &format!("{{ case(reference: \"{}\") {{ allowed {{ act possible whyNot }} }} }}", filed.reference)).await;
    let respond = json!({ "act": "respond", "possible": false, "whyNot": "1 part of the work is still open. Wait for it or take it back, then answer." });
    assert!(allowed["case"]["allowed"].as_array().unwrap().contains(&respond), "{allowed}");
    let reply = json!({ "outcome": "SATISFIED", "text": "Жөнделді" });
    assert_eq!(city.work(&officer(), "respondToCase", &filed, reply.clone()).await, ["WRONG_STATE"]);
    for actor in [officer(), supervisor(), auditor(), citizen(), Actor::Anonymous] {
        assert_eq!(answer(&city, &actor, &part, true).await, ["NOT_FOUND input.subtask"], "{actor:?}");
    }
    let version = city.version(&filed).await;
    assert_eq!(answer(&city, &other_officer(), &part, true).await, [""; 0]);
    assert_eq!(city.version(&filed).await, version, "what the case's officer writes meanwhile is not stale");
    assert_eq!(answer(&city, &other_supervisor(), &part, true).await, ["WRONG_STATE"]);
    city.settle().await;
    assert_eq!(city.told().len(), 2, "the officers of the case hear of it");
    let done = city.case(&filed, "subtasks { state answer } history(first: 50) { nodes { kind internal } }").await;
    assert_eq!(done["subtasks"], json!([{ "state": "DONE", "answer": "Аштық" }]));
    assert_eq!(city.read(&other_officer(), "{ subtasks(open: false) { nodes { state } } }").await["subtasks"]["nodes"][0]["state"], "DONE");
    assert_eq!(city.work(&officer(), "respondToCase", &filed, reply).await, [""; 0]);

    // The public reads that a part was given, and no word of it.
    let kinds = city.own(&filed, "timeline(first: 50) { nodes { kind } }").await;
    let kinds = super::city::strings(&kinds["timeline"]["nodes"], "kind").join(" ");
    assert!(kinds.contains("subtask_given") && !kinds.contains("subtask_done"), "{kinds}");
    assert!(!city.journal().await.contains("Асфальт"));
}

#[tokio::test]
async fn a_part_has_a_term_of_its_own() {
    let city = city().await;
    let filed = city.routed(super::city::appeal()).await;
    let part = give(&city, &filed).await;
    city.settle().await;
    city.told();
    let kinds = city.pass_days(2).await;
    assert!(kinds.contains(&"subtask_due".to_owned()), "{kinds:?}");
    assert!(city.told().contains(&"OVERDUE officer@roads.kz RU".to_owned()));
    let late = city.case(&filed, "subtasks { overdue state } history(first: 50) { nodes { kind internal } }").await;
    assert_eq!(late["subtasks"], json!([{ "overdue": true, "state": "OPEN" }]));
    let noticed = json!({ "kind": "subtask_overdue", "internal": true });
    assert!(late["history"]["nodes"].as_array().unwrap().contains(&noticed));
    assert_eq!(answer(&city, &other_officer(), &part, false).await, [""; 0]);
    assert_eq!(city.case(&filed, "subtasks { overdue state }").await["subtasks"], json!([{ "overdue": false, "state": "DECLINED" }]));
}

#[tokio::test]
async fn a_part_that_is_taken_back_or_whose_case_ends_is_nobodys() {
    let city = city().await;
    let (first, second) = (city.routed(water()).await, city.routed(water()).await);
    let (cancelled, orphaned) = (give(&city, &first).await, give(&city, &second).await);
    city.settle().await;
    city.told();
    assert_eq!(city.work(&officer(), "cancelSubtask", &first, json!({ "subtask": orphaned })).await, ["NOT_FOUND input.subtask"]);
    city.do_work(&officer(), "cancelSubtask", &first, json!({ "subtask": cancelled })).await;
    let own = json!({ "reference": second.reference, "key": second.key });
    assert_eq!(codes(&city.act(&Actor::Anonymous, "withdrawFeedback", "feedback { status }", own.clone()).await), [""; 0]);
    city.settle().await;
    let told = city.told();
    assert_eq!(told.iter().filter(|told| *told == "ASSIGNMENT officer@roads.kz RU").count(), 2, "{told:?}");
    for part in [&cancelled, &orphaned] {
        assert_eq!(answer(&city, &other_officer(), part, true).await, ["WRONG_STATE"]);
    }
    assert_eq!(city.pass_days(3).await.iter().filter(|kind| *kind == "subtask_due").count(), 0);
    assert_eq!(codes(&city.act(&Actor::Anonymous, "eraseFeedback", "feedback { status }", own).await), [""; 0]);
    assert_eq!(city.numbers("SELECT COUNT(*) FROM subtask").await, [1], "erased with its report");
}

#[tokio::test]
async fn a_part_is_asked_for_on_the_last_day_too_and_is_due_with_the_case() {
    let city = city().await;
    let mut input = water();
    super::city::merge(
        &mut input,
        json!({ "category": super::city::category("flood-emergency"), "text": "Су басып жатыр, адамдар батып барады" }),
    );
    let filed = city.routed(input).await;
    let party = city.case(&filed, "party { id } feedback { deadline { dueAt } }").await;
    let actor = officer_of(&party["party"]["id"]);
    city.do_work(&actor, "giveSubtask", &filed, json!({ "to": roads(), "text": "Жол", "workingDays": 1 })).await;
    let due = city.case(&filed, "subtasks { dueAt }").await["subtasks"][0]["dueAt"].take();
    assert_eq!(due, party["feedback"]["deadline"]["dueAt"]);
}

fn officer_of(party: &Value) -> Actor {
    let party = PartyId::from_global(party.as_str().unwrap()).unwrap();
    Actor::Person(kernel::Person {
        id: kernel::PersonId::of_slug("somebody"),
        roles: vec![kernel::Role::Officer],
        party: Some(party),
        locale: kernel::Locale::En,
    })
}

#[tokio::test]
async fn whoever_gets_the_case_itself_is_asked_for_no_part_of_it() {
    let city = city().await;
    let filed = city.routed(water()).await;
    give(&city, &filed).await;
    city.do_work(&officer(), "forwardCase", &filed, json!({ "to": roads(), "reason": "Жол" })).await;
    assert_eq!(city.case(&filed, "subtasks { state }").await["subtasks"], json!([{ "state": "CANCELLED" }]));
}

async fn check(city: &City, filed: &Filed, more: Value, expected: &[&str]) {
    let mut input = json!({ "to": roads(), "text": "Асфальт", "workingDays": 1 });
    super::city::merge(&mut input, more);
    let before = city.rows().await;
    assert_eq!(city.work(&officer(), "giveSubtask", filed, input.clone()).await, expected, "{input}");
    assert_eq!(city.rows().await, before, "nothing was written");
}

#[tokio::test]
async fn a_part_that_cannot_be_asked_for_is_refused_by_name() {
    let city = city().await;
    let filed = city.routed(water()).await;
    check(&city, &filed, json!({ "text": " " }), &["INVALID input.text"]).await;
    for days in [0, 61, -1] {
        check(&city, &filed, json!({ "workingDays": days }), &["INVALID input.workingDays"]).await;
    }
    check(&city, &filed, json!({ "workingDays": 60 }), &["INVALID input.workingDays"]).await;
    check(&city, &filed, json!({ "to": "nobody" }), &["NOT_FOUND input.to"]).await;
    check(&city, &filed, json!({ "to": PartyId::of_slug("water-turkistan-city").global() }), &["INVALID input.to"]).await;
    city.respond(&filed).await;
    check(&city, &filed, json!({}), &["WRONG_STATE"]).await;
}
