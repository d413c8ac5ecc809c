//! What a reporter keeps proves without the city that it was filed.

use futures_util::FutureExt;
use journal::{
    Abort,
    log::{Receipt, Signer, checkpoint},
};
use kernel::{Actor, OperationKind, Personal};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, ORIGIN, TEXT, city, noon, water},
    people::{auditor, citizen, officer},
};
use crate::entity::feedback;

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
    let row = crate::store::Store(city.database.reader.clone()).find_by_reference(&filed.reference).await.unwrap().unwrap();
    let erased = city.database.writer.write(move |txn| erase(txn, row).boxed());
    erased.await.unwrap();
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

async fn erase(txn: &journal::Txn, row: feedback::Model) -> Result<(), Abort> {
    crate::receipt::erase(txn, &row, noon()).await
}
