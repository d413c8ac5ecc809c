//! The gateway over a city's rooms behind HTTP, and the rooms as plain subgraphs.

use std::process::Command;

use serde_json::{Value, json};
use tests::{City, Gateway, Options, Process, SUBGRAPHS, Store, binary, eventually, service_token};

const ACROSS: &str = include_str!("../../playground/src/examples/1-service-across-the-city.graphql");
const PARTIES: &str = "{ parties(first: 3) { nodes { id name } pageInfo { hasNextPage } } }";

async fn city() -> City {
    City::start(&Store::Sqlite, Options::default()).await
}

#[tokio::test]
async fn a_gateway_over_the_rooms_answers_as_the_city_does() {
    let city = city().await;
    city.idle().await;
    let gateway = Gateway::before(&city, &city.url);
    let officer = city.token("officer");
    let queries = [
        ACROSS,
        PARTIES,
        "{ desk(first: 5) { nodes { reference status version } } }",
        "{ services(first: 5) { nodes { title provider { name } rating { band } } } feedback(reference: \"TK-2026-000007\") { status } }",
        "{ nothing }",
    ];
    for query in queries {
        for token in [None, Some(officer.as_str()), Some("bad")] {
            let expected = city.ask(token, query, json!({})).await.body;
            // The gateway has no issuer, so a bad token is the rooms' to refuse: each of its fields is lost, and the city answers 401.
            if token == Some("bad") {
                assert!(gateway.ask(token, query).await["errors"].is_array(), "{query}");
            } else {
                assert_eq!(gateway.ask(token, query).await, expected, "{query}");
            }
        }
    }
}

#[tokio::test]
async fn a_supergraph_that_changes_is_read_again_and_a_bad_one_is_refused() {
    let city = city().await;
    let gateway = Gateway::before(&city, &city.url);
    let good = std::fs::read_to_string(&gateway.supergraph).unwrap();
    let has_party =
        || async { gateway.ask(None, "{ __type(name: \"Query\") { name fields { name } } }").await.to_string().contains("parties") };
    assert!(has_party().await);
    std::fs::write(&gateway.supergraph, "type Query {").unwrap();
    let log = || std::fs::read_to_string(gateway.supergraph.with_file_name("gateway.log")).unwrap();
    eventually("the bad file is refused", || async { log().contains("the last good one stays").then_some(()) }).await;
    assert!(has_party().await, "the last good one serves");
    let hidden = good.replace("\n  parties(", "\n  bodies(");
    assert_ne!(hidden, good);
    std::fs::write(&gateway.supergraph, hidden).unwrap();
    eventually("the good file is served", || async { (!has_party().await).then_some(()) }).await;
}

#[tokio::test]
async fn a_room_that_is_away_costs_its_own_fields() {
    let city = city().await;
    let supergraph = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema/supergraph.graphql")).unwrap();
    let url = |room: &str| if room == "ratings" { "http://127.0.0.1:1".to_owned() } else { format!("{}/subgraphs/{room}", city.url) };
    let tables = SUBGRAPHS.map(|room| format!("[subgraph.{room}]\nurl = \"{}\"\n", url(room))).concat();
    let config = format!("[subgraph_defaults]\nfixed_headers = {{ x-service-token = \"{}\" }}\n{tables}", service_token(&city));
    let gateway = Gateway::start(&supergraph, &config);
    let answer = gateway.ask(None, "{ service(code: \"water-connection\") { code rating { band } provider { name } } }").await;
    assert_eq!(answer["data"]["service"]["code"], "water-connection");
    assert!(answer["data"]["service"]["provider"]["name"].is_string(), "{answer}");
    assert_eq!(answer["data"]["service"]["rating"], Value::Null);
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{answer}");
    assert_eq!(answer["errors"][0]["path"], json!(["service", "rating"]));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "SUBGRAPH_UNAVAILABLE");
}

