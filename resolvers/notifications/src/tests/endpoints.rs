//! Ways to be told beside mail.

use chrono::TimeDelta;
use journal::{Destination, Landed, Ping};
use kernel::{Actor, Code, EndpointId, GlobalId, Locale, Person, PersonId, Role};
use serde_json::{Value, json};

use super::{
    dead_letters,
    house::{CITY, PUSH_KEY, REFERENCE, TestHouse, house, landing, person},
    later, messages, never, retry,
};

const ADD: &str = "mutation($input: AddPushSubscriptionInput!) { addPushSubscription(input: $input) {
    endpoint { id channel address state failures attemptedAt deliveredAt } errors { __typename code path message } } }";
const REMOVE: &str = "mutation($input: RemoveEndpointInput!) { removeEndpoint(input: $input) { removed errors { code path message } } }";
const VIEWER: &str = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Viewer {
    endpoints { id channel address state failures attemptedAt deliveredAt } } } }";
const PREFER: &str = "mutation($input: SetNotificationPreferenceInput!) { setNotificationPreference(input: $input) {
    preference { channel delivery choices law } errors { code path } } }";
const QUIET: &str = "mutation($input: SetQuietHoursInput!) { setQuietHours(input: $input) { hours { from to } errors { code } } }";

pub(super) fn aigul() -> Actor {
    person(Role::Citizen)
}

pub(super) fn asel() -> Actor {
    Actor::Person(Person { id: PersonId::of_slug("asel"), roles: vec![Role::Citizen], party: None, locale: Locale::Kk })
}

pub(super) fn uuid(key: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(key)
}

async fn add(house: &TestHouse, actor: &Actor, key: u128, url: &str) -> Value {
    let input = json!({ "idempotencyKey": uuid(key), "endpoint": url, "p256dh": "BCVxsr7N", "auth": "BTBZMqHH6r4Tts7J_aSIgg" });
    house.data(actor, ADD, json!({ "input": input })).await["addPushSubscription"].take()
}

async fn remove(house: &TestHouse, actor: &Actor, key: u128, id: &Value) -> Value {
    let input = json!({ "idempotencyKey": uuid(key), "endpoint": id });
    house.data(actor, REMOVE, json!({ "input": input })).await["removeEndpoint"].take()
}

pub(super) async fn list(house: &TestHouse, actor: &Actor) -> Vec<Value> {
    let me = GlobalId::encode("Viewer", actor.person().unwrap().id.uuid());
    let data = house.data(actor, VIEWER, json!({ "r": [{ "__typename": "Viewer", "id": me }] })).await;
    data["_entities"][0]["endpoints"].as_array().unwrap().clone()
}

async fn prefer(house: &TestHouse, actor: &Actor, key: u128, topic: &str, delivery: &str) -> Value {
    let input = json!({ "idempotencyKey": uuid(key), "topic": topic, "delivery": delivery, "channel": "PUSH" });
    house.data(actor, PREFER, json!({ "input": input })).await["setNotificationPreference"].take()
}

/// Queues a message to Aigul, who has an account.
pub(super) async fn tell(house: &TestHouse, key: u128, topic: &str) {
    let person = aigul().person().unwrap().id.global();
    let changes =
        json!({ "topic": topic, "subject": format!("{topic} {key}"), "text": "Құпия мәтін", "withCouponKey": false, "person": person });
    assert_eq!(house.queue(key, changes).await["errors"], json!([]));
}

/// Performs whatever is due, and gives what was rung.
async fn pings(house: &TestHouse) -> Vec<Ping> {
    while house.work(false).await {}
    std::mem::take(&mut *house.push.taken.lock().unwrap())
}

fn titles(pings: &[Ping]) -> Vec<&str> {
    pings.iter().map(|ping| ping.title.reveal().as_str()).collect()
}

