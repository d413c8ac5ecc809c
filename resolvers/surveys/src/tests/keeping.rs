//! How analysts keep surveys, and who sees them.

use kernel::{Actor, Code, OperationKind, Role, ServiceId};
use serde_json::{Value, json};

use super::house::{TestHouse, houses, noon, person, service};

const SAVE: &str = "mutation($input: SaveSurveyInput!) { saveSurvey(input: $input) { survey { id slug status version about { id } \
                    questions { slug type visibleIf } } errors { code path message } } }";
const OPEN: &str =
    "mutation($input: OpenSurveyInput!) { openSurvey(input: $input) { survey { status version openedAt } errors { code path } } }";
const CLOSE: &str =
    "mutation($input: CloseSurveyInput!) { closeSurvey(input: $input) { survey { status version closedAt } errors { code path } } }";

pub(crate) fn analyst() -> Actor {
    person("analyst", &[Role::Analyst])
}

pub(crate) fn key(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn words(text: &str) -> Value {
    json!({ "kk": text, "ru": text, "en": text })
}

pub(crate) fn draft(number: u32, anonymity: &str) -> Value {
    json!({ "idempotencyKey": key(number), "slug": "after-visit", "title": words("After a visit"), "anonymity": anonymity,
            "about": [service().global()], "questions": [
        { "slug": "q1", "type": "RATING_5", "text": words("How was it?"), "metric": "CSAT" },
        { "slug": "q2", "type": "DISTRICT", "text": words("Where?"), "required": false },
        { "slug": "q3", "type": "TEXT", "text": words("Why?"), "visibleIf": "q1 <= 3" },
    ] })
}

fn codes(payload: &Value) -> Vec<String> {
    let path = |error: &Value| error["path"].as_array().unwrap().iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".");
    payload["errors"].as_array().unwrap().iter().map(|error| format!("{} {}", error["code"].as_str().unwrap(), path(error))).collect()
}

/// Saves and opens the survey, and returns its id.
pub(crate) async fn opened(house: &TestHouse, anonymity: &str) -> String {
    let saved = house.mutate(SAVE, draft(1, anonymity), analyst(), noon()).await["saveSurvey"].take();
    let id = saved["survey"]["id"].as_str().unwrap().to_owned();
    let open = json!({ "idempotencyKey": key(2), "survey": id, "version": 1 });
    assert_eq!(house.mutate(OPEN, open, analyst(), noon()).await["openSurvey"]["survey"]["status"], "OPEN");
    id
}

pub(crate) async fn close(house: &TestHouse, id: &str) {
    let input = json!({ "idempotencyKey": key(3), "survey": id, "version": 2 });
    assert_eq!(house.mutate(CLOSE, input, analyst(), noon()).await["closeSurvey"]["survey"]["status"], "CLOSED");
}

#[tokio::test]
async fn a_survey_is_written_opened_and_closed() {
    for house in houses().await {
        let saved = house.mutate(SAVE, draft(1, "ANONYMOUS"), analyst(), noon()).await["saveSurvey"].take();
        assert_eq!(saved["errors"], json!([]));
        assert_eq!(saved["survey"]["version"], 1);
        assert_eq!(saved["survey"]["about"], json!([{ "id": service().global() }]));
        assert_eq!(saved["survey"]["questions"][2], json!({ "slug": "q3", "type": "TEXT", "visibleIf": "q1 <= 3" }));
        assert_eq!(
            house.mutate(SAVE, draft(1, "ANONYMOUS"), analyst(), noon()).await["saveSurvey"],
            saved,
            "the same key, the same outcome"
        );
        let id = &saved["survey"]["id"];

        let mut again = draft(4, "NAMED");
        again["survey"] = id.clone();
        again["version"] = json!(1);
        assert_eq!(house.mutate(SAVE, again.clone(), analyst(), noon()).await["saveSurvey"]["survey"]["version"], 2);
        again["idempotencyKey"] = json!(key(5));
        let stale = house.mutate(SAVE, again.clone(), analyst(), noon()).await["saveSurvey"].take();
        assert_eq!(codes(&stale), ["STALE_VERSION input.version"]);

        let at = |number: u32, version: i32| json!({ "idempotencyKey": key(number), "survey": id, "version": version });
        for (document, field, input, expected) in [
            (CLOSE, "closeSurvey", at(6, 2), Err("WRONG_STATE input.survey")),
            (OPEN, "openSurvey", at(7, 1), Err("STALE_VERSION input.version")),
            (OPEN, "openSurvey", at(8, 2), Ok("OPEN")),
            (OPEN, "openSurvey", at(8, 2), Ok("OPEN")),
            (OPEN, "openSurvey", at(9, 3), Err("WRONG_STATE input.survey")),
            (CLOSE, "closeSurvey", at(10, 3), Ok("CLOSED")),
        ] {
            let payload = house.mutate(document, input.clone(), analyst(), noon()).await[field].take();
            match expected {
                Ok(status) => assert_eq!(payload["survey"]["status"], status, "{input}"),
                Err(code) => assert_eq!(codes(&payload), [code], "{input}"),
            }
        }
        again["version"] = json!(4);
        again["idempotencyKey"] = json!(key(11));
        let late = house.mutate(SAVE, again, analyst(), noon()).await["saveSurvey"].take();
        assert_eq!(codes(&late), ["WRONG_STATE input.survey"]);
        let id = kernel::SurveyId::from_global(id.as_str().unwrap()).unwrap();
        let events = journal::history(&house.database.reader, id.uuid(), 0, 10).await.unwrap();
        let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["survey_saved", "survey_saved", "survey_opened", "survey_closed"]);
    }
}

