//! A comment is a person's text: it goes when they want it to, and the mark stays.

use journal::log::{SALT_BYTES, digest, digest_text};
use kernel::{Actor, FeedbackId, OperationKind, RatingId};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::house::{KEY, REFERENCE, TestHouse, citizen, houses, noon, person, service};

const RATE_SERVICE: &str =
    "mutation($input: RateServiceInput!) { rateService(input: $input) { key rating { id comment } errors { code } } }";
const RATE_ANSWER: &str = "mutation($input: RateAnswerInput!) { rateAnswer(input: $input) { key rating { id comment } errors { code } } }";
const ERASE: &str = "mutation($input: EraseRatingCommentInput!) { eraseRatingComment(input: $input) { \
                     rating { id stars comment } errors { code path message } } }";
const ERASE_ALL: &str = "mutation($input: EraseAnswerCommentsInput!) { eraseAnswerComments(input: $input) { erased errors { code } } }";
const COMMENT: &str = "Айгүл апай көмектесті";

fn key(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// A mark with a comment: its id and the key that erases the comment.
async fn rated(house: &TestHouse, number: u32, stars: i32, actor: Actor) -> (String, String) {
    let input = json!({ "idempotencyKey": key(number), "service": service().global(), "stars": stars, "comment": COMMENT, "locale": "KK" });
    let payload = house.mutate(RATE_SERVICE, input, actor, noon()).await["rateService"].take();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&payload["rating"]["id"]), text(&payload["key"]))
}

async fn erase(house: &TestHouse, number: u32, rating: &str, with: Option<&str>, actor: Actor) -> Value {
    let input = json!({ "idempotencyKey": key(number), "rating": rating, "key": with });
    house.mutate(ERASE, input, actor, noon()).await["eraseRatingComment"].take()
}

async fn comments(house: &TestHouse) -> Vec<(Option<String>, Option<Vec<u8>>)> {
    let reader = &house.database.reader;
    let statement = Statement::from_string(reader.get_database_backend(), "SELECT comment, salt FROM rating ORDER BY id");
    let rows = reader.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| (row.try_get("", "comment").unwrap(), row.try_get("", "salt").unwrap())).collect()
}

/// What the journal holds of a mark.
async fn events(house: &TestHouse, rating: &str) -> Vec<journal::Event> {
    let id = RatingId::from_global(rating).unwrap();
    journal::history(&house.database.reader, id.uuid(), 0, 10).await.unwrap()
}

#[tokio::test]
async fn whoever_gave_a_comment_has_it_erased_and_nobody_else() {
    for house in houses().await {
        let (named, by_name) = rated(&house, 1, 4, citizen()).await;
        let (unnamed, by_key) = rated(&house, 2, 4, Actor::Anonymous).await;
        let stranger = || person("other", &[]);
        for (number, rating, with, actor, refused) in [
            (10, &named, None, Actor::Anonymous, true),
            (11, &named, None, stranger(), true),
            (12, &named, Some(by_key.as_str()), stranger(), true),
            (13, &unnamed, None, citizen(), true),
            (14, &unnamed, Some("x"), Actor::Anonymous, true),
            (15, &service().global(), Some(by_key.as_str()), citizen(), true),
            (16, &named, None, citizen(), false),
            (17, &unnamed, Some(by_key.as_str()), Actor::Anonymous, false),
            // Again, and by the other way: there is nothing left to erase.
            (17, &unnamed, Some(by_key.as_str()), Actor::Anonymous, false),
            (18, &named, Some(by_name.as_str()), Actor::Anonymous, false),
        ] {
            let payload = erase(&house, number, rating, with, actor).await;
            let errors = payload["errors"].as_array().unwrap();
            assert_eq!(errors.iter().map(|error| &error["code"]).collect::<Vec<_>>(), vec!["NOT_FOUND"; usize::from(refused)], "{number}");
            assert!(errors.iter().all(|error| error["message"].as_str().is_some_and(|text| !text.starts_with("refusal-"))));
            assert_eq!(payload["rating"], if refused { Value::Null } else { json!({ "id": rating, "stars": 4, "comment": null }) });
        }
        assert_eq!(comments(&house).await, [(None, None), (None, None)]);
    }
}

