//! A disk that is full: whoever files a report is asked to come again, whoever reads is answered, and what was promised is kept. When there is
//! place again, the city goes on by itself.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{Answer, City, Options, Store, eventually, uuid};

const SUBMIT: &str = "mutation Submit($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) { coupon { reference key } errors { code } }
}";
const REPORT: &str =
    "query Report($reference: String!, $key: String) { feedback(reference: $reference, key: $key) { reference responsible { slug } } }";
/// How soon writes go on.
const HEALED: Duration = Duration::from_secs(2);
/// How many reporters are turned away before there is place again.
const TURNED_AWAY: usize = 20;

/// What the reporters know: the coupon by the key of the act; none for an act that could not be written.
type Ledger = Mutex<BTreeMap<String, Option<Value>>>;

fn filing(key: &str) -> Value {
    json!({ "input": { "idempotencyKey": key, "text": "Көшеде су ағып жатыр", "locale": "KK" } })
}

/// An answer by which a client knows that it may try again, and which tells nothing from the inside.
fn check_turned_away(answer: &Answer) {
    assert_eq!((answer.status, answer.faults()), (503, vec!["SUBGRAPH_UNAVAILABLE".to_owned()]), "{}", answer.body);
    assert_eq!(answer.headers["retry-after"], "1");
    assert_eq!(answer.body["errors"][0]["message"], "This part of the city's data does not answer right now.");
    assert!(answer.body.get("data").is_none(), "{}", answer.body);
}

/// Files reports until enough were turned away.
async fn report(city: &City, media: &str, ledger: &Ledger) {
    loop {
        let key = uuid();
        let answer = city.ask_as(media, SUBMIT, filing(&key)).await.expect("the city answers");
        let coupon = answer.body.pointer("/data/submitFeedback/coupon").filter(|coupon| coupon.is_object()).cloned();
        if coupon.is_none() {
            check_turned_away(&answer);
        }
        let mut ledger = ledger.lock().unwrap();
        ledger.insert(key, coupon);
        if ledger.values().filter(|coupon| coupon.is_none()).count() >= TURNED_AWAY {
            return;
        }
    }
}

async fn read(city: &City, coupon: &Value) -> Value {
    let answer = city.ask(None, REPORT, json!({ "reference": coupon["reference"], "key": coupon["key"] })).await.data("/feedback");
    assert_eq!(answer["reference"], coupon["reference"], "an acknowledged report is lost");
    answer
}

/// `room` is how much the write-ahead log may still grow; without it nothing can be written at all.
async fn check(room: Option<u64>) {
    let city = City::start(&Store::Sqlite, Options { disk_fills: true, ..Options::default() }).await;
    let first = city.ask(None, SUBMIT, filing(&uuid())).await.data("/submitFeedback/coupon");
    let log = std::fs::metadata(city.data.path().join("turkistan.db-wal")).unwrap().len();
    city.limit_files(Some(room.map_or(0, |room| log + room)));

    let ledger = Ledger::default();
    let media = ["application/json", "application/graphql-response+json"];
    join_all([media, media].concat().into_iter().map(|media| report(&city, media, &ledger))).await;
    read(&city, &first).await;
    assert_eq!(city.status("/health/live").await, 200);

    city.limit_files(None);
    let healing = std::time::Instant::now();
    eventually("reports are taken again", || async {
        let answer = city.ask(None, SUBMIT, filing(&uuid())).await;
        (answer.status == 200).then(|| answer.data("/submitFeedback/coupon"))
    })
    .await;
    assert!(healing.elapsed() < HEALED, "{:?}", healing.elapsed());
    assert_eq!(city.status("/health/ready").await, 200);

    for (key, coupon) in ledger.into_inner().unwrap() {
        // Whoever was turned away comes again with the same key, and so does whoever has the coupon already.
        let again = city.ask(None, SUBMIT, filing(&key)).await.data("/submitFeedback/coupon");
        assert_eq!(coupon.unwrap_or_else(|| again.clone()), again, "two coupons for one act");
        let what = format!("{} is routed", again["reference"]);
        eventually(&what, || async { (!read(&city, &again).await["responsible"].is_null()).then_some(()) }).await;
    }
    city.idle().await;
    let queue = city.ask(Some(&city.token("auditor")), "{ queue { dead } }", json!({})).await.data("/queue");
    assert_eq!(queue["dead"], 0, "a job was given up");
    let audit = city.audit();
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
}

#[tokio::test]
async fn when_nothing_can_be_written_whoever_reads_is_answered() {
    check(None).await;
}

#[tokio::test]
async fn a_disk_that_fills_under_load_loses_nothing_that_was_acknowledged() {
    check(Some(256 * 1024)).await;
}