#[tokio::test]
async fn a_draft_that_is_not_sound_is_refused_as_a_whole() {
    for house in houses().await {
        let mut wrong = draft(1, "ANONYMOUS");
        wrong["questions"][2]["visibleIf"] = json!("q9 <= 3");
        wrong["questions"][0]["text"]["kk"] = json!("");
        let mut unknown = draft(2, "ANONYMOUS");
        unknown["about"] = json!([service().global(), ServiceId::of_slug("no-such").global()]);
        let mut malformed = draft(3, "ANONYMOUS");
        malformed["about"] = json!(["x"]);
        let mut half = draft(4, "ANONYMOUS");
        half["version"] = json!(1);
        for (input, expected) in [
            (wrong, vec!["INVALID input.questions.0.text", "INVALID input.questions.2.visibleIf"]),
            (unknown, vec!["NOT_FOUND input.about.1"]),
            (malformed, vec!["NOT_FOUND input.about.0"]),
            (half, vec!["INVALID input.version"]),
            (draft(5, "ANONYMOUS"), vec![]),
            (draft(6, "ANONYMOUS"), vec!["INVALID input.slug"]),
        ] {
            let payload = house.mutate(SAVE, input.clone(), analyst(), noon()).await["saveSurvey"].take();
            assert_eq!(codes(&payload), expected, "{input}");
        }
    }
}

#[tokio::test]
async fn only_analysts_keep_surveys() {
    for house in houses().await {
        let others = [Role::Citizen, Role::Officer, Role::Supervisor, Role::Steward, Role::Auditor, Role::Admin];
        for (actor, code) in
            [(Actor::Anonymous, Code::Unauthenticated), (person("somebody", &others), Code::Forbidden), (Actor::System, Code::Forbidden)]
        {
            let variables = json!({ "input": draft(1, "ANONYMOUS") });
            let answer = house.ask(OperationKind::Mutation, SAVE, variables, actor.clone(), noon()).await;
            assert_eq!(answer.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [code], "{actor:?}");
            assert_eq!(answer.data["saveSurvey"], Value::Null);
        }
    }
}

#[tokio::test]
async fn drafts_are_seen_by_analysts_and_results_by_all_once_closed() {
    for house in houses().await {
        let saved = house.mutate(SAVE, draft(1, "ANONYMOUS"), analyst(), noon()).await["saveSurvey"].take();
        let id = saved["survey"]["id"].as_str().unwrap().to_owned();
        let ask = "{ survey(slug: \"after-visit\") { status results { responses { value } } } surveys { nodes { slug } } }";
        let about = "surveys { nodes { slug } pageInfo { hasNextPage } }";
        for (status, step) in [("DRAFT", 0), ("OPEN", 1), ("CLOSED", 2)] {
            if step == 1 {
                let input = json!({ "idempotencyKey": key(2), "survey": id, "version": 1 });
                house.mutate(OPEN, input, analyst(), noon()).await;
            }
            if step == 2 {
                close(&house, &id).await;
            }
            for (actor, sees, counts) in [(Actor::Anonymous, step > 0, step == 2), (analyst(), true, step > 0)] {
                let data = house.query(ask, actor.clone()).await;
                let expected = if sees { json!(status) } else { Value::Null };
                assert_eq!(data["survey"]["status"], expected, "{status} {actor:?}");
                assert_eq!(data["survey"]["results"].is_object(), counts, "{status} {actor:?}");
                let listed = if sees { json!([{ "slug": "after-visit" }]) } else { json!([]) };
                assert_eq!(data["surveys"]["nodes"], listed, "{status} {actor:?}");
                let of_service = house.entity("Service", &service().global(), about, actor.clone()).await;
                assert_eq!(of_service["surveys"]["nodes"], listed, "{status} {actor:?}");
                assert_eq!(house.entity("Survey", &id, "slug", actor.clone()).await.is_object(), sees, "{status} {actor:?}");
            }
        }
    }
}
