//! Mail that was taken and came back.

use chrono::TimeDelta;
use kernel::{Actor, Code, Role};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    dead_letters,
    house::{REFERENCE, TestHouse, house, person},
    messages, never, retry,
};

const RECORD: &str = "mutation($input: RecordBounceInput!) { recordBounce(input: $input) { recorded errors { __typename code path } } }";
const TOLD: &str = "query($about: [String!]!) { messagesToReporters(about: $about) { about label email state } }";

/// Sends a message, and gives the mark of its return path.
async fn sent(house: &TestHouse, key: u128, changes: Value) -> String {
    house.queue(key, changes).await;
    let mails = house.mails().await;
    let [mail] = mails.as_slice() else { panic!("one mail: {mails:?}") };
    mail.return_mark.clone().unwrap()
}

async fn record(house: &TestHouse, key: u128, mark: &str, changes: Value) -> Value {
    let mut input = json!({ "idempotencyKey": Uuid::from_u128(key), "mark": mark, "permanent": true, "status": "5.1.1", "replyCode": 550 });
    let Value::Object(changes) = changes else { unreachable!("changes are an object") };
    input.as_object_mut().unwrap().extend(changes);
    house.data(&Actor::Anonymous, RECORD, json!({ "input": input })).await["recordBounce"].take()
}

#[tokio::test]
async fn a_mail_that_came_back_is_told_to_those_who_look_and_once_to_the_room_of_reports() {
    let house = house().await;
    let mark = sent(&house, 1, json!({ "toReporter": true })).await;
    for _ in 0..2 {
        assert_eq!(record(&house, 10, &mark, json!({})).await, json!({ "recorded": true, "errors": [] }));
    }
    assert_eq!(record(&house, 11, &mark.to_uppercase(), json!({})).await["recorded"], true, "another report of the same");
    let [message] = messages(&house).await.try_into().unwrap();
    assert_eq!(message["state"], "BOUNCED");
    let ends: Vec<_> = message["deliveries"].as_array().unwrap().iter().map(|end| (&end["outcome"], &end["replyCode"])).collect();
    assert_eq!(ends, [(&json!("SENT"), &Value::Null), (&json!("BOUNCED"), &json!(550))]);
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM job WHERE kind = 'announce_bounce'").await, 1);
    assert!(house.work(false).await);
    assert_eq!(house.noted.lock().unwrap().as_slice(), [REFERENCE]);
}

#[tokio::test]
async fn whoever_was_told_something_else_is_no_matter_of_the_report() {
    let house = house().await;
    let mark = sent(&house, 1, json!({ "topic": "ASSIGNMENT", "withCouponKey": false, "text": "Жаңа іс" })).await;
    record(&house, 10, &mark, json!({})).await;
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM job WHERE kind = 'announce_bounce'").await, 0);
}

#[tokio::test]
async fn a_mail_that_is_late_is_still_on_its_way() {
    let house = house().await;
    let mark = sent(&house, 1, json!({ "toReporter": true })).await;
    record(&house, 10, &mark, json!({ "permanent": false, "status": "4.4.1", "replyCode": null })).await;
    let [message] = messages(&house).await.try_into().unwrap();
    assert_eq!((&message["state"], &message["deliveries"][1]["outcome"]), (&json!("SENT"), &json!("DEFERRED")));
    record(&house, 11, &mark, json!({})).await;
    assert_eq!(messages(&house).await[0]["state"], "BOUNCED");
}

async fn check(failure: Value, topic: &str, days: i64, state: &str) {
    let house = house().await;
    let free = |topic: &str| json!({ "topic": topic, "withCouponKey": false, "text": "Хабар", "email": "AIGUL@example.kz" });
    let mark = sent(&house, 1, json!({})).await;
    record(&house, 10, &mark, failure.clone()).await;
    while house.work(false).await {}
    house.clock.advance(TimeDelta::days(days));
    house.queue(2, free(topic)).await;
    house.mails().await;
    assert_eq!(messages(&house).await[0]["state"], state, "{failure} {topic} after {days} days");
}

