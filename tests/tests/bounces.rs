//! Mail that a server took and gave back: the city's mail server hands the report over, and those who have to know do.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::{City, MailServer, Options, Store, eventually, uuid};

const FILE: &str = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) {
    coupon { reference key } errors { message } } }";
const TOLD: &str = "query($reference: String!, $key: String) { feedback(reference: $reference, key: $key) {
    notices { label email state queuedAt triedAt } } }";

/// As Postfix writes it.
fn report(to: &str) -> String {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.turkistan.example\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\r\n\r\n\
         --B\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you.\r\n\
         --B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.turkistan.example\r\n\r\n\
         Final-Recipient: rfc822; aigul@turkistan.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 <aigul@turkistan.example>: no such user\r\n--B--\r\n"
    )
}

async fn hand_over(city: &City, mail: String) -> StatusCode {
    let http = reqwest::Client::new();
    let sent = http.post(format!("{}/bounces", city.url)).header("content-type", "message/rfc822").body(mail).send();
    sent.await.unwrap().status()
}

async fn check(store: Store) {
    let server = MailServer::start();
    let arguments = ["--bounces", "bounces@turkistan.example"].map(str::to_owned).to_vec();
    let city = City::start(&store, Options { arguments, smtp_url: Some(server.url.clone()), ..Options::default() }).await;
    let contact = json!({ "email": "aigul@turkistan.example" });
    let input = json!({ "idempotencyKey": uuid(), "text": "Көшеде су ағып жатыр", "locale": "KK", "contact": contact });
    let filed = city.ask(None, FILE, json!({ "input": input })).await;
    let coupon = filed.data("/submitFeedback/coupon");
    let mine = || server.mails().into_iter().find(|mail| mail.to == "aigul@turkistan.example");
    let mail = eventually("the coupon arrives", || async { mine() }).await;
    city.idle().await;
    assert!(mail.return_path.starts_with("bounces+") && mail.return_path.ends_with("@turkistan.example"), "{mail:?}");

    let notices = async || {
        let told = city.ask(None, TOLD, json!({ "reference": coupon["reference"], "key": coupon["key"] })).await;
        told.data("/feedback/notices").as_array().unwrap().clone()
    };
    let states = |notices: &[Value]| notices.iter().map(|notice| notice["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(states(&notices().await), ["SENT"]);
    assert_eq!(hand_over(&city, report("bounces@turkistan.example")).await, StatusCode::UNPROCESSABLE_ENTITY);
    let (local, domain) = mail.return_path.split_once('@').unwrap();
    let forged = format!("{}{}@{domain}", &local[..local.len() - 1], if local.ends_with('0') { '1' } else { '0' });
    assert_eq!(hand_over(&city, report(&forged)).await, StatusCode::NOT_FOUND);
    assert_eq!(states(&notices().await), ["SENT"], "whoever was not handed the mail cannot say that it came back");
    for _ in 0..2 {
        assert_eq!(hand_over(&city, report(&mail.return_path)).await, StatusCode::NO_CONTENT);
    }
    city.idle().await;
    let told = notices().await;
    assert_eq!(states(&told), ["BOUNCED"], "{told:?}");
    assert_eq!(told[0]["email"], "a***@t***.example");
    let public = city.ask(None, TOLD, json!({ "reference": coupon["reference"] })).await;
    assert_eq!(public.data("/feedback/notices"), Value::Null, "the public sees none");
}

#[tokio::test]
async fn whoever_filed_sees_that_the_coupon_came_back() {
    for store in Store::all() {
        check(store).await;
    }
}
