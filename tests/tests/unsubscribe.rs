//! A mail program's own button (RFC 8058): what it ends, and what the law lets nobody end.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use serde_json::json;
use tests::{City, Mail, MailServer, Options, Store, eventually, uuid};

const FILE: &str = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { coupon { reference } errors { message } } }";

/// Files a report, and gives the mails to its reporter once there are `count` of them.
async fn mails(city: &City, server: &MailServer, count: usize) -> Vec<Mail> {
    let contact = json!({ "email": "aigul@turkistan.example" });
    let input = json!({ "idempotencyKey": uuid(), "text": "Көшеде су ағып жатыр", "locale": "KK", "contact": contact });
    // An address that was left with an account needs no confirmation.
    let answer = city.ask(Some(&city.token("citizen")), FILE, json!({ "input": input })).await;
    assert_eq!(answer.body["data"]["submitFeedback"]["errors"], json!([]), "{}", answer.body);
    let mine = || server.mails().into_iter().filter(|mail| mail.to == "aigul@turkistan.example").collect::<Vec<_>>();
    eventually("the reporter was told", || async { (mine().len() >= count).then_some(()) }).await;
    city.idle().await;
    mine()
}

async fn check(store: Store) {
    let server = MailServer::start();
    let arguments = vec!["--public-url".to_owned(), "https://turkistan.example".to_owned()];
    let city = City::start(&store, Options { arguments, smtp_url: Some(server.url.clone()), ..Options::default() }).await;
    let first = mails(&city, &server, 2).await;
    let [statutory, free] = [true, false].map(|empty| first.iter().filter(|mail| mail.unsubscribe.is_empty() == empty).collect::<Vec<_>>());
    assert_eq!((statutory.len(), free.len()), (1, 1), "the coupon, and news of the report");
    assert_eq!(free[0].one_click, "List-Unsubscribe=One-Click");
    let path = free[0].unsubscribe.strip_prefix("<https://turkistan.example").unwrap().strip_suffix('>').unwrap();
    let http = reqwest::Client::new();
    let url = format!("{}{path}", city.url);
    let looked = http.get(&url).send().await.unwrap();
    assert_eq!(looked.status(), 200);
    assert_eq!(mails(&city, &server, 4).await.len(), 4, "a look changes nothing");
    for _ in 0..2 {
        let click = http.post(&url).header("content-type", "application/x-www-form-urlencoded").body("List-Unsubscribe=One-Click");
        assert_eq!(click.send().await.unwrap().status(), 200);
    }
    let forged = http.post(url.replace("reminder", "coupon")).send().await.unwrap();
    assert_eq!(forged.status(), 404);
    assert_eq!(mails(&city, &server, 5).await.len(), 5, "the coupon comes, the news does not");
}

#[tokio::test]
async fn one_click_ends_what_the_law_does_not_ask_for() {
    check(Store::Sqlite).await;
}
