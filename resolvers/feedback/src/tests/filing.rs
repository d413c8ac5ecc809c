//! What is filed, once for its key, and what is kept of it.

use chrono::TimeDelta;
use futures_util::future::join_all;
use kernel::{Actor, ServiceId};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{
    city::{ADDRESS, City, EMAIL, IIN, NAME, PHONE, TEXT, appeal, category, city, codes, merge, water},
    people::{auditor, citizen, officer, other_officer},
};

const COUPON: &str = "feedback { id status } coupon { reference key registeredOn receivedAt dueOn acceptedBy { id } }";
const KEY: &str = "0192e4a0-0000-7000-8000-000000000001";

fn with(mut input: Value, more: Value) -> Value {
    merge(&mut input, more);
    input
}

#[tokio::test]
async fn a_key_gives_one_report_and_the_same_coupon_for_good() {
    let city = city().await;
    let input = with(water(), json!({ "idempotencyKey": KEY }));
    let first = city.act(&citizen(), "submitFeedback", COUPON, input.clone()).await;
    assert_eq!(codes(&first), [""; 0]);
    assert_eq!(first["coupon"]["reference"], "TK-2026-000001");
    let rows = city.rows().await;
    city.clock.advance(TimeDelta::days(400));
    let again = city.act(&citizen(), "submitFeedback", COUPON, input.clone()).await;
    assert_eq!(again["coupon"], first["coupon"]);

    // Under the same key nobody files something else, nor as somebody else.
    let other = with(input.clone(), json!({ "text": "Басқа" }));
    for (actor, input) in [(citizen(), other), (Actor::Anonymous, input.clone()), (officer(), input)] {
        let refused = city.act(&actor, "submitFeedback", COUPON, input).await;
        assert_eq!(codes(&refused), ["KEY_REUSED input.idempotencyKey"]);
        assert_eq!(refused["coupon"], Value::Null);
    }
    assert_eq!(city.rows().await, rows);
}

#[tokio::test]
async fn many_with_one_key_at_once_file_one_report() {
    let city = city().await;
    let input = with(water(), json!({ "idempotencyKey": KEY }));
    let payloads = join_all((0..8).map(|_| city.act(&Actor::Anonymous, "submitFeedback", COUPON, input.clone()))).await;
    assert!(payloads.iter().all(|payload| payload["coupon"] == payloads[0]["coupon"] && codes(payload).is_empty()));
    assert_eq!(city.numbers("SELECT COUNT(*) FROM feedback").await, [1]);
}

async fn check(city: &City, input: Value, expected: &[&str]) {
    let before = city.rows().await;
    let payload = city.act(&Actor::Anonymous, "submitFeedback", COUPON, input.clone()).await;
    assert_eq!(codes(&payload), expected, "{input}");
    let changed = city.rows().await != before;
    assert_eq!(changed, expected.is_empty(), "{input}");
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let city = city().await;
    let contact = |more: Value| {
        let mut input = appeal();
        merge(&mut input["contact"], more);
        input
    };
    let unknown = ServiceId::of_slug("no-such").global();
    for (input, expected) in [
        (with(water(), json!({ "idempotencyKey": "mine" })), ["INVALID input.idempotencyKey"].as_slice()),
        (with(water(), json!({ "text": " \n" })), &["INVALID input.text"]),
        (with(water(), json!({ "text": "ә".repeat(10_001) })), &["LIMIT_REACHED input.text"]),
        (with(water(), json!({ "category": "road" })), &["NOT_FOUND input.category"]),
        (with(water(), json!({ "service": unknown })), &["NOT_FOUND input.service"]),
        (with(water(), json!({ "service": category("road-damage") })), &["NOT_FOUND input.service"]),
        (
            with(water(), json!({ "place": { "district": "x", "point": { "lat": 51.1, "lon": 71.4 } } })),
            &["NOT_FOUND input.place.district", "INVALID input.place.point"],
        ),
        // APPC Art. 63: an appeal names its author.
        (with(appeal(), json!({ "contact": null })), &["INVALID input.contact.name", "INVALID input.contact.iin"]),
        (contact(json!({ "name": " " })), &["INVALID input.contact.name"]),
        (contact(json!({ "iin": null })), &["INVALID input.contact.iin"]),
        (contact(json!({ "iin": "900101300006" })), &["INVALID input.contact.iin"]),
        (contact(json!({ "email": "a b@c.kz", "phone": "12" })), &["INVALID input.contact.email", "INVALID input.contact.phone"]),
        (appeal(), &[]),
        (json!({ "text": "ә".repeat(10_000), "locale": "KK" }), &[]),
    ] {
        check(&city, input, expected).await;
    }
}