#[tokio::test]
async fn an_address_that_gives_mail_back_is_spared_what_nobody_has_to_be_told() {
    check(json!({}), "RATING", 29, "BOUNCED").await;
    check(json!({}), "RATING", 31, "SENT").await;
    check(json!({}), "ANSWER", 1, "SENT").await;
    check(json!({ "status": "5.2.2", "replyCode": 552 }), "RATING", 1, "SENT").await;
    check(json!({ "permanent": false }), "RATING", 1, "SENT").await;
}

/// Collects a message for tomorrow's daily mail.
async fn collected(house: &TestHouse, key: u128, changes: Value) {
    let aigul = person(Role::Officer);
    for (key, topic) in [(1001, "ASSIGNMENT"), (1002, "RATING")] {
        let choose = "mutation($input: SetNotificationPreferenceInput!) { setNotificationPreference(input: $input) { errors { code } } }";
        let input = json!({ "idempotencyKey": Uuid::from_u128(key), "topic": topic, "channel": "MAIL", "delivery": "DAILY" });
        assert_eq!(house.data(&aigul, choose, json!({ "input": input })).await["setNotificationPreference"]["errors"], json!([]));
    }
    let mut message = json!({ "topic": "RATING", "withCouponKey": false, "text": "Хабар", "person": aigul.person().unwrap().id.global() });
    let Value::Object(changes) = changes else { unreachable!("changes are an object") };
    message.as_object_mut().unwrap().extend(changes);
    assert_eq!(house.queue(key, message).await["errors"], json!([]));
    assert_eq!(house.mails().await.len(), 0);
}

#[tokio::test]
async fn a_mail_that_is_refused_because_of_its_address_is_as_one_that_came_back() {
    let house = house().await;
    for error in ["MAIL_REFUSED: smtp 550 5.7.1", "MAIL_REFUSED: smtp 550 5.1.1"] {
        house.script([never(error)]);
    }
    house.queue(1, json!({ "toReporter": true })).await;
    assert!(house.work(false).await);
    let letter = dead_letters(&house).await.remove(0);
    assert_eq!(
        (&letter["reason"], house.noted.lock().unwrap().len()),
        (&json!("MAIL_REFUSED"), 0),
        "somebody has to see to the city's mail"
    );
    retry(&house, 2, &letter["id"]).await;
    house.mails().await;
    let message = messages(&house).await.remove(0);
    let end = &message["deliveries"][1];
    assert_eq!((&message["state"], &end["outcome"], &end["replyCode"]), (&json!("BOUNCED"), &json!("REFUSED"), &json!(550)));
    assert_eq!(house.noted.lock().unwrap().as_slice(), [REFERENCE]);
    assert_eq!(dead_letters(&house).await, Vec::<Value>::new());
    house.queue(3, json!({ "topic": "RATING", "withCouponKey": false, "text": "Хабар" })).await;
    assert_eq!(house.mails().await.len(), 0, "the address is spared");
}

#[tokio::test]
async fn a_daily_mail_that_is_refused_because_of_its_address_is_as_one_that_came_back() {
    let house = house().await;
    for (key, about) in (2..).zip([REFERENCE, "TK-2026-000777"]) {
        collected(&house, key, json!({ "about": about, "toReporter": true })).await;
    }
    house.clock.advance(TimeDelta::days(1));
    house.script([never("MAIL_REFUSED: smtp 550")]);
    assert_eq!(house.mails().await.len(), 0);
    for message in messages(&house).await {
        assert_eq!((&message["state"], &message["deliveries"][0]["outcome"]), (&json!("BOUNCED"), &json!("REFUSED")), "{message}");
    }
    let mut noted = house.noted.lock().unwrap().clone();
    noted.sort();
    assert_eq!(noted, [REFERENCE, "TK-2026-000777"]);
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM bouncing_address").await, 1);
}

#[tokio::test]
async fn an_address_that_gives_mail_back_is_spared_the_daily_mail_too() {
    let house = house().await;
    collected(&house, 2, json!({})).await;
    let mark = sent(&house, 1, json!({})).await;
    record(&house, 10, &mark, json!({})).await;
    house.clock.advance(TimeDelta::days(1));
    assert_eq!(house.mails().await.len(), 0);
    let message = messages(&house).await.into_iter().find(|message| message["topic"] == "RATING").unwrap();
    assert_eq!((&message["state"], &message["deliveries"][0]["reason"]), (&json!("BOUNCED"), &json!("ADDRESS_BOUNCES")));
}

