//! The room over a database of its own: SQLite, or PostgreSQL where `TURKISTAN_TEST_POSTGRES` names a server.

mod bounces;
mod digests;
mod endpoints;
mod house;
mod letters;
mod phones;
mod preferences;
mod refusals;
mod telegram;
mod webhooks;

use chrono::TimeDelta;
use journal::{JobError, statements};
use kernel::{Actor, Code, Locale, Role};
use serde_json::{Value, json};

use self::house::{CODE, KEY, REFERENCE, TestHouse, house, person, quiet_house};
use crate::{error::words, model::Topic};

const MESSAGES: &str = "{ messages(first: 100) { nodes { topic label kk: label(locale: KK) about email locale state createdAt
    deliveries { attempt at outcome reason replyCode } } } }";
const DEAD_LETTERS: &str = "{ deadLetters { nodes { id kind attempts reason createdAt diedAt message { state } } } }";
const RETRY: &str = "mutation($input: RetryDeadLetterInput!) { retryDeadLetter(input: $input) {
    deadLetter { id kind reason } errors { __typename code path } } }";

fn later(text: &str) -> JobError {
    JobError::Retry(text.to_owned())
}

fn never(text: &str) -> JobError {
    JobError::Fail(text.to_owned())
}

async fn messages(house: &TestHouse) -> Vec<Value> {
    house.data(&person(Role::Auditor), MESSAGES, json!({})).await["messages"]["nodes"].as_array().unwrap().clone()
}

async fn dead_letters(house: &TestHouse) -> Vec<Value> {
    house.data(&person(Role::Admin), DEAD_LETTERS, json!({})).await["deadLetters"]["nodes"].as_array().unwrap().clone()
}

async fn retry(house: &TestHouse, key: u128, letter: &Value) -> Value {
    let input = json!({ "input": { "idempotencyKey": uuid::Uuid::from_u128(key), "id": letter } });
    house.data(&person(Role::Admin), RETRY, input).await["retryDeadLetter"].take()
}

#[tokio::test]
async fn the_schema_is_as_agreed() {
    insta::assert_snapshot!("notifications.graphql", house().await.room.subgraph.sdl());
}

#[tokio::test]
async fn a_message_is_stored_once_for_its_key_with_the_job_that_delivers_it() {
    let house = house().await;
    let first = house.queue(1, json!({})).await;
    assert_eq!((&first["message"]["state"], &first["errors"]), (&json!("QUEUED"), &json!([])));
    assert_eq!(house.queue(1, json!({})).await, first);
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM message").await, 1);
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM job WHERE kind = 'deliver_message'").await, 1);
    let other = house.queue(1, json!({ "email": "asel@example.kz" })).await;
    assert_eq!((&other["message"], &other["errors"][0]["code"]), (&Value::Null, &json!("KEY_REUSED")));
}

async fn check(changes: Value, path: &str) {
    let house = house().await;
    let payload = house.queue(1, changes).await;
    assert_eq!(payload["message"], Value::Null);
    let [refusal] = payload["errors"].as_array().unwrap().as_slice() else { panic!("one refusal: {payload}") };
    assert_eq!((&refusal["code"], &refusal["path"]), (&json!("INVALID"), &json!(["input", path])));
    assert!(!refusal["message"].as_str().unwrap().starts_with("refusal-"), "{refusal}");
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM job").await, 0);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused() {
    check(json!({ "idempotencyKey": "one" }), "idempotencyKey").await;
    check(json!({ "email": "aigul" }), "email").await;
    check(json!({ "subject": "" }), "subject").await;
    check(json!({ "subject": "two\nlines" }), "subject").await;
    check(json!({ "subject": "а".repeat(201) }), "subject").await;
    check(json!({ "text": "" }), "text").await;
    check(json!({ "text": "а".repeat(50_001) }), "text").await;
    check(json!({ "about": null }), "about").await;
}