/// The tries of the only message by push.
async fn tries(house: &TestHouse) -> Vec<(i64, String, Value)> {
    let text = "{ messages { nodes { deliveries { channel attempt outcome replyCode } } } }";
    let data = house.data(&person(Role::Auditor), text, json!({})).await;
    let all = data["messages"]["nodes"][0]["deliveries"].as_array().unwrap().clone();
    let pushed = all.iter().filter(|delivery| delivery["channel"] == "PUSH");
    pushed.map(|d| (d["attempt"].as_i64().unwrap(), d["outcome"].as_str().unwrap().to_owned(), d["replyCode"].clone())).collect()
}

#[tokio::test]
async fn a_message_goes_to_every_browser_of_its_reader_with_its_subject_and_without_its_text() {
    let house = house().await;
    for (key, url) in [(1, "https://a.example/1"), (2, "https://b.example/2")] {
        assert_eq!(add(&house, &aigul(), key, url).await["errors"], json!([]));
    }
    add(&house, &asel(), 3, "https://c.example/3").await;
    tell(&house, 10, "ANSWER").await;
    house.queue(11, json!({ "withCouponKey": false, "topic": "ANSWER" })).await;
    let rung = pings(&house).await;
    assert_eq!(titles(&rung), ["ANSWER 10", "ANSWER 10"], "whoever has no account has no browser");
    for ping in &rung {
        assert_eq!(ping.text.reveal(), &format!("Өтінішке жауап · {REFERENCE}"));
        assert_eq!((ping.locale, ping.link.as_deref()), (Locale::Kk, Some(CITY)));
        assert!(!format!("{ping:?}").contains("example/"), "{ping:?}");
    }
    assert_ne!(rung[0].id, rung[1].id);
    assert_eq!(house.post.taken.lock().unwrap().len(), 2, "and by mail");
    let seen = list(&house, &aigul()).await;
    let when = json!("2026-11-24T05:00:00Z");
    assert!(seen.iter().all(|endpoint| endpoint["deliveredAt"] == when && endpoint["attemptedAt"] == when), "{seen:?}");
    assert_eq!(list(&house, &asel()).await[0]["attemptedAt"], Value::Null);
}

#[tokio::test]
async fn whoever_left_no_mail_address_is_told_at_their_endpoints_only() {
    let house = house().await;
    let person = aigul().person().unwrap().id.global();
    let changes = |more: Value| {
        let mut changes = json!({ "email": null, "topic": "ANSWER", "text": "Құпия мәтін", "withCouponKey": false, "toReporter": true });
        changes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        changes
    };
    let refused = house.queue(1, changes(json!({}))).await;
    assert_eq!(refused["errors"][0]["path"], json!(["input", "email"]), "nobody is there to be told");
    for (key, browsers) in [(2, 0), (3, 1)] {
        if browsers > 0 {
            add(&house, &aigul(), 9, "https://a.example/1").await;
        }
        let queued = house.queue(key, changes(json!({ "person": person }))).await;
        assert_eq!((&queued["errors"], &queued["message"]["state"]), (&json!([]), &json!("UNADDRESSED")));
        assert_eq!(house.queue(key, changes(json!({ "person": person }))).await["message"], queued["message"], "once for its key");
        assert_eq!(pings(&house).await.len(), browsers);
    }
    assert_eq!(house.post.taken.lock().unwrap().len(), 0, "no mail is tried");
    let kept: String = house.value("SELECT MAX(email || subject || text) FROM message").await;
    assert_eq!(kept, "", "what was said is not kept");
    let text = "{ messages { nodes { email state deliveries { channel outcome } } } deadLetters { nodes { id } } }";
    let data = house.data(&super::house::person(Role::Auditor), text, json!({})).await;
    let told = |deliveries: Value| json!({ "email": null, "state": "UNADDRESSED", "deliveries": deliveries });
    let expected = [told(json!([])), told(json!([{ "channel": "PUSH", "outcome": "SENT" }]))];
    let mut messages = data["messages"]["nodes"].as_array().unwrap().clone();
    messages.sort_by_key(ToString::to_string);
    assert_eq!((&messages[..], &data["deadLetters"]["nodes"]), (&expected[..], &json!([])));
}

