//! Questions to the reporter, longer terms, who holds a case, and cases that wait for one answer.

use chrono::TimeDelta;
use kernel::{Actor, PersonId};
use serde_json::{Value, json};

use super::{
    city::{City, EMAIL, Filed, appeal, category, city, codes, water},
    people::{auditor, citizen, officer, other_officer, person, supervisor},
};

async fn answer_question(city: &City, filed: &Filed, text: &str) -> Vec<String> {
    let input = json!({ "reference": filed.reference, "key": filed.key, "text": text });
    codes(&city.act(&Actor::Anonymous, "answerQuestion", "feedback { status }", input).await)
}

async fn state(city: &City, filed: &Filed) -> Value {
    city.case(filed, "state").await["state"].take()
}

/// A dark street: nothing urgent.
fn dark() -> Value {
    let mut input = water();
    input["category"] = json!(category("street-lighting"));
    input["text"] = json!("Не горит фонарь");
    input
}

#[tokio::test]
async fn a_question_waits_for_the_reporter_and_the_journal_holds_none_of_it() {
    let city = city().await;
    let filed = city.routed(appeal()).await;
    city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
    city.settle().await;
    city.told();
    city.do_work(&officer(), "askReporter", &filed, json!({ "text": "Қай үйде су жоқ?" })).await;
    city.settle().await;
    assert_eq!(city.told(), [format!("QUESTION {EMAIL} RU")]);
    let asked = json!({ "status": "WAITING_FOR_REPORTER", "questions": [{ "text": "Қай үйде су жоқ?", "answer": null }] });
    assert_eq!(city.own(&filed, "status questions { text answer }").await, asked);
    let public = format!("{{ feedback(reference: \"{}\") {{ questions {{ text }} extensions {{ reason }} }} }}", filed.reference);
    assert_eq!(city.read(&citizen(), &public).await["feedback"], json!({ "questions": null, "extensions": null }));

    assert_eq!(answer_question(&city, &filed, "  ").await, ["INVALID input.text"]);
    assert_eq!(answer_question(&city, &filed, "Бәрінде").await, [""; 0]);
    let answered = json!({ "state": "accepted", "feedback": { "questions": [{ "answer": "Бәрінде" }] } });
    assert_eq!(city.case(&filed, "state feedback { questions { answer } }").await, answered);
    assert_eq!(answer_question(&city, &filed, "Тағы").await, ["TOO_LATE"]);
    let journal = city.journal().await;
    assert!(!journal.contains("Қай үйде") && !journal.contains("Бәрінде"));
}

#[tokio::test]
async fn the_term_stands_still_while_a_question_is_open_where_the_rules_let_it() {
    let city = city().await;
    for (input, who, stands_still) in [(dark(), supervisor(), true), (appeal(), officer(), false), (water(), officer(), false)] {
        let filed = city.routed(input).await;
        city.do_work(&who, "acceptCase", &filed, json!({})).await;
        let before = city.own(&filed, "deadline { dueAt }").await;
        city.do_work(&who, "askReporter", &filed, json!({ "text": "Қай үйде?" })).await;
        city.pass(TimeDelta::hours(25)).await;
        assert_eq!(answer_question(&city, &filed, "Бәрінде").await, [""; 0]);
        let after = city.own(&filed, "deadline { dueAt steps { pause } }").await["deadline"].take();
        let moved = after["dueAt"].as_str() > before["deadline"]["dueAt"].as_str();
        let shown = after["steps"].as_array().unwrap().iter().any(|step| step["pause"] == true);
        assert_eq!((moved, shown), (stands_still, stands_still), "{before} {after}");
    }
}

#[tokio::test]
async fn work_goes_on_when_nobody_answers_the_question() {
    let city = city().await;
    let filed = city.routed(appeal()).await;
    city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
    city.do_work(&officer(), "askReporter", &filed, json!({ "text": "Қай үй?" })).await;
    city.pass_days(30).await;
    assert_eq!(state(&city, &filed).await, "accepted");
    assert_eq!(answer_question(&city, &filed, "Бәрі").await, ["TOO_LATE"]);
}