#[tokio::test]
async fn references_have_no_gaps_whatever_fails() {
    let city = city().await;
    let unknown = ServiceId::of_slug("no-such").global();
    let inputs = (0..20).map(|n| match n % 4 {
        0 => with(water(), json!({ "text": "" })),
        1 => with(water(), json!({ "service": unknown })),
        _ => water(),
    });
    join_all(inputs.map(|input| city.act(&Actor::Anonymous, "submitFeedback", COUPON, input))).await;
    let written = city.texts("SELECT reference FROM feedback ORDER BY reference").await;
    let expected: Vec<String> = (1..=10).map(|n| format!("TK-2026-{n:06}")).collect();
    assert_eq!(written, expected);

    // A fault after the number was taken gives the number back: here the number is another's already.
    let count = |last: i32| format!("UPDATE reference_counter SET last = {last}");
    city.database.owner.execute_unprepared(&count(3)).await.unwrap();
    let before = city.rows().await;
    let text = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { errors { code } } }";
    let input = with(water(), json!({ "idempotencyKey": KEY }));
    let answer = city.ask(kernel::OperationKind::Mutation, Actor::Anonymous, text, json!({ "input": input })).await;
    assert_eq!(answer.faults[0].code, kernel::Code::Internal);
    assert_eq!((city.rows().await, city.numbers("SELECT last FROM reference_counter").await), (before, vec![3]));
    city.database.owner.execute_unprepared(&count(10)).await.unwrap();
    let filed = city.act(&Actor::Anonymous, "submitFeedback", COUPON, input).await;
    assert_eq!(filed["coupon"]["reference"], "TK-2026-000011", "the key of a fault is free again");
}

#[tokio::test]
async fn numbers_begin_anew_with_the_year_of_registration() {
    let city = city().await;
    city.file(&Actor::Anonymous, water()).await;
    // Thursday, 31 December, 20:00 in the city: after hours, so it is registered in the new year.
    city.clock.advance(TimeDelta::days(37) + TimeDelta::hours(8));
    assert_eq!(city.file(&Actor::Anonymous, water()).await.reference, "TK-2027-000001");
}

#[tokio::test]
async fn of_an_iin_four_digits_are_kept_and_the_journal_holds_nothing_personal() {
    let city = city().await;
    let filed = city.routed(appeal()).await;
    city.do_work(&officer(), "noteOnCase", &filed, json!({ "text": "Қоңырау шалдым" })).await;
    city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
    city.do_work(
        &officer(),
        "respondToCase",
        &filed,
        json!({ "outcome": "REFUSED", "reason": "private-property", "text": "Құбыр сіздікі" }),
    )
    .await;
    assert_eq!(city.contest(&filed).await, [""; 0]);
    let roads = kernel::PartyId::of_slug("passenger-transport-roads").global();
    city.do_work(&officer(), "forwardCase", &filed, json!({ "to": roads, "reason": "Айгүл жол туралы жазған" })).await;
    city.do_work(&other_officer(), "releaseText", &filed, json!({ "text": "Су жоқ" })).await;
    city.settle().await;
    city.pass_days(60).await;

    let stored = city.texts("SELECT CAST(contact AS TEXT) FROM feedback").await;
    assert!(stored[0].contains(&format!("********{}", &IIN[8..])) && !stored[0].contains(IIN), "{stored:?}");
    let journal = city.journal().await;
    let own = ["Қоңырау", "сіздікі", "Су әлі жоқ", "жол туралы", "Су жоқ"];
    for personal in [TEXT, NAME, "Айгүл", EMAIL, PHONE, ADDRESS, &filed.key, IIN, &IIN[8..]].iter().chain(&own) {
        assert!(!journal.contains(personal), "the journal holds {personal}");
    }
    // Nor does any column hold the key of the coupon.
    for column in ["case_state", "deadline", "contact", "routing", "versions"] {
        let all = city.texts(&format!("SELECT CAST({column} AS TEXT) FROM feedback")).await;
        assert!(!all[0].contains(&filed.key), "{column}");
    }
    let notes = city.read(&auditor(), &format!("{{ case(reference: \"{}\") {{ notes {{ nodes {{ text }} }} }} }}", filed.reference)).await;
    let mut notes = super::city::strings(&notes["case"]["notes"]["nodes"], "text");
    notes.sort_unstable();
    assert_eq!(notes, ["Айгүл жол туралы жазған", "Су әлі жоқ", "Қоңырау шалдым"]);
}

#[tokio::test]
async fn who_tells_of_danger_to_life_is_told_to_call_first() {
    let city = city().await;
    let advice = async |text: &str| {
        let text = serde_json::to_string(text).unwrap();
        let query = format!("{{ emergencyAdvice(text: {text}) {{ call kk: text(locale: KK) words }} }}");
        city.read(&Actor::Anonymous, &query).await["emergencyAdvice"].take()
    };
    let told = advice("Плита шипит и пахнет газом, дети теряют сознание").await;
    assert_eq!(told["call"], "112");
    assert!(told["kk"].as_str().unwrap().contains("112") && !told["words"].as_array().unwrap().is_empty(), "{told}");
    assert_eq!(advice("Когда откроют библиотеку?").await, serde_json::Value::Null);
}
