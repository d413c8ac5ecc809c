//! What goes wrong costs its own fields and nothing else.

use std::sync::Arc;

use async_trait::async_trait;
use federation::{Federation, GraphRequest, Limits};
use futures_util::stream::BoxStream;
use kernel::{Actor, Answer, Call, Role, Subgraph};
use serde_json::{Value, json};

use crate::{
    city::City,
    rooms::{global, person, request},
    view::View,
    world::{World, schema},
};

/// The codes and paths of an answer's errors.
fn errors(answer: &Value) -> Vec<String> {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| format!("{} {}", error["extensions"]["code"].as_str().unwrap(), error["path"])).collect()
}

#[tokio::test]
async fn a_dead_room_costs_only_its_fields() {
    let city = City::new();
    city.ratings.kill();
    let answer = city.ask("{ services(first: 2) { name stars it: shipping } best { stars } }").await;
    assert_eq!(
        answer["data"],
        json!({ "services": [{ "name": "Service 1", "stars": null, "it": null }, { "name": "Service 2", "stars": null, "it": null }], "best": null })
    );
    let mut told = errors(&answer);
    told.sort();
    let expected: Vec<String> =
        [r#"["best"]"#, r#"["services",0,"it"]"#, r#"["services",0,"stars"]"#, r#"["services",1,"it"]"#, r#"["services",1,"stars"]"#]
            .map(|path| format!("SUBGRAPH_UNAVAILABLE {path}"))
            .to_vec();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_needs_a_dead_room_is_lost_for_the_same_reason() {
    let city = City::new();
    city.services.kill();
    let answer = city.ask("{ best { stars shipping } }").await;
    assert_eq!(answer["data"], json!({ "best": { "stars": 3.5, "shipping": null } }));
    assert_eq!(errors(&answer), [r#"SUBGRAPH_UNAVAILABLE ["best","shipping"]"#]);
}

#[tokio::test]
async fn null_is_carried_up_to_the_nearest_field_that_may_be_null() {
    let city = City::new();
    city.ratings.kill();
    let answer = city.ask("{ a: service(code: \"s1\") { name rank } b: service(code: \"s2\") { name } services { rank } }").await;
    assert_eq!(answer["data"], json!({ "a": null, "b": { "name": "Service 2" }, "services": null }));
    assert!(errors(&answer).contains(&r#"SUBGRAPH_UNAVAILABLE ["a","rank"]"#.to_owned()), "{answer}");
    assert!(errors(&answer).contains(&r#"SUBGRAPH_UNAVAILABLE ["services",3,"rank"]"#.to_owned()), "{answer}");
}

#[tokio::test]
async fn what_the_owner_does_not_know_is_null() {
    let city = City::new();
    let answer = city.ask("{ gone { stars name } }").await;
    assert_eq!(answer["data"], json!({ "gone": null }));
    assert_eq!(errors(&answer), [r#"NOT_FOUND ["gone","name"]"#]);
    let answer = city.ask("{ gone { stars title } }").await;
    assert_eq!(answer, json!({ "data": { "gone": { "stars": 99.5, "title": null } } }));
}

#[tokio::test]
async fn a_rooms_fault_keeps_its_code_and_gets_the_clients_path() {
    let city = City::new();
    let answer = city.ask("{ best { x: fails } services(first: 1) { y: fails code } }").await;
    assert_eq!(answer["data"], json!({ "best": { "x": null }, "services": [{ "y": null, "code": "s1" }] }));
    let mut told = errors(&answer);
    told.sort();
    assert_eq!(told, [r#"FORBIDDEN ["best","x"]"#, r#"FORBIDDEN ["services",0,"y"]"#]);
    assert!(answer.to_string().contains("told to the client"));
}

#[tokio::test]
async fn what_comes_from_inside_a_room_stays_inside() {
    let answer = City::new().ask("{ service(code: \"s1\") { breaks name } }").await;
    assert_eq!(answer["data"], json!({ "service": { "breaks": null, "name": "Service 1" } }));
    assert_eq!(errors(&answer), [r#"INTERNAL ["service","breaks"]"#]);
    assert!(!answer.to_string().contains("hunter2"));
}

#[tokio::test]
async fn what_the_actor_may_not_see_is_null_and_told() {
    let query = "{ services(first: 2) { name remark } search { ... on Service { remark } } }";
    for (actor, code) in
        [(Actor::Anonymous, "UNAUTHENTICATED"), (person(&[Role::Citizen]), "FORBIDDEN"), (person(&[Role::Admin]), "FORBIDDEN")]
    {
        let city = City::new();
        let answer = city.ask_as(actor, query).await;
        assert_eq!(answer["data"]["services"], json!([{ "name": "Service 1", "remark": null }, { "name": "Service 2", "remark": null }]));
        let expected = [r#"["services",0,"remark"]"#, r#"["services",1,"remark"]"#, r#"["search",1,"remark"]"#, r#"["search",2,"remark"]"#];
        assert_eq!(errors(&answer), expected.map(|path| format!("{code} {path}")));
        assert!(city.services.texts().iter().all(|text| !text.contains("remark")), "nothing forbidden is even asked for");
    }
    for roles in [&[Role::Officer][..], &[Role::Admin, Role::Auditor]] {
        let answer = City::new().ask_as(person(roles), query).await;
        assert_eq!(errors(&answer), [""; 0]);
        assert_eq!(answer["data"]["services"][1]["remark"], "remark 2");
    }
}

#[tokio::test]
async fn a_forbidden_field_that_is_never_null_takes_its_object() {
    let answer = City::new().ask("{ services(first: 1) { name stamp } service(code: \"s1\") { stamp } }").await;
    assert_eq!(answer["data"], json!({ "services": null, "service": null }));
    assert_eq!(errors(&answer), [r#"UNAUTHENTICATED ["services",0,"stamp"]"#, r#"UNAUTHENTICATED ["service","stamp"]"#]);
}

#[tokio::test]
async fn a_forbidden_mutation_is_not_executed() {
    let city = City::new();
    let answer = city.ask_as(person(&[Role::Citizen]), "mutation { a: rate(text: \"one\") erase b: rate(text: \"two\") }").await;
    assert_eq!(answer["data"], json!({ "a": "one", "erase": null, "b": "one,two" }));
    assert_eq!(errors(&answer), [r#"FORBIDDEN ["erase"]"#]);
    let answer = city.ask_as(person(&[Role::Officer]), "mutation { erase a: rate(text: \"three\") }").await;
    assert_eq!(answer, json!({ "data": { "erase": true, "a": "three" } }));
}

#[tokio::test]
async fn a_node_is_there_only_when_its_room_says_so() {
    let city = City::new();
    let [there, absent, forbidden, party] = [global("Service", 1), global("Service", 50), global("Service", 66), global("Party", 2)];
    for (id, expected) in
        [(there.as_str(), json!({ "id": there })), (&absent, Value::Null), (&forbidden, Value::Null), ("nonsense", Value::Null)]
    {
        let answer = city.ask(&format!("{{ node(id: \"{id}\") {{ id }} }}")).await;
        assert_eq!(answer, json!({ "data": { "node": expected } }), "{id}");
    }
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Service { name stars } ... on Party { id label: name } } }";
    let answer = city.answer(query, json!({ "ids": [party, absent, there, global("Party", 60)] }), &request(Actor::Anonymous)).await;
    assert_eq!(
        answer.data.unwrap(),
        json!({ "nodes": [
            { "__typename": "Party", "id": party, "label": "Party 2" },
            null,
            { "__typename": "Service", "name": "Service 1", "stars": 1.5 },
            null,
        ] })
    );
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
}

#[tokio::test]
async fn a_node_of_a_dead_room_is_unavailable_and_not_absent() {
    let city = City::new();
    city.directory.kill();
    let query = format!("{{ nodes(ids: [\"{}\", \"{}\"]) {{ id }} }}", global("Service", 1), global("Party", 1));
    let answer = city.ask(&query).await;
    assert_eq!(answer["data"], json!({ "nodes": [{ "id": global("Service", 1) }, null] }));
    assert_eq!(errors(&answer), [r#"SUBGRAPH_UNAVAILABLE ["nodes",1]"#]);
}

#[tokio::test]
async fn a_hundred_nodes_at_most() {
    let city = City::new();
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    for (count, refused) in [(100, false), (101, true)] {
        let answer = city.answer(query, json!({ "ids": vec![global("Service", 1); count] }), &request(Actor::Anonymous)).await;
        assert_eq!(answer.errors.iter().any(|error| error.code == kernel::Code::BadUserInput), refused, "{:?}", answer.errors);
    }
}

const SCOPES: &str =
    r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@requiresScopes", "@authenticated"]) "#;

#[tokio::test]
async fn a_forbidden_type_is_null_wherever_it_is_met() {
    let types = r#"
        type Query { things: [Thing] either: [Either!] secret: Secret known: Int @authenticated }
        interface Thing { id: ID }
        union Either = Open | Secret
        type Open implements Thing { id: ID }
        type Secret implements Thing @requiresScopes(scopes: [["officer"]]) { id: ID word: String }
    "#;
    let to = |reference: &str| json!({ "$": reference });
    let world = json!({
        "Query": { "things": [to("Open:1"), to("Secret:1")], "either": [to("Secret:1")], "secret": to("Secret:1"), "known": 1 },
        "Open:1": {},
        "Secret:1": { "word": "xyzzy" },
    });
    let view = View::new("one", SCOPES, types, &World::new(world, &[&schema(types)]));
    let federation = Federation::new(vec![Arc::new(view)], Limits::default()).unwrap();
    let query = "{ things { id ... on Secret { word } } either { __typename ... on Secret { word } } secret { word } known }";
    let ask = async |actor: Actor| {
        let params = GraphRequest { query: query.to_owned(), ..GraphRequest::default() };
        serde_json::to_value(federation.execute(params, &request(actor)).await).unwrap()
    };
    let answer = ask(person(&[Role::Citizen])).await;
    assert_eq!(answer["data"], json!({ "things": [{ "id": "1" }, null], "either": null, "secret": null, "known": 1 }));
    assert_eq!(errors(&answer), [r#"FORBIDDEN ["things",1]"#, r#"FORBIDDEN ["either",0]"#, r#"FORBIDDEN ["secret"]"#]);
    let answer = ask(person(&[Role::Officer])).await;
    assert_eq!(answer["data"]["either"], json!([{ "__typename": "Secret", "word": "xyzzy" }]));
    assert_eq!(errors(&answer), [""; 0]);
    let answer = ask(Actor::Anonymous).await;
    assert_eq!(answer["data"]["known"], Value::Null);
    assert!(errors(&answer).contains(&r#"UNAUTHENTICATED ["known"]"#.to_owned()));
}

/// A room with a defect: it panics, or answers with other types than it promised.
struct Defect(&'static str, Option<Value>);

#[async_trait]
impl Subgraph for Defect {
    fn name(&self) -> &'static str {
        self.0
    }

    fn sdl(&self) -> &'static str {
        if self.0 == "panics" {
            "type Query { boom: Int }"
        } else {
            "type Query { number: Int list: [Int] thing: Thing! } type Thing { x: Int }"
        }
    }

    async fn execute(&self, _call: Call<'_>) -> Answer {
        Answer { data: self.1.clone().expect("a defect").into(), faults: Vec::new() }
    }

    async fn subscribe(&self, _call: Call<'_>) -> BoxStream<'static, Answer> {
        Box::pin(futures_util::stream::empty())
    }
}

#[tokio::test]
async fn a_defect_of_a_room_takes_nothing_else_down() {
    let lies = json!({ "number": "seven", "list": { "a": 1 }, "thing": 3 });
    let rooms: Vec<Arc<dyn Subgraph>> = vec![Arc::new(Defect("panics", None)), Arc::new(Defect("lies", Some(lies)))];
    let federation = Federation::new(rooms, Limits::default()).unwrap();
    let ask = async |query: &str| {
        let params = GraphRequest { query: query.to_owned(), ..GraphRequest::default() };
        serde_json::to_value(federation.execute(params, &request(Actor::Anonymous)).await).unwrap()
    };
    let answer = ask("{ boom number list }").await;
    assert_eq!(answer["data"], json!({ "boom": null, "number": null, "list": null }));
    assert_eq!(errors(&answer), [r#"SUBGRAPH_UNAVAILABLE ["boom"]"#, r#"INTERNAL ["number"]"#, r#"INTERNAL ["list"]"#]);
    let answer = ask("{ thing { x } }").await;
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(errors(&answer), [r#"INTERNAL ["thing"]"#]);
}
