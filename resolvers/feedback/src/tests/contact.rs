//! A mail address that was left without an account is confirmed before news go there.

use chrono::TimeDelta;
use kernel::Actor;
use serde_json::{Value, json};

use super::{
    city::{City, EMAIL, Filed, city, codes, merge, water},
    people::{auditor, citizen, officer},
};

/// A report whose address nobody has confirmed.
async fn unconfirmed(city: &City, more: Value) -> Filed {
    let mut input = water();
    merge(&mut input, more);
    let filed = city.file(&Actor::Anonymous, input).await;
    city.execute("UPDATE confirmation SET confirmed_at = NULL").await;
    filed
}

/// The code as the house mails it.
async fn code(city: &City, filed: &Filed) -> String {
    let query = format!("{{ confirmationCode(about: \"{}\") }}", filed.reference);
    city.read(&Actor::System, &query).await["confirmationCode"].as_str().unwrap().to_owned()
}

async fn confirm(city: &City, reference: &str, code: &str) -> Vec<String> {
    let input = json!({ "reference": reference, "code": code });
    codes(&city.act(&Actor::Anonymous, "confirmContact", "feedback { reference text }", input).await)
}

async fn ask_again(city: &City, filed: &Filed) -> Vec<String> {
    let input = json!({ "reference": filed.reference, "key": filed.key });
    codes(&city.act(&Actor::Anonymous, "requestConfirmation", "feedback { contactConfirmed }", input).await)
}

/// What the reporter was sent since the last time: topic, and whether the text has a place for the key and for the code.
async fn mailed(city: &City) -> Vec<(String, bool, bool)> {
    city.settle().await;
    let messages = std::mem::take(&mut *city.neighbours.messages.lock().unwrap());
    let own = messages.iter().filter(|message| message["email"] == EMAIL);
    let has = |message: &Value, mark: &str| message["text"].as_str().unwrap().contains(mark);
    own.map(|message| (message["topic"].as_str().unwrap().to_owned(), has(message, "{coupon-key}"), has(message, "{confirmation-code}")))
        .collect()
}

fn mail(topic: &str, key: bool, code: bool) -> (String, bool, bool) {
    (topic.to_owned(), key, code)
}

#[tokio::test]
async fn only_the_receipt_goes_to_an_address_before_it_is_confirmed_and_then_what_was_missed() {
    let city = city().await;
    let filed = unconfirmed(&city, json!({})).await;
    city.settle().await;
    let messages = city.neighbours.messages.lock().unwrap().clone();
    let receipt = messages.iter().find(|message| message["email"] == EMAIL).unwrap();
    let (subject, text) = (receipt["subject"].as_str().unwrap(), receipt["text"].as_str().unwrap());
    assert!(subject.contains(&filed.reference) && text.contains("25.11.2026") && text.contains("72 час"), "{text}");
    assert!(!text.contains("Водоснабжение"), "a stranger does not learn what it is about");
    assert_eq!(mailed(&city).await, [mail("COUPON", false, true)]);
    assert_eq!(city.own(&filed, "contactConfirmed status").await, json!({ "contactConfirmed": false, "status": "IN_PROGRESS" }));

    // It is worked all the same.
    city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
    city.respond(&filed).await;
    assert_eq!(mailed(&city).await, []);

    let (rows, version) = (city.rows().await, city.version(&filed).await);
    assert_eq!(confirm(&city, &filed.reference, &code(&city, &filed).await).await, [""; 0]);
    assert_eq!(city.version(&filed).await, version, "officers saw nothing of it");
    assert_ne!(city.rows().await, rows);
    assert_eq!(mailed(&city).await, [mail("COUPON", true, false), mail("ANSWER", false, false)]);
    assert_eq!(city.own(&filed, "contactConfirmed").await["contactConfirmed"], true);
    assert_eq!(city.contest(&filed).await, [""; 0]);
    assert_eq!(mailed(&city).await, [mail("REMINDER", false, false)]);

    let timeline = "{ timeline { nodes { kind } } }";
    let public = city.read(&Actor::Anonymous, &format!("{{ feedback(reference: \"{}\") {timeline} }}", filed.reference)).await;
    assert!(!public.to_string().contains("contact_confirmed"));
    assert!(city.case(&filed, "history { nodes { kind text } }").await.to_string().contains("contact_confirmed"));
}