#[tokio::test]
async fn with_a_daily_mail_all_that_came_in_it_comes_back_and_is_told_of() {
    let house = house().await;
    collected(&house, 3, json!({ "topic": "ASSIGNMENT" })).await;
    for (key, about) in (4..).zip([REFERENCE, "TK-2026-000777", REFERENCE]) {
        collected(&house, key, json!({ "about": about, "toReporter": true })).await;
    }
    house.clock.advance(TimeDelta::days(1));
    let mails = house.mails().await;
    let [mail] = mails.as_slice() else { panic!("one mail: {mails:?}") };
    record(&house, 10, mail.return_mark.as_ref().unwrap(), json!({})).await;
    for message in messages(&house).await {
        assert_eq!((&message["state"], &message["deliveries"][1]["outcome"]), (&json!("BOUNCED"), &json!("BOUNCED")), "{message}");
    }
    while house.work(false).await {}
    let mut noted = house.noted.lock().unwrap().clone();
    noted.sort();
    assert_eq!(noted, [REFERENCE, "TK-2026-000777"], "each report once");
}

#[tokio::test]
async fn nobody_says_of_another_s_mail_that_it_came_back() {
    let house = house().await;
    let mark = sent(&house, 1, json!({})).await;
    let forged = format!("{}{}", &mark[..52], if mark.ends_with('0') { '1' } else { '0' });
    for wrong in [forged.as_str(), "", "x.y", &"a".repeat(10_000)] {
        let payload = record(&house, 10, wrong, json!({})).await;
        assert_eq!((&payload["recorded"], &payload["errors"][0]["code"]), (&Value::Null, &json!("NOT_FOUND")), "{wrong}");
        assert_eq!(payload["errors"][0]["path"], json!(["input", "mark"]));
    }
    assert_eq!(record(&house, 10, &mark, json!({})).await["recorded"], true, "a key of what was refused is free");
    let reused = record(&house, 10, &mark, json!({ "permanent": false })).await;
    assert_eq!(reused["errors"][0]["code"], "KEY_REUSED");
    assert_eq!(messages(&house).await[0]["state"], "BOUNCED");
}

#[tokio::test]
async fn what_is_erased_stays_erased_when_its_mail_comes_back() {
    let house = house().await;
    let mark = sent(&house, 1, json!({ "toReporter": true })).await;
    let erase = "mutation($input: EraseMessagesInput!) { eraseMessages(input: $input) { erased } }";
    house.data(&Actor::System, erase, json!({ "input": { "idempotencyKey": Uuid::from_u128(9), "about": REFERENCE } })).await;
    assert_eq!(record(&house, 10, &mark, json!({})).await["recorded"], true);
    assert_eq!(messages(&house).await[0]["state"], "ERASED");
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM bouncing_address").await, 0);
}

#[tokio::test]
async fn what_reporters_were_told_is_told_to_the_house_alone() {
    let house = house().await;
    house.queue(1, json!({ "toReporter": true })).await;
    house.queue(2, json!({ "topic": "ASSIGNMENT", "withCouponKey": false, "text": "Жаңа іс", "email": "officer@example.kz" })).await;
    let about = json!({ "about": [REFERENCE, "TK-2026-000404"] });
    let told = house.data(&Actor::System, TOLD, about.clone()).await;
    let expected = json!([{ "about": REFERENCE, "label": "Receipt of a report", "email": "a***@e***.kz", "state": "QUEUED" }]);
    assert_eq!(told["messagesToReporters"], expected);
    for actor in [Actor::Anonymous, person(Role::Officer), person(Role::Admin)] {
        let (data, faults) = house.ask(&actor, TOLD, about.clone()).await;
        assert_eq!(data["messagesToReporters"], Value::Null, "{actor:?}");
        assert!(matches!(faults.as_slice(), [Code::Forbidden | Code::Unauthenticated]), "{faults:?}");
    }
}
