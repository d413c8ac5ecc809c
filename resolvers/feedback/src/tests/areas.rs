//! Whoever subscribed to an area is told once a day of what is new there.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::FutureExt;
use kernel::{Actor, Clock, GlobalId, Role};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    city::{ADDRESS, City, NAME, TEXT, appeal, category, city, codes, district, merge, water},
    people::{citizen, officer, person},
};

const MAIL: &str = "saule@example.kz";
const SHOWN: &str = "subscription { id district { id } circle { middle { lat lon } radiusMeters } category { slug } confirmed } key";

/// A city whose mornings come.
async fn city_with_mornings() -> City {
    let city = city().await;
    let (jobs, now) = (city.room.handlers[0].beginning(), city.clock.now());
    city.database.writer.write(move |txn| journal::enqueue(txn, now, jobs).boxed()).await.unwrap();
    city
}

/// All of Turkistan.
fn whole_city(email: &str) -> Value {
    json!({ "area": { "district": district("turkistan-city") }, "locale": "RU", "email": email })
}

fn circle(lat: f64, lon: f64, meters: i32, email: &str) -> Value {
    json!({ "area": { "circle": { "point": { "lat": lat, "lon": lon }, "radiusMeters": meters } }, "locale": "KK", "email": email })
}

async fn subscribe(city: &City, actor: &Actor, input: Value) -> Value {
    let payload = city.act(actor, "subscribeToArea", SHOWN, input).await;
    assert_eq!(codes(&payload), [""; 0]);
    payload
}

fn id(payload: &Value) -> &str {
    payload["subscription"]["id"].as_str().unwrap()
}

/// The code as the house mails it.
async fn code(city: &City, subscription: &str) -> Value {
    city.read(&Actor::System, &format!("{{ confirmationCode(about: \"{subscription}\") }}")).await["confirmationCode"].take()
}

async fn confirm(city: &City, subscription: &str, code: &str) -> Vec<String> {
    let input = json!({ "subscription": subscription, "code": code });
    codes(&city.act(&Actor::Anonymous, "confirmSubscription", "subscription { confirmed }", input).await)
}

async fn end(city: &City, actor: &Actor, subscription: &str, key: Option<&Value>) -> Vec<String> {
    let input = json!({ "subscription": subscription, "key": key });
    codes(&city.act(actor, "endAreaSubscription", "ended", input).await)
}

/// An address alone, confirmed.
async fn subscribed(city: &City, input: Value) -> Value {
    let payload = subscribe(city, &Actor::Anonymous, input).await;
    let code = code(city, id(&payload)).await;
    assert_eq!(confirm(city, id(&payload), code.as_str().unwrap()).await, [""; 0]);
    payload
}

/// What was mailed on a topic since the last time.
async fn mailed(city: &City, topic: &str) -> Vec<Value> {
    city.settle().await;
    let messages = std::mem::take(&mut *city.neighbours.messages.lock().unwrap());
    messages.into_iter().filter(|message| message["topic"] == topic).collect()
}

/// The news of the next morning.
async fn next_morning(city: &City) -> Vec<Value> {
    let local = kernel::city_time(city.clock.now()).naive_local();
    let eight = local.date().and_hms_opt(8, 0, 0).unwrap();
    let wait = if local < eight { eight - local } else { eight + TimeDelta::days(1) - local };
    city.pass(wait).await;
    mailed(city, "AREA").await
}

