//! Mail to reporters: what they were told, and what came back.

use kernel::{Actor, Code, OperationKind};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, city, codes, water},
    people::{auditor, citizen, officer, other_officer},
};

async fn note(city: &City, key: &str, reference: &str) -> Vec<String> {
    let input = json!({ "idempotencyKey": key, "reference": reference });
    codes(&city.act(&Actor::System, "noteBounce", "feedback { reference }", input).await)
}

/// How the history of a case tells of mail that came back.
async fn told(city: &City, filed: &Filed) -> Vec<Value> {
    let case = city.case(filed, "history(first: 100) { nodes { kind text } }").await;
    let events = case["history"]["nodes"].as_array().unwrap().iter();
    events.filter(|event| event["kind"] == "mail_returned").cloned().collect()
}

#[tokio::test]
async fn mail_that_came_back_is_told_to_those_who_work_the_case_and_to_nobody_else() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let (version, key) = (city.version(&filed).await, city.key());
    city.neighbours.messages.lock().unwrap().clear();
    for _ in 0..2 {
        assert_eq!(note(&city, &key, &filed.reference).await, [""; 0]);
        city.settle().await;
    }
    let [event] = told(&city, &filed).await.try_into().unwrap();
    assert_eq!(event["text"], "A message to the reporter came back: they have to be reached in another way.");
    assert_eq!(city.version(&filed).await, version, "what an officer decides is not stale by it");
    let to: Vec<_> = city.neighbours.messages.lock().unwrap().iter().map(|message| message["email"].clone()).collect();
    assert_eq!(to, [json!("officer@water.kz"), json!("two@water.kz"), Value::Null], "one has no address, and may have a browser");
    let own = city.own(&filed, "timeline(first: 100) { nodes { kind } }").await;
    assert!(!own.to_string().contains("mail_returned"), "{own}");
}

#[tokio::test]
async fn of_a_case_that_has_ended_nobody_is_told_anew() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.respond(&filed).await;
    city.settle().await;
    city.neighbours.messages.lock().unwrap().clear();
    assert_eq!(note(&city, &city.key(), &filed.reference).await, [""; 0]);
    city.settle().await;
    assert_eq!((told(&city, &filed).await.len(), city.neighbours.messages.lock().unwrap().len()), (1, 0));
}

#[tokio::test]
async fn only_the_house_notes_that_mail_came_back_and_of_a_report_that_there_is() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let text = "mutation($input: NoteBounceInput!) { noteBounce(input: $input) { feedback { reference } } }";
    for actor in [Actor::Anonymous, citizen(), officer(), auditor()] {
        let input = json!({ "input": { "idempotencyKey": city.key(), "reference": filed.reference } });
        let answer = city.ask(OperationKind::Mutation, actor, text, input).await;
        assert_eq!(answer.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::Forbidden]);
    }
    let key = city.key();
    assert_eq!(note(&city, &key, "TK-2026-999999").await, ["NOT_FOUND input.reference"]);
    assert_eq!(note(&city, &key, &filed.reference).await, [""; 0], "a key of what was refused is free");
    let other = city.routed(water()).await;
    assert_eq!(note(&city, &key, &other.reference).await, ["KEY_REUSED input.idempotencyKey"]);
    assert_eq!(told(&city, &other).await.len(), 0);
}

#[tokio::test]
async fn what_reporters_were_told_is_asked_at_once_and_shown_to_them_and_to_those_who_work_the_case() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.routed(water()).await;
    let expected = json!([{ "label": "Receipt", "email": "a***@e***.kz", "state": "BOUNCED", "queuedAt": "2026-11-24T07:00:00Z",
        "triedAt": "2026-11-24T07:05:00Z" }]);
    const NOTICES: &str = "notices { label email state queuedAt triedAt }";
    assert_eq!(city.own(&filed, NOTICES).await["notices"], expected);
    city.neighbours.asked.lock().unwrap().clear();
    let desk = city.read(&officer(), &format!("{{ desk {{ nodes {{ feedback {{ {NOTICES} }} }} }} }}")).await;
    assert_eq!(desk["desk"]["nodes"].as_array().unwrap().len(), 2);
    assert_eq!(desk["desk"]["nodes"][0]["feedback"]["notices"], expected);
    assert_eq!(*city.neighbours.asked.lock().unwrap(), [2], "one question for the whole page");
    let public = format!("{{ feedback(reference: \"{}\") {{ {NOTICES} }} }}", filed.reference);
    for actor in [Actor::Anonymous, citizen(), other_officer()] {
        assert_eq!(city.read(&actor, &public).await["feedback"]["notices"], Value::Null);
    }
    city.neighbours.away.lock().unwrap().insert("feedback.MessagesToReporters");
    let own = format!("{{ feedback(reference: \"{}\", key: \"{}\") {{ {NOTICES} }} }}", filed.reference, filed.key);
    assert_eq!(city.fault(&Actor::Anonymous, &own).await, Code::SubgraphUnavailable, "nobody is told that there were none");
}
