//! What many reports come from.

use chrono::TimeDelta;
use kernel::Actor;
use serde_json::{Value, json};

use super::{
    city::{City, category, city, codes, district, merge, noon, water},
    people::{auditor, citizen, officer, other_officer},
};

const INCIDENT: &str = "incident { id version title reports resolvedAt }";

async fn open(city: &City) -> Value {
    let input = json!({
        "title": "Тәуке хан көшесінде құбыр жарылды", "text": "Су кешке дейін болмайды",
        "category": category("water-supply"), "district": district("turkistan-city"),
    });
    let opened = city.act(&officer(), "openIncident", INCIDENT, input).await;
    assert_eq!(codes(&opened), [""; 0]);
    opened["incident"].clone()
}

#[tokio::test]
async fn news_of_an_incident_reach_all_and_its_end_answers_all() {
    let city = city().await;
    let (first, second, beside) = (city.routed(water()).await, city.routed(water()).await, city.routed(water()).await);
    let incident = open(&city).await;
    for filed in [&first, &second] {
        city.do_work(&officer(), "addToIncident", filed, json!({ "incident": incident["id"] })).await;
    }
    city.settle().await;
    city.told();
    let public = "{ incidents(filter: { open: true }) { nodes { title reports category { slug } responsible { id } } } }";
    let shown = city.read(&Actor::Anonymous, public).await["incidents"]["nodes"].take();
    assert_eq!((shown.as_array().unwrap().len(), &shown[0]["reports"]), (1, &json!(2)));
    assert_eq!(city.own(&first, "incident { title }").await["incident"]["title"], incident["title"]);

    let mut news = json!({
        "incident": incident["id"], "version": 1, "title": incident["title"], "text": "Құбыр ауыстырылып жатыр",
        "expectedAt": (noon() + TimeDelta::hours(6)).to_rfc3339(),
    });
    let updated = city.act(&officer(), "updateIncident", INCIDENT, news.clone()).await;
    assert_eq!(updated["incident"]["version"], 2);
    city.settle().await;
    assert_eq!(city.told(), ["REMINDER aigul@example.kz RU", "REMINDER aigul@example.kz RU"]);
    let last = city.own(&first, "timeline(first: 50) { nodes { kind text(locale: EN) } }").await;
    let last = last["timeline"]["nodes"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["kind"], "incident_news");
    assert!(last["text"].as_str().unwrap().contains("24.11.2026"), "{last}");
    let said = city.neighbours.said.lock().unwrap().join("\n");
    assert!(said.contains("Құбыр ауыстырылып жатыр"), "the mail says what the news is");
    assert!(!city.journal().await.contains("Құбыр"), "the journal, which is kept for good, does not");
    merge(&mut news, json!({ "idempotencyKey": city.key() }));
    assert_eq!(codes(&city.act(&officer(), "updateIncident", INCIDENT, news).await), ["STALE_VERSION input.version"]);

    let end = json!({ "incident": incident["id"], "version": 2, "outcome": "SATISFIED", "text": "Су берілді" });
    assert_eq!(codes(&city.act(&other_officer(), "resolveIncident", INCIDENT, end.clone()).await), ["NOT_FOUND input.incident"]);
    assert_eq!(codes(&city.act(&officer(), "resolveIncident", INCIDENT, end.clone()).await), [""; 0]);
    city.settle().await;
    for filed in [&first, &second] {
        let own = city.own(filed, "status outcome answer").await;
        assert_eq!(own, json!({ "status": "ANSWERED", "outcome": "SATISFIED", "answer": "Су берілді" }));
    }
    assert_eq!(city.own(&beside, "status").await["status"], "IN_PROGRESS");
    assert_eq!(codes(&city.act(&officer(), "resolveIncident", INCIDENT, end).await), ["TOO_LATE input.incident"]);
    // Each contests alone.
    assert_eq!(city.contest(&first).await, [""; 0]);
    assert_eq!(
        (city.own(&first, "status").await["status"].clone(), city.own(&second, "status").await["status"].clone()),
        (json!("CONTESTED"), json!("ANSWERED"))
    );
}

