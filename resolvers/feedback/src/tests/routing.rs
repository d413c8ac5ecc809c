//! Who gets a report, and why.

use journal::JobError;
use kernel::{Actor, PartyId, ServiceId};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, category, city, codes, district, merge, water},
    people::{clerk, officer, other_officer},
};

const WHERE: &str = "state assignee { id } party { id } supervisor { id } feedback { urgency category { slug } categorySource status \
                     responsible { id } deadline { dueAt originalDueOn } why { rule ruleVersion party { id } facts { name value } } }";

fn party(slug: &str) -> Value {
    json!({ "id": PartyId::of_slug(slug).global() })
}

/// Files a report: its category, who said so, the rule and the party.
async fn check(city: &City, input: Value, expected: (Option<&str>, Option<&str>, &str, &str)) {
    let filed = city.routed(input.clone()).await;
    let case = city.case(&filed, WHERE).await;
    let (category, source, rule, to) = expected;
    let feedback = &case["feedback"];
    assert_eq!(
        (feedback["category"]["slug"].as_str(), feedback["categorySource"].as_str(), feedback["why"]["rule"].as_str().unwrap()),
        (category, source, rule),
        "{input}"
    );
    assert_eq!((&case["party"], &feedback["responsible"]), (&party(to), &party(to)), "{input}");
}

#[tokio::test]
async fn a_report_goes_where_its_subject_its_service_and_its_place_say() {
    let city = city().await;
    let report = |text: &str, more: Value| {
        let mut input = json!({ "text": text, "locale": "KK" });
        merge(&mut input, more);
        input
    };
    let here = json!({ "place": { "district": district("turkistan-city") } });
    let birth = ServiceId::of_slug("birth-registration").global();
    let connection = ServiceId::of_slug("water-connection").global();
    let water_supply = Some("water-supply");
    for (input, expected) in [
        (water(), (water_supply, Some("REPORTER"), "water-supply", "water-turkistan-city")),
        // Only the text: the suggester reads it.
        (report("Үйде екі күн болды ауыз су жоқ", here), (water_supply, Some("SUGGESTED"), "water-supply", "water-turkistan-city")),
        (report("Үйде екі күн болды ауыз су жоқ", json!({})), (water_supply, Some("SUGGESTED"), "water-supply", "energy-housing")),
        // Neither reporter nor suggester know: a person decides.
        (report("Рақмет", json!({})), (None, None, "unknown", "akim-office")),
        (
            report("Кезек", json!({ "service": birth, "category": category("official-conduct") })),
            (Some("official-conduct"), Some("REPORTER"), "service", "public-service-corporation"),
        ),
        // A service without a provider: its subject decides.
        (
            report("Су", json!({ "service": connection, "category": category("water-supply") })),
            (water_supply, Some("REPORTER"), "water-supply", "energy-housing"),
        ),
        // The place that the text names.
        (
            report("Арыс қаласында көше шамы жанбайды", json!({ "category": category("street-lighting") })),
            (Some("street-lighting"), Some("REPORTER"), "street-lighting", "akimat-arys"),
        ),
    ] {
        check(&city, input, expected).await;
    }
}

