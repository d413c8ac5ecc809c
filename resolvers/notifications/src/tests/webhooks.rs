//! Whoever is told by HTTP of what happens to reports.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use journal::{JobError, Parcel, Receipt};
use kernel::{Actor, Code, Locale, PartyId, Person, PersonId, Role};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    dead_letters,
    house::{TestHouse, house, person, receipt},
    later, never, retry,
};

const REGISTER: &str = "mutation($input: RegisterWebhookInput!) { registerWebhook(input: $input) {
    webhook { id url party { id } state createdAt } secret errors { code path message } } }";
const REMOVE: &str = "mutation($input: RemoveWebhookInput!) { removeWebhook(input: $input) { removed errors { code path message } } }";
const LIST: &str = "{ webhooks(first: 100) { nodes { id url party { id } state attemptedAt deliveredAt replyStatus failures } } }";
const ANNOUNCE: &str = "mutation($input: AnnounceEventInput!) { announceEvent(input: $input) { webhooks errors { code path } } }";
const URL: &str = "https://hooks.example.kz/turkistan";

/// A supervisor of a party.
fn supervisor(party: &str) -> Actor {
    let (id, roles) = (PersonId::of_slug(party), vec![Role::Supervisor]);
    Actor::Person(Person { id, roles, party: Some(PartyId::of_slug(party)), locale: Locale::Ru })
}

fn party(slug: &str) -> Value {
    json!(PartyId::of_slug(slug).global())
}

async fn register(house: &TestHouse, actor: &Actor, key: u128, changes: Value) -> Value {
    let mut input = json!({ "idempotencyKey": uuid::Uuid::from_u128(key), "url": URL });
    let Value::Object(changes) = changes else { unreachable!("changes are an object") };
    input.as_object_mut().unwrap().extend(changes);
    house.data(actor, REGISTER, json!({ "input": input })).await["registerWebhook"].take()
}

async fn remove(house: &TestHouse, actor: &Actor, key: u128, id: &Value) -> Value {
    let input = json!({ "idempotencyKey": uuid::Uuid::from_u128(key), "webhook": id });
    house.data(actor, REMOVE, json!({ "input": input })).await["removeWebhook"].take()
}

async fn list(house: &TestHouse, actor: &Actor) -> Vec<Value> {
    house.data(actor, LIST, json!({})).await["webhooks"]["nodes"].as_array().unwrap().clone()
}

/// Announces an event of a case of the water utility, which the directorate of energy supervises; gives how many are told.
async fn announce(house: &TestHouse, key: u128) -> Value {
    let input = json!({
        "idempotencyKey": uuid::Uuid::from_u128(key), "event": "answered", "reference": "TK-2026-000123",
        "party": party("water"), "supervisor": party("energy"), "at": "2026-11-24T04:59:59Z",
    });
    let payload = house.data(&Actor::System, ANNOUNCE, json!({ "input": input })).await["announceEvent"].take();
    assert_eq!(payload["errors"], json!([]));
    payload["webhooks"].clone()
}

/// Performs whatever is due, and gives what was handed over.
async fn parcels(house: &TestHouse) -> Vec<Parcel> {
    while house.work(false).await {}
    std::mem::take(&mut *house.counter.taken.lock().unwrap())
}

fn header<'a>(parcel: &'a Parcel, name: &str) -> &'a str {
    parcel.headers.iter().find(|(known, _)| *known == name).unwrap().1.reveal()
}

#[tokio::test]
async fn whoever_hears_of_a_case_is_told_once_in_a_signed_message() {
    let house = house().await;
    let registered = register(&house, &supervisor("energy"), 1, json!({})).await;
    assert_eq!((&registered["webhook"]["url"], &registered["webhook"]["party"]["id"]), (&json!(URL), &party("energy")));
    register(&house, &supervisor("health"), 2, json!({ "url": "https://elsewhere.example.kz/" })).await;
    for _ in 0..2 {
        assert_eq!(announce(&house, 10).await, 1, "the same event once");
    }
    let [parcel] = parcels(&house).await.try_into().unwrap();
    assert_eq!(parcel.url.reveal(), URL);
    assert_eq!(header(&parcel, "content-type"), "application/json");
    assert_eq!(header(&parcel, "webhook-timestamp"), house.house.clock.now().timestamp().to_string());
    let body: Value = serde_json::from_slice(parcel.body.reveal()).unwrap();
    let data = json!({ "reference": "TK-2026-000123", "party": party("water") });
    assert_eq!(body, json!({ "type": "feedback.answered", "timestamp": "2026-11-24T04:59:59Z", "data": data }));
    // As a receiver verifies it, with what it was given.
    let secret = STANDARD.decode(registered["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    mac.update(format!("{}.{}.", header(&parcel, "webhook-id"), header(&parcel, "webhook-timestamp")).as_bytes());
    mac.update(parcel.body.reveal());
    assert_eq!(header(&parcel, "webhook-signature"), format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())));
    let seen = list(&house, &supervisor("energy")).await.remove(0);
    let when = json!("2026-11-24T05:00:00Z");
    assert_eq!((&seen["attemptedAt"], &seen["deliveredAt"], &seen["replyStatus"]), (&when, &when, &json!(204)));
}

