//! What a reporter keeps proves without the city that it was filed.

use journal::log::{Receipt, Signer, checkpoint};
use kernel::{Actor, OperationKind, Personal};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, ORIGIN, TEXT, city, codes, merge, noon, water},
    people::{auditor, citizen, officer},
};
const RECEIPT: &str = "receipt { promise erased position path checkpoint file qrCode }";

fn signer() -> Signer {
    Signer::derive(&Personal::new([7; 32]), ORIGIN).unwrap()
}

impl City {
    async fn receipt(&self, actor: &Actor, filed: &Filed, key: bool) -> Value {
        let key = if key { format!(", key: \"{}\"", filed.key) } else { String::new() };
        let query = format!("{{ feedback(reference: \"{}\"{key}) {{ {RECEIPT} }} }}", filed.reference);
        self.read(actor, &query).await["feedback"]["receipt"].clone()
    }

    async fn sign_log(&self) {
        let folder = tempfile::tempdir().unwrap();
        checkpoint(&self.database, &signer(), &folder.path().join("checkpoints"), noon()).await.unwrap();
    }
}

#[tokio::test]
async fn a_coupon_promises_and_the_receipt_proves() {
    let city = city().await;
    let mut input = water();
    input["idempotencyKey"] = json!(city.key());
    let submit =
        "mutation($i: SubmitFeedbackInput!) { submitFeedback(input: $i) { coupon { reference key promise file } errors { message } } }";
    let coupon = || async {
        let answer = city.ask(OperationKind::Mutation, Actor::Anonymous, submit, json!({ "i": input })).await;
        assert_eq!(answer.faults, []);
        answer.data["submitFeedback"]["coupon"].clone()
    };
    let first = coupon().await;
    assert_eq!(coupon().await, first, "the same key gives the same coupon for good");
    let verified = Receipt::verify(first["file"].as_str().unwrap(), signer().verifier()).unwrap();
    assert_eq!(first["reference"].as_str(), Some(verified.promise.reference.as_str()));
    assert_eq!((verified.promise.at, verified.has_content, verified.place), (noon(), true, None));

    let filed = city.file(&Actor::Anonymous, water()).await;
    let before = city.receipt(&Actor::Anonymous, &filed, true).await;
    assert_eq!((&before["position"], &before["path"], &before["checkpoint"]), (&Value::Null, &Value::Null, &Value::Null));
    city.sign_log().await;
    let receipt = city.receipt(&Actor::Anonymous, &filed, true).await;
    let file = receipt["file"].as_str().unwrap();
    assert!(file.contains(TEXT), "{file}");
    let verified = Receipt::verify(file, signer().verifier()).unwrap();
    assert_eq!(verified.place.map(|(position, _)| json!(position)), Some(receipt["position"].clone()));
    assert!(receipt["qrCode"].as_str().unwrap().contains("<svg"));
}

#[tokio::test]
async fn only_the_reporter_has_the_receipt() {
    let city = city().await;
    let filed = city.file(&citizen(), water()).await;
    city.settle().await;
    city.sign_log().await;
    for (actor, key, has) in [
        (citizen(), false, true),
        (Actor::Anonymous, true, true),
        (officer(), true, true),
        (Actor::Anonymous, false, false),
        (officer(), false, false),
        (auditor(), false, false),
    ] {
        assert_eq!(city.receipt(&actor, &filed, key).await.is_object(), has, "{actor:?} {key}");
    }
}

#[tokio::test]
async fn nothing_that_was_written_is_in_the_log() {
    let city = city().await;
    let filed = city.file(&Actor::Anonymous, water()).await;
    let receipt = city.receipt(&Actor::Anonymous, &filed, true).await;
    let public: Value = serde_json::from_str(receipt["file"].as_str().unwrap()).unwrap();
    let promise = public["promise"].as_str().unwrap();
    let payload = city.texts("SELECT CAST(payload AS TEXT) FROM event WHERE number = 1").await.concat();
    for personal in [TEXT, "Айгүл", "aigul", "701", "Тәуке"] {
        assert!(!payload.contains(personal) && !promise.contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn erased_content_leaves_the_proof() {
    let city = city().await;
    let filed = city.file(&Actor::Anonymous, water()).await;
    city.sign_log().await;
    let old = city.receipt(&Actor::Anonymous, &filed, true).await["file"].as_str().unwrap().to_owned();
    city.settle().await;
    city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
    city.do_work(&officer(), "askReporter", &filed, json!({ "text": "Қай пәтер?" })).await;
    let own = json!({ "reference": filed.reference, "key": filed.key });
    let act = async |name: &str, more: Value| {
        let mut input = own.clone();
        merge(&mut input, more);
        codes(&city.act(&Actor::Anonymous, name, "feedback { text }", input).await)
    };
    assert_eq!(act("answerQuestion", json!({ "text": "Тәуке хан, 5" })).await, [""; 0]);
    assert_eq!(act("eraseFeedback", json!({})).await, ["WRONG_STATE"], "work goes on");
    assert_eq!(act("withdrawFeedback", json!({})).await, [""; 0]);
    let other = json!({ "key": "x" });
    assert_eq!(act("eraseFeedback", other).await, ["NOT_FOUND input.reference"]);
    assert_eq!(act("eraseFeedback", json!({})).await, [""; 0]);
    city.settle().await;
    assert_eq!(
        *city.neighbours.erased.lock().unwrap(),
        [json!(filed.reference), json!(kernel::FeedbackId::from_uuid(filed.uuid).global())]
    );
    assert_eq!(city.numbers("SELECT (SELECT COUNT(*) FROM question) + (SELECT COUNT(*) FROM note)").await, [0]);
    let receipt = city.receipt(&Actor::Anonymous, &filed, true).await;
    assert_eq!(receipt["erased"], true);
    let verified = Receipt::verify(receipt["file"].as_str().unwrap(), signer().verifier()).unwrap();
    assert!(!verified.has_content && verified.place.is_some(), "it existed, and its content is erased");
    assert!(Receipt::verify(&old, signer().verifier()).unwrap().has_content);
    for personal in [TEXT, "Айгүл", "aigul", "Тәуке"] {
        let rows = city.texts("SELECT text || COALESCE(CAST(contact AS TEXT), '') || COALESCE(address, '') FROM feedback").await.concat();
        assert!(!rows.contains(personal), "{personal}");
    }
    let audit = journal::log::verify(&city.database.reader, 0, &[]).await.unwrap();
    assert_eq!(audit.bad, None);
    let query = format!("{{ feedback(reference: \"{}\") {{ timeline {{ nodes {{ text }} }} }} }}", filed.reference);
    let told = city.read(&Actor::Anonymous, &query).await.to_string();
    assert!(told.contains("The proof that it was filed remains"), "{told}");
}