#[tokio::test]
async fn a_term_is_made_longer_by_a_decision_that_the_reporter_reads() {
    let city = city().await;
    let filed = city.routed(appeal()).await;
    let decision = |days: i64, number: &str, reason: &str| json!({ "workingDays": days, "decisionNumber": number, "reason": reason });
    for (input, expected) in [
        (decision(0, "7", "Сараптама"), "INVALID input.workingDays"),
        (decision(-3, "7", "Сараптама"), "INVALID input.workingDays"),
        (decision(90, "7", "Сараптама"), "TOO_LATE input.workingDays"),
        (decision(5, " ", "Сараптама"), "INVALID input.decisionNumber"),
        (decision(5, &"7".repeat(61), "Сараптама"), "LIMIT_REACHED input.decisionNumber"),
        (decision(5, "7", ""), "INVALID input.reason"),
    ] {
        let rows = city.rows().await;
        assert_eq!(city.work(&officer(), "extendDeadline", &filed, input).await, [expected]);
        assert_eq!(city.rows().await, rows);
    }
    city.settle().await;
    city.told();
    city.do_work(&officer(), "extendDeadline", &filed, decision(5, "12-қ", "Сараптама")).await;
    city.settle().await;
    assert_eq!(city.told(), [format!("EXTENSION {EMAIL} RU")]);
    let own = city.own(&filed, "status deadline { dueOn originalDueOn } extensions { decisionNumber reason workingDays dueOn }").await;
    assert_eq!(own["status"], "EXTENDED");
    assert!(own["deadline"]["dueOn"].as_str() > own["deadline"]["originalDueOn"].as_str(), "{own}");
    let due_on = own["deadline"]["dueOn"].clone();
    assert_eq!(own["extensions"], json!([{ "decisionNumber": "12-қ", "reason": "Сараптама", "workingDays": 5, "dueOn": due_on }]));
    assert!(!city.journal().await.contains("Сараптама"), "the journal holds the reason");
}

#[tokio::test]
async fn one_officer_holds_a_case_and_the_others_see_who() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let colleague = person("officer-two", kernel::Role::Officer, Some("water-turkistan-city"));
    let holder = async || city.case(&filed, "assignee { id }").await["assignee"]["id"].take();
    let id = |slug: &str| json!(PersonId::of_slug(slug).global());

    assert_eq!(city.work(&officer(), "releaseCase", &filed, json!({})).await, ["NOT_ALLOWED"]);
    city.do_work(&officer(), "claimCase", &filed, json!({})).await;
    assert_eq!(holder().await, id("officer"));
    for name in ["claimCase", "releaseCase", "acceptCase", "assignCase"] {
        assert_eq!(city.work(&colleague, name, &filed, json!({})).await, ["NOT_ALLOWED"], "{name}");
    }
    assert_eq!(holder().await, id("officer"));
    city.do_work(&officer(), "releaseCase", &filed, json!({})).await;
    assert_eq!(holder().await, Value::Null);
    city.do_work(&colleague, "claimCase", &filed, json!({})).await;
    city.do_work(&supervisor(), "releaseCase", &filed, json!({})).await;
    assert_eq!(holder().await, Value::Null);
}

async fn merge(city: &City, filed: &Filed, into: &str) -> Vec<String> {
    city.work(&officer(), "mergeCases", filed, json!({ "into": into })).await
}