fn told<'m>(messages: &'m [Value], field: &str) -> Vec<&'m str> {
    messages.iter().map(|message| message[field].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_is_new_is_told_once_the_next_morning_and_no_more_of_its_place_than_everybody_sees() {
    let city = city_with_mornings().await;
    let before = city.routed(water()).await;
    let payload = subscribe(&city, &citizen(), whole_city(MAIL)).await;
    assert_eq!((&payload["subscription"]["confirmed"], &payload["key"]), (&json!(true), &Value::Null));
    let first = city.routed(water()).await;
    let second = city.routed(water()).await;
    assert!(mailed(&city, "AREA").await.is_empty(), "not before the morning");
    let news = next_morning(&city).await;
    assert_eq!((told(&news, "email"), told(&news, "locale"), news.len()), (vec![MAIL], vec!["RU"], 1));
    let (subject, text) = (news[0]["subject"].as_str().unwrap(), news[0]["text"].as_str().unwrap());
    assert!(subject.starts_with("2 новых обращения"), "{subject}");
    assert!(text.contains(&first.reference) && text.contains(&second.reference) && !text.contains(&before.reference), "{text}");
    assert!(text.contains("Водоснабжение") && text.contains("(43.3005, 68.2505)"), "{text}");
    for personal in [TEXT, ADDRESS, NAME, "68.25)", "43.3,"] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    assert_eq!((&news[0]["withCouponKey"], &news[0]["person"]), (&Value::Null, &json!(citizen().person().unwrap().id.global())));
    assert!(next_morning(&city).await.is_empty(), "once");
    let third = city.routed(water()).await;
    let news = next_morning(&city).await;
    assert!(news.len() == 1 && news[0]["text"].as_str().unwrap().contains(&third.reference), "{news:?}");
    assert!(!city.journal().await.contains(MAIL));
}

#[tokio::test]
async fn only_what_the_public_register_shows_as_new_is_told() {
    let city = city_with_mornings().await;
    subscribe(&city, &citizen(), whole_city(MAIL)).await;
    city.routed(appeal()).await;
    let withdrawn = city.routed(water()).await;
    let input = json!({ "reference": withdrawn.reference, "key": withdrawn.key });
    assert_eq!(codes(&city.act(&Actor::Anonymous, "withdrawFeedback", "feedback { id }", input).await), [""; 0]);
    let (merged, kept) = (city.routed(water()).await, city.routed(water()).await);
    city.do_work(&officer(), "acceptCase", &merged, json!({})).await;
    city.do_work(&officer(), "mergeCases", &merged, json!({ "into": kept.case() })).await;
    let roads = kernel::PartyId::of_slug("passenger-transport-roads").global();
    city.do_work(&officer(), "forwardPart", &kept, json!({ "to": roads, "text": "Жол да бұзылған" })).await;
    let mut elsewhere = water();
    elsewhere["place"] = json!({ "district": district("arys") });
    city.routed(elsewhere).await;
    let news = next_morning(&city).await;
    let lines: Vec<&str> = news[0]["text"].as_str().unwrap().lines().filter(|line| line.starts_with("TK-")).collect();
    assert!(news.len() == 1 && lines.len() == 1 && lines[0].starts_with(&kept.reference), "{news:?}");
}

#[tokio::test]
async fn what_is_taken_back_between_the_morning_and_the_message_is_left_out() {
    let city = city_with_mornings().await;
    subscribe(&city, &citizen(), whole_city(MAIL)).await;
    let filed = city.routed(water()).await;
    city.settle().await;
    city.clock.advance(TimeDelta::hours(20));
    let jobs = city.lease().await;
    for job in jobs.iter().filter(|job| job.kind == "notify_areas") {
        city.perform(job).await.unwrap();
    }
    let input = json!({ "reference": filed.reference, "key": filed.key });
    city.act(&Actor::Anonymous, "withdrawFeedback", "feedback { id }", input).await;
    assert!(mailed(&city, "AREA").await.is_empty());
}

#[tokio::test]
async fn a_circle_and_a_subject_narrow_what_is_told() {
    let city = city_with_mornings().await;
    let mut of_roads = circle(43.3, 68.25, 5000, "roads@example.kz");
    merge(&mut of_roads, json!({ "category": category("road-damage") }));
    subscribe(&city, &citizen(), of_roads).await;
    subscribe(&city, &citizen(), circle(43.3, 68.25, 200, "near@example.kz")).await;
    subscribe(&city, &citizen(), circle(43.32, 68.25, 1000, "far@example.kz")).await;
    subscribe(&city, &citizen(), circle(43.32, 68.25, 5000, "wide@example.kz")).await;
    city.routed(water()).await;
    let news = next_morning(&city).await;
    assert_eq!(told(&news, "email").into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(["near@example.kz", "wide@example.kz"]));
    assert!(told(&news, "subject").iter().all(|subject| *subject == "Аумағыңызда 1 жаңа өтініш"), "{news:?}");
}

#[tokio::test]
async fn an_address_alone_is_told_nothing_but_the_code_before_it_is_confirmed() {
    let city = city_with_mornings().await;
    let payload = subscribe(&city, &Actor::Anonymous, whole_city(" Saule@Example.kz ")).await;
    let subscription = id(&payload);
    assert_eq!(payload["subscription"]["confirmed"], false);
    let codes_sent = mailed(&city, "CONFIRMATION").await;
    assert_eq!((told(&codes_sent, "email"), told(&codes_sent, "about")), (vec![MAIL], vec![subscription]));
    let text = codes_sent[0]["text"].as_str().unwrap();
    assert!(text.contains("{confirmation-code}") && !text.contains("Туркестан") && codes_sent[0]["withCouponKey"] == true, "{text}");
    let filed = city.routed(water()).await;
    assert!(next_morning(&city).await.is_empty(), "nobody has confirmed it");

    let right = code(&city, subscription).await;
    let right = right.as_str().unwrap();
    for (subscription, code) in [(subscription, "00000000"), ("x", right), (&GlobalId::encode("AreaSubscription", Uuid::nil()), right)] {
        assert_eq!(confirm(&city, subscription, code).await, ["INVALID input.code"]);
    }
    city.neighbours.unwanted.lock().unwrap().insert(MAIL.to_owned());
    for _ in 0..2 {
        assert_eq!(confirm(&city, subscription, &format!("{} {}", &right[..4], &right[4..])).await, [""; 0]);
    }
    city.settle().await;
    assert!(city.neighbours.unwanted.lock().unwrap().is_empty(), "whoever confirms it wants it, though they once ended such mail");
    let news = next_morning(&city).await;
    assert!(news.len() == 1 && news[0]["text"].as_str().unwrap().contains(&filed.reference), "since they asked: {news:?}");
    for stranger in [Actor::Anonymous, citizen(), officer()] {
        let query = format!("{{ confirmationCode(about: \"{subscription}\") }}");
        assert_eq!(city.read(&stranger, &query).await["confirmationCode"], Value::Null);
    }
}

#[tokio::test]
async fn five_wrong_codes_are_all_and_an_address_that_nobody_confirms_is_forgotten() {
    let city = city_with_mornings().await;
    let payload = subscribe(&city, &Actor::Anonymous, whole_city(MAIL)).await;
    let right = code(&city, id(&payload)).await;
    for _ in 0..5 {
        assert_eq!(confirm(&city, id(&payload), "1").await, ["INVALID input.code"]);
    }
    assert_eq!(confirm(&city, id(&payload), right.as_str().unwrap()).await, ["INVALID input.code"]);
    let kept = subscribed(&city, circle(43.3, 68.25, 300, "other@example.kz")).await;
    city.pass_days(3).await;
    assert_eq!(city.texts("SELECT email FROM area_subscription").await, ["other@example.kz"]);
    assert_eq!(city.numbers("SELECT COUNT(*) FROM confirmation").await, [1]);
    let erased = city.neighbours.erased.lock().unwrap().clone();
    assert!(erased.contains(&json!(id(&payload))) && !erased.contains(&json!(id(&kept))), "{erased:?}");
}

#[tokio::test]
async fn a_stranger_whom_many_name_is_left_in_peace() {
    let city = city_with_mornings().await;
    for number in 0..7 {
        subscribe(&city, &Actor::Anonymous, whole_city(MAIL)).await;
        assert_eq!(mailed(&city, "CONFIRMATION").await.len(), usize::from(number < 5), "{number}");
    }
}

#[tokio::test]
async fn what_is_ended_is_told_no_more_and_forgotten_and_is_ones_own() {
    let city = city_with_mornings().await;
    let own = subscribe(&city, &citizen(), whole_city(MAIL)).await;
    let alone = subscribed(&city, whole_city("alone@example.kz")).await;
    let other = subscribed(&city, circle(43.3, 68.25, 300, "alone@example.kz")).await;
    let key = alone["key"].clone();
    let stranger = person("stranger", Role::Citizen, None);
    for (actor, subscription, key) in [
        (Actor::Anonymous, id(&own), None),
        (Actor::Anonymous, id(&own), Some(&key)),
        (stranger, id(&own), None),
        (citizen(), id(&alone), None),
        (citizen(), id(&other), Some(&key)),
        (Actor::Anonymous, "x", Some(&key)),
    ] {
        assert_eq!(end(&city, &actor, subscription, key).await, ["NOT_FOUND input.subscription"]);
    }
    let list = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Viewer { areaSubscriptions { id district { id } } } } }";
    let viewer = GlobalId::encode("Viewer", citizen().person().unwrap().id.uuid());
    let shown = async |actor: Actor| {
        let variables = json!({ "r": [{ "__typename": "Viewer", "id": viewer }] });
        let answer = city.ask(kernel::OperationKind::Query, actor, list, variables).await;
        Value::from(answer.data["_entities"][0].clone())
    };
    assert_eq!(shown(citizen()).await["areaSubscriptions"], json!([{ "id": id(&own), "district": { "id": district("turkistan-city") } }]));
    assert_eq!(shown(person("stranger", Role::Citizen, None)).await, Value::Null);

    city.routed(water()).await;
    assert_eq!(end(&city, &citizen(), id(&own), None).await, [""; 0]);
    assert_eq!(end(&city, &citizen(), id(&own), None).await, ["NOT_FOUND input.subscription"], "there is none any more");
    assert_eq!(end(&city, &Actor::Anonymous, id(&alone), Some(&key)).await, [""; 0]);
    city.settle().await;
    let erased = city.neighbours.erased.lock().unwrap().len();
    assert_eq!(erased, 3, "of the person’s all, of the address’s what was said of the one");
    assert_eq!(told(&next_morning(&city).await, "email"), ["alone@example.kz"]);
    assert_eq!(end(&city, &Actor::Anonymous, id(&other), Some(&other["key"])).await, [""; 0]);
    assert_eq!(city.numbers("SELECT COUNT(*) FROM area_subscription").await, [0]);
    assert_eq!(city.numbers("SELECT COUNT(*) FROM confirmation WHERE confirmed_at IS NULL").await, [0]);
}