#[tokio::test]
async fn all_cases_reach_an_administrator_s_webhook_and_none_that_of_another_party() {
    let house = house().await;
    let admin = person(Role::Admin);
    register(&house, &admin, 1, json!({})).await;
    register(&house, &admin, 2, json!({ "party": party("water") })).await;
    register(&house, &supervisor("energy"), 3, json!({})).await;
    register(&house, &supervisor("health"), 4, json!({})).await;
    assert_eq!(announce(&house, 10).await, 3);
    assert_eq!(parcels(&house).await.len(), 3);
}

#[tokio::test]
async fn every_try_is_the_same_message_signed_anew() {
    let house = house().await;
    register(&house, &supervisor("energy"), 1, json!({})).await;
    *house.counter.script.lock().unwrap() = [Ok(receipt(500)), Err(later("DELIVERY_UNAVAILABLE: no answer"))].into();
    announce(&house, 10).await;
    let mut tries = parcels(&house).await;
    let seen = list(&house, &supervisor("energy")).await.remove(0);
    assert_eq!((&seen["failures"], &seen["replyStatus"], &seen["deliveredAt"]), (&json!(1), &json!(500), &Value::Null));
    for _ in 0..2 {
        house.clock.advance(TimeDelta::seconds(5));
        tries.extend(parcels(&house).await);
    }
    let all = |name: &str| tries.iter().map(|parcel| header(parcel, name).to_owned()).collect::<std::collections::BTreeSet<_>>().len();
    assert_eq!((tries.len(), all("webhook-id"), all("webhook-timestamp"), all("webhook-signature")), (3, 1, 3, 3));
    assert!(tries.windows(2).all(|pair| pair[0].body == pair[1].body));
    assert_eq!(list(&house, &supervisor("energy")).await[0]["failures"], 0);
}

