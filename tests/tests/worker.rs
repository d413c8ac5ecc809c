//! Jobs performed by processes of their own, beside those that serve.

use serde_json::json;
use tests::{City, Options, Store, eventually, uuid};

const SUBMIT: &str = "mutation Submit($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) { coupon { reference key } errors { code } }
}";
const QUEUE: &str = "{ queue { waiting waitingStatutory later inHand dead oldestJobSeconds timerLagSeconds } }";

#[tokio::test]
async fn a_city_that_performs_no_jobs_leaves_them_to_its_workers() {
    for store in Store::all().into_iter().filter(|store| *store != Store::Sqlite) {
        let city = City::start(&store, Options { arguments: vec!["--no-worker".to_owned()], ..Options::default() }).await;
        let auditor = city.token("auditor");
        let input = json!({ "idempotencyKey": uuid(), "text": "Көшеде су ағып жатыр", "locale": "KK" });
        let coupon = city.ask(None, SUBMIT, json!({ "input": input })).await.data("/submitFeedback/coupon");
        let queue = city.ask(Some(&auditor), QUEUE, json!({})).await.data("/queue");
        assert!(queue["waiting"].as_i64().is_some_and(|waiting| waiting > 0) && queue["inHand"] == 0, "{queue}");

        let _workers = [city.worker(), city.worker()];
        let query =
            "query Report($reference: String!, $key: String) { feedback(reference: $reference, key: $key) { responsible { slug } } }";
        eventually("the report is routed", || async {
            let found = city.ask(None, query, json!({ "reference": coupon["reference"], "key": coupon["key"] })).await;
            (!found.data("/feedback/responsible").is_null()).then_some(())
        })
        .await;
        city.idle().await;
        let queue = city.ask(Some(&auditor), QUEUE, json!({})).await.data("/queue");
        assert_eq!((&queue["waiting"], &queue["dead"], &queue["timerLagSeconds"]), (&json!(0), &json!(0), &json!(0)), "{queue}");
    }
}

#[tokio::test]
async fn the_queue_is_shown_to_those_who_watch_over_the_house() {
    let city = City::start(&Store::Sqlite, Options::default()).await;
    for (persona, sees) in [("citizen", false), ("officer", false), ("auditor", true)] {
        let token = city.token(persona);
        let answer = city.ask(Some(&token), QUEUE, json!({})).await;
        assert_eq!(answer.body["data"]["queue"].is_object(), sees, "{persona}");
    }
}
