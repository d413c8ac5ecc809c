//! A bus system that speaks plain JSON, seen as a subgraph.

use std::{collections::BTreeMap, sync::Arc};

use kernel::{Answer, Call, Code, Operation, OperationKind, Subgraph};
use serde_json::{Value, json};

use super::{Endpoint, Mapping, Rest};
use crate::tests::{Act, Stage, json as say, request, settings};

const SDL: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])

type Query { stops(near: String, first: Int = 10): [Stop!]! stop(id: ID!): Stop }
type Mutation { report(stop: ID!, text: String!): Report }
type Report { number: Int! }
type Stop @key(fields: "id") { id: ID! title: String! lines: [Line!]! next: Vehicle }
type Line { number: String! }
interface Vehicle { plate: String! }
type Bus implements Vehicle { plate: String! seats: Int }
type Tram implements Vehicle { plate: String! wagons: Int }
"#;

fn mapping() -> Mapping {
    let endpoint = |path: &str, at: &str| Endpoint { path: path.to_owned(), at: at.to_owned() };
    let one = |name: &str, endpoint: Endpoint| (name.to_owned(), endpoint);
    Mapping {
        sdl: SDL.to_owned(),
        query: BTreeMap::from([
            one("stops", endpoint("/stops?near={near}&limit={first}", "/data")),
            one("stop", endpoint("/stops/{id}", "")),
        ]),
        mutation: BTreeMap::from([one("report", endpoint("/reports", ""))]),
        entity: BTreeMap::from([one("Stop", endpoint("/stops/{id}", ""))]),
        fields: BTreeMap::from([("Stop.title".to_owned(), "/names/kk".to_owned())]),
    }
}

async fn ask(stage: &Stage, kind: OperationKind, text: &str, variables: Value) -> Answer {
    let rest =
        Rest::new("bus", settings(&Stage { url: stage.url.replace("/graphql", "/api"), heard: Arc::clone(&stage.heard) }), mapping());
    let operation = Arc::new(Operation::new(kind, text.to_owned()));
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    rest.unwrap().execute(Call { operation: &operation, variables: variables.into(), request: &request() }).await
}

#[tokio::test]
async fn an_answer_is_cut_to_what_was_asked_and_each_root_field_is_one_request() {
    async fn check(text: &str, variables: Value, body: &Value, line: &str, expected: Value) {
        let stage = Stage::new(vec![say(body)]).await;
        let answer = ask(&stage, OperationKind::Query, text, variables).await;
        assert_eq!((Value::from(answer.data), answer.faults.len()), (expected, 0), "{text}");
        assert_eq!(stage.heard.lock().unwrap()[0].line, line, "{text}");
    }
    let stop = json!({ "id": "7", "names": { "kk": "Базар" }, "lines": [{ "number": "12", "color": "red" }], "secret": 1 });
    check(
        "{ all: stops { id name: title lines { number } __typename } }",
        json!({}),
        &json!({ "data": [stop] }),
        "GET /api/stops",
        json!({ "all": [{ "id": "7", "name": "Базар", "lines": [{ "number": "12" }], "__typename": "Stop" }] }),
    )
    .await;
    check(
        "query ($near: String = \"Базар\", $first: Int) { stops(near: $near, first: $first) { id } }",
        json!({ "first": 2 }),
        &json!({ "data": [] }),
        "GET /api/stops?near=%D0%91%D0%B0%D0%B7%D0%B0%D1%80&limit=2",
        json!({ "stops": [] }),
    )
    .await;
    check(
        "query ($no: Boolean!) { stop(id: \"../7\") { next { plate ...B @skip(if: $no) ... on Tram { wagons } } } } fragment B on Bus { seats }",
        json!({ "no": false }),
        &json!({ "next": { "__typename": "Bus", "plate": "x", "seats": 30 } }),
        "GET /api/stops/..%2F7",
        json!({ "stop": { "next": { "plate": "x", "seats": 30 } } }),
    )
    .await;
}

#[tokio::test]
async fn entities_are_fetched_by_their_keys_and_what_the_system_does_not_know_is_null() {
    let away = Act::Say(500, "text/plain", String::new());
    let found = say(&json!({ "names": { "kk": "Базар" } }));
    let stage = Stage::new(vec![found, Act::Say(404, "text/plain", String::new()), away]).await;
    let representation = |id: &str| json!({ "__typename": "Stop", "id": id });
    let text = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Stop { id title } } }";
    let answer =
        ask(&stage, OperationKind::Query, text, json!({ "r": [representation("1"), representation("2"), representation("3")] })).await;
    let entities = answer.data["_entities"].as_list().unwrap();
    assert_eq!(entities.len(), 3);
    assert_eq!(entities.iter().filter(|entity| entity.is_null()).count(), 2);
    assert!(entities.iter().any(|entity| entity["title"] == "Базар" && entity["id"].is_text()), "{entities:?}");
    assert_eq!(answer.faults.len(), 1);
    assert_eq!((answer.faults[0].code, answer.faults[0].path.len()), (Code::SubgraphUnavailable, 2));
}

#[tokio::test]
async fn a_mutation_is_one_post_with_its_arguments() {
    let stage = Stage::new(vec![say(&json!({ "number": 5 }))]).await;
    let text = "mutation ($s: ID!) { report(stop: $s, text: \"су\") { number } }";
    let answer = ask(&stage, OperationKind::Mutation, text, json!({ "s": "7" })).await;
    assert_eq!(answer.data, json!({ "report": { "number": 5 } }));
    let heard = stage.heard.lock().unwrap();
    assert_eq!((heard[0].line.as_str(), &heard[0].body), ("POST /api/reports", &json!({ "stop": "7", "text": "су" })));
}

#[test]
fn a_mapping_that_does_not_fit_its_schema_is_refused_at_the_start() {
    fn check(change: impl Fn(&mut Mapping), expected: &str) {
        let mut mapping = mapping();
        change(&mut mapping);
        let Err(error) = Rest::new("bus", crate::Settings::new("http://127.0.0.1:1/api"), mapping) else { panic!("accepted: {expected}") };
        assert!(error.internal_text().contains(expected), "{}", error.internal_text());
    }
    check(|mapping| drop(mapping.query.remove("stop")), "Query.stop has no endpoint");
    check(|mapping| mapping.query.get_mut("stop").unwrap().path = "stops".to_owned(), "a path begins with /");
    check(|mapping| mapping.sdl.push_str("type Subscription { arrived: Stop }"), "has no events");
    check(|mapping| mapping.sdl = "type Query {".to_owned(), "bus: ");
}
