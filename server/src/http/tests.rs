//! The edge as a client meets it, in front of a city in a throw-away folder.

mod calendar;
mod feeds;
mod files;
mod open311;
mod telegram;
mod together;
mod trusted;
mod unsubscribe;

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, Request, StatusCode, header},
};
use kernel::{Clock, SystemClock};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use super::{Edge, city_routes, layers::BODY_BYTES_MAX};
use crate::{
    city::City,
    cli::{Installation, Serving},
    database,
    identity::{Issuer, Keys, Persona},
    settings::Settings,
    stop::Stop,
};

struct House {
    edge: Arc<Edge>,
    issuer: Arc<Issuer>,
    stop: Stop,
    _folder: TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

async fn closed() -> (House, Settings, Keys) {
    closed_with("").await
}

/// With a configuration in which `{folder}` stands for the folder of the installation, where `documents.toml` lies.
async fn closed_with(config: &str) -> (House, Settings, Keys) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("city.toml");
    std::fs::write(folder.path().join("documents.toml"), trusted::MANIFEST).unwrap();
    std::fs::write(&path, config.replace("{folder}", &folder.path().display().to_string())).unwrap();
    let installation = Installation { config: Some(path), data_dir: Some(folder.path().to_owned()), ..Installation::default() };
    let settings = Settings::gather(installation, &Serving::default()).unwrap();
    let rng = Arc::new(kernel::system_rng());
    let keys = Keys::open(&settings, rng.as_ref()).unwrap();
    let issuer = Arc::new(Issuer::new(&keys.issuer).unwrap());
    let (stop, stopping) = Stop::new();
    let edge = Edge::new(
        Some(Arc::clone(&issuer)),
        Vec::new(),
        vec![HeaderValue::from_static(FRIEND)],
        Vec::new(),
        Arc::new(SystemClock),
        rng,
        stopping,
    );
    (House { edge, issuer, stop, _folder: folder }, settings, keys)
}

async fn open() -> House {
    open_with("").await
}

async fn open_with(config: &str) -> House {
    let (house, settings, keys) = closed_with(config).await;
    let (database, _held) = database::open(&settings).await.unwrap();
    database::migrate(&database).await.unwrap();
    let rng = Arc::new(kernel::system_rng());
    house.edge.open(City::build(&settings, database, keys.secret, Arc::new(SystemClock), rng).unwrap());
    house
}

impl House {
    fn routes(&self) -> Router {
        city_routes(&self.edge, "")
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.routes().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec() }
    }

    async fn post(&self, body: impl Into<Body>, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::post("/graphql");
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    async fn get(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }
}

const FRIEND: &str = "https://app.example";
const GRAPHQL: (&str, &str) = ("accept", "application/graphql-response+json");
const STREAM: (&str, &str) = ("accept", "text/event-stream");

#[tokio::test]
async fn a_well_formed_operation_is_answered_in_the_form_that_was_asked_for() {
    let house = open().await;
    for (accept, expected) in [
        ("*/*", "application/json; charset=utf-8"),
        ("application/json", "application/json; charset=utf-8"),
        ("application/graphql-response+json", "application/graphql-response+json; charset=utf-8"),
    ] {
        let answer = house.post(r#"{"query":"{ __typename }"}"#, &[("accept", accept), ("accept-language", "ru")]).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, expected));
        assert_eq!(answer.json(), json!({ "data": { "__typename": "Query" } }));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("content-language"), "ru");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("server-timing").starts_with("plan;dur="));
        assert!(!answer.header("x-request-id").is_empty());
    }
}

