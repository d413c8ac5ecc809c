//! Ballots and responses.

use kernel::{Actor, Code, DistrictId, OperationKind, Role};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};

use super::{
    house::{TestHouse, citizen, houses, noon, person},
    keeping::{analyst, close, key, opened},
};
use crate::entity::{asked, ballot, response, tally};

const ASK: &str =
    "mutation($input: RequestBallotInput!) { requestBallot(input: $input) { ballot { token survey { slug } } errors { code path } } }";
const RESPOND: &str =
    "mutation($input: SubmitSurveyResponseInput!) { submitSurveyResponse(input: $input) { survey { slug } errors { code path } } }";

async fn ask(house: &TestHouse, survey: &str, number: u32, actor: Actor) -> Result<String, String> {
    let input = json!({ "idempotencyKey": key(number), "survey": survey });
    let payload = house.mutate(ASK, input, actor, noon()).await["requestBallot"].take();
    payload["ballot"]["token"].as_str().map(str::to_owned).ok_or_else(|| codes(&payload))
}

fn codes(payload: &Value) -> String {
    let path = |error: &Value| error["path"].as_array().unwrap().iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".");
    let errors = payload["errors"].as_array().unwrap();
    errors.iter().map(|error| format!("{} {}", error["code"].as_str().unwrap(), path(error))).collect::<Vec<_>>().join(", ")
}

fn response_input(survey: &str, number: u32, ballot: &str, mark: i32) -> Value {
    json!({ "idempotencyKey": key(number), "survey": survey, "ballot": ballot, "answers": [
        { "question": "q1", "value": { "mark": mark } },
        { "question": "q2", "value": { "district": DistrictId::of_slug("arys").global() } },
    ] })
}

async fn respond(house: &TestHouse, input: Value, actor: Actor) -> String {
    codes(&house.mutate(RESPOND, input, actor, noon()).await["submitSurveyResponse"].take())
}

#[tokio::test]
async fn a_person_has_one_ballot_and_a_ballot_has_one_response() {
    for house in houses().await {
        let survey = opened(&house, "ANONYMOUS").await;
        let token = ask(&house, &survey, 10, citizen()).await.unwrap();
        assert_eq!(ask(&house, &survey, 10, citizen()).await, Ok(token.clone()), "the same key gives the same ballot");
        assert_eq!(ask(&house, &survey, 11, citizen()).await, Err("LIMIT_REACHED input.survey".to_owned()));
        let other = ask(&house, &survey, 12, person("other", &[Role::Officer])).await.unwrap();
        assert_ne!(other, token);

        let input = response_input(&survey, 20, &token, 5);
        for (input, expected) in [
            (response_input(&survey, 21, "no-ballot", 5), "NOT_FOUND input.ballot"),
            (input.clone(), ""),
            (input.clone(), ""),
            (response_input(&survey, 20, &token, 4), "KEY_REUSED input.idempotencyKey"),
            (response_input(&survey, 22, &token, 4), "WRONG_STATE input.ballot"),
            (response_input(&survey, 23, &other, 4), ""),
        ] {
            assert_eq!(respond(&house, input.clone(), Actor::Anonymous).await, expected, "{input}");
        }
        assert_eq!(response::Entity::find().all(&house.database.reader).await.unwrap().len(), 2);
        let answered = tally::Entity::find().all(&house.database.reader).await.unwrap();
        let mut answered: Vec<(&str, &str, i64)> =
            answered.iter().filter(|row| row.question == "q1").map(|row| (row.item.as_str(), row.value.as_str(), row.count)).collect();
        answered.sort_unstable();
        assert_eq!(answered, [("", "", 2), ("", "4", 1), ("", "5", 1)]);
    }
}

