//! The city's bot, as Telegram tells of it.

use axum::{body::Body, http::Request};
use kernel::{Clock, SystemClock};
use serde_json::{Value, json};

use super::{Answer, House, Persona, open, open_with};

const CITY: &str = "telegram_bot = \"turkistan_bot\"\ntelegram_token = \"123:abc\"\n";
const HEADER: &str = "x-telegram-bot-api-secret-token";

fn secret(house: &House) -> String {
    house.edge.served().unwrap().bot_secret.as_ref().unwrap().reveal().clone()
}

async fn tell(house: &House, secret: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post("/telegram").header("content-type", "application/json").header(HEADER, secret);
    house.send(request.body(body.into()).unwrap()).await
}

/// What Telegram tells of a message to the bot.
fn update(id: i64, chat: i64, kind: &str, text: &str) -> String {
    let chat = json!({ "id": chat, "type": kind });
    let from = json!({ "id": 1, "is_bot": false, "language_code": "en-GB" });
    json!({ "update_id": id, "message": { "message_id": 1, "date": 1, "chat": chat, "from": from, "text": text } }).to_string()
}

async fn ask(house: &House, query: &str) -> Value {
    let token = Persona::Citizen.token(&house.issuer, SystemClock.now()).unwrap();
    let bearer = format!("Bearer {token}");
    house.post(json!({ "query": query }).to_string(), &[("authorization", &bearer)]).await.json()["data"].take()
}

#[tokio::test]
async fn a_chat_is_linked_and_ended_by_what_its_owner_tells_the_bot() {
    let house = open_with(CITY).await;
    let secret = secret(&house);
    let link = "mutation { linkTelegram(input: { idempotencyKey: \"6f9619ff-8b86-d011-b42d-00cf4fc964ff\" }) { url } }";
    let url = ask(&house, link).await["linkTelegram"]["url"].as_str().unwrap().to_owned();
    let token = url.split_once("?start=").unwrap().1;
    for _ in 0..2 {
        let answer = tell(&house, &secret, update(1, 42, "private", &format!("/start {token}"))).await;
        let said = answer.json();
        assert_eq!((answer.status.as_u16(), &said["method"], &said["chat_id"]), (200, &json!("sendMessage"), &json!(42)));
        assert!(said["text"].as_str().unwrap().starts_with("Done: news of your reports"), "{said}");
    }
    let endpoints = "{ viewer { endpoints { channel address state } } }";
    let linked = json!([{ "channel": "TELEGRAM", "address": "***42", "state": "ACTIVE" }]);
    assert_eq!(ask(&house, endpoints).await["viewer"]["endpoints"], linked);
    let another = tell(&house, &secret, update(2, 43, "private", &format!("/start {token}"))).await.json();
    assert!(another["text"].as_str().unwrap().starts_with("This link is not good"), "{another}");
    let group = tell(&house, &secret, update(3, 44, "group", &format!("/start {token}"))).await;
    assert_eq!((group.status.as_u16(), group.body.len()), (200, 0), "a group is nobody's alone");
    let hint = tell(&house, &secret, update(4, 42, "private", "Сәлем")).await.json();
    assert!(hint["text"].as_str().unwrap().starts_with("This bot brings news"), "{hint}");
    let stopped = tell(&house, &secret, update(5, 42, "private", "/stop")).await.json();
    assert!(stopped["text"].as_str().unwrap().starts_with("Done: nothing more"), "{stopped}");
    assert_eq!(ask(&house, endpoints).await["viewer"]["endpoints"], json!([]));
}

#[tokio::test]
async fn only_telegram_is_heard_and_only_what_the_city_understands() {
    let house = open_with(CITY).await;
    let genuine = secret(&house);
    for forged in ["", "x", &genuine[1..], &genuine.to_uppercase()] {
        assert_eq!(tell(&house, forged, update(1, 42, "private", "/stop")).await.status.as_u16(), 401, "{forged}");
    }
    for (body, status) in [
        ("{".to_owned(), 200),
        ("{\"update_id\":1}".to_owned(), 200),
        ("{\"update_id\":1,\"message\":null}".to_owned(), 200),
        ("x".repeat(64 * 1024 + 1), 413),
    ] {
        let answer = tell(&house, &genuine, body).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (status, 0));
    }
    let city = open().await;
    assert_eq!(tell(&city, &genuine, update(1, 42, "private", "/stop")).await.status.as_u16(), 404, "a city without a bot");
}