#[tokio::test]
async fn tries_are_counted_for_each_way_by_itself() {
    let house = house().await;
    add(&house, &aigul(), 1, "https://a.example/1").await;
    house.script([later("MAIL_UNAVAILABLE: smtp 451")]);
    house.push.script.lock().unwrap().push_back(Err(later("DELIVERY_UNAVAILABLE: http 503")));
    tell(&house, 10, "ANSWER").await;
    let mut rung = pings(&house).await;
    assert_eq!(list(&house, &aigul()).await[0]["failures"], 1);
    house.clock.advance(TimeDelta::seconds(5));
    rung.extend(pings(&house).await);
    assert_eq!((rung.len(), &rung[0].id), (2, &rung[1].id), "a second try is no second message");
    assert_eq!(tries(&house).await, [(1, "DEFERRED".to_owned(), json!(503)), (2, "SENT".to_owned(), json!(201))]);
    let mail: Vec<_> = messages(&house).await[0]["deliveries"].as_array().unwrap().iter().map(|d| d["attempt"].clone()).collect();
    assert_eq!(mail.len(), 4);
    assert_eq!(list(&house, &aigul()).await[0]["failures"], 0);
}

#[tokio::test]
async fn a_browser_that_is_gone_is_told_no_more_and_makes_room() {
    let house = house().await;
    add(&house, &aigul(), 1, "https://a.example/1").await;
    house.push.script.lock().unwrap().push_back(landing(Landed::Gone, 410));
    tell(&house, 10, "ANSWER").await;
    assert_eq!(pings(&house).await.len(), 1);
    assert_eq!(list(&house, &aigul()).await[0]["state"], "GONE");
    assert_eq!(tries(&house).await, [(1, "REFUSED".to_owned(), json!(410))]);
    tell(&house, 11, "ANSWER").await;
    assert_eq!((pings(&house).await.len(), dead_letters(&house).await.len()), (0, 0));
    let again = add(&house, &aigul(), 2, "https://a.example/1").await;
    assert_eq!(again["endpoint"]["state"], "ACTIVE", "the same browser subscribed again");
    tell(&house, 12, "ANSWER").await;
    assert_eq!(titles(&pings(&house).await), ["ANSWER 12"]);
    add(&house, &aigul(), 3, "https://b.example/2").await;
    assert_eq!(list(&house, &aigul()).await.len(), 2);
}

#[tokio::test]
async fn a_push_service_that_asks_for_peace_is_left_in_it() {
    let house = house().await;
    add(&house, &aigul(), 1, "https://a.example/1").await;
    house.push.script.lock().unwrap().push_back(landing(Landed::Busy(90), 429));
    tell(&house, 10, "ANSWER").await;
    assert_eq!(pings(&house).await.len(), 1);
    house.clock.advance(TimeDelta::seconds(89));
    assert_eq!(pings(&house).await.len(), 0);
    house.clock.advance(TimeDelta::seconds(1));
    assert_eq!(pings(&house).await.len(), 1);
    assert_eq!(tries(&house).await, [(1, "DEFERRED".to_owned(), json!(429)), (2, "SENT".to_owned(), json!(201))]);
}

#[tokio::test]
async fn what_is_refused_is_a_dead_letter_of_the_administrator_and_has_another_life() {
    let house = house().await;
    add(&house, &aigul(), 1, "https://a.example/1").await;
    house.push.script.lock().unwrap().push_back(Err(never("DELIVERY_REFUSED: http 403")));
    tell(&house, 10, "ANSWER").await;
    pings(&house).await;
    let owner = house.data(&person(Role::Admin), "{ deadLetters { nodes { owner kind reason message { state } } } }", json!({})).await;
    let expected =
        json!([{ "owner": "ADMINISTRATOR", "kind": "deliver_ping", "reason": "RECEIVER_REFUSED", "message": { "state": "SENT" } }]);
    assert_eq!(owner["deadLetters"]["nodes"], expected);
    let letter = dead_letters(&house).await.remove(0);
    retry(&house, 20, &letter["id"]).await;
    assert_eq!(messages(&house).await[0]["state"], "SENT", "the mail has arrived");
    assert_eq!(titles(&pings(&house).await), ["ANSWER 10"]);
    assert_eq!(house.post.taken.lock().unwrap().len(), 1, "and arrives once");
}