#[tokio::test]
async fn the_log_proves_that_there_was_a_comment_and_holds_none_of_it() {
    for house in houses().await {
        let (rating, by_key) = rated(&house, 1, 4, Actor::Anonymous).await;
        let (_, salt) = comments(&house).await.remove(0);
        let salt: [u8; SALT_BYTES] = salt.unwrap().try_into().unwrap();
        let logged = events(&house, &rating).await;
        assert_eq!(logged[0].payload["digest"], digest_text(&digest(&salt, COMMENT)));
        erase(&house, 2, &rating, Some(&by_key), Actor::Anonymous).await;
        erase(&house, 3, &rating, Some(&by_key), Actor::Anonymous).await;
        let after = events(&house, &rating).await;
        assert_eq!(after.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["service_rated", "comment_erased"]);
        assert_eq!(after[0].payload, logged[0].payload);
        assert!(!format!("{after:?}").contains("Айгүл"));
    }
}

#[tokio::test]
async fn a_comment_that_is_erased_before_its_case_is_opened_opens_none_and_one_after_it_is_told_apart() {
    for house in houses().await {
        let (early, by_key) = rated(&house, 1, 1, Actor::Anonymous).await;
        erase(&house, 2, &early, Some(&by_key), Actor::Anonymous).await;
        let asked = house.neighbours.asked.lock().unwrap().len();
        assert_eq!(house.perform_due(noon()).await.len(), 1);
        assert_eq!(house.neighbours.asked.lock().unwrap().len(), asked, "nothing is filed");
        let (late, by_key) = rated(&house, 3, 1, Actor::Anonymous).await;
        house.perform_due(noon()).await;
        erase(&house, 4, &late, Some(&by_key), Actor::Anonymous).await;
        let kinds: Vec<String> = events(&house, &late).await.into_iter().map(|event| event.kind).collect();
        assert_eq!(kinds, ["service_rated", "case_opened", "comment_erased"]);
    }
}

#[tokio::test]
async fn the_house_erases_what_was_said_of_the_answer_to_an_erased_report() {
    for house in houses().await {
        let input = json!({ "idempotencyKey": key(1), "reference": REFERENCE, "key": KEY, "stars": 2, "comment": COMMENT });
        let rated_answer = house.mutate(RATE_ANSWER, input, Actor::Anonymous, noon()).await["rateAnswer"].take();
        assert_eq!(rated_answer["errors"], json!([]));
        rated(&house, 2, 5, Actor::Anonymous).await;
        let input = json!({ "idempotencyKey": key(3), "feedback": FeedbackId::of_slug("report").global() });
        for actor in [Actor::Anonymous, citizen()] {
            let answer = house.ask(OperationKind::Mutation, ERASE_ALL, json!({ "input": input }), actor, noon()).await;
            assert_eq!(answer.faults.len(), 1, "only the house");
        }
        for _ in 0..2 {
            let payload = house.mutate(ERASE_ALL, input.clone(), Actor::System, noon()).await;
            assert_eq!(payload["eraseAnswerComments"], json!({ "erased": 1, "errors": [] }));
        }
        let other = json!({ "idempotencyKey": key(4), "feedback": FeedbackId::of_slug("another").global() });
        assert_eq!(house.mutate(ERASE_ALL, other, Actor::System, noon()).await["eraseAnswerComments"]["erased"], 0);
        let kept: Vec<bool> = comments(&house).await.iter().map(|(comment, salt)| comment.is_some() && salt.is_some()).collect();
        assert_eq!(kept, [false, true], "both marks count on, and the other one keeps its comment");
    }
}
