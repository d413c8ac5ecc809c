//! Photos of what was done, where one act answers many reports.

use chrono::TimeDelta;
use kernel::Actor;
use serde_json::{Value, json};

use super::{
    attachments::{document, photo, road, sent_by},
    city::{City, Filed, city, codes, merge},
    people::{officer, other_officer},
};

/// Two holes in the road.
async fn reports(city: &City) -> [Filed; 2] {
    [city.routed(road()).await, city.routed(road()).await]
}

async fn upload(city: &City, by: &Actor, upload: Value) -> String {
    city.upload(sent_by(by, upload)).await
}

/// Answers many cases at once; what became of each.
async fn answer_all(city: &City, filed: &[&Filed], evidence: Value) -> Vec<Vec<String>> {
    let mut cases = Vec::new();
    for filed in filed {
        cases.push(json!({ "case": filed.case(), "version": city.version(filed).await }));
    }
    let input = json!({ "cases": cases, "kind": "RESPOND", "outcome": "SATISFIED", "text": "Жөнделді", "evidence": evidence, "idempotencyKey": city.key() });
    let preview = "query($input: BeginBulkActInput!) { bulkPreview(input: $input) { items { errors { code path message } } } }";
    let rows = city.rows().await;
    let tried = city.ask(kernel::OperationKind::Query, other_officer(), preview, json!({ "input": input })).await;
    assert_eq!((tried.faults, city.rows().await), (Vec::new(), rows), "what is tried is taken back");
    let tried: Value = tried.data["bulkPreview"]["items"].clone().into();
    assert_eq!(codes(&city.act(&other_officer(), "beginBulkAct", "bulkAct { id }", input).await), [""; 0]);
    city.pass_minutes(2).await;
    let done = city.read(&other_officer(), "{ bulkActs { items { errors { code path message } } } }").await["bulkActs"][0]["items"].take();
    let refused = |items: &Value| items.as_array().unwrap().iter().map(codes).collect::<Vec<_>>();
    assert_eq!(refused(&tried), refused(&done), "it was tried as it was done");
    refused(&done)
}

/// The digests of what a report was answered with.
async fn shown(city: &City, filed: &Filed) -> Vec<Value> {
    let own = city.own(filed, "attachments { part url }").await["attachments"].take();
    let mut digests = Vec::new();
    for attachment in own.as_array().unwrap() {
        assert_eq!(attachment["part"], "EVIDENCE");
        digests.push(city.stored(attachment["url"].as_str().unwrap()).await["digest"].clone());
    }
    digests
}

#[tokio::test]
async fn one_photo_shows_what_was_done_for_many_cases_and_its_bytes_are_kept_once() {
    let city = city().await;
    let [first, second] = reports(&city).await;
    let claim = upload(&city, &other_officer(), photo("mended")).await;
    assert_eq!(answer_all(&city, &[&first, &second], json!([claim])).await, [[""; 0], [""; 0]]);
    let digests = shown(&city, &first).await;
    assert!(digests.len() == 1 && shown(&city, &second).await == digests, "{digests:?}");
    // The upload itself is forgotten in its time; what the reports are shown is not.
    city.pass_days(2).await;
    assert_eq!(city.numbers("SELECT COUNT(*) FROM attachment WHERE feedback_id IS NULL").await, [0]);
    assert_eq!((shown(&city, &second).await, city.files.count()), (digests, 2));
}

#[tokio::test]
async fn what_shows_nothing_and_what_is_anothers_answers_no_case_that_asks_for_it() {
    let city = city().await;
    let [first, second] = reports(&city).await;
    let missing = vec!["INVALID input.evidence".to_owned()];
    assert_eq!(answer_all(&city, &[&first, &second], Value::Null).await, [missing.clone(), missing.clone()]);
    let paper = upload(&city, &other_officer(), document("a paper")).await;
    assert_eq!(answer_all(&city, &[&first], json!([paper])).await, [missing]);
    let foreign = upload(&city, &officer(), photo("of another officer")).await;
    assert_eq!(answer_all(&city, &[&first], json!([foreign])).await, [["NOT_FOUND input.evidence.0"]]);
    for (evidence, expected) in [
        (json!(["x"]), "NOT_FOUND input.evidence.0"),
        (json!([paper, paper]), "NOT_FOUND input.evidence.1"),
        (json!(["x", "x", "x", "x", "x", "x"]), "LIMIT_REACHED input.evidence"),
    ] {
        let input = json!({ "cases": [{ "case": first.case(), "version": city.version(&first).await }], "kind": "RESPOND",
            "outcome": "SATISFIED", "text": "Жөнделді", "evidence": evidence });
        assert_eq!(codes(&city.act(&other_officer(), "beginBulkAct", "bulkAct { id }", input).await), [expected]);
    }
    assert!(shown(&city, &first).await.is_empty());
}

