//! A remote subgraph against a server that answers as it is told, well or badly.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{StreamExt, future::join_all};
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Bytes, body::Incoming, header::CONTENT_TYPE, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use kernel::{Actor, Answer, Call, Code, Fields, Locale, Operation, OperationKind, Subgraph};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{Breaker, Remote, Settings};

/// What the server does with one request.
#[derive(Clone)]
pub(crate) enum Act {
    /// Answers with a status, a content type and a body.
    Say(u16, &'static str, String),
    /// Leads elsewhere.
    Redirect,
    /// Says nothing.
    Hang,
}

/// A server that plays its acts one after another and then repeats the last, and remembers what it was sent.
pub(crate) struct Stage {
    pub(crate) url: String,
    pub(crate) heard: Arc<Mutex<Vec<Heard>>>,
}

/// What the server was sent.
pub(crate) struct Heard {
    /// Method, path and query.
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Stage {
    pub(crate) async fn new(acts: Vec<Act>) -> Stage {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let heard: Arc<Mutex<Vec<_>>> = Arc::default();
        let kept = Arc::clone(&heard);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acts, heard) = (acts.clone(), Arc::clone(&kept));
                let service = service_fn(move |request| play(request, acts.clone(), Arc::clone(&heard)));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Stage { url, heard }
    }

    pub(crate) fn calls(&self) -> usize {
        self.heard.lock().unwrap().len()
    }
}

async fn play(request: Request<Incoming>, acts: Vec<Act>, heard: Arc<Mutex<Vec<Heard>>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let headers = request.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let line = format!("{} {}", request.method(), request.uri());
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let turn = {
        let mut heard = heard.lock().unwrap();
        heard.push(Heard { line, headers, body: serde_json::from_slice(&body).unwrap_or_default() });
        heard.len() - 1
    };
    match acts[turn.min(acts.len() - 1)].clone() {
        Act::Say(status, media, body) => {
            Ok(Response::builder().status(status).header(CONTENT_TYPE, media).body(Full::new(body.into())).unwrap())
        }
        Act::Redirect => Ok(Response::builder().status(307).header("location", "http://169.254.169.254/").body(Full::default()).unwrap()),
        Act::Hang => std::future::pending().await,
    }
}

pub(crate) fn json(body: &Value) -> Act {
    Act::Say(200, "application/json", body.to_string())
}

fn data() -> Act {
    json(&json!({ "data": { "a": 1 } }))
}

pub(crate) fn settings(stage: &Stage) -> Settings {
    Settings { timeout: Duration::from_millis(300), ..Settings::new(stage.url.clone()) }
}

pub(crate) fn request() -> Arc<kernel::Request> {
    let mut request = kernel::Request::new(Actor::Anonymous, Locale::En, "test", chrono::DateTime::UNIX_EPOCH);
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    request.forwarded = Arc::from([header("accept-language", "kk"), header("cookie", "secret")]);
    Arc::new(request)
}

async fn ask(remote: &Remote, kind: OperationKind) -> Answer {
    let operation = Arc::new(Operation::new(kind, "{ a }".to_owned()));
    let variables = Fields::from_iter([("x", "ә".into())]);
    remote.execute(Call { operation: &operation, variables, request: &request() }).await
}

#[tokio::test]
async fn a_call_says_what_is_asked_and_passes_on_only_what_the_list_allows() {
    let stage = Stage::new(vec![data()]).await;
    let fixed_headers = vec![("x-service-token".to_owned(), "t".to_owned())];
    let remote = Remote::new("a", Settings { fixed_headers, ..settings(&stage) }).unwrap();
    assert_eq!(ask(&remote, OperationKind::Query).await.data, json!({ "a": 1 }));
    let heard = stage.heard.lock().unwrap();
    let Heard { headers, body, .. } = &heard[0];
    assert_eq!(*body, json!({ "query": "{ a }", "variables": { "x": "ә" } }));
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!((header("accept-language"), header("cookie"), header("x-service-token")), (Some("kk"), None, Some("t")));
}

#[tokio::test]
async fn what_a_subgraph_does_wrong_costs_its_own_fields_and_is_tried_again_when_that_may_help() {
    async fn check(name: &str, kind: OperationKind, acts: Vec<Act>, calls: usize, expected: Option<Code>) {
        let stage = Stage::new(acts).await;
        let answer = ask(&Remote::new("a", Settings { response_bytes_max: 1000, ..settings(&stage) }).unwrap(), kind).await;
        let codes: Vec<_> = answer.faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, expected.into_iter().collect::<Vec<_>>(), "{name}");
        assert_eq!(answer.data.is_null(), expected.is_some(), "{name}");
        assert_eq!(stage.calls(), calls, "{name}");
    }
    let away = Some(Code::SubgraphUnavailable);
    let say = |status, media, body: &str| Act::Say(status, media, body.to_owned());
    let (query, mutation) = (OperationKind::Query, OperationKind::Mutation);
    check("an answer", query, vec![data()], 1, None).await;
    check("an answer with a status of its own", query, vec![say(203, "application/json", "{\"data\":{}}")], 1, None).await;
    check("away for a moment", query, vec![say(503, "text/plain", ""), data()], 2, None).await;
    check("away", query, vec![say(502, "text/plain", "")], 2, away).await;
    check("a mutation is never sent twice", mutation, vec![say(503, "text/plain", ""), data()], 1, away).await;
    check("a page", query, vec![say(200, "text/html", "<html>")], 1, away).await;
    check("an error of HTTP", query, vec![say(500, "text/plain", "no")], 1, away).await;
    check("another shape", query, vec![say(200, "application/json", "{\"data\":[]}")], 1, away).await;
    check("no shape", query, vec![say(200, "application/json", "[]")], 1, away).await;
    check("half an answer", query, vec![say(200, "application/json", "{\"data\":{\"a\":")], 1, away).await;
    check("too long", query, vec![json(&json!({ "data": { "a": "x".repeat(2000) } }))], 1, away).await;
    check("leads elsewhere", query, vec![Act::Redirect], 1, away).await;
    check("says nothing", query, vec![Act::Hang], 1, away).await;
}