#[tokio::test]
async fn a_receiver_that_asks_for_peace_is_left_in_it() {
    let house = house().await;
    register(&house, &supervisor("energy"), 1, json!({})).await;
    let busy = Receipt { retry_after_seconds: Some(90), ..receipt(429) };
    *house.counter.script.lock().unwrap() = [Ok(busy)].into();
    announce(&house, 10).await;
    assert_eq!(parcels(&house).await.len(), 1);
    house.clock.advance(TimeDelta::seconds(89));
    assert_eq!(parcels(&house).await.len(), 0);
    house.clock.advance(TimeDelta::seconds(1));
    assert_eq!(parcels(&house).await.len(), 1);
    assert_eq!(dead_letters(&house).await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_refused_is_a_dead_letter_with_an_owner_and_has_another_life() {
    async fn check(answer: Result<Receipt, JobError>) {
        let house = house().await;
        register(&house, &supervisor("energy"), 1, json!({})).await;
        *house.counter.script.lock().unwrap() = [answer.clone()].into();
        announce(&house, 10).await;
        parcels(&house).await;
        let letter = dead_letters(&house).await.remove(0);
        assert_eq!((&letter["kind"], &letter["reason"]), (&json!("deliver_webhook"), &json!("RECEIVER_REFUSED")), "{answer:?}");
        retry(&house, 20, &letter["id"]).await;
        assert_eq!(parcels(&house).await.len(), 1);
        assert_eq!(dead_letters(&house).await, Vec::<Value>::new());
    }
    check(Ok(receipt(301))).await;
    check(Err(never("DELIVERY_REFUSED: the address is not outside"))).await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_or_removed_is_told_no_more() {
    let house = house().await;
    let energy = supervisor("energy");
    register(&house, &energy, 1, json!({})).await;
    house.clock.advance(TimeDelta::seconds(1));
    let other = register(&house, &energy, 2, json!({})).await["webhook"]["id"].clone();
    *house.counter.script.lock().unwrap() = [Ok(receipt(410))].into();
    announce(&house, 10).await;
    assert_eq!(parcels(&house).await.len(), 2);
    let states: Vec<_> = list(&house, &energy).await.iter().map(|webhook| webhook["state"].clone()).collect();
    assert_eq!(states, ["GONE", "ACTIVE"]);
    assert_eq!(announce(&house, 11).await, 1);
    for _ in 0..2 {
        assert_eq!(remove(&house, &energy, 3, &other).await, json!({ "removed": other, "errors": [] }));
    }
    assert_eq!(parcels(&house).await.len(), 0, "its job finds nobody");
    assert_eq!(remove(&house, &energy, 4, &other).await["errors"][0]["code"], "NOT_FOUND");
    assert_eq!((announce(&house, 12).await, dead_letters(&house).await.len()), (json!(0), 0));
}

#[tokio::test]
async fn a_webhook_is_kept_once_for_its_key_and_its_secret_nowhere() {
    let house = house().await;
    let energy = supervisor("energy");
    let first = register(&house, &energy, 1, json!({})).await;
    assert_eq!(register(&house, &energy, 1, json!({})).await, first);
    assert_eq!(register(&house, &energy, 1, json!({ "url": "https://x.example.kz" })).await["errors"][0]["code"], "KEY_REUSED");
    assert_ne!(register(&house, &energy, 2, json!({})).await["secret"], first["secret"]);
    let secret = first["secret"].as_str().unwrap();
    for table in ["SELECT url FROM webhook", "SELECT CAST(outcome AS TEXT) FROM act_key"] {
        assert!(!house.value::<String>(table).await.contains(&secret[6..]), "{table}");
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused() {
    async fn check(actor: &Actor, changes: Value, code: &str, path: &str) {
        let house = house().await;
        let payload = register(&house, actor, 1, changes.clone()).await;
        assert_eq!((&payload["webhook"], &payload["secret"]), (&Value::Null, &Value::Null));
        let refusal = &payload["errors"][0];
        assert_eq!((&refusal["code"], &refusal["path"]), (&json!(code), &json!(["input", path])), "{changes}");
        assert!(!refusal["message"].as_str().unwrap().starts_with("refusal-"), "{refusal}");
    }
    let energy = supervisor("energy");
    check(&energy, json!({ "idempotencyKey": "one" }), "INVALID", "idempotencyKey").await;
    check(&energy, json!({ "url": "http://hooks.example.kz" }), "INVALID", "url").await;
    check(&energy, json!({ "url": "https://localhost/" }), "INVALID", "url").await;
    check(&energy, json!({ "party": "x" }), "INVALID", "party").await;
    check(&energy, json!({ "party": party("health") }), "NOT_ALLOWED", "party").await;
    let house = house().await;
    for n in 0..20 {
        assert_eq!(register(&house, &energy, n, json!({})).await["errors"], json!([]));
    }
    assert_eq!(register(&house, &energy, 20, json!({})).await["errors"][0]["code"], "LIMIT_REACHED");
    assert_eq!(register(&house, &supervisor("health"), 21, json!({})).await["errors"], json!([]));
}

#[tokio::test]
async fn webhooks_are_seen_and_kept_by_those_whose_cases_they_tell_of() {
    let house = house().await;
    let (energy, health, admin) = (supervisor("energy"), supervisor("health"), person(Role::Admin));
    let id = register(&house, &energy, 1, json!({})).await["webhook"]["id"].clone();
    register(&house, &admin, 2, json!({})).await;
    let counts = [(&energy, 1), (&health, 0), (&admin, 2), (&person(Role::Auditor), 2)];
    for (actor, count) in counts {
        assert_eq!(list(&house, actor).await.len(), count, "{actor:?}");
    }
    assert_eq!(remove(&house, &health, 3, &id).await["errors"][0]["code"], "NOT_FOUND");
    let (unauthenticated, forbidden) = (Code::Unauthenticated, Code::Forbidden);
    for (actor, code) in [(Actor::Anonymous, unauthenticated), (person(Role::Citizen), forbidden), (person(Role::Officer), forbidden)] {
        assert_eq!(house.ask(&actor, LIST, json!({})).await.1, [code], "{actor:?}");
        let input = json!({ "idempotencyKey": uuid::Uuid::from_u128(9), "url": URL });
        assert_eq!(house.ask(&actor, REGISTER, json!({ "input": input })).await.1, [code], "{actor:?}");
    }
    let input = json!({ "idempotencyKey": uuid::Uuid::from_u128(9), "event": "x", "reference": "x", "at": "2026-11-24T04:59:59Z" });
    assert_eq!(house.ask(&admin, ANNOUNCE, json!({ "input": input })).await.1, [forbidden]);
    assert_eq!(remove(&house, &admin, 4, &id).await["errors"], json!([]));
}