/// Two reports of an incident of the roads, and the incident.
async fn incident(city: &City) -> ([Filed; 2], Value) {
    let reports = reports(city).await;
    let input = json!({ "title": "Жол шөкті", "text": "Жөндеп жатырмыз" });
    let incident = city.act(&other_officer(), "openIncident", "incident { id version }", input).await["incident"].take();
    for filed in &reports {
        city.do_work(&other_officer(), "addToIncident", filed, json!({ "incident": incident["id"] })).await;
    }
    city.settle().await;
    (reports, incident)
}

async fn end(city: &City, incident: &Value, more: Value) -> Vec<String> {
    let mut input = json!({ "incident": incident["id"], "version": 1, "outcome": "SATISFIED", "text": "Жөнделді" });
    merge(&mut input, more);
    codes(&city.act(&other_officer(), "resolveIncident", "incident { resolvedAt }", input).await)
}

async fn all_are_shown_what_was_done(city: &City, reports: &[Filed]) {
    for filed in reports {
        assert_eq!(city.own(filed, "status").await["status"], "ANSWERED");
        assert_eq!(shown(city, filed).await.len(), 1);
    }
}

#[tokio::test]
async fn the_end_of_an_incident_shows_all_its_reporters_what_was_done() {
    let city = city().await;
    let (reports, incident) = incident(&city).await;
    let foreign = upload(&city, &officer(), photo("of another officer")).await;
    assert_eq!(end(&city, &incident, json!({ "evidence": [foreign] })).await, ["NOT_FOUND input.evidence.0"]);
    let claim = upload(&city, &other_officer(), photo("mended")).await;
    let act = json!({ "evidence": [claim], "idempotencyKey": city.key() });
    for _ in 0..2 {
        assert_eq!(end(&city, &incident, act.clone()).await, [""; 0], "and the same key says the same");
    }
    city.settle().await;
    all_are_shown_what_was_done(&city, &reports).await;
}

#[tokio::test]
async fn news_that_nobody_has_told_yet_take_nothing_from_the_end() {
    let city = city().await;
    let (reports, incident) = incident(&city).await;
    let news = json!({ "incident": incident["id"], "version": 1, "title": "Жол шөкті", "text": "Бүгін бітеді" });
    assert_eq!(codes(&city.act(&other_officer(), "updateIncident", "incident { version }", news).await), [""; 0]);
    let claim = upload(&city, &other_officer(), photo("mended")).await;
    assert_eq!(end(&city, &incident, json!({ "version": 2, "evidence": [claim] })).await, [""; 0]);
    city.settle().await;
    all_are_shown_what_was_done(&city, &reports).await;
}

#[tokio::test]
async fn what_nobody_shows_or_shows_too_late_is_left_to_its_officer() {
    let city = city().await;
    let (reports, incident_one) = incident(&city).await;
    assert_eq!(end(&city, &incident_one, json!({})).await, [""; 0]);
    city.settle().await;
    assert_eq!(city.own(&reports[0], "status").await["status"], "IN_PROGRESS");

    let (reports, incident_two) = incident(&city).await;
    let claim = upload(&city, &other_officer(), photo("mended")).await;
    assert_eq!(end(&city, &incident_two, json!({ "evidence": [claim] })).await, [""; 0]);
    // Nobody works for two days; by then the upload is forgotten.
    city.pass(TimeDelta::days(2)).await;
    city.settle().await;
    assert!(shown(&city, &reports[0]).await.is_empty());
    assert_ne!(city.own(&reports[0], "status").await["status"], "ANSWERED");
}