#[tokio::test]
async fn a_code_is_tried_five_times_and_counts_for_three_days() {
    let city = city().await;
    let filed = unconfirmed(&city, json!({})).await;
    let (right, wrong) = (code(&city, &filed).await, ["INVALID input.code"]);
    assert_eq!(confirm(&city, "TK-2026-999999", &right).await, wrong);
    for _ in 0..5 {
        assert_eq!(confirm(&city, &filed.reference, "00000000").await, wrong);
    }
    assert_eq!(confirm(&city, &filed.reference, &right).await, wrong, "the sixth time the right one does not help");
    city.clock.advance(TimeDelta::minutes(10));
    assert_eq!(ask_again(&city, &filed).await, [""; 0]);
    let newer = code(&city, &filed).await;
    assert_ne!(newer, right);
    assert_eq!(confirm(&city, &filed.reference, &right).await, wrong, "the one before counts no more");
    city.clock.advance(TimeDelta::hours(72));
    assert_eq!(confirm(&city, &filed.reference, &newer).await, wrong);
    assert_eq!(ask_again(&city, &filed).await, [""; 0]);
    let newest = code(&city, &filed).await;
    assert_eq!(confirm(&city, &filed.reference, &format!("{} {}", &newest[..4], &newest[4..])).await, [""; 0]);
    assert_eq!(confirm(&city, &filed.reference, &newest).await, [""; 0], "again, it says the same");
}

#[tokio::test]
async fn the_same_key_gives_the_same_outcome_and_a_try_is_counted_once() {
    let city = city().await;
    let filed = unconfirmed(&city, json!({})).await;
    let code = code(&city, &filed).await;
    let (first, second) = (city.key(), city.key());
    let tries = async |key: &str, code: &str| {
        let input = json!({ "idempotencyKey": key, "reference": filed.reference, "code": code });
        codes(&city.act(&Actor::Anonymous, "confirmContact", "feedback { reference }", input).await)
    };
    for _ in 0..3 {
        assert_eq!(tries(&first, "1").await, ["INVALID input.code"]);
    }
    assert_eq!(city.numbers("SELECT tries FROM confirmation").await, [1]);
    assert_eq!(tries(&first, &code).await, ["KEY_REUSED input.idempotencyKey"]);
    for _ in 0..2 {
        assert_eq!(tries(&second, &code).await, [""; 0]);
    }
    assert_eq!(city.numbers("SELECT COUNT(*) FROM event WHERE kind = 'contact_confirmed'").await, [1]);
}

#[tokio::test]
async fn new_codes_are_few_and_for_the_reporter_alone() {
    let city = city().await;
    let filed = unconfirmed(&city, json!({})).await;
    assert_eq!(mailed(&city).await.len(), 1);
    let stranger = json!({ "reference": filed.reference, "key": "x" });
    let refused = city.act(&Actor::Anonymous, "requestConfirmation", "feedback { id }", stranger).await;
    assert_eq!(codes(&refused), ["NOT_FOUND input.reference"]);
    assert_eq!(ask_again(&city, &filed).await, ["LIMIT_REACHED"], "at once");
    for _ in 0..4 {
        city.clock.advance(TimeDelta::minutes(10));
        assert_eq!(ask_again(&city, &filed).await, [""; 0]);
    }
    assert_eq!(mailed(&city).await, vec![mail("COUPON", false, true); 4]);
    city.clock.advance(TimeDelta::hours(23));
    assert_eq!(ask_again(&city, &filed).await, ["LIMIT_REACHED"], "five are the most at once");
    city.clock.advance(TimeDelta::hours(1));
    assert_eq!(ask_again(&city, &filed).await, [""; 0], "then one a day, so that nobody spoils them all");
    assert_eq!(ask_again(&city, &filed).await, ["LIMIT_REACHED"]);
    assert_eq!(confirm(&city, &filed.reference, &code(&city, &filed).await).await, [""; 0]);
    assert_eq!(ask_again(&city, &filed).await, ["WRONG_STATE"]);
}

