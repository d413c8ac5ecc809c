//! Marks for answers: one for each, and a report that was contested has several.

use chrono::TimeDelta;
use kernel::{Actor, FeedbackId, RatingId};
use serde_json::{Value, json};

use super::house::{KEY, REFERENCE, TestHouse, citizen, houses, noon, party, service};

const RATE: &str = "mutation($input: RateAnswerInput!) { rateAnswer(input: $input) { \
                    rating { id stars verified service { id } party { id } } errors { code path message } } }";
const ERASE: &str = "mutation($input: EraseAnswerCommentsInput!) { eraseAnswerComments(input: $input) { erased errors { code } } }";

fn key(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn mark(number: u32) -> Value {
    json!({ "idempotencyKey": key(number), "reference": REFERENCE, "key": KEY, "stars": 2, "comment": "Әлі ағып тұр" })
}

async fn rate(house: &TestHouse, input: Value) -> Value {
    house.mutate(RATE, input, Actor::Anonymous, noon()).await["rateAnswer"].take()
}

/// The codes of the refusals.
fn codes(payload: &Value) -> Vec<&str> {
    let errors = payload["errors"].as_array().unwrap().iter();
    errors
        .map(|error| {
            assert_eq!((&error["path"], &payload["rating"]), (&json!(["input", "reference"]), &Value::Null), "{error}");
            assert!(!error["message"].as_str().unwrap().starts_with("refusal-"), "{error}");
            error["code"].as_str().unwrap()
        })
        .collect()
}

fn id(payload: &Value) -> RatingId {
    RatingId::from_global(payload["rating"]["id"].as_str().unwrap()).unwrap()
}

/// The reporter contests the answer, and another one comes.
fn answer_again(house: &TestHouse, days: i64) {
    house.neighbours.happens("contested", noon() + TimeDelta::days(days), "CONTESTED");
    house.neighbours.happens("answered", noon() + TimeDelta::days(days) + TimeDelta::hours(1), "ANSWERED");
}

#[tokio::test]
async fn an_answer_that_was_given_after_a_contest_is_rated_too() {
    for house in houses().await {
        let first = rate(&house, mark(1)).await;
        assert_eq!(codes(&first), Vec::<&str>::new());
        house.neighbours.happens("contested", noon() + TimeDelta::days(1), "CONTESTED");
        assert_eq!(codes(&rate(&house, mark(2)).await), ["WRONG_STATE"], "a contested answer");
        house.neighbours.happens("joined", noon() + TimeDelta::days(2), "CONTESTED");
        house.neighbours.happens("answered", noon() + TimeDelta::days(3), "ANSWERED");
        assert_eq!(rate(&house, mark(1)).await, first, "sent again, it is still the mark for the first answer");
        let second = rate(&house, mark(3)).await;
        assert_eq!(codes(&second), Vec::<&str>::new());
        assert_ne!(id(&second), id(&first));
        house.neighbours.happens("closed", noon() + TimeDelta::days(33), "ANSWERED");
        assert_eq!(codes(&rate(&house, mark(4)).await), ["WRONG_STATE"], "the second answer has its mark");

        let mut given = Vec::new();
        for payload in [&first, &second] {
            let events = journal::history(&house.database.reader, id(payload).uuid(), 0, 10).await.unwrap();
            assert_eq!((events.len(), events[0].kind.as_str()), (1, "answer_rated"));
            assert_eq!(events[0].payload["feedback"], json!(FeedbackId::of_slug("report")));
            given.push(events[0].payload["answered_at"].clone());
        }
        assert_eq!(given, [json!(noon() - TimeDelta::days(1)), json!(noon() + TimeDelta::days(3))]);
    }
}

#[tokio::test]
async fn of_two_marks_for_one_answer_that_come_at_once_one_is_refused() {
    for house in houses().await {
        for round in 0..3_u32 {
            let (one, other) = tokio::join!(rate(&house, mark(2 * round + 1)), rate(&house, mark(2 * round + 2)));
            let mut told = [codes(&one), codes(&other)];
            told.sort();
            assert_eq!(told, [vec![], vec!["WRONG_STATE"]], "round {round}");
            answer_again(&house, i64::from(round) + 1);
        }
    }
}

#[tokio::test]
async fn every_end_is_rated_and_what_is_no_end_is_not() {
    for house in houses().await {
        for (number, kind, status, expected) in [
            (1, "accepted", "IN_PROGRESS", vec!["WRONG_STATE"]),
            (2, "terminated", "TERMINATED", vec![]),
            (3, "closed", "ANSWERED", vec!["WRONG_STATE"]),
            (4, "contested", "CONTESTED", vec!["WRONG_STATE"]),
            (5, "question_answered", "OVERDUE", vec!["WRONG_STATE"]),
            (6, "answered", "ANSWERED", vec![]),
            (7, "withdrawn", "WITHDRAWN", vec!["WRONG_STATE"]),
        ] {
            house.neighbours.happens(kind, noon() + TimeDelta::days(number), status);
            let payload = rate(&house, mark(u32::try_from(number).unwrap())).await;
            assert_eq!(codes(&payload), expected, "{kind}");
            if expected.is_empty() {
                assert_eq!(payload["rating"]["verified"], true);
                assert_eq!(payload["rating"]["service"]["id"], service().global());
                assert_eq!(payload["rating"]["party"]["id"], party().global());
            }
        }
    }
}

#[tokio::test]
async fn an_answer_that_no_timeline_tells_of_is_a_fault_and_no_mark() {
    for house in houses().await {
        house.neighbours.timeline.lock().unwrap().retain(|(kind, _)| *kind != "answered");
        let answer = house.ask(kernel::OperationKind::Mutation, RATE, json!({ "input": mark(1) }), citizen(), noon()).await;
        assert_eq!(answer.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [kernel::Code::Internal]);
    }
}

#[tokio::test]
async fn each_answer_counts_in_what_is_told_of_service_and_party() {
    for house in houses().await {
        for number in 1..=10 {
            assert_eq!(codes(&rate(&house, mark(number)).await), Vec::<&str>::new());
            answer_again(&house, i64::from(number));
        }
        for (type_name, id) in [("Service", service().global()), ("Party", party().global())] {
            let summary = house.entity(type_name, &id, "rating { count { value } verified { value } }", Actor::Anonymous).await;
            assert_eq!(summary["rating"], json!({ "count": { "value": 10 }, "verified": { "value": 10 } }), "{type_name}");
        }
    }
}

#[tokio::test]
async fn with_a_report_the_comments_on_all_its_answers_are_erased() {
    for house in houses().await {
        rate(&house, mark(1)).await;
        answer_again(&house, 1);
        rate(&house, mark(2)).await;
        let input = json!({ "idempotencyKey": key(3), "feedback": FeedbackId::of_slug("report").global() });
        let payload = house.mutate(ERASE, input, Actor::System, noon()).await;
        assert_eq!(payload["eraseAnswerComments"], json!({ "erased": 2, "errors": [] }));
    }
}
