//! Telephones and their codes.

use chrono::TimeDelta;
use journal::Destination;
use kernel::Actor;
use serde_json::{Value, json};

use super::{
    endpoints::{aigul, asel, list, tell, uuid},
    house::{TestHouse, house},
    later,
};

const ADD: &str =
    "mutation($input: AddPhoneInput!) { addPhone(input: $input) { endpoint { id address state } errors { code path message } } }";
const CONFIRM: &str =
    "mutation($input: ConfirmPhoneInput!) { confirmPhone(input: $input) { endpoint { id state } errors { code path message } } }";
const NUMBER: &str = "8 (701) 234-56-78";

async fn add(house: &TestHouse, actor: &Actor, key: u128, number: &str) -> Value {
    let input = json!({ "idempotencyKey": uuid(key), "number": number });
    house.data(actor, ADD, json!({ "input": input })).await["addPhone"].take()
}

async fn confirm(house: &TestHouse, actor: &Actor, key: u128, phone: &Value, code: &str) -> Value {
    let input = json!({ "idempotencyKey": uuid(key), "endpoint": phone["endpoint"]["id"], "code": code });
    house.data(actor, CONFIRM, json!({ "input": input })).await["confirmPhone"].take()
}

/// Performs whatever is due, and gives the text messages that went out.
async fn texts(house: &TestHouse) -> Vec<String> {
    while house.work(false).await {}
    let taken = std::mem::take(&mut *house.sms.taken.lock().unwrap());
    taken.iter().map(|ping| ping.lines().join("\n")).collect()
}

/// The code of the last text message.
async fn code(house: &TestHouse) -> String {
    let text = texts(house).await.pop().unwrap();
    text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).unwrap_or_else(|| panic!("{text}")).to_owned()
}

fn other(code: &str) -> &'static str {
    if code == "000000" { "111111" } else { "000000" }
}

#[tokio::test]
async fn a_telephone_is_told_once_its_owner_has_told_its_code() {
    let house = house().await;
    let phone = add(&house, &aigul(), 1, NUMBER).await;
    assert_eq!((&phone["endpoint"]["address"], &phone["endpoint"]["state"]), (&json!("+7701***78"), &json!("WAITING")));
    assert_eq!(add(&house, &aigul(), 1, "+77012345678").await, phone, "the same number, and the same key");
    tell(&house, 10, "ANSWER").await;
    let sent = house.sms.taken.lock().unwrap().len();
    assert_eq!(sent, 0);
    let right = code(&house).await;
    let confirmed = confirm(&house, &aigul(), 2, &phone, &right).await;
    assert_eq!(confirmed, json!({ "endpoint": { "id": phone["endpoint"]["id"], "state": "ACTIVE" }, "errors": [] }));
    assert_eq!(confirm(&house, &aigul(), 2, &phone, &right).await, confirmed);
    for (key, topic) in [(11, "ANSWER"), (12, "REMINDER")] {
        tell(&house, key, topic).await;
    }
    let told = texts(&house).await;
    assert!(told.len() == 1 && told[0].starts_with("ANSWER 11\n"), "what the law wants told, and no more: {told:?}");
    let again = add(&house, &aigul(), 3, NUMBER).await;
    assert_eq!(again["endpoint"]["state"], "ACTIVE");
    assert_eq!(texts(&house).await.len(), 0, "a confirmed one needs no code");
    for stored in ["SELECT CAST(payload AS TEXT) FROM job WHERE kind = 'deliver_code'", "SELECT digest FROM phone_code"] {
        let stored = house.value::<String>(stored).await;
        assert!(!stored.contains(&right) && !stored.contains("2345678"), "{stored}");
    }
}

