//! A GraphQL subgraph behind HTTP.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};
use hyper::body::Bytes;
use kernel::{Answer, Call, Code, Operation, OperationKind, Request, Result, Subgraph};
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::{
    answer::{Body, unavailable},
    breaker::Breaker,
    events,
    exchange::{EVENTS, Exchange, Failure, JSON, Target},
    flights::{Flights, Key},
    settings::Settings,
};

/// Names and values.
pub(crate) type Headers = Arc<[(String, String)]>;

/// A GraphQL subgraph behind HTTP (GraphQL over HTTP for calls, graphql-sse for subscriptions).
pub struct Remote {
    name: Arc<str>,
    way: Arc<Way>,
    flights: Flights<Outcome>,
}

/// What is needed to call it, also after the caller went away.
struct Way {
    exchange: Exchange,
    breaker: Breaker,
    settings: Settings,
}

/// What a call brought: a response, or the code that tells why there is none.
type Outcome = Result<Body, Code>;

/// A subgraph's operation as it goes over the wire, but for the variables.
struct Head(Vec<u8>);

impl Remote {
    /// # Errors
    /// When the settings hold no address.
    pub fn new(name: impl Into<Arc<str>>, settings: Settings) -> Result<Remote> {
        let (exchange, breaker) = (Exchange::new(&settings)?, Breaker::new(settings.breaker));
        Ok(Remote { name: name.into(), way: Arc::new(Way { exchange, breaker, settings }), flights: Flights::new() })
    }

    /// What of the client's headers goes on to this subgraph.
    fn headers(&self, request: &Request) -> Headers {
        let is_allowed = |(name, _): &(String, String)| self.way.settings.headers.contains(name);
        if request.forwarded.iter().all(is_allowed) {
            return Arc::clone(&request.forwarded);
        }
        request.forwarded.iter().filter(|header| is_allowed(header)).cloned().collect()
    }

    fn conclude(&self, outcome: Outcome, request: &Request) -> Answer {
        match outcome {
            Ok(body) => body.answer(&self.name, request, self.way.settings.show_errors),
            Err(code) => unavailable(code, request),
        }
    }
}

fn body(operation: &Operation, variables: &Map<String, Value>) -> Bytes {
    let head = operation.prepared(|text| Head(format!("{{\"query\":{}", Value::String(text.to_owned())).into_bytes()));
    let mut body = head.map(|head| head.0.clone()).unwrap_or_default();
    if !variables.is_empty() {
        body.extend_from_slice(b",\"variables\":");
        // Writing JSON into memory does not fail.
        drop(serde_json::to_writer(&mut body, variables));
    }
    body.push(b'}');
    body.into()
}

impl Way {
    /// Makes a call: within the timeout, and again when a query was not answered.
    async fn call(&self, name: &str, body: Bytes, headers: &[(String, String)], tries: u32) -> Outcome {
        let Some(permit) = self.breaker.permit() else {
            tracing::debug!(subgraph = name, "not called: it failed too often");
            return Err(Code::SubgraphUnavailable);
        };
        match timeout(self.settings.timeout, self.try_often(body, headers, tries)).await {
            Ok(Ok(body)) => {
                permit.answered();
                Ok(body)
            }
            Ok(Err(failure)) => {
                tracing::warn!(subgraph = name, reason = failure.text(), "a subgraph does not answer");
                permit.failed();
                Err(Code::SubgraphUnavailable)
            }
            Err(_) => {
                tracing::warn!(subgraph = name, timeout = ?self.settings.timeout, "a subgraph does not answer in time");
                permit.failed();
                Err(Code::SubgraphUnavailable)
            }
        }
    }

    async fn try_often(&self, body: Bytes, headers: &[(String, String)], tries: u32) -> Result<Body, Failure> {
        let mut tried = 1;
        loop {
            match self.try_once(body.clone(), headers).await {
                Err(Failure::Passing(reason)) if tried < tries => {
                    tracing::debug!(reason, "a query is sent again");
                    tried += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_once(&self, body: Bytes, headers: &[(String, String)]) -> Result<Body, Failure> {
        let response = self.exchange.begin(Target::post(body), headers, JSON).await?;
        let (status, bytes) = self.exchange.read(response).await?;
        Body::read(&bytes).ok_or_else(|| Failure::Lasting(format!("answered {status} and no GraphQL response")))
    }
}

#[async_trait]
impl Subgraph for Remote {
    fn name(&self) -> &str {
        &self.name
    }

    fn sdl(&self) -> &str {
        // The supergraph that names it holds its schema.
        ""
    }

    async fn execute(&self, call: Call<'_>) -> Answer {
        let (body, headers) = (body(call.operation, &call.variables), self.headers(call.request));
        if call.operation.kind != OperationKind::Query {
            let outcome = self.way.call(&self.name, body, &headers, 1).await;
            return self.conclude(outcome, call.request);
        }
        let (way, name, tries) = (Arc::clone(&self.way), Arc::clone(&self.name), 1 + self.way.settings.retries_max);
        let key = Key { body: body.clone(), headers: Arc::clone(&headers) };
        let flight = self.flights.join(key, async move { way.call(&name, body, &headers, tries).await });
        // Whoever flew alone need not copy.
        let outcome = Arc::try_unwrap(flight.await).unwrap_or_else(|shared| (*shared).clone());
        self.conclude(outcome, call.request)
    }

    async fn subscribe(&self, call: Call<'_>) -> BoxStream<'static, Answer> {
        let (body, headers) = (body(call.operation, &call.variables), self.headers(call.request));
        let begun = timeout(self.way.settings.timeout, self.way.exchange.begin(Target::post(body), &headers, EVENTS)).await;
        let (name, request, settings) = (Arc::clone(&self.name), Arc::clone(call.request), &self.way.settings);
        match begun {
            Ok(Ok(response)) => events::read(response, settings.response_bytes_max, settings.show_errors, name, request),
            outcome => {
                tracing::warn!(subgraph = &*name, reason = ?outcome.err(), "a subgraph begins no subscription");
                stream::once(async move { unavailable(Code::SubgraphUnavailable, &request) }).boxed()
            }
        }
    }
}