#[tokio::test]
async fn a_room_is_a_plain_subgraph_for_whoever_has_a_service_token() {
    let city = city().await;
    let (token, person) = (service_token(&city), city.token("admin"));
    let http = reqwest::Client::new();
    let check = |room: &'static str, token: Option<String>, query: &'static str, status: u16, found: &'static str| {
        let mut request = http.post(format!("{}/subgraphs/{room}", city.url)).json(&json!({ "query": query }));
        if let Some(token) = token {
            request = request.header("X-Service-Token", token);
        }
        async move {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), status, "{room} {query}");
            let text = answer.text().await.unwrap();
            assert!(text.contains(found), "{room} {query}: {text}");
        }
    };
    let sdl = "{ _service { sdl } }";
    for room in SUBGRAPHS.into_iter().filter(|room| *room != "node") {
        check(room, Some(token.clone()), sdl, 200, "type ").await;
        check(room, None, sdl, 401, "UNAUTHENTICATED").await;
    }
    check("feedback", Some("x".to_owned()), sdl, 401, "UNAUTHENTICATED").await;
    check("feedback", Some(person), sdl, 401, "UNAUTHENTICATED").await;
    check("nothing", Some(token.clone()), sdl, 404, "NOT_FOUND").await;
    check("feedback", Some(token.clone()), "{", 200, "GRAPHQL_PARSE_FAILED").await;
    // Whom a router asks for is said by that person's own token alone.
    check("feedback", Some(token), "{ desk { nodes { reference } } }", 200, "UNAUTHENTICATED").await;
}

#[tokio::test]
async fn a_room_serves_in_a_process_of_its_own() {
    let mut city = city().await;
    city.kill();
    let mut command = Command::new(binary());
    command.args(["subgraph", "directory", "--listen", "127.0.0.1:0", "--data-dir"]).arg(city.data.path());
    let room = Process::start(&mut command, &city.data.path().join("room.log"));
    let http = reqwest::Client::new();
    let ask = async |query: &str| {
        let request = http.post(format!("{}/graphql", room.url)).json(&json!({ "query": query }));
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    eventually("the room is ready", || async {
        let ready = http.get(format!("{}/health/ready", room.url)).send().await.unwrap();
        ready.status().is_success().then_some(())
    })
    .await;
    assert_eq!(ask("{ parties(first: 3) { nodes { slug } } }").await["data"]["parties"]["nodes"].as_array().unwrap().len(), 3);
    assert!(ask("{ _service { sdl } }").await["data"]["_service"]["sdl"].as_str().unwrap().contains("type Party"));
    assert_eq!(ask("{ services(first: 1) { nodes { code } } }").await["data"], Value::Null, "another room's field");
}

#[tokio::test]
async fn a_field_that_has_wholly_moved_to_another_subgraph_is_asked_for_there() {
    let folder = tempfile::tempdir().unwrap();
    let link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.7\", import: [\"@override\"]) ";
    let mut compose = Command::new(binary());
    compose.arg("compose").current_dir(folder.path());
    for (name, types) in
        [("old", "type Query { amount: Int }"), ("new", "type Query { amount: Int @override(from: \"old\", label: \"percent(100)\") }")]
    {
        std::fs::write(folder.path().join(format!("{name}.graphql")), format!("{link}{types}")).unwrap();
        compose.arg(format!("{name}.graphql")).args(["--url", &format!("{name}=http://127.0.0.1:1/{name}")]);
    }
    let supergraph = String::from_utf8(compose.output().unwrap().stdout).unwrap();
    let gateway = Gateway::start(&supergraph, "");
    assert_eq!(gateway.ask(None, "{ amount }").await["errors"][0]["extensions"]["code"], "SUBGRAPH_UNAVAILABLE");
    let metrics = gateway.metrics().await;
    for (name, calls) in [("new", 1), ("old", 0)] {
        let line = format!("turkistan_subgraph_calls_total{{subgraph=\"{name}\"}} {calls}");
        assert!(metrics.contains(&line), "{line}\n{metrics}");
    }
}