#[tokio::test]
async fn one_is_told_of_each_topic_as_one_chose_for_the_channel() {
    let house = house().await;
    add(&house, &aigul(), 1, "https://a.example/1").await;
    let set = prefer(&house, &aigul(), 2, "ANSWER", "NEVER").await;
    let expected = json!({ "channel": "PUSH", "delivery": "NEVER", "choices": ["AT_ONCE", "NEVER"], "law": "APPC Art. 76" });
    assert_eq!(set, json!({ "preference": expected, "errors": [] }), "mail carries what the law wants told");
    let daily = prefer(&house, &aigul(), 3, "REMINDER", "DAILY").await;
    assert_eq!(daily["errors"], json!([{ "code": "NOT_ALLOWED", "path": ["input", "delivery"] }]));
    let quiet = json!({ "idempotencyKey": uuid(4), "hours": { "from": "09:00", "to": "11:00" } });
    house.data(&aigul(), QUIET, json!({ "input": quiet })).await;
    tell(&house, 10, "ANSWER").await;
    tell(&house, 11, "SILENCE").await;
    assert_eq!(pings(&house).await.len(), 0, "it is 10:00 in the city");
    assert_eq!(house.post.taken.lock().unwrap().len(), 2, "by mail both came at once");
    house.clock.advance(TimeDelta::hours(1));
    assert_eq!(titles(&pings(&house).await), ["SILENCE 11"], "the hours of mail hold where none are chosen");
    let own = json!({ "idempotencyKey": uuid(5), "channel": "PUSH", "hours": { "from": "23:00", "to": "06:00" } });
    house.data(&aigul(), QUIET, json!({ "input": own })).await;
    house.clock.advance(TimeDelta::hours(23));
    tell(&house, 12, "SILENCE").await;
    assert_eq!(titles(&pings(&house).await), ["SILENCE 12"], "one's own hours go first");
}

#[tokio::test]
async fn what_is_unwanted_by_mail_comes_by_push_and_is_then_forgotten() {
    let house = house().await;
    add(&house, &aigul(), 1, "https://a.example/1").await;
    let input = json!({ "idempotencyKey": uuid(2), "topic": "REMINDER", "delivery": "NEVER" });
    house.data(&aigul(), PREFER, json!({ "input": input })).await;
    house.push.script.lock().unwrap().push_back(Err(later("DELIVERY_UNAVAILABLE: no answer")));
    tell(&house, 10, "REMINDER").await;
    pings(&house).await;
    let left = "SELECT COUNT(*) FROM message WHERE state = 'unwanted' AND email = '' AND text = '' AND subject = 'REMINDER 10'";
    assert_eq!(house.value::<i64>(left).await, 1);
    house.clock.advance(TimeDelta::seconds(5));
    assert_eq!(titles(&pings(&house).await), ["REMINDER 10"]);
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM message WHERE subject <> ''").await, 0);
    house.push.script.lock().unwrap().push_back(Err(later("DELIVERY_UNAVAILABLE: no answer")));
    tell(&house, 11, "REMINDER").await;
    pings(&house).await;
    let id = list(&house, &aigul()).await[0]["id"].clone();
    remove(&house, &aigul(), 3, &id).await;
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM message WHERE subject <> ''").await, 0, "nobody waits for it any more");
}

