//! Whoever has an account is told beside mail, too: by their browser.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use serde_json::{Value, json};
use tests::{Browser, City, Options, Recorder, Store, eventually, uuid};

const FILE: &str = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { coupon { reference } errors { message } } }";
const ADD: &str = "mutation($input: AddPushSubscriptionInput!) { addPushSubscription(input: $input) {
    endpoint { address state } errors { code message } } }";
const DELIVERIES: &str = "query($about: String!) { messages(about: $about) { nodes { deliveries { channel outcome replyCode } } } }";
/// What a report says, and nobody but its readers is told.
const TEXT: &str = "Көшеде су ағып жатыр, үйім Абай 17";

async fn subscribe(city: &City, browser: &Browser, url: &str) -> Value {
    let input = json!({ "idempotencyKey": uuid(), "endpoint": url, "p256dh": browser.p256dh, "auth": browser.auth });
    city.ask(Some(&city.token("citizen")), ADD, json!({ "input": input })).await.body["data"]["addPushSubscription"].take()
}

/// Files a report with an account, and gives its number.
async fn file(city: &City) -> String {
    let contact = json!({ "email": "aigul@turkistan.example" });
    let input = json!({ "idempotencyKey": uuid(), "text": TEXT, "locale": "KK", "contact": contact });
    let answer = city.ask(Some(&city.token("citizen")), FILE, json!({ "input": input })).await;
    answer.body["data"]["submitFeedback"]["coupon"]["reference"].as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned()
}

#[tokio::test]
async fn a_report_s_messages_arrive_on_every_way_after_a_failure_and_hold_none_of_its_text() {
    let service = Recorder::failing_first(1, "").await;
    let arguments =
        ["--trusted-host", "127.0.0.1", "--push-contact", "mailto:it@turkistan.example", "--public-url", "https://city.example"];
    let arguments = arguments.map(str::to_owned).to_vec();
    let city = City::start(&Store::Sqlite, Options { arguments, ..Options::default() }).await;
    let key = city.ask(None, "{ webPushKey }", json!({})).await.body["data"]["webPushKey"].as_str().unwrap().to_owned();
    let browser = Browser::new();
    let added = subscribe(&city, &browser, &format!("{}/push/1", service.url)).await;
    assert_eq!(added, json!({ "endpoint": { "address": "127.0.0.1", "state": "ACTIVE" }, "errors": [] }));
    let foreign = subscribe(&city, &browser, "http://localhost:1/").await;
    assert_eq!(foreign["errors"][0]["code"], "INVALID", "a host that is not trusted");
    let reference = file(&city).await;
    eventually("the browser is told again", || async { (service.received().len() >= 2).then_some(()) }).await;
    city.idle().await;
    let received = service.received();
    let said: Vec<Value> = received.iter().map(|message| browser.read(message, &key, &service.url)).collect();
    for (message, said) in received.iter().zip(&said) {
        assert!(said["title"].as_str().unwrap().contains(&reference) && said["link"] == "https://city.example", "{said}");
        assert!(message.path == "/push/1" && message.headers["content-encoding"] == "aes128gcm", "{message:?}");
        assert!(!said.to_string().contains("Абай") && !said.to_string().contains("ағып"), "{said}");
    }
    let topics: Vec<_> = received.iter().map(|message| message.headers["topic"].clone()).collect();
    assert!(topics[1..].contains(&topics[0]), "the failed one came again: {topics:?}");
    let messages = city.ask(Some(&city.token("auditor")), DELIVERIES, json!({ "about": reference })).await.body;
    let deliveries: Vec<Value> = messages["data"]["messages"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|m| m["deliveries"].as_array().unwrap().clone())
        .collect();
    for expected in [
        json!({ "channel": "PUSH", "outcome": "DEFERRED", "replyCode": 503 }),
        json!({ "channel": "PUSH", "outcome": "SENT", "replyCode": 200 }),
        json!({ "channel": "MAIL", "outcome": "SENT", "replyCode": null }),
    ] {
        assert!(deliveries.contains(&expected), "{expected}: {deliveries:?}");
    }
}