#[tokio::test]
async fn one_answer_goes_to_all_who_wait_for_it_and_each_contests_alone() {
    let city = city().await;
    let (first, second) = (city.routed(water()).await, city.routed(water()).await);
    city.clock.advance(TimeDelta::seconds(1));
    let third = city.routed(water()).await;
    let appeal = city.routed(appeal()).await;
    assert_eq!(merge(&city, &appeal, &second.case()).await, ["NOT_ALLOWED input.into"], "an appeal is answered as one");
    assert_eq!(merge(&city, &third, &second.case()).await, [""; 0]);
    assert_eq!(merge(&city, &second, &first.case()).await, [""; 0]);
    let links = city.case(&first, "merged { reference mergedInto { reference } }").await;
    let link = |filed: &Filed| json!({ "reference": filed.reference, "mergedInto": { "reference": first.reference } });
    assert_eq!(links["merged"], json!([link(&second), link(&third)]), "what was merged before follows");
    assert_eq!(city.own(&second, "status").await, json!({ "status": "IN_PROGRESS" }));

    let terminate = json!({ "outcome": "TERMINATED", "reason": "repeated", "text": "Өзі бас тартты" });
    assert_eq!(city.work(&officer(), "respondToCase", &first, terminate).await, ["NOT_ALLOWED input.outcome"]);
    city.respond(&first).await;
    let answered = json!({ "status": "ANSWERED", "outcome": "SATISFIED", "answer": "Жөнделді" });
    for filed in [&first, &second, &third] {
        assert_eq!(city.own(filed, "status outcome answer").await, answered, "{}", filed.reference);
    }
    assert_eq!(city.contest(&second).await, [""; 0]);
    let states = [state(&city, &first).await, state(&city, &second).await, state(&city, &third).await];
    assert_eq!(states, ["answered", "contested", "answered"]);
    assert_eq!(city.case(&second, "mergedInto { reference }").await["mergedInto"], Value::Null, "it goes on by itself");
}

#[tokio::test]
async fn a_case_is_merged_into_an_open_case_of_its_own_party_only() {
    let city = city().await;
    let (case, open, answered, merged) =
        (city.routed(water()).await, city.routed(water()).await, city.routed(water()).await, city.routed(water()).await);
    city.respond(&answered).await;
    assert_eq!(merge(&city, &merged, &open.case()).await, [""; 0]);
    let mut roads = water();
    roads["category"] = json!(category("road-damage"));
    let elsewhere = city.routed(roads).await;
    for (into, expected) in [
        (case.case(), "NOT_ALLOWED input.into"),
        (answered.case(), "NOT_ALLOWED input.into"),
        (merged.case(), "NOT_ALLOWED input.into"),
        (elsewhere.case(), "NOT_FOUND input.into"),
        ("x".to_owned(), "NOT_FOUND input.into"),
    ] {
        let rows = city.rows().await;
        assert_eq!(merge(&city, &case, &into).await, [expected]);
        assert_eq!(city.rows().await, rows);
    }
    for actor in [other_officer(), auditor(), citizen()] {
        assert_ne!(city.work(&actor, "mergeCases", &case, json!({ "into": open.case() })).await, [""; 0]);
    }
    assert_eq!(city.work(&officer(), "unmergeCase", &case, json!({})).await, ["WRONG_STATE"]);
}

#[tokio::test]
async fn a_case_that_is_taken_out_or_left_behind_goes_on_by_itself() {
    let city = city().await;
    let (first, second, third) = (city.routed(water()).await, city.routed(water()).await, city.routed(water()).await);
    for filed in [&second, &third] {
        assert_eq!(merge(&city, filed, &first.case()).await, [""; 0]);
    }
    city.do_work(&officer(), "unmergeCase", &second, json!({})).await;
    assert_eq!(city.case(&first, "merged { reference }").await["merged"], json!([{ "reference": third.reference }]));
    let input = json!({ "reference": first.reference, "key": first.key });
    assert_eq!(codes(&city.act(&Actor::Anonymous, "withdrawFeedback", "feedback { status }", input).await), [""; 0]);
    for filed in [&second, &third] {
        assert_eq!(
            city.case(filed, "state mergedInto { id }").await,
            json!({ "state": "assigned", "mergedInto": null }),
            "{}",
            filed.reference
        );
    }
}
