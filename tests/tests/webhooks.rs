//! A receiver of webhooks, as a party runs one.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tests::{City, Options, Received, Recorder, Store, eventually, uuid};

const REGISTER: &str = "mutation($input: RegisterWebhookInput!) { registerWebhook(input: $input) {
    webhook { id } secret errors { code message } } }";
const FILE: &str = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { coupon { reference } errors { message } } }";

async fn register(city: &City, url: &str) -> Value {
    let input = json!({ "idempotencyKey": uuid(), "url": url });
    city.ask(Some(&city.token("admin")), REGISTER, json!({ "input": input })).await.body["data"]["registerWebhook"].take()
}

/// Whether a message is the city's, as Standard Webhooks 1.0 has receivers find out.
fn is_genuine(message: &Received, secret: &str) -> bool {
    let header = |name: &str| message.headers[name].to_str().unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap());
    let content = [format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes(), &message.body].concat();
    let signature = STANDARD.decode(header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
    hmac::verify(&key, &content, &signature).is_ok()
}

#[tokio::test]
async fn what_happens_to_a_report_is_told_to_whoever_listens() {
    let receiver = Recorder::start("{}").await;
    let arguments = vec!["--trusted-host".to_owned(), "127.0.0.1".to_owned()];
    let city = City::start(&Store::Sqlite, Options { arguments, ..Options::default() }).await;
    let registered = register(&city, &format!("{}/hook", receiver.url)).await;
    assert_eq!(registered["errors"], json!([]));
    assert_eq!(register(&city, "http://localhost:1/").await["errors"][0]["code"], "INVALID", "a host that is not trusted");
    let input = json!({ "idempotencyKey": uuid(), "text": "Көшеде су ағып жатыр", "locale": "KK" });
    let answer = city.ask(None, FILE, json!({ "input": input })).await;
    let reference = answer.body["data"]["submitFeedback"]["coupon"]["reference"].clone();
    eventually("both events arrive", || async { (receiver.received().len() >= 2).then_some(()) }).await;
    city.idle().await;
    let received = receiver.received();
    let kinds: Vec<Value> = received.iter().map(|message| serde_json::from_slice(&message.body).unwrap()).collect();
    assert!(kinds.iter().all(|body: &Value| body["data"]["reference"] == reference), "{kinds:?}");
    assert!(kinds.iter().any(|body| body["type"] == "feedback.submitted"), "{kinds:?}");
    let secret = registered["secret"].as_str().unwrap();
    for message in &received {
        assert!(message.path == "/hook" && is_genuine(message, secret), "{message:?}");
        assert!(!is_genuine(&Received { body: b"{}".to_vec().into(), ..message.clone() }, secret));
    }
}