#[tokio::test]
async fn where_nobody_listens_the_subgraph_is_unavailable() {
    let stage = Stage { url: "http://127.0.0.1:1/".to_owned(), heard: Arc::default() };
    let answer = ask(&Remote::new("a", settings(&stage)).unwrap(), OperationKind::Query).await;
    assert_eq!(answer.faults[0].code, Code::SubgraphUnavailable);
}

#[tokio::test]
async fn an_errors_own_words_are_shown_when_its_code_is_known_or_the_settings_say_so() {
    async fn check(code: &str, show_errors: bool, expected: (Code, &str)) {
        let error = json!({ "message": "own words", "path": ["a", 0], "extensions": { "code": code } });
        let stage = Stage::new(vec![json(&json!({ "data": { "a": null }, "errors": [error] }))]).await;
        let answer = ask(&Remote::new("a", Settings { show_errors, ..settings(&stage) }).unwrap(), OperationKind::Query).await;
        assert_eq!((answer.faults[0].code, answer.faults[0].message.as_str()), expected, "{code}");
        assert_eq!(answer.faults[0].path.len(), 2);
        assert_eq!(answer.data, json!({ "a": null }));
    }
    let general = Code::SubgraphUnavailable.text();
    check("NOT_FOUND", false, (Code::NotFound, "own words")).await;
    check("INTERNAL", false, (Code::SubgraphUnavailable, &general.en)).await;
    check("SQL_ERROR", false, (Code::SubgraphUnavailable, &general.en)).await;
    check("SQL_ERROR", true, (Code::SubgraphUnavailable, "own words")).await;
}