#[tokio::test]
async fn one_click_on_the_mail_forgets_an_address_and_leaves_an_account_its_list() {
    let city = city_with_mornings().await;
    subscribed(&city, whole_city(MAIL)).await;
    subscribed(&city, circle(43.3, 68.25, 300, MAIL)).await;
    subscribe(&city, &citizen(), whole_city("account@example.kz")).await;
    city.settle().await;
    city.neighbours.unwanted.lock().unwrap().extend([MAIL.to_owned(), "account@example.kz".to_owned()]);
    city.routed(water()).await;
    assert_eq!(told(&next_morning(&city).await, "email"), ["account@example.kz"], "what they chose is seen to at delivery");
    assert_eq!(city.texts("SELECT email FROM area_subscription").await, ["account@example.kz"]);
}

#[tokio::test]
async fn what_cannot_be_subscribed_to_is_refused_by_name() {
    let city = city().await;
    for (input, expected) in [
        (circle(43.3, 68.25, 199, MAIL), vec!["INVALID input.area.circle.radiusMeters"]),
        (circle(43.3, 68.25, 5001, MAIL), vec!["INVALID input.area.circle.radiusMeters"]),
        (circle(51.1, 71.4, 500, MAIL), vec!["INVALID input.area.circle.point"]),
        (
            circle(51.1, 71.4, -1, "x"),
            vec!["INVALID input.area.circle.point", "INVALID input.area.circle.radiusMeters", "INVALID input.email"],
        ),
        (
            json!({ "area": { "district": "x" }, "category": "x", "locale": "KK", "email": MAIL }),
            vec!["NOT_FOUND input.area.district", "NOT_FOUND input.category"],
        ),
        (whole_city("a@example.kz\r\nBcc: b@example.kz"), vec!["INVALID input.email"]),
        (whole_city(&format!("{}@example.kz", "a".repeat(1_000_000))), vec!["INVALID input.email"]),
        (
            json!({ "idempotencyKey": "x", "area": { "district": district("arys") }, "locale": "KK", "email": MAIL }),
            vec!["INVALID input.idempotencyKey"],
        ),
    ] {
        let rows = city.rows().await;
        assert_eq!(codes(&city.act(&Actor::Anonymous, "subscribeToArea", SHOWN, input).await), expected);
        assert_eq!(city.rows().await, rows, "{expected:?}");
    }
}

