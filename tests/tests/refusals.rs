//! Bad input is refused in the reader's language, naming the field, and nothing is written.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use serde_json::{Value, json};
use tests::{City, Options, Store, uuid};

const SUBMIT: &str = "mutation Submit($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) { coupon { reference } errors { __typename code path message } }
}";

/// A submission that would be accepted, changed in one place.
fn submission(changes: &Value) -> Value {
    let mut input = json!({ "idempotencyKey": uuid(), "text": "Көшеде су ағып жатыр", "locale": "KK" });
    for (name, value) in changes.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

async fn check(city: &City, changes: Value, type_name: &str, code: &str, path: &[&str]) {
    let rows = city.jobs().await;
    let mut messages = Vec::new();
    for language in ["kk", "ru", "en"] {
        let answer = city.ask_in(language, None, SUBMIT, json!({ "input": submission(&changes) })).await.unwrap();
        let error = answer.data("/submitFeedback/errors/0");
        assert_eq!((error["__typename"].as_str(), error["code"].as_str()), (Some(type_name), Some(code)), "{changes}");
        assert_eq!(error["path"], json!(path), "{changes}");
        assert!(answer.data("/submitFeedback/coupon").is_null());
        messages.push(error["message"].as_str().unwrap().to_owned());
    }
    messages.dedup();
    assert_eq!(messages.len(), 3, "three languages: {messages:?}");
    assert_eq!(city.jobs().await, rows, "nothing was written");
}

#[tokio::test]
async fn bad_input_is_refused_by_field_in_three_languages() {
    for store in Store::all() {
        let city = City::start(&store, Options::default()).await;
        city.idle().await;
        let invalid = ("InvalidInput", "INVALID");
        for (changes, (type_name, code), path) in [
            (json!({ "text": "  " }), invalid, ["input", "text"].as_slice()),
            (json!({ "text": "ә".repeat(10_001) }), ("InvalidInput", "LIMIT_REACHED"), &["input", "text"]),
            (json!({ "category": "bm90LWEtY2F0ZWdvcnk" }), ("NotFound", "NOT_FOUND"), &["input", "category"]),
            (json!({ "service": "bm90LWEtc2VydmljZQ" }), ("NotFound", "NOT_FOUND"), &["input", "service"]),
            (json!({ "place": { "district": "bm93aGVyZQ" } }), ("NotFound", "NOT_FOUND"), &["input", "place", "district"]),
            (json!({ "place": { "point": { "lat": 51.1, "lon": 71.4 } } }), invalid, &["input", "place", "point"]),
            (json!({ "contact": { "email": "nobody" } }), invalid, &["input", "contact", "email"]),
            (json!({ "contact": { "phone": "112" } }), invalid, &["input", "contact", "phone"]),
            (json!({ "track": "APPEAL", "contact": { "name": "Synthetic" } }), invalid, &["input", "contact", "iin"]),
            (json!({ "idempotencyKey": "not-a-uuid" }), invalid, &["input", "idempotencyKey"]),
        ] {
            check(&city, changes, type_name, code, path).await;
        }
    }
}

#[tokio::test]
async fn one_key_is_one_report_and_another_body_is_refused() {
    for store in Store::all() {
        let city = City::start(&store, Options::default()).await;
        let input = submission(&json!({}));
        let first = city.ask(None, SUBMIT, json!({ "input": input })).await.data("/submitFeedback/coupon");
        let again = city.ask(None, SUBMIT, json!({ "input": input })).await.data("/submitFeedback/coupon");
        assert_eq!(first, again);
        let mut other = input.clone();
        other["text"] = json!("Басқа мәтін");
        let refused = city.ask(None, SUBMIT, json!({ "input": other })).await;
        assert_eq!(refused.data("/submitFeedback/errors/0/__typename"), "KeyReused");
    }
}

#[tokio::test]
async fn the_same_key_at_once_is_still_one_report() {
    for store in Store::all() {
        let city = City::start(&store, Options::default()).await;
        let variables = json!({ "input": submission(&json!({})) });
        let asked = (0..8).map(|_| city.ask(None, SUBMIT, variables.clone()));
        let mut references = Vec::new();
        for answer in futures(asked).await {
            references.push(answer.data("/submitFeedback/coupon/reference"));
        }
        references.dedup();
        assert_eq!(references.len(), 1, "{references:?}");
    }
}

async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    futures_util::future::join_all(all).await
}

#[tokio::test]
async fn a_broken_definition_refuses_the_start_with_file_line_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    for source in ["workflows/definitions", "workflows/calendars"] {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(source);
        for entry in std::fs::read_dir(root).unwrap().map_while(Result::ok) {
            std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
        }
    }
    let broken = folder.path().join("routing.v1.toml");
    let text = std::fs::read_to_string(&broken).unwrap().replace("when = \"category == 'public-order'\"", "when = \"category == \"");
    std::fs::write(&broken, text).unwrap();
    let data = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(tests::binary())
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data.path())
        .arg("--definitions")
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("routing.v1.toml:"), "{said}");
}