#[tokio::test]
async fn nothing_that_is_stored_matches_an_anonymous_response_to_a_person() {
    for house in houses().await {
        let survey = opened(&house, "ANONYMOUS").await;
        let token = ask(&house, &survey, 10, citizen()).await.unwrap();
        assert_eq!(respond(&house, response_input(&survey, 20, &token, 5), citizen()).await, "");
        let reader = &house.database.reader;
        let asked = asked::Entity::find().all(reader).await.unwrap();
        let ballots = ballot::Entity::find().all(reader).await.unwrap();
        let responses = response::Entity::find().all(reader).await.unwrap();
        let person = citizen().person().unwrap().id.uuid();
        assert_eq!((asked.len(), asked[0].person_id), (1, person));
        assert_eq!((ballots.len(), ballots[0].person_id), (1, None));
        assert_eq!((responses.len(), responses[0].person_id), (1, None));
        assert_eq!(responses[0].id.get_version_num(), 4, "an id of chance, not of time");
        assert!(![&ballots[0].hash, &asked[0].proof].contains(&&token));
        assert_ne!(ballots[0].hash, asked[0].proof);
        // Neither the journal nor the keys of acts speak of the person or of the ballot's key.
        for table in ["event", "act_key", "survey_ballot", "survey_response", "survey_tally"] {
            let rows =
                reader.query_all_raw(sea_orm::Statement::from_string(reader.get_database_backend(), format!("SELECT * FROM {table}")));
            let rows = format!("{:?}", rows.await.unwrap());
            assert!(!rows.contains(&person.to_string()) && !rows.contains(&person.simple().to_string()), "{table}");
            assert!(!rows.contains(&token), "{table}");
        }
    }
}

#[tokio::test]
async fn a_named_survey_keeps_who_responded() {
    for house in houses().await {
        let survey = opened(&house, "NAMED").await;
        let token = ask(&house, &survey, 10, citizen()).await.unwrap();
        let input = response_input(&survey, 20, &token, 5);
        let answer = house.ask(OperationKind::Mutation, RESPOND, json!({ "input": input }), Actor::Anonymous, noon()).await;
        assert_eq!(answer.faults[0].code, Code::Unauthenticated);
        assert_eq!(respond(&house, input.clone(), person("other", &[Role::Citizen])).await, "NOT_FOUND input.ballot");
        assert_eq!(respond(&house, input, citizen()).await, "");
        let responses = response::Entity::find().all(&house.database.reader).await.unwrap();
        assert_eq!(responses[0].person_id, citizen().person().map(|person| person.id.uuid()));
        let events = journal::history(&house.database.reader, responses[0].id, 0, 10).await.unwrap();
        assert_eq!(events[0].kind, "survey_answered");
    }
}

#[tokio::test]
async fn an_open_survey_takes_sound_responses_only() {
    for house in houses().await {
        let survey = opened(&house, "ANONYMOUS").await;
        let token = ask(&house, &survey, 10, citizen()).await.unwrap();
        let mut elsewhere = response_input(&survey, 20, &token, 5);
        elsewhere["answers"][1]["value"]["district"] = json!(DistrictId::of_slug("atlantis").global());
        let mut malformed = response_input(&survey, 21, &token, 5);
        malformed["answers"][1]["value"]["district"] = json!("x");
        let unknown = response_input(&kernel::SurveyId::of_slug("none").global(), 22, &token, 5);
        let mut keyless = response_input(&survey, 23, &token, 5);
        keyless["idempotencyKey"] = json!("x");
        for (input, expected) in [
            (elsewhere, "NOT_FOUND input.answers.1"),
            (malformed, "INVALID input.answers.1"),
            (unknown, "NOT_FOUND input.survey"),
            (keyless, "INVALID input.idempotencyKey"),
            // A low mark asks why.
            (response_input(&survey, 24, &token, 2), "INVALID input.answers"),
        ] {
            assert_eq!(respond(&house, input.clone(), Actor::Anonymous).await, expected, "{input}");
        }
        close(&house, &survey).await;
        assert_eq!(respond(&house, response_input(&survey, 25, &token, 5), Actor::Anonymous).await, "WRONG_STATE input.survey");
        assert_eq!(ask(&house, &survey, 26, analyst()).await, Err("WRONG_STATE input.survey".to_owned()));
    }
}

#[tokio::test]
async fn nobody_in_particular_gets_no_ballot() {
    for house in houses().await {
        let survey = opened(&house, "ANONYMOUS").await;
        for (actor, code) in [(Actor::Anonymous, Code::Unauthenticated), (Actor::System, Code::Forbidden)] {
            let variables = json!({ "input": { "idempotencyKey": key(10), "survey": survey } });
            let answer = house.ask(OperationKind::Mutation, ASK, variables, actor, noon()).await;
            assert_eq!(answer.faults[0].code, code);
        }
    }
}
