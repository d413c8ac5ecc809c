//! Killed at any instant under load, the city loses no acknowledged report, doubles none, and mails nothing that was not committed.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::json;
use tests::{City, MailServer, Options, Store, eventually, uuid};

const SUBMIT: &str = "mutation Submit($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) { coupon { reference key } errors { code } }
}";

/// How often the city is killed; the long run says more.
fn kills() -> u64 {
    std::env::var("TURKISTAN_TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(50)
}

/// What was acknowledged: reference and key by the act's own key.
type Ledger = Arc<Mutex<BTreeMap<String, (String, String)>>>;

async fn load(city: &City, ledger: &Ledger, sent: &Mutex<Vec<String>>) {
    loop {
        let key = uuid();
        sent.lock().unwrap().push(key.clone());
        let input = json!({
            "idempotencyKey": key, "text": "Көшеде су ағып жатыр", "locale": "KK",
            "contact": { "email": format!("{key}@turkistan.example") },
        });
        let Some(answer) = city.try_ask(None, SUBMIT, json!({ "input": input })).await else { return };
        if let Some(coupon) = answer.body.pointer("/data/submitFeedback/coupon").filter(|coupon| coupon.is_object()) {
            let text = |name: &str| coupon[name].as_str().unwrap().to_owned();
            ledger.lock().unwrap().insert(key, (text("reference"), text("key")));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_report_is_lost_or_doubled_by_a_kill() {
    let mail = MailServer::start();
    let mut city = City::start(&Store::Sqlite, Options { smtp_url: Some(mail.url.clone()), ..Options::default() }).await;
    let ledger = Ledger::default();
    let sent = Mutex::default();
    // A seed would not make the instants repeatable: the load itself is not. What must hold, holds at every instant.
    for round in 0..kills() {
        let pause = Duration::from_millis(5 + (round * 37) % 180);
        let clients = futures_util::future::join_all((0..4).map(|_| load(&city, &ledger, &sent)));
        tokio::select! {
            _ = clients => {}
            () = tokio::time::sleep(pause) => {}
        }
        city.kill();
        city.restart().await;
    }
    let ledger = ledger.lock().unwrap().clone();
    assert!(!ledger.is_empty());
    let query =
        "query Report($reference: String!, $key: String) { feedback(reference: $reference, key: $key) { reference responsible { slug } } }";
    for (reference, key) in ledger.values() {
        let what = format!("{reference} is there and routed");
        eventually(&what, || async {
            let answer = city.ask(None, query, json!({ "reference": reference, "key": key })).await.data("/feedback");
            assert_eq!(answer["reference"], **reference, "an acknowledged report is lost");
            (!answer["responsible"].is_null()).then_some(())
        })
        .await;
    }
    let references: std::collections::BTreeSet<&String> = ledger.values().map(|(reference, _)| reference).collect();
    assert_eq!(references.len(), ledger.len(), "two coupons with one number");
    check_mail(&city, &mail, &ledger, &sent.into_inner().unwrap()).await;
}

/// Every acknowledged reporter got one coupon, and whoever got one has a report.
async fn check_mail(city: &City, mail: &MailServer, ledger: &BTreeMap<String, (String, String)>, sent: &[String]) {
    let to = |key: &String| format!("{key}@turkistan.example");
    let coupons =
        || mail.mails().into_iter().filter(|mail| mail.to.contains('-') && sent.iter().any(|key| to(key) == mail.to)).collect::<Vec<_>>();
    eventually("every acknowledged coupon is mailed", || async {
        let mailed: std::collections::BTreeSet<String> = coupons().into_iter().map(|mail| mail.to).collect();
        ledger.keys().all(|key| mailed.contains(&to(key))).then_some(())
    })
    .await;
    for mail in coupons() {
        let key = sent.iter().find(|key| to(key) == mail.to).unwrap();
        // The same act again: a report that was mailed was committed, so this gives the coupon that was mailed.
        let input = json!({
            "idempotencyKey": key, "text": "Көшеде су ағып жатыр", "locale": "KK", "contact": { "email": mail.to },
        });
        let answer = city.ask(None, SUBMIT, json!({ "input": input })).await;
        let reference = answer.data("/submitFeedback/coupon/reference");
        assert!(mail.subject.contains(reference.as_str().unwrap()), "{} was mailed for a report that was not committed", mail.subject);
    }
}