#[tokio::test]
async fn a_stranger_whom_many_reports_name_is_left_in_peace() {
    let city = city().await;
    for number in 0..7 {
        let filed = unconfirmed(&city, json!({ "contact": { "email": EMAIL.to_uppercase() } })).await;
        city.settle().await;
        let sent = std::mem::take(&mut *city.neighbours.messages.lock().unwrap());
        let sent = sent.iter().filter(|message| message["topic"] == "COUPON").count();
        assert_eq!(sent, usize::from(number < 5), "{number}");
        assert!(!city.own(&filed, "responsible { id }").await["responsible"].is_null(), "each is filed and worked");
    }
    city.clock.advance(TimeDelta::days(2));
    unconfirmed(&city, json!({})).await;
    assert_eq!(mailed(&city).await, [mail("COUPON", false, true)]);
}

#[tokio::test]
async fn whoever_is_known_by_an_account_or_left_no_address_confirms_nothing() {
    let city = city().await;
    let filed = city.file(&citizen(), water()).await;
    assert_eq!(mailed(&city).await, [mail("COUPON", true, false), mail("REMINDER", false, false)]);
    assert_eq!(city.own(&filed, "contactConfirmed").await["contactConfirmed"], true);
    let silent = unconfirmed(&city, json!({ "contact": null })).await;
    assert_eq!(city.own(&silent, "contactConfirmed").await["contactConfirmed"], Value::Null);
    assert_eq!(city.numbers("SELECT COUNT(*) FROM confirmation").await, [0]);
    assert_eq!(ask_again(&city, &silent).await, ["WRONG_STATE"]);
    // The public does not learn whether there is an address, and nobody but the house reads the code.
    let filed = unconfirmed(&city, json!({})).await;
    for (actor, confirmed) in [(Actor::Anonymous, Value::Null), (auditor(), json!(false))] {
        let about = &filed.reference;
        let query = format!("{{ feedback(reference: \"{about}\") {{ contactConfirmed }} confirmationCode(about: \"{about}\") }}");
        let read = city.read(&actor, &query).await;
        assert_eq!(read, json!({ "feedback": { "contactConfirmed": confirmed }, "confirmationCode": null }));
    }
}

#[tokio::test]
async fn a_part_that_another_body_has_waits_for_the_same_confirmation() {
    let city = city().await;
    let filed = unconfirmed(&city, json!({})).await;
    city.settle().await;
    let roads = kernel::PartyId::of_slug("passenger-transport-roads").global();
    city.do_work(&officer(), "forwardPart", &filed, json!({ "to": roads, "text": "Жол да бұзылған" })).await;
    let told = mailed(&city).await;
    assert!(!told.is_empty() && told.iter().all(|told| *told == mail("COUPON", false, true)), "{told:?}");
    assert_eq!(confirm(&city, &filed.reference, &code(&city, &filed).await).await, [""; 0]);
    city.settle().await;
    assert_eq!(city.own(&filed, "contactConfirmed").await["contactConfirmed"], true);
}

#[tokio::test]
async fn nothing_that_the_law_has_told_is_missed_because_something_else_happened_since() {
    let city = city().await;
    let filed = unconfirmed(&city, json!({})).await;
    city.settle().await;
    city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
    city.do_work(&officer(), "askReporter", &filed, json!({ "text": "Қай үй?" })).await;
    let joined = json!({ "reference": filed.reference, "locale": "KK" });
    assert_eq!(codes(&city.act(&citizen(), "joinFeedback", "feedback { joined }", joined).await), [""; 0]);
    assert_eq!(mailed(&city).await.len(), 1);
    assert_eq!(confirm(&city, &filed.reference, &code(&city, &filed).await).await, [""; 0]);
    assert_eq!(mailed(&city).await, [mail("COUPON", true, false), mail("QUESTION", false, false)]);
}

#[tokio::test]
async fn the_digest_of_an_address_goes_with_the_report() {
    let city = city().await;
    let filed = unconfirmed(&city, json!({})).await;
    city.settle().await;
    let code = code(&city, &filed).await;
    for act in ["withdrawFeedback", "eraseFeedback"] {
        let input = json!({ "reference": filed.reference, "key": filed.key });
        assert_eq!(codes(&city.act(&Actor::Anonymous, act, "feedback { id }", input).await), [""; 0]);
    }
    assert_eq!(city.texts("SELECT address FROM confirmation").await, [""]);
    assert_eq!(confirm(&city, &filed.reference, &code).await, ["INVALID input.code"]);
    assert!(!city.journal().await.contains(&code));
}