#[tokio::test]
async fn the_end_of_an_incident_answers_only_what_is_still_its_partys_and_uncontested() {
    let city = city().await;
    let (forwarded, contested, open_one) = (city.routed(water()).await, city.routed(water()).await, city.routed(water()).await);
    let incident = open(&city).await;
    for filed in [&forwarded, &contested, &open_one] {
        city.do_work(&officer(), "addToIncident", filed, json!({ "incident": incident["id"] })).await;
    }
    let roads = kernel::PartyId::of_slug("passenger-transport-roads").global();
    city.do_work(&officer(), "forwardCase", &forwarded, json!({ "to": roads, "reason": "Жол" })).await;
    city.respond(&contested).await;
    assert_eq!(city.contest(&contested).await, [""; 0]);
    city.settle().await;
    let end = |outcome: &str| json!({ "incident": incident["id"], "version": 1, "outcome": outcome, "reason": (outcome == "TERMINATED").then_some("repeated"), "text": "Су берілді" });
    assert_eq!(codes(&city.act(&officer(), "resolveIncident", INCIDENT, end("TERMINATED")).await), ["INVALID input.outcome"]);
    assert_eq!(codes(&city.act(&officer(), "resolveIncident", INCIDENT, end("SATISFIED")).await), [""; 0]);
    city.settle().await;
    let mut statuses = Vec::new();
    for filed in [&forwarded, &contested, &open_one] {
        statuses.push(city.own(filed, "status").await["status"].as_str().unwrap().to_owned());
    }
    assert_eq!(statuses, ["FORWARDED", "CONTESTED", "ANSWERED"]);
    // Who did what is in the journal.
    let kinds = city.texts("SELECT kind || ' ' || actor FROM event WHERE stream = 'incident' ORDER BY number").await;
    let officer = kernel::PersonId::of_slug("officer").uuid();
    assert_eq!(kinds, [format!("incident_opened person:{officer}"), format!("incident_resolved person:{officer}")]);
}

#[tokio::test]
async fn news_that_are_old_are_not_told() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let incident = open(&city).await;
    city.do_work(&officer(), "addToIncident", &filed, json!({ "incident": incident["id"] })).await;
    city.settle().await;
    for (version, text) in [(1, "Жөндеп жатырмыз"), (2, "Бітуге жақын")] {
        let news = json!({ "incident": incident["id"], "version": version, "title": "Апат", "text": text });
        assert_eq!(codes(&city.act(&officer(), "updateIncident", INCIDENT, news).await), [""; 0]);
    }
    city.told();
    city.settle().await;
    assert_eq!(city.told(), ["REMINDER aigul@example.kz RU"], "once, with the last");
}

#[tokio::test]
async fn a_report_is_added_and_removed_by_those_who_work_it() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let incident = json!({ "incident": open(&city).await["id"] });
    assert_eq!(city.work(&other_officer(), "addToIncident", &filed, incident.clone()).await, ["NOT_FOUND input.case"]);
    assert_eq!(city.work(&auditor(), "addToIncident", &filed, incident.clone()).await, ["NOT_ALLOWED"]);
    assert_eq!(city.work(&officer(), "addToIncident", &filed, json!({ "incident": "nothing" })).await, ["NOT_FOUND input.incident"]);
    assert_eq!(city.work(&officer(), "removeFromIncident", &filed, json!({})).await, ["WRONG_STATE"]);
    city.do_work(&officer(), "addToIncident", &filed, incident.clone()).await;
    assert_eq!(city.work(&officer(), "addToIncident", &filed, incident.clone()).await, ["WRONG_STATE"]);
    city.do_work(&officer(), "removeFromIncident", &filed, json!({})).await;
    assert_eq!(city.own(&filed, "incident { title }").await["incident"], Value::Null);
    // Many at once.
    let cases = json!([{ "case": filed.case(), "version": city.version(&filed).await }]);
    let bulk = json!({ "cases": cases, "kind": "ADD_TO_INCIDENT", "incident": incident["incident"] });
    assert_eq!(codes(&city.act(&officer(), "beginBulkAct", "bulkAct { state }", bulk).await), [""; 0]);
    city.pass_minutes(2).await;
    assert_eq!(city.case(&filed, "incident { reports }").await["incident"]["reports"], 1);
}

async fn check(city: &City, actor: &Actor, more: Value, expected: &[&str]) {
    let mut input = json!({ "title": "Апат", "text": "Су жоқ" });
    merge(&mut input, more);
    let before = city.rows().await;
    assert_eq!(codes(&city.act(actor, "openIncident", INCIDENT, input.clone()).await), expected, "{input}");
    assert_eq!(city.rows().await, before, "nothing was written");
}

#[tokio::test]
async fn what_everybody_would_read_holds_nothing_personal() {
    let city = city().await;
    check(&city, &officer(), json!({ "title": " ", "text": "87011234567" }), &["INVALID input.title", "INVALID input.text"]).await;
    check(&city, &officer(), json!({ "title": "ә".repeat(121) }), &["LIMIT_REACHED input.title"]).await;
    check(&city, &officer(), json!({ "category": "nope", "district": "nope" }), &["NOT_FOUND input.category", "NOT_FOUND input.district"])
        .await;
    let text = "mutation($input: OpenIncidentInput!) { openIncident(input: $input) { errors { code } } }";
    let input = json!({ "idempotencyKey": city.key(), "title": "Апат", "text": "Су жоқ" });
    let answer = city.ask(kernel::OperationKind::Mutation, citizen(), text, json!({ "input": input })).await;
    assert_eq!(answer.faults[0].code, kernel::Code::Forbidden);
}
