//! What people choose, and what the law wants them to be told whatever they choose.

use chrono::TimeDelta;
use journal::Mail;
use kernel::{Actor, Code, GlobalId, Locale, PersonId, Role};
use serde_json::{Value, json};

use crate::model::preference::Channel;

use super::{
    dead_letters,
    house::{AREA, CITY, CODE, TestHouse, house, person},
    later, messages, never, retry,
};

const PREFER: &str = "mutation($input: SetNotificationPreferenceInput!) { setNotificationPreference(input: $input) {
    preference { topic label channel delivery choices law } errors { code path message } } }";
const QUIET: &str = "mutation($input: SetQuietHoursInput!) { setQuietHours(input: $input) { hours { from to } errors { code path } } }";
const VIEWER: &str = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Viewer {
    notificationPreferences { channel topic delivery } quietHours { from to } } } }";

/// The person whose address is written to.
pub(super) fn aigul() -> Actor {
    person(Role::Citizen)
}

fn id_of(actor: &Actor) -> PersonId {
    actor.person().unwrap().id
}

pub(super) async fn prefer(house: &TestHouse, actor: &Actor, key: u128, topic: &str, delivery: &str) -> Value {
    let input = json!({ "idempotencyKey": uuid::Uuid::from_u128(key), "topic": topic, "delivery": delivery });
    house.data(actor, PREFER, json!({ "input": input })).await["setNotificationPreference"].take()
}

pub(super) async fn be_quiet(house: &TestHouse, actor: &Actor, key: u128, hours: Value) -> Value {
    let input = json!({ "idempotencyKey": uuid::Uuid::from_u128(key), "hours": hours });
    house.data(actor, QUIET, json!({ "input": input })).await["setQuietHours"].take()
}

async fn viewer(house: &TestHouse, actor: &Actor, id: PersonId) -> Value {
    let representation = json!([{ "__typename": "Viewer", "id": GlobalId::encode("Viewer", id.uuid()) }]);
    house.data(actor, VIEWER, json!({ "r": representation })).await["_entities"][0].take()
}

/// Queues a message to the person.
pub(super) async fn tell(house: &TestHouse, key: u128, topic: &str) -> Value {
    let subject = format!("{topic} {key}");
    let changes = json!({ "topic": topic, "subject": subject, "text": "Мәтін", "withCouponKey": false, "person": id_of(&aigul()).global(),
        "byLaw": true });
    let queued = house.queue(key, changes).await;
    assert_eq!(queued["errors"], json!([]));
    queued["message"]["id"].clone()
}

/// What a daily mail says before it says how to end it.
pub(super) fn said(mail: &Mail) -> String {
    let text = mail.letter.reveal().text();
    text.split("\n\nКүнделікті хаттан бас тарту").next().unwrap().to_owned()
}

pub(super) fn subjects(mails: &[Mail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.subject.as_str()).collect()
}

pub(super) async fn states(house: &TestHouse) -> Vec<String> {
    let mut states: Vec<_> = messages(house).await.iter().map(|message| message["state"].as_str().unwrap().to_owned()).collect();
    states.sort();
    states
}

#[tokio::test]
async fn a_statutory_notice_comes_at_night_and_says_that_it_is_one() {
    let house = house().await;
    be_quiet(&house, &aigul(), 1, json!({ "from": "22:00", "to": "07:30" })).await;
    house.clock.advance(TimeDelta::minutes(13 * 60 + 10));
    for (n, topic) in (10..).zip(["REMINDER", "COUPON", "FORWARDED", "ANSWER", "EXTENSION", "SILENCE", "ASSIGNMENT", "QUESTION"]) {
        tell(&house, n, topic).await;
    }
    let mails = house.mails().await;
    assert_eq!(subjects(&mails), ["COUPON 11", "FORWARDED 12", "ANSWER 13", "EXTENSION 14", "SILENCE 15"], "it is 23:10 in the city");
    for (mail, article) in mails.iter().zip(["64", "65", "76", "76", "91(2)"]) {
        let text = mail.letter.reveal().text();
        assert!(text.contains(&format!("заң бойынша міндетті (ӘРПК {article}-бап)")), "{text}");
    }
    house.clock.advance(TimeDelta::minutes(8 * 60 + 19));
    assert_eq!(house.mails().await.len(), 0, "it is 07:29");
    house.clock.advance(TimeDelta::minutes(1));
    let mails = house.mails().await;
    assert_eq!(subjects(&mails), ["REMINDER 10", "ASSIGNMENT 16", "QUESTION 17"]);
    assert!(mails.iter().all(|mail| !mail.letter.reveal().text().contains("заң бойынша")));
}