#[tokio::test]
async fn twenty_areas_are_the_most_of_a_person_and_of_an_address() {
    let city = city().await;
    for (actor, other) in [(citizen(), person("stranger", Role::Citizen, None)), (Actor::Anonymous, Actor::Anonymous)] {
        let address = |number: i32| if actor == Actor::Anonymous { MAIL.to_owned() } else { format!("{number}@example.kz") };
        for number in 0..20 {
            subscribe(&city, &actor, whole_city(&address(number))).await;
        }
        let refused = city.act(&actor, "subscribeToArea", SHOWN, whole_city(&address(21))).await;
        assert_eq!(codes(&refused), ["LIMIT_REACHED"]);
        subscribe(&city, &other, whole_city("another@example.kz")).await;
    }
}

#[tokio::test]
async fn the_same_key_gives_the_same_outcome() {
    let city = city().await;
    let mut input = whole_city(MAIL);
    merge(&mut input, json!({ "idempotencyKey": city.key() }));
    let first = subscribe(&city, &Actor::Anonymous, input.clone()).await;
    assert_eq!(subscribe(&city, &Actor::Anonymous, input.clone()).await, first);
    assert_eq!(city.numbers("SELECT COUNT(*) FROM area_subscription").await, [1]);
    merge(&mut input, json!({ "email": "other@example.kz" }));
    assert_eq!(codes(&city.act(&Actor::Anonymous, "subscribeToArea", SHOWN, input).await), ["KEY_REUSED input.idempotencyKey"]);

    let (right, wrong) = (code(&city, id(&first)).await, json!("1"));
    let tries = async |key: &str, code: &Value| {
        let input = json!({ "idempotencyKey": key, "subscription": id(&first), "code": code });
        codes(&city.act(&Actor::Anonymous, "confirmSubscription", "subscription { confirmed }", input).await)
    };
    let (one, two) = (city.key(), city.key());
    for _ in 0..3 {
        assert_eq!(tries(&one, &wrong).await, ["INVALID input.code"]);
    }
    assert_eq!(city.numbers("SELECT tries FROM confirmation").await, [1], "a try is counted once");
    assert_eq!(tries(&one, &right).await, ["KEY_REUSED input.idempotencyKey"]);
    for _ in 0..2 {
        assert_eq!(tries(&two, &right).await, [""; 0]);
    }
    let ending = json!({ "idempotencyKey": city.key(), "subscription": id(&first), "key": first["key"] });
    for _ in 0..2 {
        let ended = city.act(&Actor::Anonymous, "endAreaSubscription", "ended", ending.clone()).await;
        assert_eq!((codes(&ended), &ended["ended"]), (vec![], &json!(id(&first))));
    }
}

