//! Mail that is signed (DKIM), as two other programs read it.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{Ed25519KeyPair, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use tests::{City, MailServer, Options, Store, Verdict, Verifier, eventually, uuid};

const FILE: &str = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { coupon { reference } errors { message } } }";

/// A key that signs, in PKCS#8.
fn rsa() -> Vec<u8> {
    let der: Pkcs8V1Der<'_> = RsaKeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap();
    der.as_ref().to_vec()
}

fn ed25519() -> Vec<u8> {
    Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap().as_ref().to_vec()
}

async fn check(key: Vec<u8>) {
    let (server, folder) = (MailServer::start(), tempfile::tempdir().unwrap());
    let file = folder.path().join("dkim.pem");
    std::fs::write(&file, format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(key))).unwrap();
    let file = file.to_str().unwrap();
    let arguments = ["--public-url", "https://turkistan.example", "--mail-from", "no-reply@turkistan.example", "--dkim-key", file];
    let arguments = arguments.map(str::to_owned).to_vec();
    let options = Options { arguments: arguments.clone(), smtp_url: Some(server.url.clone()), ..Options::default() };
    let city = City::start(&Store::Sqlite, options).await;
    let contact = json!({ "email": "aigul@turkistan.example" });
    let input = json!({ "idempotencyKey": uuid(), "text": "Көшеде су ағып жатыр", "locale": "KK", "contact": contact });
    let answer = city.ask(None, FILE, json!({ "input": input })).await;
    assert_eq!(answer.body["data"]["submitFeedback"]["errors"], json!([]), "{}", answer.body);
    eventually("mail arrives", || async { (server.mails().len() >= 2).then_some(()) }).await;
    city.idle().await;
    assert!(server.mails().iter().any(|mail| !mail.unsubscribe.is_empty()), "one that can be ended");
    let told = city.doctor(&arguments);
    let record = told.lines().find_map(|line| line.split_once("publish ")).unwrap_or_else(|| panic!("{told}")).1;
    let (name, text) = record.split_once(" TXT ").unwrap();
    assert_eq!(name, "turkistan._domainkey.turkistan.example");
    let good = Verdict {
        holds: true,
        holds_with_another_way_out: false,
        holds_with_another_click: false,
        holds_for_another_text: false,
        holds_without_a_key: false,
    };
    let [dkimpy, mailauth] = [Verifier::Dkimpy, Verifier::Mailauth].map(|verifier| server.verdicts(verifier, name, text));
    assert_eq!(dkimpy, mailauth, "two verifiers disagree");
    assert_eq!(dkimpy.len(), server.mails().len());
    assert!(dkimpy.values().all(|verdict| *verdict == good), "{dkimpy:?}");
}

#[tokio::test]
async fn mail_signed_with_rsa_is_verified_by_its_published_key() {
    check(rsa()).await;
}

#[tokio::test]
async fn mail_signed_with_ed25519_is_verified_by_its_published_key() {
    check(ed25519()).await;
}