#[tokio::test]
async fn many_messages_of_a_day_are_one_mail() {
    let house = house().await;
    prefer(&house, &aigul(), 1, "REMINDER", "DAILY").await;
    for n in 10..13 {
        tell(&house, n, "REMINDER").await;
        house.clock.advance(TimeDelta::hours(1));
    }
    tell(&house, 13, "ANSWER").await;
    assert_eq!(subjects(&house.mails().await), ["ANSWER 13"]);
    // Of another language, to the same address: another mail.
    house.queue(14, json!({ "topic": "REMINDER", "person": id_of(&aigul()).global(), "withCouponKey": false, "locale": "RU" })).await;
    assert_eq!(house.mails().await.len(), 0);
    house.clock.advance(TimeDelta::hours(20));
    house.script([later("MAIL_UNAVAILABLE: smtp 451")]);
    let mut mails = house.mails().await;
    house.clock.advance(TimeDelta::minutes(1));
    mails.extend(house.mails().await);
    mails.sort_by_key(|mail| mail.locale == Locale::Ru);
    assert_eq!(subjects(&mails), ["Smart Turkistan: бір күндегі 3 хабарлама", "Smart Turkistan: 1 сообщение за день"]);
    assert_eq!(said(&mails[0]), "REMINDER 10\n\nМәтін\n\nREMINDER 11\n\nМәтін\n\nREMINDER 12\n\nМәтін");
    assert_eq!(states(&house).await, ["SENT"; 5]);
    assert!(mails.iter().all(|mail| mail.id.len() == 36 && mail.to.reveal() == "aigul@example.kz"));
}

#[tokio::test]
async fn every_try_of_a_daily_message_is_the_same_mail() {
    let house = house().await;
    prefer(&house, &aigul(), 1, "REMINDER", "DAILY").await;
    tell(&house, 10, "REMINDER").await;
    assert_eq!(house.mails().await.len(), 0);
    house.clock.advance(TimeDelta::hours(23));
    // What comes once the daily message is due waits for the next one, though the mail server is away.
    house.script([later("MAIL_UNAVAILABLE: smtp 451")]);
    tell(&house, 11, "REMINDER").await;
    house.mails().await;
    house.clock.advance(TimeDelta::minutes(1));
    let first = house.mails().await;
    house.clock.advance(TimeDelta::hours(24));
    let second = house.mails().await;
    let text = |mails: &[Mail]| mails.iter().map(said).collect::<Vec<_>>();
    assert_eq!((text(&first), text(&second)), (vec!["REMINDER 10\n\nМәтін".to_owned()], vec!["REMINDER 11\n\nМәтін".to_owned()]));
    assert_ne!(first[0].id, second[0].id);
}

#[tokio::test]
async fn a_daily_message_that_is_refused_has_another_life() {
    let house = house().await;
    prefer(&house, &aigul(), 1, "REMINDER", "DAILY").await;
    for n in 10..12 {
        tell(&house, n, "REMINDER").await;
    }
    house.mails().await;
    house.clock.advance(TimeDelta::hours(23));
    house.script([never("MAIL_REFUSED: smtp 554")]);
    assert_eq!(house.mails().await.len(), 0);
    assert_eq!(states(&house).await, ["DEAD", "DEAD"]);
    let letter = dead_letters(&house).await.remove(0);
    assert_eq!((&letter["kind"], &letter["message"]), (&json!("deliver_digest"), &Value::Null));
    retry(&house, 2, &letter["id"]).await;
    assert_eq!(states(&house).await, ["QUEUED", "QUEUED"]);
    assert_eq!(subjects(&house.mails().await), ["Smart Turkistan: бір күндегі 2 хабарлама"]);
    assert_eq!(states(&house).await, ["SENT", "SENT"]);
}

