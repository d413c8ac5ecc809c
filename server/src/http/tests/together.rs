//! A gateway runs queries that are the same together; a city does not.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use federation::{Federation, Policy};
use futures_util::{
    StreamExt,
    future::join_all,
    stream::{BoxStream, empty},
};
use kernel::{Answer, Call, OperationKind, Subgraph, SystemClock};
use serde_json::json;
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::super::{Edge, Served, gateway_routes};
use crate::{faces::Faces, stop::Stop};

/// A subgraph that answers a query when it is let, and counts how often it is asked.
struct Slow {
    asked: AtomicUsize,
    may_answer: Semaphore,
}

#[async_trait]
impl Subgraph for Slow {
    fn name(&self) -> &str {
        "slow"
    }

    fn sdl(&self) -> &str {
        "type Query { asked: Int } type Mutation { change: Int }"
    }

    async fn execute(&self, call: Call<'_>) -> Answer {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        if call.operation.kind == OperationKind::Mutation {
            return Answer { data: json!({ "change": asked }).into(), faults: Vec::new() };
        }
        self.may_answer.acquire().await.expect("it is never closed").forget();
        Answer { data: json!({ "asked": asked }).into(), faults: Vec::new() }
    }

    async fn subscribe(&self, _: Call<'_>) -> BoxStream<'static, Answer> {
        empty().boxed()
    }
}

fn gateway() -> (Router, Arc<Slow>) {
    let slow = Arc::new(Slow { asked: AtomicUsize::new(0), may_answer: Semaphore::new(0) });
    let graph = Federation::new(vec![Arc::clone(&slow) as Arc<dyn Subgraph>], Policy::default()).expect("the graph is valid");
    let forwarded = vec!["authorization".to_owned()];
    let edge = Edge::new(None, forwarded, Vec::new(), Vec::new(), Arc::new(SystemClock), Arc::new(kernel::system_rng()), Stop::new().1);
    edge.open(Served { graph, house: None, faces: Faces::default(), files: None, bot_secret: None });
    (gateway_routes(&edge), slow)
}

async fn ask(routes: &Router, body: &'static str, headers: &[(&'static str, &'static str)]) -> String {
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = routes.clone().oneshot(request.body(Body::from(body)).expect("a request")).await.expect("it cannot fail");
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.expect("a body").to_vec()).expect("text")
}

const QUERY: &str = r#"{"query":"{ asked }"}"#;

#[tokio::test]
async fn queries_that_are_the_same_are_run_once_and_others_by_themselves() {
    let (routes, slow) = gateway();
    let english: &[(&str, &str)] = &[("accept-language", "en")];
    let askers: [(&str, &[(&str, &str)]); 6] = [
        (QUERY, &[]),
        (QUERY, &[("x-request-id", "another"), ("cookie", "theme=dark")]),
        (QUERY, english),
        (QUERY, &[("authorization", "Bearer one")]),
        (QUERY, &[("authorization", "Bearer two")]),
        (QUERY, &[("accept", "application/graphql-response+json")]),
    ];
    let all = askers.len();
    let asking = join_all(askers.map(|(body, headers)| ask(&routes, body, headers)));
    let (answers, ()) = tokio::join!(asking, async { slow.may_answer.add_permits(all) });
    let distinct: std::collections::BTreeSet<_> = answers.iter().collect();
    assert_eq!((slow.asked.load(Ordering::SeqCst), distinct.len()), (5, 5), "{answers:?}");
    assert_eq!(answers[0], answers[1]);
    assert_eq!(ask(&routes, QUERY, &[]).await, r#"{"data":{"asked":6}}"#, "what has been answered is not kept");
}

#[tokio::test]
async fn who_went_away_leaves_the_others_their_answer() {
    let (routes, slow) = gateway();
    let mut first = Box::pin(ask(&routes, QUERY, &[]));
    let second = ask(&routes, QUERY, &[]);
    assert!(futures_util::poll!(&mut first).is_pending());
    let mut second = Box::pin(second);
    assert!(futures_util::poll!(&mut second).is_pending());
    drop(first);
    slow.may_answer.add_permits(1);
    assert_eq!(second.await, r#"{"data":{"asked":1}}"#);
}

#[tokio::test]
async fn what_is_asked_after_a_change_is_not_answered_from_before_it() {
    let (routes, slow) = gateway();
    let mut before = Box::pin(ask(&routes, QUERY, &[]));
    assert!(futures_util::poll!(&mut before).is_pending());
    assert_eq!(ask(&routes, r#"{"query":"mutation { change }"}"#, &[]).await, r#"{"data":{"change":2}}"#);
    slow.may_answer.add_permits(2);
    let (before, after) = tokio::join!(before, ask(&routes, QUERY, &[]));
    assert_eq!((before.as_str(), after.as_str()), (r#"{"data":{"asked":1}}"#, r#"{"data":{"asked":3}}"#));
}