#[tokio::test]
async fn what_was_erased_goes_nowhere() {
    let house = house().await;
    add(&house, &aigul(), 1, "https://a.example/1").await;
    tell(&house, 10, "ANSWER").await;
    let erase = "mutation($input: EraseMessagesInput!) { eraseMessages(input: $input) { erased } }";
    house.data(&Actor::System, erase, json!({ "input": { "idempotencyKey": uuid(9), "about": REFERENCE } })).await;
    assert_eq!((pings(&house).await.len(), dead_letters(&house).await.len()), (0, 0));
    assert_eq!(house.value::<String>("SELECT state FROM ping").await, "unwanted");
}

#[tokio::test]
async fn an_endpoint_is_kept_once_for_its_key_and_once_for_its_place() {
    let house = house().await;
    let first = add(&house, &aigul(), 1, "https://push.example:8443/secret").await;
    let id = first["endpoint"]["id"].clone();
    let expected = json!({ "id": id, "channel": "PUSH", "address": "push.example", "state": "ACTIVE", "failures": 0, "attemptedAt": null,
        "deliveredAt": null });
    assert_eq!(first, json!({ "endpoint": expected, "errors": [] }));
    assert_eq!(add(&house, &aigul(), 1, "https://push.example:8443/secret").await, first);
    assert_eq!(add(&house, &aigul(), 1, "https://x.example/").await["errors"][0]["code"], "KEY_REUSED");
    assert_eq!(add(&house, &asel(), 1, "https://push.example:8443/secret").await["errors"][0]["code"], "KEY_REUSED", "another's key");
    assert_eq!(add(&house, &aigul(), 2, "https://push.example:8443/secret").await["endpoint"]["id"], id, "the same browser");
    assert_eq!(list(&house, &aigul()).await, [expected]);
    for table in ["SELECT recipient FROM endpoint", "SELECT digest FROM endpoint", "SELECT CAST(payload AS TEXT) FROM job"] {
        tell(&house, 50, "ANSWER").await;
        assert!(!house.value::<String>(table).await.contains("secret"), "{table}");
    }
    // Somebody else signs in in the same browser.
    let theirs = add(&house, &asel(), 3, "https://push.example:8443/secret").await["endpoint"]["id"].clone();
    assert_ne!(theirs, id);
    assert_eq!((list(&house, &aigul()).await.len(), list(&house, &asel()).await.len()), (0, 1));
    assert_eq!(pings(&house).await.len(), 0, "and does not read what the first one is told");
    assert_eq!(add(&house, &aigul(), 1, "https://push.example:8443/secret").await["errors"][0]["code"], "NOT_FOUND", "it was taken over");
}

#[tokio::test]
async fn nobody_reaches_another_s_endpoints() {
    let house = house().await;
    let id = add(&house, &aigul(), 1, "https://a.example/1").await["endpoint"]["id"].clone();
    let refused = remove(&house, &asel(), 2, &id).await;
    assert_eq!((&refused["removed"], &refused["errors"][0]["code"]), (&Value::Null, &json!("NOT_FOUND")));
    for actor in [person(Role::Admin), person(Role::Officer)] {
        assert_eq!(remove(&house, &actor, 3, &id).await["errors"][0]["code"], "NOT_FOUND", "{actor:?}");
        let me = GlobalId::encode("Viewer", aigul().person().unwrap().id.uuid());
        let data = house.data(&actor, VIEWER, json!({ "r": [{ "__typename": "Viewer", "id": me }] })).await;
        assert_eq!(data["_entities"][0], Value::Null, "{actor:?}");
    }
    for _ in 0..2 {
        assert_eq!(remove(&house, &aigul(), 4, &id).await, json!({ "removed": id, "errors": [] }));
    }
    assert_eq!(remove(&house, &aigul(), 5, &id).await["errors"][0]["code"], "NOT_FOUND", "it is gone already");
    tell(&house, 10, "ANSWER").await;
    assert_eq!(pings(&house).await.len(), 0);
}