#[tokio::test]
async fn a_code_is_good_for_five_tries_and_a_replayed_one_is_no_try() {
    let house = house().await;
    let phone = add(&house, &aigul(), 1, NUMBER).await;
    let right = code(&house).await;
    let wrong = |path: &str, code: &str| (json!(["input", path]), json!(code));
    for _ in 0..8 {
        let refused = confirm(&house, &aigul(), 2, &phone, other(&right)).await;
        assert_eq!((refused["errors"][0]["path"].clone(), refused["errors"][0]["code"].clone()), wrong("code", "INVALID"), "one try");
    }
    assert_eq!(confirm(&house, &aigul(), 2, &phone, &right).await["errors"][0]["code"], "KEY_REUSED");
    for key in 3..7 {
        assert_eq!(confirm(&house, &aigul(), key, &phone, other(&right)).await["errors"][0]["code"], "INVALID", "{key}");
    }
    assert_eq!(confirm(&house, &aigul(), 7, &phone, &right).await["errors"][0]["code"], "TOO_LATE", "right, and too late");
    assert_eq!(list(&house, &aigul()).await[0]["state"], "WAITING");
    house.clock.advance(TimeDelta::seconds(1));
    add(&house, &aigul(), 8, NUMBER).await;
    let next = code(&house).await;
    assert_eq!(confirm(&house, &aigul(), 9, &phone, &format!(" {next} ")).await["endpoint"]["state"], "ACTIVE");
}

#[tokio::test]
async fn a_code_runs_out_and_is_then_not_even_sent() {
    let house = house().await;
    let phone = add(&house, &aigul(), 1, NUMBER).await;
    let right = code(&house).await;
    house.clock.advance(TimeDelta::minutes(15));
    assert_eq!(confirm(&house, &aigul(), 2, &phone, &right).await["errors"][0]["code"], "TOO_LATE");
    house.sms.script.lock().unwrap().push_back(Err(later("DELIVERY_UNAVAILABLE: no answer")));
    add(&house, &aigul(), 3, NUMBER).await;
    assert_eq!(texts(&house).await.len(), 1, "a try that failed");
    house.clock.advance(TimeDelta::minutes(15));
    assert_eq!(texts(&house).await.len(), 0);
}

#[tokio::test]
async fn there_are_three_codes_a_day_for_a_person_and_for_a_telephone() {
    let house = house().await;
    for key in 1..4 {
        assert_eq!(add(&house, &aigul(), key, NUMBER).await["errors"], json!([]), "{key}");
    }
    for (actor, key, number) in [(aigul(), 4, "+7 777 000 00 01"), (asel(), 5, NUMBER)] {
        let refused = add(&house, &actor, key, number).await;
        assert_eq!((&refused["errors"][0]["code"], &refused["endpoint"]), (&json!("LIMIT_REACHED"), &Value::Null), "{number}");
    }
    assert_eq!(add(&house, &asel(), 6, "+7 777 000 00 01").await["errors"], json!([]));
    house.clock.advance(TimeDelta::days(1));
    assert_eq!(add(&house, &aigul(), 7, NUMBER).await["errors"], json!([]));
}

#[tokio::test]
async fn a_telephone_is_its_confirmer_s_and_nobody_else_s() {
    let house = house().await;
    let hers = add(&house, &aigul(), 1, NUMBER).await;
    let first = code(&house).await;
    assert_eq!(confirm(&house, &asel(), 2, &hers, &first).await["errors"][0]["code"], "NOT_FOUND");
    confirm(&house, &aigul(), 3, &hers, &first).await;
    let claimed = add(&house, &asel(), 4, NUMBER).await;
    assert_eq!(list(&house, &aigul()).await.len(), 1, "who only says that it is theirs takes it from nobody");
    let second = code(&house).await;
    confirm(&house, &asel(), 5, &claimed, &second).await;
    assert_eq!((list(&house, &aigul()).await.len(), list(&house, &asel()).await.len()), (0, 1));
}

#[tokio::test]
async fn what_is_no_mobile_number_of_the_country_is_refused_by_name() {
    let house = house().await;
    for (number, code) in [("+7 916 123 45 67", "NOT_ALLOWED"), ("+998 90 123 45 67", "NOT_ALLOWED"), ("112", "INVALID"), ("x", "INVALID")]
    {
        let refused = add(&house, &aigul(), 1, number).await;
        assert_eq!((&refused["errors"][0]["code"], &refused["errors"][0]["path"]), (&json!(code), &json!(["input", "number"])), "{number}");
        assert!(!refused["errors"][0]["message"].as_str().unwrap().starts_with("refusal-"));
    }
    for actor in [Actor::Anonymous, Actor::System] {
        assert_eq!(add(&house, &actor, 2, NUMBER).await["errors"][0]["code"], "NOT_ALLOWED", "{actor:?}");
    }
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM endpoint").await, 0);
    assert!(house.sms.taken.lock().unwrap().iter().all(|ping| matches!(ping.to.reveal(), Destination::Phone(_))));
}