#[tokio::test]
async fn what_is_not_a_graphql_request_is_refused_with_its_own_status_and_code() {
    let house = open().await;
    let large = "x".repeat(BODY_BYTES_MAX + 1);
    let query = r#"{"query":"{ __typename }"}"#;
    type Header = (&'static str, &'static str);
    let table: [(&str, &[Header], u16, &str); 12] = [
        ("", &[], 400, "BAD_USER_INPUT"),
        ("{", &[], 400, "BAD_USER_INPUT"),
        (r#"{"query":1}"#, &[], 400, "BAD_USER_INPUT"),
        (r#"[{"query":"{ __typename }"}]"#, &[], 400, "BATCHING_NOT_ALLOWED"),
        (r#"{"documentId":"x"}"#, &[], 404, "PERSISTED_DOCUMENT_NOT_FOUND"),
        (query, &[("content-type", "text/plain")], 415, "BAD_USER_INPUT"),
        (query, &[("content-type", "multipart/form-data; boundary=x")], 415, "BAD_USER_INPUT"),
        (query, &[("accept", "text/html")], 406, "BAD_USER_INPUT"),
        (query, &[("authorization", "Bearer x.y.z")], 401, "UNAUTHENTICATED"),
        (query, &[("authorization", "Basic YTpi")], 401, "UNAUTHENTICATED"),
        (query, &[("cookie", "a=b"), ("sec-fetch-site", "cross-site")], 403, "FORBIDDEN"),
        (&large, &[], 413, "BAD_USER_INPUT"),
    ];
    for (body, headers, status, code) in table {
        for accept in [("accept", "application/json"), GRAPHQL] {
            let mut headers = headers.to_vec();
            if !headers.iter().any(|(name, _)| *name == "accept") {
                headers.push(accept);
            }
            let answer = house.post(body.to_owned(), &headers).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{:.60} {headers:?}", body);
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
    let refused = house.post(query, &[("authorization", "Bearer x.y.z")]).await;
    assert_eq!(refused.header("www-authenticate"), "Bearer error=\"invalid_token\"");
}

#[tokio::test]
async fn get_reads_and_never_changes_anything() {
    let house = open().await;
    for (target, headers, status) in [
        ("/graphql?query=%7B__typename%7D", vec![], 200),
        ("/graphql?query=mutation%20%7B__typename%7D", vec![], 405),
        ("/graphql?query=mutation%20%7B__typename%7D", vec![GRAPHQL], 405),
        ("/graphql?query=%7B__typename%7D", vec![("sec-fetch-site", "cross-site")], 403),
        ("/graphql", vec![], 400),
    ] {
        assert_eq!(house.get(target, &headers).await.status.as_u16(), status, "{target} {headers:?}");
    }
    for method in ["PUT", "DELETE", "PATCH"] {
        let answer = house.send(Request::builder().method(method).uri("/graphql").body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "GET, POST"), "{method}");
    }
}

#[tokio::test]
async fn a_document_that_cannot_run_is_400_only_for_clients_that_read_statuses() {
    let house = open().await;
    for (body, code) in [
        (json!({ "query": "{" }), "GRAPHQL_PARSE_FAILED"),
        (json!({ "query": "{ nothingOfTheKind }" }), "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": "query A { __typename } query B { __typename }" }), "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": "query A($id: ID!) { __typename }", "variables": { "id": null } }), "GRAPHQL_VALIDATION_FAILED"),
    ] {
        for (accept, status) in [(("accept", "application/json"), 200), (GRAPHQL, 400)] {
            let answer = house.post(body.to_string(), &[accept]).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{body}");
            assert!(answer.json().get("data").is_none());
        }
    }
}

