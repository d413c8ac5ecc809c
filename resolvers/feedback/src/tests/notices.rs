//! Who is told of what, and in which language.

use std::collections::BTreeSet;

use journal::{Job, JobError};
use kernel::{Actor, PartyId, PersonId, Role};
use serde_json::{Value, json};

use super::{
    city::{City, EMAIL, Filed, TEXT, appeal, category, city, water},
    people::{citizen, officer, person, supervisor},
};

/// Performs what waits, and compares who is told.
async fn check(city: &City, event: &str, expected: &[&str]) {
    city.settle().await;
    assert_eq!(city.told(), expected, "{event}");
}

#[tokio::test]
async fn each_event_is_told_to_those_whom_it_concerns_in_their_language() {
    let city = city().await;
    let filed = city.file(&Actor::Anonymous, water()).await;
    let reporter = |topic: &str| format!("{topic} {EMAIL} RU");
    let (coupon, reminder, forwarded) = (reporter("COUPON"), reporter("REMINDER"), reporter("FORWARDED"));
    let (answer, rating) = (reporter("ANSWER"), reporter("RATING"));
    let officers = ["ASSIGNMENT officer@water.kz KK", "ASSIGNMENT two@water.kz RU"];
    check(&city, "filed and routed", &[officers[0], officers[1], &coupon, &reminder]).await;
    city.do_work(&officer(), "noteOnCase", &filed, json!({ "text": "Бардық" })).await;
    check(&city, "noted", &[]).await;
    let colleague = PersonId::of_slug("officer-two").global();
    city.do_work(&officer(), "assignCase", &filed, json!({ "to": colleague })).await;
    check(&city, "given to a colleague: to that one", &["ASSIGNMENT two@water.kz RU"]).await;
    city.do_work(&supervisor(), "acceptCase", &filed, json!({})).await;
    check(&city, "accepted", &[&reminder]).await;
    city.pass(chrono::TimeDelta::hours(20)).await;
    let near = ["REMINDER officer@water.kz KK", "REMINDER supervisor@energy.kz EN", "REMINDER two@water.kz RU"];
    check(&city, "nearly late", &near).await;
    city.pass_days(3).await;
    let late = ["OVERDUE clerk@akim.kz KK", "OVERDUE officer@water.kz KK"];
    let late = [&late[..], &["OVERDUE supervisor@energy.kz EN", "OVERDUE two@water.kz RU", "SILENCE aigul@example.kz RU"]].concat();
    check(&city, "late while the supervisor has it: to all", &late).await;
    city.respond(&filed).await;
    check(&city, "answered, with an invitation to rate", &[&answer, &rating]).await;
    city.contest(&filed).await;
    check(&city, "contested", &[officers[0], "ASSIGNMENT supervisor@energy.kz EN", officers[1], &reminder]).await;
    let roads = PartyId::of_slug("passenger-transport-roads").global();
    city.do_work(&officer(), "forwardCase", &filed, json!({ "to": roads, "reason": "Жол" })).await;
    check(&city, "forwarded", &["ASSIGNMENT officer@roads.kz RU", &forwarded]).await;
    let input = json!({ "reference": filed.reference, "key": filed.key });
    city.act(&Actor::Anonymous, "withdrawFeedback", "feedback { id }", input).await;
    check(&city, "taken back", &["ASSIGNMENT officer@roads.kz RU", &reminder]).await;
}

#[tokio::test]
async fn whoever_works_a_case_and_stands_above_it_hears_of_an_event_once() {
    let city = city().await;
    let filed = city.routed(appeal()).await;
    city.execute("UPDATE feedback SET supervisor_id = party_id").await;
    city.told();
    city.pass_days(31).await;
    assert_eq!(city.own(&filed, "status").await["status"], "OVERDUE");
    let messages = city.neighbours.messages.lock().unwrap().clone();
    let overdue = messages.iter().filter(|message| message["topic"] == "OVERDUE");
    let keys: BTreeSet<_> = overdue.clone().map(|message| message["idempotencyKey"].as_str()).collect();
    let people: BTreeSet<_> = overdue.map(|message| message["email"].as_str()).collect();
    assert_eq!(people, [None, Some("clerk@akim.kz"), Some("officer@water.kz"), Some("two@water.kz")].into());
    assert_eq!(keys.len(), people.len(), "whoever takes messages takes each once for its key");
}