#[tokio::test]
async fn the_same_query_at_the_same_time_is_one_call_and_the_same_mutation_is_not() {
    let stage = Stage::new(vec![data()]).await;
    let remote = Remote::new("a", settings(&stage)).unwrap();
    for answer in join_all((0..10).map(|_| ask(&remote, OperationKind::Query))).await {
        assert_eq!(answer.data, json!({ "a": 1 }));
    }
    assert_eq!(stage.calls(), 1);
    ask(&remote, OperationKind::Query).await;
    assert_eq!(stage.calls(), 2, "what has landed is not kept");
    join_all((0..3).map(|_| ask(&remote, OperationKind::Mutation))).await;
    assert_eq!(stage.calls(), 5);
}

#[tokio::test]
async fn a_query_after_a_mutation_is_not_answered_from_before_it() {
    let stage = Stage::new(vec![data()]).await;
    let remote = Remote::new("a", settings(&stage)).unwrap();
    let mut before = Box::pin(ask(&remote, OperationKind::Query));
    assert!(futures_util::poll!(&mut before).is_pending());
    ask(&remote, OperationKind::Mutation).await;
    join_all([before, Box::pin(ask(&remote, OperationKind::Query))]).await;
    assert_eq!(stage.calls(), 3);
}

#[tokio::test]
async fn a_subgraph_that_fails_again_and_again_is_left_in_peace() {
    let stage = Stage::new(vec![Act::Say(500, "text/plain", String::new())]).await;
    let breaker = Breaker { failures_max: 3, pause: Duration::from_secs(60) };
    let remote = Remote::new("a", Settings { breaker, ..settings(&stage) }).unwrap();
    for _ in 0..10 {
        assert_eq!(ask(&remote, OperationKind::Query).await.faults[0].code, Code::SubgraphUnavailable);
    }
    assert_eq!(stage.calls(), 3);
}

#[tokio::test]
async fn a_subscription_ends_as_the_subgraph_ends_it() {
    async fn check(media: &'static str, body: &str, expected: &[Result<i64, Code>]) {
        let stage = Stage::new(vec![Act::Say(200, media, body.to_owned())]).await;
        let operation = Arc::new(Operation::new(OperationKind::Subscription, "subscription { a }".to_owned()));
        let remote = Remote::new("a", Settings { response_bytes_max: 100, ..settings(&stage) }).unwrap();
        let events = remote.subscribe(Call { operation: &operation, variables: Fields::new(), request: &request() }).await;
        let read = |answer: Answer| answer.faults.first().map_or_else(|| Ok(answer.data["a"].as_i64().unwrap()), |fault| Err(fault.code));
        assert_eq!(events.map(read).collect::<Vec<_>>().await, expected, "{body}");
    }
    const EVENTS: &str = "text/event-stream";
    let away = Err(Code::SubgraphUnavailable);
    let next = |n: i64| format!("event: next\ndata: {{\"data\":\ndata: {{\"a\":{n}}}}}\n\n");
    check(EVENTS, &format!(":\n\n{}{}event: complete\ndata:\n\n", next(1), next(2)), &[Ok(1), Ok(2)]).await;
    check(EVENTS, &format!("{}event: complete\r\ndata:\r\n\r\n", next(1).replace('\n', "\r\n")), &[Ok(1)]).await;
    check(EVENTS, &next(1), &[Ok(1), away]).await;
    check(EVENTS, &format!("event: next\ndata: {}", "x".repeat(200)), &[away]).await;
    let refused = json!({ "errors": [{ "message": "no", "extensions": { "code": "FORBIDDEN" } }] }).to_string();
    check("application/json", &refused, &[Err(Code::Forbidden)]).await;
}

#[test]
fn an_address_that_is_none_is_refused_at_the_start() {
    for (url, accepted) in [
        ("http://127.0.0.1:4001/graphql", true),
        ("https://city.example/graphql", true),
        ("", false),
        ("/graphql", false),
        ("ftp://city.example", false),
        ("file:///etc/passwd", false),
    ] {
        assert_eq!(Remote::new("a", Settings::new(url)).is_ok(), accepted, "{url}");
    }
}