#[tokio::test]
async fn a_client_that_takes_only_a_stream_reads_everything_there() {
    let house = open().await;
    for (query, expected) in [("{ __typename }", r#"{"data":{"__typename":"Query"}}"#), ("{", "GRAPHQL_PARSE_FAILED")] {
        let answer = house.post(json!({ "query": query }).to_string(), &[STREAM]).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "text/event-stream"));
        let text = String::from_utf8(answer.body).unwrap();
        assert!(text.starts_with("event: next\ndata: ") && text.ends_with("event: complete\ndata:\n\n"), "{text}");
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
async fn a_token_names_the_viewer() {
    let house = open().await;
    let token = Persona::Officer.token(&house.issuer, SystemClock.now()).unwrap();
    let bearer = format!("Bearer {token}");
    let answer = house.post(r#"{"query":"{ viewer { roles } }"}"#, &[("authorization", &bearer)]).await;
    assert_eq!(answer.json()["data"]["viewer"]["roles"], json!(["OFFICER"]));
    let answer = house.post(r#"{"query":"{ viewer { roles } }"}"#, &[]).await;
    assert_eq!(answer.json()["data"]["viewer"], Value::Null);
}

#[tokio::test]
async fn a_city_that_is_not_open_yet_lives_but_is_not_ready() {
    let (house, ..) = closed().await;
    assert_eq!(house.get("/health/live", &[]).await.status, StatusCode::OK);
    assert_eq!(house.get("/health/ready", &[]).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(house.get("/metrics", &[]).await.status, StatusCode::OK);
    let answer = house.post(r#"{"query":"{ __typename }"}"#, &[]).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str(), answer.header("retry-after")), (503, "SUBGRAPH_UNAVAILABLE", "1"));
}

#[tokio::test]
async fn an_open_city_is_ready_and_counts_what_it_does() {
    let house = open().await;
    assert_eq!(house.get("/health/ready", &[]).await.status, StatusCode::OK);
    house.post(r#"{"query":"query Names { parties(first: 1) { nodes { id } } }"}"#, &[]).await;
    let page = String::from_utf8(house.get("/metrics", &[]).await.body).unwrap();
    for expected in [
        "turkistan_requests_total{operation=\"query\",name=\"unlisted\",status=\"200\"} 1",
        "turkistan_subgraph_calls_total{subgraph=\"directory\"} 1",
        "turkistan_sql_statements_total ",
        "turkistan_subscriptions 0",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    house.stop.now();
}

#[tokio::test]
async fn a_request_keeps_the_sane_id_that_a_proxy_gave_it() {
    let house = open().await;
    for (given, kept) in [("abc-123.x_y", true), ("two words", false), (&"x".repeat(65), false)] {
        let answer = house.get("/health/live", &[("x-request-id", given)]).await;
        assert_eq!(answer.header("x-request-id") == given, kept, "{given}");
    }
}

#[tokio::test]
async fn pages_of_named_sites_may_ask_and_others_may_not() {
    let house = open().await;
    for (origin, allowed) in [(FRIEND, FRIEND), ("https://evil.example", ""), ("null", "")] {
        let mut request = Request::options("/graphql").header("origin", origin);
        for (name, value) in [("access-control-request-method", "POST"), ("access-control-request-headers", "authorization,content-type")] {
            request = request.header(name, value);
        }
        let preflight = house.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(preflight.header("access-control-allow-origin"), allowed, "{origin}");
        let answer = house.post(r#"{"query":"{ __typename }"}"#, &[("origin", origin), ("sec-fetch-site", "cross-site")]).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (StatusCode::OK, allowed), "{origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{origin}");
    }
}

#[tokio::test]
async fn a_subscription_streams_events_and_breaks_off_when_the_server_stops() {
    let house = open().await;
    let bearer = format!("Bearer {}", Persona::Officer.token(&house.issuer, SystemClock.now()).unwrap());
    let subscription = json!({ "query": "subscription { deskChanged { __typename } }" }).to_string();
    let refused = house.post(subscription.clone(), &[("authorization", &bearer)]).await;
    assert_eq!(refused.status, StatusCode::NOT_ACCEPTABLE);
    let request = Request::post("/graphql").header("content-type", "application/json").header("authorization", &bearer);
    let response = house.routes().oneshot(request.header(STREAM.0, STREAM.1).body(Body::from(subscription)).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let page = String::from_utf8(house.get("/metrics", &[]).await.body).unwrap();
    assert!(page.contains("turkistan_subscriptions 1"), "{page}");
    house.stop.now();
    let rest = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let last = house.get("/health/ready", &[]).await;
    assert_eq!((last.status, last.header("connection")), (StatusCode::SERVICE_UNAVAILABLE, "close"));
    assert_eq!(rest, "", "a stream that ends without `complete` broke off, and the client asks again");
    let page = String::from_utf8(house.get("/metrics", &[]).await.body).unwrap();
    assert!(page.contains("turkistan_subscriptions 0"), "{page}");
}

#[tokio::test]
async fn a_handshake_that_cannot_become_a_socket_is_refused_with_words() {
    type Header = (&'static str, &'static str);
    const WHOLE: [Header; 4] = [
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    async fn check(house: &House, headers: &[Header], status: u16, code: &str) {
        let answer = house.get("/graphql", headers).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{headers:?}");
    }
    let (unopened, ..) = closed().await;
    check(&unopened, &WHOLE, 503, "SUBGRAPH_UNAVAILABLE").await;
    let house = open().await;
    check(&house, &WHOLE[..1], 400, "BAD_USER_INPUT").await;
    check(&house, &WHOLE[..3], 400, "BAD_USER_INPUT").await;
    // A request that comes without a connection has nothing to upgrade.
    check(&house, &WHOLE, 426, "BAD_USER_INPUT").await;
    check(&house, &[&WHOLE[..], &[("origin", "https://evil.example")]].concat(), 403, "FORBIDDEN").await;
    check(&house, &[&WHOLE[..], &[("origin", FRIEND)]].concat(), 426, "BAD_USER_INPUT").await;
    house.stop.now();
    check(&house, &WHOLE, 503, "SUBGRAPH_UNAVAILABLE").await;
}