#[tokio::test]
async fn whoever_left_no_address_is_not_written_to() {
    let city = city().await;
    let phone = json!({ "phone": "+7 701 123 45 67" });
    for contact in [Value::Null, json!({}), phone] {
        let mut input = water();
        input["contact"] = contact;
        let filed = city.file(&Actor::Anonymous, input).await;
        check(&city, "filed", &["ASSIGNMENT officer@water.kz KK", "ASSIGNMENT two@water.kz RU"]).await;
        city.respond(&filed).await;
        check(&city, "answered", &[]).await;
    }
}

#[tokio::test]
async fn whoever_has_an_account_and_left_no_address_is_told_by_other_ways() {
    let city = city().await;
    let mut input = water();
    input["contact"] = Value::Null;
    let filed = city.file(&citizen(), input).await;
    let asel = person("asel", Role::Citizen, None);
    city.act(&asel, "joinFeedback", "feedback { joined }", json!({ "reference": filed.reference, "locale": "EN" })).await;
    city.settle().await;
    city.respond(&filed).await;
    city.settle().await;
    let messages = std::mem::take(&mut *city.neighbours.messages.lock().unwrap());
    let unaddressed = messages.iter().filter(|message| message["email"].is_null() && message["topic"] != "ASSIGNMENT");
    let mut told: Vec<(&Value, &Value, &Value)> =
        unaddressed.map(|message| (&message["topic"], &message["person"], &message["toReporter"])).collect();
    told.sort_by_key(|told| told.0.to_string());
    told.dedup();
    let [me, follower] = [citizen(), asel].map(|actor| json!(actor.person().unwrap().id.global()));
    let topics = ["ANSWER", "COUPON", "FOLLOWED", "RATING", "REMINDER"].map(|topic| json!(topic));
    let [answer, coupon, followed, rating, reminder] = &topics;
    let (yes, no) = (json!(true), json!(false));
    let expected = [(answer, &me, &yes), (coupon, &me, &yes), (followed, &follower, &no), (rating, &me, &yes), (reminder, &me, &yes)];
    assert_eq!(told, expected);
}

/// The inputs of the messages that one try of each job queues.
async fn messages(city: &City, jobs: &[Job]) -> Vec<Value> {
    for job in jobs.iter().filter(|job| job.kind != "route_feedback") {
        drop(city.room.handlers[0].perform(job).await.unwrap());
    }
    std::mem::take(&mut *city.neighbours.messages.lock().unwrap())
}

#[tokio::test]
async fn a_job_that_is_performed_twice_queues_the_same_messages() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.told();
    city.pass(chrono::TimeDelta::hours(20)).await;
    city.settle().await;
    city.told();
    city.pass(chrono::TimeDelta::days(3)).await;
    let deadline = city.lease().await;
    city.perform(&deadline[0]).await.unwrap();
    let jobs = city.lease().await;
    let first = messages(&city, &jobs).await;
    assert_eq!(messages(&city, &jobs).await, first);
    let mut keys: Vec<String> = first.iter().map(|message| message["idempotencyKey"].to_string()).collect();
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), first.len()), (6, 6), "each person has a key of their own");
    assert!(first.iter().all(|message| message["about"] == filed.reference.as_str() && message["withCouponKey"] == false));
}

/// What the reporter of a report is sent, by topic.
async fn mail(city: &City, filed: &Filed, topic: &str) -> Value {
    city.settle().await;
    let messages = std::mem::take(&mut *city.neighbours.messages.lock().unwrap());
    messages.into_iter().find(|message| message["topic"] == topic && message["about"] == filed.reference.as_str()).unwrap()
}

