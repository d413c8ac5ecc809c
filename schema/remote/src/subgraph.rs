//! A GraphQL subgraph behind HTTP.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};
use hyper::{StatusCode, body::Bytes};
use kernel::{Answer, Call, Code, Fields, Operation, OperationKind, Request, Result, Subgraph};
use serde_json::Value;

use crate::{
    along::Headers,
    answer::{Body, unavailable},
    events,
    exchange::{EVENTS, Failure, Target},
    flights::Flights,
    settings::Settings,
    way::Way,
};

/// A GraphQL subgraph behind HTTP (GraphQL over HTTP for calls, graphql-sse for subscriptions).
pub struct Remote {
    way: Arc<Way>,
    flights: Flights<Key, Option<Body>>,
}

/// What makes two calls the same: the body, and the client's headers that go with it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    body: Bytes,
    headers: Headers,
}

/// A subgraph's operation as it goes over the wire without variables.
struct Alone(Bytes);

/// What the representations of some entities take.
const VARIABLES_BYTES_USUAL: usize = 1024;

impl Remote {
    /// # Errors
    /// When the settings hold no address.
    pub fn new(name: impl Into<Arc<str>>, settings: Settings) -> Result<Remote> {
        Ok(Remote { way: Arc::new(Way::new(name.into(), settings)?), flights: Flights::default() })
    }

    fn conclude(&self, body: Option<Body>, request: &Request) -> Answer {
        match body {
            Some(body) => body.answer(&self.way.name, request, self.way.settings.show_errors),
            None => unavailable(Code::SubgraphUnavailable, request),
        }
    }
}

fn body(operation: &Operation, variables: &Fields) -> Bytes {
    let alone = operation.prepared(|text| Alone(format!("{{\"query\":{}}}", Value::String(text.to_owned())).into()));
    let alone = alone.map(|alone| alone.0.clone()).unwrap_or_default();
    if variables.is_empty() {
        return alone;
    }
    let head = alone.strip_suffix(b"}").unwrap_or_default();
    let mut body = Vec::with_capacity(head.len() + VARIABLES_BYTES_USUAL);
    body.extend_from_slice(head);
    body.extend_from_slice(b",\"variables\":");
    // Writing JSON into memory does not fail.
    drop(serde_json::to_writer(&mut body, variables));
    body.push(b'}');
    body.into()
}

fn read(status: StatusCode, bytes: &Bytes) -> Result<Body, Failure> {
    Body::read(bytes).ok_or_else(|| Failure::Lasting(format!("answered {status} and no GraphQL response")))
}

#[async_trait]
impl Subgraph for Remote {
    fn name(&self) -> &str {
        &self.way.name
    }

    fn sdl(&self) -> &str {
        // The supergraph that names it holds its schema.
        ""
    }

    async fn execute(&self, call: Call<'_>) -> Answer {
        let (body, along) = (body(call.operation, &call.variables), self.way.along(call.request));
        if call.operation.kind != OperationKind::Query {
            let body = self.way.call(Target::post(body), &along, false, read).await;
            self.flights.close();
            return self.conclude(body, call.request);
        }
        let way = Arc::clone(&self.way);
        let key = Key { body: body.clone(), headers: Arc::clone(&along.headers) };
        let flight = self.flights.join(key, async move { way.call(Target::post(body), &along, true, read).await });
        // Whoever flew alone need not copy.
        let body = Arc::try_unwrap(flight.await).unwrap_or_else(|shared| (*shared).clone());
        self.conclude(body, call.request)
    }

    async fn subscribe(&self, call: Call<'_>) -> BoxStream<'static, Answer> {
        let (body, along) = (body(call.operation, &call.variables), self.way.along(call.request));
        let (request, settings) = (Arc::clone(call.request), &self.way.settings);
        match self.way.begin(Target::post(body), &along, EVENTS).await {
            Some(response) => {
                events::read(response, settings.response_bytes_max, settings.show_errors, Arc::clone(&self.way.name), request)
            }
            None => stream::once(async move { unavailable(Code::SubgraphUnavailable, &request) }).boxed(),
        }
    }
}
