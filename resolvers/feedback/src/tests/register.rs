//! Appeals and the national register: their numbers there, and the list of all of them.

use chrono::TimeDelta;
use kernel::{Actor, Code};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, appeal, city, strings, water},
    people::{auditor, citizen, officer, other_officer, supervisor},
};

async fn record(city: &City, actor: &Actor, filed: &Filed, number: &str) -> Vec<String> {
    city.work(actor, "recordExternalNumber", filed, json!({ "number": number })).await
}

async fn number(city: &City, filed: &Filed) -> Value {
    city.case(filed, "externalNumber").await["externalNumber"].clone()
}

#[tokio::test]
async fn an_officer_records_the_number_of_an_appeal_once_for_the_whole_city() {
    let city = city().await;
    let (first, second, request) = (city.routed(appeal()).await, city.routed(appeal()).await, city.routed(water()).await);
    assert_eq!(number(&city, &first).await, Value::Null);
    for (actor, filed, written, expected) in [
        (officer(), &first, "жт 1", ["INVALID input.number"].as_slice()),
        (other_officer(), &first, "ЖТ-2026-1", &["NOT_FOUND input.case"]),
        (auditor(), &first, "ЖТ-2026-1", &["NOT_ALLOWED"]),
        (officer(), &request, "ЖТ-2026-1", &["WRONG_STATE"]),
        (officer(), &first, " жт-2026-1", &[]),
        (supervisor(), &second, "ЖТ-2026-1", &["INVALID input.number"]),
        (supervisor(), &second, "ЖТ-2026-2", &[]),
        // A slip is corrected, and the number is free for the one whose it is.
        (officer(), &first, "ЖТ-2026-3", &[]),
        (officer(), &second, "ЖТ-2026-1", &[]),
        (officer(), &second, "ЖТ-2026-1", &[]),
    ] {
        assert_eq!(record(&city, &actor, filed, written).await, expected, "{written}");
    }
    assert_eq!((number(&city, &first).await, number(&city, &second).await), (json!("ЖТ-2026-3"), json!("ЖТ-2026-1")));
    let stale = json!({ "case": first.case(), "version": 1, "number": "ЖТ-9" });
    let stale = city.act(&officer(), "recordExternalNumber", "case { id }", stale).await;
    assert_eq!(super::city::codes(&stale), ["STALE_VERSION input.version"]);
    let history = city.case(&first, "history { nodes { kind text } }").await.to_string();
    assert!(history.contains("external_number_recorded") && history.contains("national register"), "{history}");
    let public = format!("{{ feedback(reference: \"{}\") {{ timeline {{ nodes {{ kind }} }} }} }}", first.reference);
    assert!(!city.read(&Actor::Anonymous, &public).await.to_string().contains("external_number"));
}

#[tokio::test]
async fn auditors_list_the_appeals_of_a_span_of_days_and_each_look_is_written_down() {
    let city = city().await;
    let mut filed = Vec::new();
    for _ in 0..3 {
        filed.push(city.routed(appeal()).await);
        city.routed(water()).await;
        city.clock.advance(TimeDelta::days(1));
    }
    let list = async |from: &str, to: &str, more: &str| {
        let query =
            format!("{{ appeals(from: \"{from}\", to: \"{to}\"{more}) {{ nodes {{ reference }} pageInfo {{ hasNextPage endCursor }} }} }}");
        city.read(&auditor(), &query).await["appeals"].take()
    };
    let references: Vec<&str> = filed.iter().map(|filed| filed.reference.as_str()).collect();
    // Filed on Tuesday, 24 November, and the two days after.
    assert_eq!(strings(&list("2026-11-01", "2026-11-30", "").await["nodes"], "reference"), references);
    assert_eq!(strings(&list("2026-11-25", "2026-11-25", "").await["nodes"], "reference"), references[1..2]);
    assert_eq!(list("2026-11-27", "2026-11-30", "").await["nodes"], json!([]));
    let page = list("2026-11-01", "2026-11-30", ", first: 2").await;
    assert_eq!((strings(&page["nodes"], "reference"), &page["pageInfo"]["hasNextPage"]), (references[..2].to_vec(), &json!(true)));
    let after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    assert_eq!(strings(&list("2026-11-01", "2026-11-30", &after).await["nodes"], "reference"), references[2..]);

    let query = "{ appeals(from: \"2026-11-01\", to: \"2026-11-30\") { nodes { reference } } }";
    for (actor, code) in [(Actor::Anonymous, Code::Unauthenticated), (citizen(), Code::Forbidden), (officer(), Code::Forbidden)] {
        assert_eq!(city.fault(&actor, query).await, code, "{actor:?}");
    }
    let looks = async || city.numbers("SELECT COUNT(*) FROM access").await[0];
    let before = looks().await;
    city.read(&auditor(), query).await;
    assert_eq!(looks().await, before, "nothing personal was read");
    city.read(&auditor(), "{ appeals(from: \"2026-11-01\", to: \"2026-11-30\") { nodes { reporter { name } feedback { text } } } }").await;
    assert_eq!(looks().await, before + 6, "two parts of each of three");
}
