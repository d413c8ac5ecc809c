//! A PostgreSQL server that is gone and comes back: meanwhile everybody is told within two seconds to come again, and afterwards the city goes
//! on by itself, with whoever listens to it.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use tests::{City, Options, Proxy, Store, eventually, uuid};
use tokio::task::JoinHandle;

const SUBMIT: &str = "mutation Submit($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) { coupon { reference key } errors { code } }
}";
const REPORT: &str =
    "query Report($reference: String!, $key: String) { feedback(reference: $reference, key: $key) { reference responsible { slug } } }";
const DESK: &str = "subscription { deskChanged { cursor kind case { reference } } }";
/// How soon whoever asks is told that the database is gone, and how soon it is used again when it is back.
const SOON: Duration = Duration::from_secs(2);

fn filing() -> Value {
    json!({ "input": { "idempotencyKey": uuid(), "text": "Көшеде су ағып жатыр", "locale": "KK" } })
}

/// Whoever listens to the desk, on one connection.
struct Listener {
    heard: Arc<Mutex<Vec<Value>>>,
    listening: JoinHandle<()>,
}

impl Listener {
    async fn start(city: &City) -> Listener {
        let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
        let request = reqwest::Client::new().post(format!("{}/graphql", city.url)).header(ACCEPT, "text/event-stream");
        let mut response = request.bearer_auth(city.token("auditor")).json(&json!({ "query": DESK })).send().await.unwrap();
        let kept = Arc::clone(&heard);
        let listening = tokio::spawn(async move {
            let mut text = Vec::new();
            while let Ok(Some(chunk)) = response.chunk().await {
                text.extend_from_slice(&chunk);
                while let Some(end) = text.windows(2).position(|pair| pair == b"\n\n") {
                    let event = String::from_utf8(text.drain(..end + 2).collect()).unwrap();
                    let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) else { continue };
                    kept.lock().unwrap().push(serde_json::from_str(data).unwrap());
                }
            }
        });
        Listener { heard, listening }
    }

    /// Waits until a report's events were heard: what was filed is on a desk when it is routed.
    async fn hears(&self, coupon: &Value) {
        eventually(&format!("{} is heard of", coupon["reference"]), || async {
            assert!(!self.listening.is_finished(), "the stream broke off");
            let heard = self.heard.lock().unwrap();
            heard.iter().any(|event| event["data"]["deskChanged"]["case"]["reference"] == coupon["reference"]).then_some(())
        })
        .await;
    }

    /// The cursors of all that was heard.
    fn cursors(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.iter().map(|event| event["data"]["deskChanged"]["cursor"].as_str().unwrap_or_else(|| panic!("{event}")).to_owned()).collect()
    }
}

async fn submit(city: &City) -> Value {
    city.ask(None, SUBMIT, filing()).await.data("/submitFeedback/coupon")
}

async fn is_routed(city: &City, coupon: &Value) {
    eventually(&format!("{} is routed", coupon["reference"]), || async {
        let found = city.ask(None, REPORT, json!({ "reference": coupon["reference"], "key": coupon["key"] })).await;
        (!found.data("/feedback/responsible").is_null()).then_some(())
    })
    .await;
}

/// Every operation is turned away at once, in a way that a client understands, and without a word from the inside.
async fn check_turned_away(city: &City) {
    for media in ["application/json", "application/graphql-response+json"] {
        for (document, variables) in [
            (SUBMIT, filing()),
            (REPORT, json!({ "reference": "TK-2026-000007" })),
            ("{ parties(first: 1) { nodes { slug } } services(first: 1) { nodes { title } } }", json!({})),
        ] {
            let asked = Instant::now();
            let answer = city.ask_as(media, document, variables).await.expect("the city answers");
            assert!(asked.elapsed() < SOON, "{document}: {:?}", asked.elapsed());
            assert_eq!(answer.status, 503, "{document}: {}", answer.body);
            assert_eq!(answer.headers["retry-after"], "1");
            assert_eq!(answer.headers["content-type"], format!("{media}; charset=utf-8"));
            assert!(answer.faults().iter().all(|code| code == "SUBGRAPH_UNAVAILABLE"), "{}", answer.body);
            for error in answer.body["errors"].as_array().unwrap() {
                assert_eq!(error["message"], "This part of the city's data does not answer right now.");
            }
        }
    }
    let asked = Instant::now();
    assert_eq!((city.status("/health/ready").await, city.status("/health/live").await), (503, 200));
    assert!(asked.elapsed() < SOON + Duration::from_millis(500), "{:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_comes_back_is_used_again_at_once_and_nobody_has_missed_anything() {
    for store in Store::all() {
        let Store::Postgres(server) = &store else { continue };
        let mut proxy = Proxy::open(server).await;
        let city = City::start(&Store::Postgres(proxy.url.clone()), Options::default()).await;
        let neighbour = city.neighbour(&store).await;
        let listener = Listener::start(&city).await;
        let before = submit(&city).await;
        listener.hears(&before).await;

        for is_silent in [false, true, false] {
            if is_silent {
                proxy.freeze();
            } else {
                proxy.cut().await;
            }
            check_turned_away(&city).await;
            // Others file on; whoever listens here hears of it later.
            let meanwhile = submit(&neighbour).await;
            is_routed(&neighbour, &meanwhile).await;

            proxy.heal().await;
            let healing = Instant::now();
            eventually("the city takes reports", || async {
                let answer = city.ask(None, SUBMIT, filing()).await;
                (answer.status == 200).then(|| answer.data("/submitFeedback/coupon"))
            })
            .await;
            assert!(healing.elapsed() < SOON, "{:?}", healing.elapsed());
            assert_eq!(city.status("/health/ready").await, 200);
            let after = submit(&city).await;
            is_routed(&city, &after).await;
            for coupon in [&meanwhile, &after] {
                listener.hears(coupon).await;
            }
            eventually("both processes hear the bell", || async { (city.bells(&store) == 2).then_some(()) }).await;
        }
        city.idle().await;
        neighbour.idle().await;

        // All that a listener hears who has been away since the first event, the one on the long connection has heard as well.
        let cursors = listener.cursors();
        let again = heard_after(&neighbour, &cursors[0], cursors.len() - 1).await;
        assert_eq!(cursors[1..], again, "a gap, or something twice");
        let audit = city.audit();
        assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    }
}

/// The cursors of the next events after one.
async fn heard_after(city: &City, cursor: &str, count: usize) -> Vec<String> {
    let request = reqwest::Client::new().post(format!("{}/graphql", city.url)).header(ACCEPT, "text/event-stream");
    let document = "subscription($after: String) { deskChanged(after: $after) { cursor } }";
    let request = request.bearer_auth(city.token("auditor")).json(&json!({ "query": document, "variables": { "after": cursor } }));
    let mut response = request.send().await.unwrap();
    let mut text = String::new();
    while text.matches("\nid: ").count() < count {
        text += std::str::from_utf8(&response.chunk().await.unwrap().expect("the stream goes on")).unwrap();
    }
    text.lines().filter_map(|line| line.strip_prefix("id: ")).take(count).map(str::to_owned).collect()
}