#[tokio::test]
async fn the_coupon_has_a_place_for_its_key_and_not_the_key() {
    let city = city().await;
    let filed = city.file(&Actor::Anonymous, water()).await;
    let coupon = mail(&city, &filed, "COUPON").await;
    let text = coupon["text"].as_str().unwrap();
    assert_eq!((&coupon["email"], &coupon["withCouponKey"], text.matches("{coupon-key}").count()), (&json!(EMAIL), &json!(true), 1));
    assert!(!coupon.to_string().contains(&filed.key));
    for said in [filed.reference.as_str(), "25.11.2026", "24.11.2026", "Водоснабжение"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains(TEXT), "the report itself is not mailed around");
}

#[tokio::test]
async fn every_mail_is_worded_in_full() {
    let city = city().await;
    for (locale, subject) in [("KK", "жауапты бағалаңыз"), ("RU", "оцените"), ("EN", "rate the answer")] {
        let mut input = json!({ "text": "Рақмет", "locale": locale, "contact": { "email": EMAIL } });
        let unknown = city.file(&Actor::Anonymous, input.clone()).await;
        input["category"] = json!(category("water-supply"));
        input["place"] = json!({ "district": super::city::district("turkistan-city") });
        let filed = city.routed(input).await;
        city.respond(&filed).await;
        city.settle().await;
        city.contest(&filed).await;
        city.pass_days(9).await;
        let messages = std::mem::take(&mut *city.neighbours.messages.lock().unwrap());
        assert!(messages.iter().any(|message| message["about"] == unknown.reference.as_str()));
        for message in &messages {
            for part in ["subject", "text"] {
                let text = message[part].as_str().unwrap().replace("{coupon-key}", "").replace("{confirmation-code}", "");
                let raw = ["{", "}", "$", "mail-", "event-", "not-known"].iter().any(|raw| text.contains(raw));
                assert!(!text.trim().is_empty() && !raw, "{part}: {text}");
            }
        }
        let invited = messages.iter().any(|message| message["subject"].as_str().unwrap().contains(subject));
        assert!(invited, "{locale}");
    }
}

#[tokio::test]
async fn a_message_that_is_refused_is_given_up_and_a_silent_neighbour_is_asked_again() {
    let city = city().await;
    let filed = city.file(&Actor::Anonymous, water()).await;
    let coupon = city.lease().await.into_iter().find(|job| job.kind == "send_coupon").unwrap();
    *city.neighbours.refused.lock().unwrap() = Some("INVALID");
    assert_eq!(city.perform(&coupon).await, Err(JobError::Fail("REFUSED: a message was refused: \"INVALID\"".to_owned())));
    *city.neighbours.refused.lock().unwrap() = None;
    city.neighbours.away.lock().unwrap().insert("feedback.QueueMessage");
    city.clock.advance(chrono::TimeDelta::minutes(2));
    let coupon = city.lease().await.into_iter().find(|job| job.kind == "send_coupon").unwrap();
    assert!(matches!(city.perform(&coupon).await, Err(JobError::Retry(_))));
    city.neighbours.away.lock().unwrap().clear();
    city.clock.advance(chrono::TimeDelta::minutes(2));
    assert_eq!(mail(&city, &filed, "COUPON").await["email"], EMAIL);
}

#[tokio::test]
async fn what_is_said_of_an_appeal_is_said_by_law() {
    let city = city().await;
    for (input, by_law) in [(water(), false), (super::city::appeal(), true)] {
        city.routed(input).await;
        let messages = std::mem::take(&mut *city.neighbours.messages.lock().unwrap());
        assert!(messages.len() > 2 && messages.iter().all(|message| message["byLaw"] == by_law), "{messages:?}");
    }
}

#[tokio::test]
async fn every_event_is_announced_once_with_nothing_of_a_person() {
    let city = city().await;
    let filed = city.file(&Actor::Anonymous, water()).await;
    city.settle().await;
    let announced = std::mem::take(&mut *city.neighbours.announced.lock().unwrap());
    let seen: Vec<_> = announced.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(seen, ["submitted", "assigned"]);
    for event in &announced {
        let fields: Vec<_> = event.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["idempotencyKey", "event", "reference", "party", "supervisor", "at"]);
        assert_eq!(event["reference"], filed.reference);
    }
    let keys: std::collections::BTreeSet<_> = announced.iter().map(|event| event["idempotencyKey"].as_str().unwrap()).collect();
    assert_eq!(keys.len(), announced.len());
}