#[tokio::test]
async fn what_nobody_wants_is_not_sent_and_not_kept() {
    let house = house().await;
    prefer(&house, &aigul(), 1, "REMINDER", "NEVER").await;
    prefer(&house, &aigul(), 2, "ASSIGNMENT", "DAILY").await;
    for (n, topic) in [(10, "REMINDER"), (11, "ANSWER"), (12, "ASSIGNMENT"), (13, "RATING")] {
        tell(&house, n, topic).await;
    }
    assert_eq!(subjects(&house.mails().await), ["ANSWER 11", "RATING 13"]);
    prefer(&house, &aigul(), 3, "ASSIGNMENT", "NEVER").await;
    house.clock.advance(TimeDelta::hours(23));
    assert_eq!(house.mails().await.len(), 0, "no longer wanted");
    assert_eq!(states(&house).await, ["SENT", "SENT", "UNWANTED", "UNWANTED"]);
    let blank = "SELECT COUNT(*) FROM message WHERE email = '' AND subject = '' AND text = '' AND recipient IS NULL";
    assert_eq!(house.value::<i64>(blank).await, 2);
    assert_eq!(dead_letters(&house).await, Vec::<Value>::new());
}

#[tokio::test]
async fn everyone_sees_and_changes_their_own_preferences_alone() {
    let house = house().await;
    let (me, other) = (aigul(), person(Role::Officer));
    let set = prefer(&house, &me, 1, "REMINDER", "DAILY").await;
    let expected = json!({ "topic": "REMINDER", "label": "Reminder of a deadline", "channel": "MAIL", "delivery": "DAILY",
        "choices": ["AT_ONCE", "DAILY", "NEVER"], "law": null });
    assert_eq!(set, json!({ "preference": expected, "errors": [] }));
    assert_eq!(prefer(&house, &me, 1, "REMINDER", "DAILY").await, set, "the same key answers the same");
    assert_eq!(prefer(&house, &me, 1, "REMINDER", "NEVER").await["errors"][0]["code"], "KEY_REUSED");
    let hours = json!({ "from": "22:00", "to": "07:30" });
    assert_eq!(be_quiet(&house, &me, 2, hours.clone()).await, json!({ "hours": hours, "errors": [] }));
    let mine = viewer(&house, &me, id_of(&me)).await;
    let daily = |viewer: &Value| {
        let preferences = viewer["notificationPreferences"].as_array().unwrap();
        preferences.iter().filter(|one| one["channel"] == "MAIL" && one["delivery"] != "AT_ONCE").cloned().collect::<Vec<_>>()
    };
    assert_eq!((daily(&mine), &mine["quietHours"]), (vec![json!({ "channel": "MAIL", "topic": "REMINDER", "delivery": "DAILY" })], &hours));
    assert_eq!(mine["notificationPreferences"].as_array().unwrap().len(), 13 * Channel::ALL.len());
    let theirs = viewer(&house, &other, id_of(&other)).await;
    assert_eq!((daily(&theirs), &theirs["quietHours"]), (vec![], &Value::Null));
    assert_eq!(viewer(&house, &other, id_of(&me)).await, Value::Null, "nobody looks through another's eyes");
    assert_eq!(be_quiet(&house, &me, 3, Value::Null).await, json!({ "hours": null, "errors": [] }));
    assert_eq!(viewer(&house, &me, id_of(&me)).await["quietHours"], Value::Null);
    let stored = house.value::<String>("SELECT recipient FROM notification_preference").await;
    assert!(stored.len() == 40 && stored != id_of(&me).uuid().simple().to_string(), "{stored}");
}

#[tokio::test]
async fn what_cannot_be_chosen_is_refused() {
    async fn check(actor: &Actor, topic: &str, delivery: &str, code: &str, path: Value) {
        let house = house().await;
        let refused = prefer(&house, actor, 1, topic, delivery).await;
        assert_eq!(refused["preference"], Value::Null);
        assert_eq!((&refused["errors"][0]["code"], &refused["errors"][0]["path"]), (&json!(code), &path), "{topic} {delivery}");
        assert!(!refused["errors"][0]["message"].as_str().unwrap().starts_with("refusal-"));
        assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM notification_preference").await, 0);
    }
    let delivery = || json!(["input", "delivery"]);
    for topic in ["COUPON", "FORWARDED", "ANSWER", "EXTENSION", "SILENCE"] {
        check(&aigul(), topic, "NEVER", "NOT_ALLOWED", delivery()).await;
        check(&aigul(), topic, "DAILY", "NOT_ALLOWED", delivery()).await;
    }
    check(&aigul(), "QUESTION", "DAILY", "NOT_ALLOWED", delivery()).await;
    check(&Actor::Anonymous, "REMINDER", "NEVER", "NOT_ALLOWED", Value::Null).await;
    check(&Actor::System, "REMINDER", "NEVER", "NOT_ALLOWED", Value::Null).await;
    let house = house().await;
    for (from, to) in [("22:00", "22:00"), ("25:00", "07:00"), ("22", "07:00")] {
        let refused = be_quiet(&house, &aigul(), 1, json!({ "from": from, "to": to })).await;
        assert_eq!(refused["errors"], json!([{ "code": "INVALID", "path": ["input", "hours"] }]), "{from} {to}");
    }
    let stranger = house.queue(1, json!({ "person": "x" })).await;
    assert_eq!((&stranger["errors"][0]["code"], &stranger["errors"][0]["path"]), (&json!("INVALID"), &json!(["input", "person"])));
}

