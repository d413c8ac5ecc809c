//! Chats with the city's bot.

use chrono::TimeDelta;
use journal::Landed;
use kernel::{Actor, Code, Role};
use serde_json::{Value, json};

use super::{
    endpoints::{aigul, asel, list, tell, uuid},
    house::{REFERENCE, TestHouse, house, landing, person},
};

const LINK: &str = "mutation($input: LinkTelegramInput!) { linkTelegram(input: $input) { url expiresAt errors { __typename code path } } }";
const COMPLETE: &str =
    "mutation($input: CompleteTelegramLinkInput!) { completeTelegramLink(input: $input) { linked errors { code path } } }";
const END: &str = "mutation($input: EndTelegramLinkInput!) { endTelegramLink(input: $input) { removed errors { code path } } }";

async fn link(house: &TestHouse, actor: &Actor, key: u128) -> Value {
    let input = json!({ "idempotencyKey": uuid(key) });
    house.data(actor, LINK, json!({ "input": input })).await["linkTelegram"].take()
}

/// What the bot is told by whoever follows a link.
fn token(link: &Value) -> String {
    let url = link["url"].as_str().unwrap();
    url.strip_prefix("https://t.me/turkistan_bot?start=").unwrap_or_else(|| panic!("{url}")).to_owned()
}

async fn complete(house: &TestHouse, key: u128, token: &str, chat: &str) -> Value {
    let input = json!({ "idempotencyKey": uuid(key), "token": token, "chat": chat });
    house.data(&Actor::System, COMPLETE, json!({ "input": input })).await["completeTelegramLink"].take()
}

async fn end(house: &TestHouse, key: u128, chat: &str) -> Value {
    let input = json!({ "idempotencyKey": uuid(key), "chat": chat });
    house.data(&Actor::System, END, json!({ "input": input })).await["endTelegramLink"].take()
}

#[tokio::test]
async fn a_chat_is_linked_by_the_link_and_told_until_it_says_stop() {
    let house = house().await;
    let given = link(&house, &aigul(), 1).await;
    assert_eq!((&given["expiresAt"], &given["errors"]), (&json!("2026-11-24T05:15:00Z"), &json!([])));
    assert_eq!(link(&house, &aigul(), 1).await, given, "the same key answers the same");
    for _ in 0..2 {
        assert_eq!(complete(&house, 2, &token(&given), "123456789").await, json!({ "linked": true, "errors": [] }));
    }
    let seen = list(&house, &aigul()).await;
    assert_eq!((&seen[0]["channel"], &seen[0]["address"], &seen[0]["state"]), (&json!("TELEGRAM"), &json!("***89"), &json!("ACTIVE")));
    tell(&house, 10, "ANSWER").await;
    while house.work(false).await {}
    let told = house.telegram.taken.lock().unwrap().clone();
    assert_eq!((told.len(), told[0].title.reveal().as_str()), (1, "ANSWER 10"));
    assert_eq!(told[0].text.reveal(), &format!("Өтінішке жауап · {REFERENCE}"));
    for _ in 0..2 {
        assert_eq!(end(&house, 3, "123456789").await, json!({ "removed": 1, "errors": [] }));
    }
    assert_eq!(end(&house, 4, "123456789").await["removed"], 0);
    assert!(list(&house, &aigul()).await.is_empty());
}

#[tokio::test]
async fn a_link_serves_one_chat_for_a_quarter_of_an_hour() {
    let house = house().await;
    let mine = token(&link(&house, &aigul(), 1).await);
    assert_eq!(complete(&house, 2, &mine, "1").await["linked"], true);
    let unknown = json!({ "linked": null, "errors": [{ "code": "NOT_FOUND", "path": ["input", "token"] }] });
    assert_eq!(complete(&house, 3, &mine, "2").await, unknown, "whoever saw it comes too late");
    assert_eq!(complete(&house, 4, &mine[1..], "3").await, unknown);
    assert_eq!(complete(&house, 5, "", "3").await, unknown);
    let late = token(&link(&house, &asel(), 6).await);
    house.clock.advance(TimeDelta::minutes(15));
    assert_eq!(complete(&house, 7, &late, "4").await, unknown);
    assert_eq!((list(&house, &aigul()).await.len(), list(&house, &asel()).await.len()), (1, 0));
    let refused = complete(&house, 8, &late, "a chat").await;
    assert_eq!(refused["errors"], json!([{ "code": "INVALID", "path": ["input", "chat"] }]));
}

#[tokio::test]
async fn whoever_blocked_the_bot_is_told_no_more() {
    let house = house().await;
    complete(&house, 2, &token(&link(&house, &aigul(), 1).await), "1").await;
    house.telegram.script.lock().unwrap().push_back(landing(Landed::Gone, 403));
    for key in [10, 11] {
        tell(&house, key, "ANSWER").await;
        while house.work(false).await {}
    }
    assert_eq!(house.telegram.taken.lock().unwrap().len(), 1);
    assert_eq!(list(&house, &aigul()).await[0]["state"], "GONE");
}

#[tokio::test]
async fn only_the_house_hears_its_bot_and_only_people_ask_for_links() {
    let house = house().await;
    for actor in [aigul(), person(Role::Admin), Actor::Anonymous] {
        let code = if actor == Actor::Anonymous { Code::Unauthenticated } else { Code::Forbidden };
        let input = json!({ "idempotencyKey": uuid(1), "token": "x", "chat": "1" });
        assert_eq!(house.ask(&actor, COMPLETE, json!({ "input": input })).await.1, [code], "{actor:?}");
        let input = json!({ "idempotencyKey": uuid(1), "chat": "1" });
        assert_eq!(house.ask(&actor, END, json!({ "input": input })).await.1, [code], "{actor:?}");
    }
    for actor in [Actor::Anonymous, Actor::System] {
        assert_eq!(link(&house, &actor, 2).await["errors"][0]["code"], "NOT_ALLOWED", "{actor:?}");
    }
}