async fn why(city: &City, filed: &Filed) -> [String; 3] {
    let text = format!(
        "{{ feedback(reference: \"{}\") {{ why {{ kk: text(locale: KK) ru: text(locale: RU) en: text(locale: EN) }} }} }}",
        filed.reference
    );
    let why = city.read(&Actor::Anonymous, &text).await["feedback"]["why"].clone();
    ["kk", "ru", "en"].map(|locale| why[locale].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn everybody_reads_why_in_three_languages() {
    let city = city().await;
    let filed = city.routed(water()).await;
    assert_eq!(
        why(&city, &filed).await,
        [
            "Түркістан қаласы: «Ауыз сумен қамту» үшін осы коммуналдық қызмет жауап береді.",
            "город Туркестан: за «Водоснабжение» отвечает эта коммунальная служба.",
            "Turkistan city: this utility answers for “Water supply”.",
        ]
    );
    let unknown = city.routed(json!({ "text": "Рақмет", "locale": "KK" })).await;
    assert_eq!(why(&city, &unknown).await[2], "The subject is not known yet; akim-office (en) decides who answers.");
}

#[tokio::test]
async fn a_corrected_subject_is_routed_again_with_the_term_of_its_urgency() {
    let city = city().await;
    let mut input = water();
    input["text"] = json!("Ауладағы шұңқырға су жиналған");
    let filed = city.routed(input).await;
    city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
    city.settle().await;
    let before = city.case(&filed, WHERE).await;
    assert_eq!(before["feedback"]["urgency"], "URGENT");
    city.told();

    let payload = city.work_payload(&officer(), "correctCategory", &filed, json!({ "category": category("road-damage") })).await;
    assert_eq!((codes(&payload), &payload["case"]["state"]), (vec![], &json!("routing")));
    assert_eq!(city.settle().await, ["route_feedback", "notify_officers", "notify_reporter"]);
    let case = city.case(&filed, WHERE).await;
    assert_eq!(case["feedback"]["categorySource"], "OFFICER");
    assert_eq!(case["party"], party("passenger-transport-roads"));
    assert_eq!(case["assignee"], Value::Null, "whoever had it works elsewhere");
    assert_eq!((&case["feedback"]["urgency"], &case["feedback"]["why"]["rule"]), (&json!("ORDINARY"), &json!("road-damage")));
    // Three working days from arrival, not from the correction.
    assert_eq!(case["feedback"]["deadline"]["dueAt"], "2026-11-27T13:30:00Z");
    assert_eq!(case["feedback"]["deadline"]["originalDueOn"], before["feedback"]["deadline"]["originalDueOn"]);
    assert_eq!(city.told(), ["ASSIGNMENT officer@roads.kz RU", "REMINDER aigul@example.kz RU"]);
    assert_eq!(city.work(&officer(), "acceptCase", &filed, json!({})).await, ["NOT_FOUND input.case"]);
    city.do_work(&other_officer(), "acceptCase", &filed, json!({})).await;
}

#[tokio::test]
async fn a_forwarded_case_keeps_its_clock_and_its_reason_and_bears_the_new_name() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let before = city.case(&filed, WHERE).await;
    let timer = "SELECT CAST(due_at AS TEXT) FROM timer WHERE name = 'deadline' AND state = 'armed'";
    let armed = city.texts(timer).await;
    assert_eq!(armed.len(), 1);
    let to = PartyId::of_slug("passenger-transport-roads").global();
    let forward = json!({ "to": to, "reason": "Жол астындағы құбыр" });
    city.do_work(&officer(), "forwardCase", &filed, forward).await;
    city.settle().await;

    let case = city.case(&filed, WHERE).await;
    assert_eq!(
        (&case["party"], &case["supervisor"], &case["feedback"]["status"]),
        (&party("passenger-transport-roads"), &Value::Null, &json!("FORWARDED"))
    );
    assert_eq!(case["feedback"]["deadline"], before["feedback"]["deadline"]);
    assert_eq!(case["feedback"]["why"], before["feedback"]["why"], "why it went where it went first");
    assert_eq!(city.texts(timer).await, armed);
    city.do_work(&other_officer(), "acceptCase", &filed, json!({})).await;
    let timeline = city.own(&filed, "timeline { nodes { kind text(locale: EN) } }").await;
    assert_eq!(
        super::city::strings(&timeline["timeline"]["nodes"], "text"),
        [
            "Received and registered.",
            "Given to water-turkistan-city (en).",
            "Forwarded to passenger-transport-roads (en).",
            "passenger-transport-roads (en) has taken up the work.",
        ]
    );
}

#[tokio::test]
async fn a_case_is_forwarded_to_another_party_that_exists() {
    let city = city().await;
    let filed = city.routed(json!({ "text": "Рақмет", "locale": "KK" })).await;
    for (to, expected) in [
        (PartyId::of_slug("akim-office").global(), "INVALID input.to"),
        (PartyId::of_slug("no-such").global(), "NOT_FOUND input.to"),
        ("x".to_owned(), "NOT_FOUND input.to"),
        (category("road-damage"), "NOT_FOUND input.to"),
    ] {
        assert_eq!(city.work(&clerk(), "forwardCase", &filed, json!({ "to": to, "reason": "Қате" })).await, [expected]);
    }
    assert_eq!(city.case(&filed, "state notes { nodes { text } }").await, json!({ "state": "triage", "notes": { "nodes": [] } }));
}

#[tokio::test]
async fn while_the_directory_is_away_routing_waits_and_writes_nothing() {
    let city = city().await;
    city.neighbours.away.lock().unwrap().insert("feedback.PartiesForRouting");
    let filed = city.file(&Actor::Anonymous, water()).await;
    let rows = city.rows().await;
    let jobs = city.lease().await;
    let route = jobs.iter().find(|job| job.kind == "route_feedback").unwrap();
    let Err(JobError::Retry(text)) = city.perform(route).await else { panic!("it is tried again") };
    assert!(text.contains("SubgraphUnavailable") || text.contains("SUBGRAPH_UNAVAILABLE"), "{text}");
    assert_eq!(city.rows().await, rows);
    let case = city.case(&filed, "state party { id } feedback { status why { rule } }").await;
    assert_eq!(case, json!({ "state": "submitted", "party": null, "feedback": { "status": "REGISTERED", "why": null } }));

    city.neighbours.away.lock().unwrap().clear();
    city.pass(chrono::TimeDelta::minutes(2)).await;
    city.settle().await;
    assert_eq!(city.case(&filed, "state").await, json!({ "state": "assigned" }));
}

#[tokio::test]
async fn a_job_of_routing_that_is_performed_twice_routes_once() {
    let city = city().await;
    let filed = city.file(&Actor::Anonymous, water()).await;
    let jobs = city.lease().await;
    let route = jobs.iter().find(|job| job.kind == "route_feedback").unwrap();
    // A runner that lost its lease has asked already; its commit comes after another's.
    let late = city.room.handlers[0].perform(route).await.unwrap();
    city.perform(route).await.unwrap();
    let (rows, version) = (city.rows().await, city.version(&filed).await);
    city.database.writer.write(late).await.unwrap();
    let again = city.room.handlers[0].perform(route).await.unwrap();
    city.database.writer.write(again).await.unwrap();
    assert_eq!((city.rows().await, city.version(&filed).await), (rows, version));
}
