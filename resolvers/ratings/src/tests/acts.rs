use chrono::TimeDelta;
use journal::JobError;
use kernel::{Actor, Code, RatingId, ServiceId};
use serde_json::{Value, json};

use super::house::{KEY, REFERENCE, TestHouse, citizen, houses, noon, party, service};

const RATE_SERVICE: &str = "mutation($input: RateServiceInput!) { rateService(input: $input) { \
                            rating { id stars comment verified opensCase caseReference service { id } party { id } } errors { code path message } } }";
const RATE_ANSWER: &str = "mutation($input: RateAnswerInput!) { rateAnswer(input: $input) { \
                           rating { id stars verified opensCase service { id } party { id } } errors { code path message } } }";

fn key(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn mark(number: u32) -> Value {
    json!({ "idempotencyKey": key(number), "service": service().global(), "stars": 4, "locale": "KK" })
}

fn with(mut input: Value, field: &str, value: impl Into<Value>) -> Value {
    input[field] = value.into();
    input
}

async fn rate(house: &TestHouse, input: Value, actor: Actor, days: i64) -> Value {
    house.mutate(RATE_SERVICE, input, actor, noon() + TimeDelta::days(days)).await["rateService"].take()
}

fn codes(payload: &Value) -> Vec<String> {
    let errors = payload["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| {
            assert!(!error["message"].as_str().unwrap().starts_with("refusal-"), "{error}");
            let path: Vec<&str> = error["path"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            format!("{} {}", error["code"].as_str().unwrap(), path.join("."))
        })
        .collect()
}

#[tokio::test]
async fn anybody_rates_a_service_that_exists() {
    for house in houses().await {
        for actor in [Actor::Anonymous, citizen()] {
            let number = if actor == Actor::Anonymous { 1 } else { 2 };
            let payload = rate(&house, mark(number), actor, 0).await;
            assert_eq!(codes(&payload), Vec::<String>::new());
            assert_eq!(payload["rating"]["stars"], 4);
            assert_eq!(payload["rating"]["verified"], false);
            assert_eq!(payload["rating"]["service"]["id"], service().global());
            assert_eq!(payload["rating"]["party"]["id"], party().global());
        }
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once() {
    for house in houses().await {
        for (input, expected) in [
            (
                json!({ "idempotencyKey": "x", "service": service().global(), "stars": 6, "comment": "ә".repeat(2_001), "locale": "KK" }),
                vec!["INVALID input.idempotencyKey", "INVALID input.stars", "LIMIT_REACHED input.comment"],
            ),
            (with(mark(1), "stars", 0), vec!["INVALID input.stars"]),
            (with(mark(1), "service", "nothing"), vec!["NOT_FOUND input.service"]),
            (with(mark(1), "service", party().global()), vec!["NOT_FOUND input.service"]),
            (with(mark(1), "service", ServiceId::of_slug("no-such").global()), vec!["NOT_FOUND input.service"]),
            (with(mark(1), "comment", "ә".repeat(2_000)), vec![]),
        ] {
            let payload = rate(&house, input.clone(), Actor::Anonymous, 0).await;
            assert_eq!(codes(&payload), expected, "{input}");
        }
    }
}

#[tokio::test]
async fn the_same_key_gives_the_same_rating_and_another_body_is_refused() {
    for house in houses().await {
        let first = rate(&house, mark(1), citizen(), 0).await;
        assert_eq!(rate(&house, mark(1), citizen(), 3).await, first);
        let other = rate(&house, with(mark(1), "stars", 5), citizen(), 3).await;
        assert_eq!(codes(&other), ["KEY_REUSED input.idempotencyKey"]);
        let stranger = rate(&house, mark(1), Actor::Anonymous, 3).await;
        assert_eq!(codes(&stranger), ["KEY_REUSED input.idempotencyKey"]);
    }
}

#[tokio::test]
async fn a_person_rates_one_service_once_in_thirty_days() {
    for house in houses().await {
        for (number, actor, days, refused) in [
            (1, citizen(), 0, false),
            (2, citizen(), 29, true),
            (3, super::house::person("other", &[]), 29, false),
            (4, citizen(), 30, false),
            (5, citizen(), 31, true),
            (6, Actor::Anonymous, 31, false),
            (7, Actor::Anonymous, 31, false),
        ] {
            let payload = rate(&house, mark(number), actor, days).await;
            let expected: &[&str] = if refused { &["LIMIT_REACHED input.service"] } else { &[] };
            assert_eq!(codes(&payload), expected, "{number}");
        }
    }
}

#[tokio::test]
async fn a_low_mark_with_a_comment_opens_one_case() {
    for house in houses().await {
        let low = with(with(mark(1), "stars", 1), "comment", "  Екі сағат күттік  ");
        let rating = rate(&house, low, citizen(), 0).await["rating"].take();
        assert_eq!(rating["opensCase"], true);
        let id = RatingId::from_global(rating["id"].as_str().unwrap()).unwrap();

        let performed = house.perform_due(noon()).await;
        let [(job, Ok(()))] = performed.as_slice() else { panic!("{performed:?}") };
        assert!(!job.payload.to_string().contains("сағат"), "the comment stays in its table");
        let (name, variables, actor) = house.neighbours.asked.lock().unwrap().last().unwrap().clone();
        assert_eq!((name, actor), ("ratings.OpenCase", Actor::System));
        assert_eq!(
            variables["input"],
            json!({ "idempotencyKey": id.uuid(), "track": "REQUEST", "kind": "COMPLAINT", "service": service().global(),
                    "text": "Екі сағат күттік", "locale": "KK" })
        );
        let stored = house.entity("Rating", &id.global(), "caseReference", citizen()).await;
        assert_eq!(stored["caseReference"], "TK-2026-000123");
        let events = journal::history(&house.database.reader, id.uuid(), 0, 10).await.unwrap();
        assert_eq!(events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["service_rated", "case_opened"]);
        assert!(!format!("{events:?}").contains("сағат"), "no comment in the journal");

        // A crash before the job was marked as done: the next try finds the case open.
        let asked = house.neighbours.asked.lock().unwrap().len();
        let again = house.room.handlers[0].perform(job).await.unwrap();
        house.database.writer.write(again).await.unwrap();
        assert_eq!(house.neighbours.asked.lock().unwrap().len(), asked);
    }
}

#[tokio::test]
async fn other_marks_open_no_case() {
    for house in houses().await {
        for (number, stars, comment) in [(1, 1, None), (2, 2, Some("   ")), (3, 3, Some("Орташа")), (4, 5, Some("Жақсы"))] {
            let rating = rate(&house, with(with(mark(number), "stars", stars), "comment", comment), Actor::Anonymous, 0).await;
            assert_eq!(rating["rating"]["opensCase"], false, "{number}");
        }
        assert_eq!(house.perform_due(noon()).await, []);
    }
}

#[tokio::test]
async fn a_case_that_is_refused_is_given_up_and_a_silent_neighbour_is_asked_again() {
    for house in houses().await {
        rate(&house, with(with(mark(1), "stars", 2), "comment", "Нашар"), Actor::Anonymous, 0).await;
        let refused = Ok(json!({ "feedback": null, "errors": [{ "code": "NOT_FOUND" }, { "code": "INVALID" }] }));
        for (filing, days, expected) in [
            (Err(Code::SubgraphUnavailable), 0, Err("SUBGRAPH_UNAVAILABLE")),
            (Ok(Value::Null), 1, Err("INTERNAL")),
            (refused, 2, Ok("NOT_FOUND INVALID: submitFeedback refused")),
        ] {
            *house.neighbours.filing.lock().unwrap() = filing;
            let performed = house.perform_due(noon() + TimeDelta::days(days)).await;
            match (&performed.as_slice(), expected) {
                ([(_, Err(JobError::Retry(text)))], Err(expected)) => assert!(text.starts_with(expected), "{text}"),
                ([(_, Err(JobError::Fail(text)))], Ok(expected)) => assert_eq!(text, expected),
                (performed, expected) => panic!("{performed:?} is not {expected:?}"),
            }
        }
    }
}

#[tokio::test]
async fn an_answer_is_rated_once_by_who_holds_its_key() {
    for house in houses().await {
        let answer = |number, key_: &str| json!({ "idempotencyKey": key(number), "reference": REFERENCE, "key": key_, "stars": 1 });
        let unknown = with(answer(1, KEY), "reference", "TK-2026-999999");
        for (status, input, expected) in [
            ("ANSWERED", unknown, vec!["NOT_FOUND input.reference"]),
            ("ANSWERED", answer(2, "wrong"), vec!["NOT_FOUND input.reference"]),
            ("IN_PROGRESS", answer(3, KEY), vec!["WRONG_STATE input.reference"]),
            ("ANSWERED", answer(4, KEY), vec![]),
            ("ANSWERED", answer(4, KEY), vec![]),
            ("ANSWERED", answer(5, KEY), vec!["WRONG_STATE input.reference"]),
        ] {
            *house.neighbours.status.lock().unwrap() = status;
            let payload = house.mutate(RATE_ANSWER, input.clone(), Actor::Anonymous, noon()).await["rateAnswer"].take();
            assert_eq!(codes(&payload), expected, "{input}");
            if expected.is_empty() {
                assert_eq!(payload["rating"]["verified"], true);
                assert_eq!(payload["rating"]["service"]["id"], service().global());
                assert_eq!(payload["rating"]["party"]["id"], party().global());
            }
        }
    }
}