const UNSUBSCRIBE: &str = "mutation($input: EndSubscriptionInput!) { endSubscription(input: $input) { topics errors { code path } } }";

async fn unsubscribe(house: &TestHouse, token: &str) -> Value {
    let input = json!({ "idempotencyKey": uuid::Uuid::new_v4(), "token": token });
    house.data(&Actor::Anonymous, UNSUBSCRIBE, json!({ "input": input })).await["endSubscription"].take()
}

/// The token of a mail, which stands in its header and in its text.
fn token(mail: &Mail) -> String {
    let url = mail.unsubscribe.as_ref().unwrap().reveal();
    assert!(mail.letter.reveal().text().ends_with(url.as_str()), "written out");
    url.strip_prefix(CITY).and_then(|path| path.strip_prefix("/unsubscribe/")).unwrap().to_owned()
}

#[tokio::test]
async fn only_what_the_law_does_not_ask_for_can_be_ended() {
    let house = house().await;
    let statutory = ["COUPON", "FORWARDED", "ANSWER", "EXTENSION", "SILENCE"];
    let free = ["ASSIGNMENT", "REMINDER", "OVERDUE", "QUESTION", "RATING", "FOLLOWED", "AREA", "CONFIRMATION"];
    for (n, topic) in (10..).zip(free.into_iter().chain(statutory)) {
        tell(&house, n, topic).await;
    }
    let mails = house.mails().await;
    let ends: Vec<_> = mails.iter().filter(|mail| mail.unsubscribe.is_some()).map(|mail| mail.subject.as_str()).collect();
    assert_eq!(ends, ["ASSIGNMENT 10", "REMINDER 11", "OVERDUE 12", "QUESTION 13", "RATING 14", "FOLLOWED 15", "AREA 16"]);
    let first: Vec<_> = mails.iter().take(5).map(|mail| mail.unsubscribe.is_none()).collect();
    assert_eq!(first, [true; 5], "what the law asks for goes before all else");
    let reminder = token(mails.iter().find(|mail| mail.subject == "REMINDER 11").unwrap());
    assert_eq!(unsubscribe(&house, &reminder.replace("reminder", "coupon")).await["errors"][0]["code"], "NOT_FOUND");
    for personal in ["aigul", "example", &id_of(&aigul()).uuid().to_string(), &id_of(&aigul()).uuid().simple().to_string()] {
        assert!(!reminder.contains(personal), "{reminder}");
    }
}

#[tokio::test]
async fn whoever_has_no_account_ends_messages_to_their_address_and_takes_them_up_again() {
    let house = house().await;
    let written = async |n: u128, email: &str| {
        house.queue(n, json!({ "topic": "REMINDER", "withCouponKey": false, "email": email })).await;
        house.mails().await
    };
    let token = token(&written(1, "aigul@example.kz").await[0]);
    for _ in 0..2 {
        assert_eq!(unsubscribe(&house, &token).await, json!({ "topics": ["REMINDER"], "errors": [] }));
    }
    assert_eq!(written(2, "Aigul@Example.kz").await.len(), 0);
    assert_eq!(written(3, "asel@example.kz").await.len(), 1, "somebody else");
    // Whoever has an account chose nothing there: what was chosen for the address holds.
    tell(&house, 4, "REMINDER").await;
    assert_eq!(house.mails().await.len(), 0);
    let again = async |key: u128, topic: &str, token: &str| {
        let input = json!({ "idempotencyKey": uuid::Uuid::from_u128(key), "topic": topic, "delivery": "AT_ONCE", "token": token });
        house.data(&Actor::Anonymous, PREFER, json!({ "input": input })).await["setNotificationPreference"]["errors"].take()
    };
    assert_eq!(again(11, "RATING", &token).await[0]["code"], "NOT_FOUND", "a mail of another topic");
    assert_eq!(again(12, "REMINDER", &token[1..]).await[0]["path"], json!(["input", "token"]));
    assert_eq!(again(13, "REMINDER", &token).await, json!([]));
    assert_eq!(written(5, "aigul@example.kz").await.len(), 1);
    let tables = "SELECT COUNT(*) FROM notification_preference WHERE recipient LIKE '%@%' OR recipient LIKE '%aigul%'";
    assert_eq!(house.value::<i64>(tables).await, 0, "no address is stored twice");
}