#[tokio::test]
async fn a_crash_at_any_point_of_the_morning_leaves_one_message() {
    let city = city_with_mornings().await;
    subscribe(&city, &citizen(), whole_city(MAIL)).await;
    let filed = city.routed(water()).await;
    city.settle().await;
    let mut keys = BTreeSet::new();
    city.clock.advance(TimeDelta::hours(20));
    // The runner dies after each job has done what it does, and before that is kept; another one does it again.
    for _ in 0..4 {
        for job in city.lease().await {
            let handler = &city.room.handlers[0];
            drop(handler.perform(&job).await.unwrap_or_else(|error| panic!("{}: {error:?}", job.kind)));
            city.perform(&job).await.unwrap();
        }
        let messages = std::mem::take(&mut *city.neighbours.messages.lock().unwrap());
        for message in messages.iter().filter(|message| message["topic"] == "AREA") {
            assert!(message["text"].as_str().unwrap().contains(&filed.reference));
            keys.insert(message["idempotencyKey"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(keys.len(), 1, "however often it is handed over, it is one message");
    assert!(next_morning(&city).await.is_empty());
}

#[tokio::test]
async fn a_report_that_reaches_the_log_late_with_an_earlier_time_is_told_all_the_same() {
    let city = city_with_mornings().await;
    subscribe(&city, &citizen(), whole_city(MAIL)).await;
    city.routed(water()).await;
    assert_eq!(next_morning(&city).await.len(), 1);
    city.clock.advance(TimeDelta::hours(-10));
    let late = city.file(&Actor::Anonymous, water()).await;
    city.clock.advance(TimeDelta::hours(10));
    let news = next_morning(&city).await;
    assert!(news.len() == 1 && news[0]["text"].as_str().unwrap().contains(&late.reference), "{news:?}");
}

#[tokio::test]
async fn a_morning_that_comes_late_tells_each_subscriber_once_that_day_and_loses_nothing() {
    let city = city_with_mornings().await;
    subscribe(&city, &citizen(), whole_city(MAIL)).await;
    city.routed(water()).await;
    // Nobody worked for two days; then the job of the first morning is done early on the third day.
    city.clock.advance(TimeDelta::hours(20 + 48 - 3));
    assert_eq!(mailed(&city, "AREA").await.len(), 1);
    let filed = city.routed(water()).await;
    let (jobs, now) = (city.room.handlers[0].beginning(), city.clock.now());
    city.database.writer.write(move |txn| journal::enqueue(txn, now, jobs).boxed()).await.unwrap();
    assert!(next_morning(&city).await.is_empty(), "they were told today");
    let news = next_morning(&city).await;
    assert!(news.len() == 1 && news[0]["text"].as_str().unwrap().contains(&filed.reference), "{news:?}");
}

#[tokio::test]
async fn many_subscribers_are_told_page_by_page_and_many_areas_in_one_message() {
    let city = city_with_mornings().await;
    for number in 0..40 {
        let actor = person(&format!("citizen-{number}"), Role::Citizen, None);
        for _ in 0..if number % 10 == 0 { 12 } else { 1 } {
            subscribe(&city, &actor, whole_city(&format!("{number}@example.kz"))).await;
        }
    }
    for _ in 0..60 {
        city.file(&Actor::Anonymous, water()).await;
    }
    let news = next_morning(&city).await;
    assert_eq!((news.len(), told(&news, "email").into_iter().collect::<BTreeSet<_>>().len()), (40, 40));
    for message in &news {
        let text = message["text"].as_str().unwrap();
        assert_eq!(text.lines().filter(|line| line.starts_with("TK-")).count(), 50);
        assert!(text.contains("и ещё 10") && message["subject"].as_str().unwrap().starts_with("60 "), "{text}");
    }
    assert!(next_morning(&city).await.is_empty());
}
