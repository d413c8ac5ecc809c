//! A listener whose connection breaks comes back with the id of the last event, as a browser's `EventSource` does by itself.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use std::ops::Range;

use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use tests::{City, Options, Store, uuid};

const CHANGES: &str = "subscription($after: String) { kpiChanged(code: \"told\", after: $after) { cursor revision } }";

/// The first `count` events after the one with the id: their ids and revisions.
async fn hear(url: String, last: Option<String>, count: usize) -> Vec<(String, u64)> {
    let request = reqwest::Client::new().post(format!("{url}/graphql")).header(ACCEPT, "text/event-stream");
    let request = match last {
        Some(id) => request.header("Last-Event-ID", id),
        None => request,
    };
    let mut response = request.json(&json!({ "query": CHANGES })).send().await.unwrap();
    let mut text = String::new();
    while text.matches("\n\n").count() - text.matches(":\n\n").count() < count {
        text += std::str::from_utf8(&response.chunk().await.unwrap().expect("the stream goes on")).unwrap();
    }
    let events = text.split("\n\n").filter_map(|event| event.strip_prefix("event: next\nid: ")?.split_once("\ndata: "));
    let event = |(id, data): (&str, &str)| {
        let data: Value = serde_json::from_str(data).unwrap();
        assert_eq!(data["data"]["kpiChanged"]["cursor"], json!(id));
        (id.to_owned(), data["data"]["kpiChanged"]["revision"].as_u64().unwrap())
    };
    events.map(event).take(count).collect()
}

/// An indicator that an analyst keeps by hand.
struct Told<'c> {
    city: &'c City,
    analyst: String,
    id: Value,
}

impl Told<'_> {
    async fn define(city: &City) -> Told<'_> {
        let analyst = city.token("analyst");
        let texts = json!({ "kk": "Сан", "ru": "Число", "en": "Count" });
        let input = json!({
            "idempotencyKey": uuid(), "code": "told", "title": texts, "unit": "percent", "direction": "HIGHER_IS_BETTER", "frequency": "MONTHLY",
            "kind": "SIMPLE", "formula": "count", "decimals": 0, "inputs": [{ "name": "count", "source": { "recorded": texts } }],
        });
        let define = "mutation($i: DefineKpiInput!) { defineKpi(input: $i) { kpi { id } errors { message } } }";
        let answer = city.ask(Some(&analyst), define, json!({ "i": input })).await;
        assert_eq!(answer.data("/defineKpi/errors"), json!([]));
        Told { city, analyst, id: answer.data("/defineKpi/kpi/id") }
    }

    /// Records values, each a revision of the one before.
    async fn record(&self, values: Range<u64>) {
        for value in values {
            let inputs = json!([{ "name": "count", "value": value.to_string() }]);
            let input = json!({ "idempotencyKey": uuid(), "kpi": self.id, "from": "2026-01-01", "to": "2026-01-31", "inputs": inputs });
            let record = "mutation($i: RecordKpiObservationInput!) { recordKpiObservation(input: $i) { errors { message } } }";
            let answer = self.city.ask(Some(&self.analyst), record, json!({ "i": input })).await;
            assert_eq!(answer.data("/recordKpiObservation/errors"), json!([]));
        }
    }
}

#[tokio::test]
async fn a_listener_that_comes_back_with_the_last_id_misses_nothing() {
    for store in Store::all() {
        let city = City::start(&store, Options::default()).await;
        let told = Told::define(&city).await;
        let first = tokio::spawn(hear(city.url.clone(), None, 1));
        let mut recorded = 0;
        while !first.is_finished() {
            told.record(recorded..recorded + 1).await;
            recorded += 1;
        }
        let (id, revision) = first.await.unwrap().remove(0);
        told.record(recorded..recorded + 3).await;
        recorded += 3;
        let missed = hear(city.url.clone(), Some(id), usize::try_from(recorded - revision).unwrap()).await;
        let revisions: Vec<u64> = missed.iter().map(|(_, revision)| *revision).collect();
        assert_eq!(revisions, (revision + 1..=recorded).collect::<Vec<_>>());
    }
}