#[tokio::test]
async fn a_code_comes_whatever_was_chosen_and_cannot_be_chosen_away() {
    let house = house().await;
    be_quiet(&house, &aigul(), 1, json!({ "from": "06:00", "to": "23:00" })).await;
    for (key, delivery) in [(2, "NEVER"), (3, "DAILY")] {
        let refused = prefer(&house, &aigul(), key, "CONFIRMATION", delivery).await;
        assert_eq!((&refused["errors"][0]["code"], &refused["errors"][0]["path"]), (&json!("NOT_ALLOWED"), &json!(["input", "delivery"])));
    }
    tell(&house, 10, "AREA").await;
    let changes = json!({ "topic": "CONFIRMATION", "about": AREA, "text": "Код: {confirmation-code}" });
    assert_eq!(house.queue(11, changes).await["errors"], json!([]));
    let mails = house.mails().await;
    assert_eq!(mails.iter().map(|mail| mail.letter.reveal().text()).collect::<Vec<_>>(), [format!("Код: {CODE}")], "and AREA is quiet");
}

#[tokio::test]
async fn whoever_ended_messages_and_confirms_that_they_want_them_gets_them_again() {
    let house = house().await;
    let email = "aigul@example.kz";
    let wants = async |actor: Actor, topic: &str| {
        let query = format!("{{ wantsMessages(email: \" Aigul@Example.kz\", topic: {topic}) }}");
        house.ask(&actor, &query, json!({})).await
    };
    let resume = async |actor: &Actor, key: u128| {
        let text = "mutation($input: ResumeMessagesInput!) { resumeMessages(input: $input) { resumed errors { code } } }";
        let input = json!({ "idempotencyKey": uuid::Uuid::from_u128(key), "email": email, "topic": "AREA" });
        house.ask(actor, text, json!({ "input": input })).await
    };
    let written = async |n: u128| {
        house.queue(n, json!({ "topic": "AREA", "withCouponKey": false, "email": email })).await;
        house.mails().await
    };
    assert_eq!(wants(Actor::System, "AREA").await.0["wantsMessages"], true, "who chose nothing is told");
    let token = token(&written(1).await[0]);
    assert_eq!(unsubscribe(&house, &token).await["topics"], json!(["AREA"]));
    assert_eq!(wants(Actor::System, "AREA").await.0["wantsMessages"], false);
    assert_eq!(wants(Actor::System, "FOLLOWED").await.0["wantsMessages"], true);
    assert_eq!(written(2).await.len(), 0);
    for stranger in [aigul(), person(Role::Admin)] {
        assert_eq!(wants(stranger.clone(), "AREA").await.1, [Code::Forbidden], "{stranger:?}");
        assert_eq!(resume(&stranger, 10).await.1, [Code::Forbidden], "{stranger:?}");
    }
    for (key, resumed) in [(11, true), (11, true), (12, false)] {
        let outcome = json!({ "resumed": resumed, "errors": [] });
        assert_eq!(resume(&Actor::System, key).await.0["resumeMessages"], outcome);
    }
    assert_eq!(wants(Actor::System, "AREA").await.0["wantsMessages"], true);
    assert_eq!(written(3).await.len(), 1);
}

#[tokio::test]
async fn the_daily_mail_ends_with_every_topic_in_it() {
    let house = house().await;
    for (key, topic) in [(1, "REMINDER"), (2, "RATING")] {
        prefer(&house, &aigul(), key, topic, "DAILY").await;
    }
    tell(&house, 10, "REMINDER").await;
    house.mails().await;
    house.clock.advance(TimeDelta::hours(23));
    let token = token(&house.mails().await[0]);
    assert_eq!(unsubscribe(&house, &token).await, json!({ "topics": ["RATING", "REMINDER"], "errors": [] }));
    for (n, topic) in [(11, "REMINDER"), (12, "RATING"), (13, "ASSIGNMENT")] {
        tell(&house, n, topic).await;
    }
    assert_eq!(subjects(&house.mails().await), ["ASSIGNMENT 13"]);
}