#[tokio::test]
async fn what_cannot_be_an_endpoint_is_refused() {
    async fn check(actor: &Actor, changes: Value, code: &str, path: Value) {
        let house = house().await;
        let mut input =
            json!({ "idempotencyKey": uuid(1), "endpoint": "https://a.example/1", "p256dh": "BC", "auth": "BTBZMqHH6r4Tts7J_aSIgg" });
        let Value::Object(changes) = changes else { unreachable!("changes are an object") };
        input.as_object_mut().unwrap().extend(changes);
        let payload = house.data(actor, ADD, json!({ "input": input })).await["addPushSubscription"].take();
        let refusal = &payload["errors"][0];
        assert_eq!((&payload["endpoint"], &refusal["code"], &refusal["path"]), (&Value::Null, &json!(code), &path), "{input}");
        assert!(!refusal["message"].as_str().unwrap().starts_with("refusal-"), "{refusal}");
        assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM endpoint").await, 0);
    }
    let endpoint = || json!(["input", "endpoint"]);
    check(&aigul(), json!({ "idempotencyKey": "one" }), "INVALID", json!(["input", "idempotencyKey"])).await;
    check(&aigul(), json!({ "endpoint": "http://a.example" }), "INVALID", endpoint()).await;
    check(&aigul(), json!({ "endpoint": format!("ftp://{}", "a".repeat(5_000)) }), "INVALID", endpoint()).await;
    check(&aigul(), json!({ "auth": "x" }), "INVALID", endpoint()).await;
    check(&Actor::Anonymous, json!({}), "NOT_ALLOWED", Value::Null).await;
    check(&Actor::System, json!({}), "NOT_ALLOWED", Value::Null).await;
    let house = house().await;
    for n in 0..10 {
        assert_eq!(add(&house, &aigul(), n, &format!("https://a.example/{n}")).await["errors"], json!([]));
    }
    let refused = add(&house, &aigul(), 10, "https://a.example/10").await;
    assert_eq!((&refused["endpoint"], &refused["errors"][0]["code"]), (&Value::Null, &json!("LIMIT_REACHED")));
    assert_eq!(add(&house, &aigul(), 11, "https://a.example/3").await["errors"], json!([]), "one that is there needs no room");
    for id in [json!("x"), json!(EndpointId::of_slug("x").global()), json!(aigul().person().unwrap().id.global())] {
        let refused = remove(&house, &aigul(), 12, &id).await;
        assert_eq!((&refused["errors"][0]["code"], &refused["errors"][0]["path"]), (&json!("NOT_FOUND"), &endpoint()), "{id}");
    }
}

#[tokio::test]
async fn the_token_of_a_mail_says_nothing_of_other_ways() {
    let house = house().await;
    tell(&house, 10, "REMINDER").await;
    pings(&house).await;
    let url = house.post.taken.lock().unwrap()[0].unsubscribe.as_ref().unwrap().reveal().clone();
    let token = url.rsplit('/').next().unwrap();
    let input = json!({ "idempotencyKey": uuid(1), "topic": "REMINDER", "delivery": "NEVER", "channel": "PUSH", "token": token });
    let refused = house.data(&Actor::Anonymous, PREFER, json!({ "input": input })).await["setNotificationPreference"].take();
    assert_eq!(refused["errors"], json!([{ "code": "NOT_ALLOWED", "path": ["input", "channel"] }]));
}

#[tokio::test]
async fn everybody_may_know_the_city_s_public_key() {
    let house = house().await;
    assert_eq!(house.data(&Actor::Anonymous, "{ webPushKey }", json!({})).await["webPushKey"], PUSH_KEY);
    let (_, faults) = house.ask(&Actor::Anonymous, "{ messages { nodes { deliveries { channel } } } }", json!({})).await;
    assert_eq!(faults, [Code::Unauthenticated]);
}

#[test]
fn where_somebody_is_reached_is_shown_to_nobody_by_debug() {
    let to = kernel::Personal::new(Destination::Browser(journal::Subscription {
        url: "https://a.example/secret".to_owned(),
        p256dh: String::new(),
        auth: String::new(),
    }));
    assert!(!format!("{to:?}").contains("secret"));
}