#[tokio::test]
async fn a_message_is_sent_with_the_key_that_is_stored_nowhere() {
    let house = house().await;
    house.queue(1, json!({})).await;
    assert!(house.work(false).await);
    let mail = house.post.taken.lock().unwrap().pop().unwrap();
    let expected = format!("Сіздің кілтіңіз: {KEY}\n\nБұл хабарлама өтінішіңіз туралы, сондықтан әрқашан келеді.");
    assert_eq!(mail.letter.reveal().text(), expected);
    assert_eq!((mail.to.reveal().as_str(), mail.subject.as_str(), mail.locale), ("aigul@example.kz", "Өтінішіңіз тіркелді", Locale::Kk));
    assert_eq!(house.value::<String>("SELECT text FROM message").await, "Сіздің кілтіңіз: {coupon-key}");
    let expected = json!({
        "topic": "COUPON", "label": "Receipt of a report", "kk": "Өтініштің тіркелгені туралы талон", "about": REFERENCE,
        "email": "a***@e***.kz", "locale": "KK", "state": "SENT", "createdAt": "2026-11-24T05:00:00Z",
        "deliveries": [{ "attempt": 1, "at": "2026-11-24T05:00:00Z", "outcome": "SENT", "reason": null, "replyCode": null }],
    });
    assert_eq!(messages(&house).await, [expected]);
    assert!(!house.work(false).await);
}

#[tokio::test]
async fn a_message_is_sent_with_the_code_that_is_stored_nowhere() {
    let house = house().await;
    house.queue(1, json!({ "text": "Код: {confirmation-code}" })).await;
    assert!(house.work(false).await);
    let text = house.post.taken.lock().unwrap().pop().unwrap().letter.reveal().text();
    assert!(text.starts_with(&format!("Код: {CODE}\n")), "{text}");
    assert_eq!(house.value::<String>("SELECT text FROM message").await, "Код: {confirmation-code}");
}

#[tokio::test]
async fn a_mail_without_a_key_does_not_ask_for_one() {
    let house = house().await;
    house.queue(1, json!({ "withCouponKey": false, "about": "TK-2026-000404" })).await;
    assert!(house.work(false).await);
    assert!(house.post.taken.lock().unwrap()[0].letter.reveal().text().starts_with("Сіздің кілтіңіз: {coupon-key}\n"));
}

#[tokio::test]
async fn every_try_carries_the_same_id_and_is_recorded() {
    let house = house().await;
    house.script([later("MAIL_UNAVAILABLE: smtp 451"), later("MAIL_UNAVAILABLE: no connection")]);
    let queued = house.queue(1, json!({})).await;
    for _ in 0..3 {
        assert!(house.work(false).await);
        house.clock.advance(TimeDelta::seconds(5));
    }
    let message = messages(&house).await.remove(0);
    let tries: Vec<_> = message["deliveries"].as_array().unwrap().iter().map(|d| (&d["outcome"], &d["reason"], &d["replyCode"])).collect();
    let (deferred, unavailable) = (json!("DEFERRED"), json!("UNAVAILABLE"));
    assert_eq!(
        tries,
        [(&deferred, &unavailable, &json!(451)), (&deferred, &unavailable, &Value::Null), (&json!("SENT"), &Value::Null, &Value::Null)]
    );
    assert_eq!(message["state"], "SENT");
    let id = kernel::MessageId::from_global(queued["message"]["id"].as_str().unwrap()).unwrap();
    assert_eq!(house.post.taken.lock().unwrap()[0].id, id.uuid().to_string());
}

#[tokio::test]
async fn a_graph_that_does_not_answer_defers_the_message() {
    for about in ["TK-2026-000404", "TK-2026-000503"] {
        let house = house().await;
        house.queue(1, json!({ "about": about })).await;
        assert!(house.work(false).await);
        assert!(house.post.taken.lock().unwrap().is_empty());
        let message = messages(&house).await.remove(0);
        assert_eq!((&message["state"], &message["deliveries"][0]["reason"]), (&json!("QUEUED"), &json!("UNAVAILABLE")), "{about}");
    }
}

#[tokio::test]
async fn a_job_that_is_performed_again_after_its_end_sends_nothing() {
    let house = house().await;
    house.queue(1, json!({})).await;
    house.work(false).await;
    let again = journal::Job {
        id: 1,
        kind: "deliver_message".to_owned(),
        key: "again".to_owned(),
        payload: house.value::<Value>("SELECT payload FROM job").await,
        attempt: 2,
        deaths: 0,
    };
    drop(house.room.handlers[0].perform(&again).await.unwrap());
    assert_eq!(house.post.taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refused_message_is_a_dead_letter_that_an_administrator_gives_another_life() {
    let house = house().await;
    house.script([never("MAIL_REFUSED: smtp 554")]);
    house.queue(1, json!({})).await;
    house.work(false).await;
    let letter = dead_letters(&house).await.remove(0);
    let expected = json!({
        "id": letter["id"], "kind": "deliver_message", "attempts": 1, "reason": "MAIL_REFUSED",
        "createdAt": "2026-11-24T05:00:00Z", "diedAt": "2026-11-24T05:00:00Z", "message": { "state": "DEAD" },
    });
    assert_eq!(letter, expected);

    let retried = retry(&house, 2, &letter["id"]).await;
    assert_eq!(retried, json!({ "deadLetter": { "id": letter["id"], "kind": "deliver_message", "reason": "MAIL_REFUSED" }, "errors": [] }));
    assert_eq!(messages(&house).await[0]["state"], "QUEUED");
    assert!(dead_letters(&house).await.is_empty());
    assert_eq!(retry(&house, 2, &letter["id"]).await, retried, "the same key answers the same");
    assert_eq!(retry(&house, 3, &letter["id"]).await["errors"][0]["code"], "NOT_FOUND", "it lives");
    assert_eq!(retry(&house, 2, &json!("x")).await["errors"][0]["path"], json!(["input", "id"]));

    assert!(house.work(false).await);
    let message = messages(&house).await.remove(0);
    let attempts: Vec<_> = message["deliveries"].as_array().unwrap().iter().map(|d| (&d["attempt"], &d["outcome"])).collect();
    assert_eq!(attempts, [(&json!(1), &json!("REFUSED")), (&json!(2), &json!("SENT"))]);
    assert_eq!(message["state"], "SENT");
}

#[tokio::test]
async fn a_message_dies_with_its_last_try() {
    let house = house().await;
    house.script([later("MAIL_UNAVAILABLE: smtp 451"), later("MAIL_UNAVAILABLE: smtp 451")]);
    house.queue(1, json!({})).await;
    house.work(false).await;
    assert_eq!(messages(&house).await[0]["state"], "QUEUED");
    house.clock.advance(TimeDelta::seconds(5));
    house.work(true).await;
    assert_eq!(messages(&house).await[0]["state"], "DEAD");
    let letter = dead_letters(&house).await.remove(0);
    assert_eq!((&letter["attempts"], &letter["reason"]), (&json!(2), &json!("UNAVAILABLE")));
}

#[tokio::test]
async fn what_a_message_says_and_to_whom_is_nowhere_in_the_graph() {
    let house = house().await;
    house.script([never("MAIL_REFUSED: smtp 554")]);
    house.queue(1, json!({})).await;
    house.work(false).await;
    let shown = format!("{:?} {:?}", messages(&house).await, dead_letters(&house).await);
    for secret in ["aigul", "example", "тіркелді", "кілт", KEY] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn everyone_reaches_what_their_role_allows() {
    let house = house().await;
    house.script([never("MAIL_REFUSED: smtp 554")]);
    let id = house.queue(1, json!({})).await["message"]["id"].clone();
    house.work(false).await;
    let letter = dead_letters(&house).await[0]["id"].clone();
    let (yes, no) = (None, Some(Code::Forbidden));
    // Who: messages, deadLetters, queueMessage, retryDeadLetter, the message by its id.
    let all = [
        (Actor::Anonymous, [Some(Code::Unauthenticated); 4], false),
        (person(Role::Citizen), [no; 4], false),
        (person(Role::Officer), [no; 4], false),
        (person(Role::Steward), [no; 4], false),
        (person(Role::Analyst), [no; 4], false),
        (person(Role::Supervisor), [no, yes, no, no], false),
        (person(Role::Auditor), [yes, yes, no, no], true),
        (person(Role::Admin), [yes, yes, no, yes], true),
        (Actor::System, [no, no, yes, no], true),
    ];
    for (actor, codes, sees) in all {
        let message = json!({ "idempotencyKey": uuid::Uuid::from_u128(9), "email": "a@b.kz", "locale": "EN", "topic": "ANSWER",
            "subject": "s", "text": "t" });
        let letter = json!({ "idempotencyKey": uuid::Uuid::from_u128(8), "id": letter });
        let fields = [
            ("{ messages { nodes { id } } }", json!({})),
            ("{ deadLetters { nodes { id } } }", json!({})),
            ("mutation($input: QueueMessageInput!) { queueMessage(input: $input) { errors { code } } }", json!({ "input": message })),
            ("mutation($input: RetryDeadLetterInput!) { retryDeadLetter(input: $input) { errors { code } } }", json!({ "input": letter })),
        ];
        for ((text, variables), code) in fields.into_iter().zip(codes) {
            let (_, faults) = house.ask(&actor, text, variables).await;
            assert_eq!(faults, Vec::from_iter(code), "{actor:?} {text}");
        }
        let text = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Message { id } } }";
        let data = house.data(&actor, text, json!({ "r": [{ "__typename": "Message", "id": id }] })).await;
        assert_eq!(data["_entities"][0] != Value::Null, sees, "{actor:?}");
    }
}

#[tokio::test]
async fn messages_are_listed_newest_first_by_topic_state_and_report() {
    let house = house().await;
    for n in 0..5_u128 {
        house.clock.advance(TimeDelta::seconds(1));
        let (topic, about) = if n % 2 == 0 { ("ANSWER", "TK-2026-000001") } else { ("QUESTION", "TK-2026-000002") };
        house.queue(n, json!({ "topic": topic, "about": about, "withCouponKey": false })).await;
    }
    house.work(false).await;
    for (filter, found) in [
        ("", &["04", "03", "02", "01", "00"][..]),
        ("(topic: QUESTION)", &["03", "01"]),
        ("(state: SENT)", &["00"]),
        ("(about: \"TK-2026-000001\", state: QUEUED)", &["04", "02"]),
    ] {
        let data = house.data(&person(Role::Admin), &format!("{{ messages{filter} {{ nodes {{ createdAt }} }} }}"), json!({})).await;
        let seconds = |node: &Value| node["createdAt"].as_str().unwrap()[17..19].parse::<u32>().unwrap() - 1;
        let seen: Vec<_> = data["messages"]["nodes"].as_array().unwrap().iter().map(|node| format!("{:02}", seconds(node))).collect();
        assert_eq!(seen, found, "{filter}");
    }
    let page = "query($after: String) { messages(first: 3, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }";
    let first = house.data(&person(Role::Admin), page, json!({})).await;
    assert_eq!(first["messages"]["pageInfo"]["hasNextPage"], true);
    let rest = house.data(&person(Role::Admin), page, json!({ "after": first["messages"]["pageInfo"]["endCursor"] })).await;
    assert_eq!(rest["messages"]["nodes"].as_array().unwrap().len(), 2);
    let (_, faults) = house.ask(&person(Role::Admin), "{ messages(first: 101) { nodes { id } } }", json!({})).await;
    assert_eq!(faults, [Code::BadUserInput]);
}

#[tokio::test]
async fn erased_messages_say_nothing_and_are_not_sent() {
    let house = house().await;
    let erase = "mutation($input: EraseMessagesInput!) { eraseMessages(input: $input) { erased errors { code } } }";
    for (n, about) in [(1, REFERENCE), (2, REFERENCE), (3, "TK-2026-000777")] {
        house.queue(n, json!({ "about": about, "withCouponKey": false })).await;
    }
    let input = json!({ "input": { "idempotencyKey": uuid::Uuid::from_u128(9), "about": REFERENCE } });
    let (_, faults) = house.ask(&person(Role::Admin), erase, input.clone()).await;
    assert_eq!(faults, [Code::Forbidden]);
    for _ in 0..2 {
        let erased = house.data(&Actor::System, erase, input.clone()).await["eraseMessages"].take();
        assert_eq!(erased, json!({ "erased": 2, "errors": [] }));
    }
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM message WHERE email = '' AND subject = '' AND text = ''").await, 2);
    for _ in 0..3 {
        house.work(false).await;
    }
    let mut states: Vec<_> = messages(&house).await.iter().map(|message| message["state"].as_str().unwrap().to_owned()).collect();
    states.sort();
    assert_eq!(states, ["ERASED", "ERASED", "SENT"]);
    assert_eq!(dead_letters(&house).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_longer_list_takes_no_more_statements() {
    let house = quiet_house().await;
    for n in 0..20_u128 {
        house.queue(n, json!({})).await;
        house.script([later("MAIL_UNAVAILABLE: smtp 451")]);
        house.work(false).await;
    }
    let mut counts = Vec::new();
    for first in [2, 20] {
        let before = statements();
        let text = format!("{{ messages(first: {first}) {{ nodes {{ deliveries {{ attempt }} }} }} }}");
        house.data(&person(Role::Auditor), &text, json!({})).await;
        counts.push(statements() - before);
    }
    assert_eq!(counts, [2, 2]);
}

#[test]
fn every_topic_has_words_in_three_languages() {
    for topic in Topic::ALL {
        let label = words().localized(&format!("topic-{}", topic.word()), &[]);
        for locale in Locale::ALL {
            assert!(!label.get(locale).starts_with("topic-"), "{topic:?} {}", locale.tag());
        }
    }
}
