//! The life of one GraphQL request, stage by stage.

use std::{sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode, request::Parts},
    response::Response,
};
use chrono::{DateTime, Utc};
use federation::{GraphResponse, Prepared};
use kernel::{Actor, Code, Locale, OperationKind};

use super::{
    Edge, csrf, document,
    flights::{self, Same},
    layers::RequestId,
    negotiate::{self, Accepted},
    rejection::Rejection,
    respond::{self, Timing},
    socket, stream,
};
use crate::{identity::Identified, telemetry::traces};

/// What was carried out, for the log and the metrics.
#[derive(Clone)]
pub(crate) struct Carried {
    /// Query, mutation or subscription.
    pub(crate) kind: OperationKind,
    /// The operation's name.
    pub(crate) name: Option<String>,
    /// Whether it is of a trusted document, so that its name is one of few.
    pub(crate) listed: bool,
    /// What it was estimated to cost.
    pub(crate) cost: u64,
}

impl Carried {
    /// What is known of an operation that is about to be carried out.
    pub(crate) fn of(prepared: &Prepared) -> Carried {
        let trusted = prepared.trusted();
        let name = prepared.name().or_else(|| trusted.map(|document| document.id())).map(str::to_owned);
        Carried { kind: prepared.kind(), name, listed: trusted.is_some(), cost: prepared.cost() }
    }

    /// The name for metrics, whose labels are bounded.
    pub(crate) fn label(&self) -> Option<&str> {
        self.name.as_deref().filter(|_| self.listed)
    }

    /// The kind in the words of the specification.
    pub(crate) fn word(&self) -> &'static str {
        match self.kind {
            OperationKind::Query => "query",
            OperationKind::Mutation => "mutation",
            OperationKind::Subscription => "subscription",
        }
    }
}

/// Answers a GraphQL request.
pub(crate) async fn answer(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (identified, locale) = edge.asker(&parts.headers);
    let answered = if socket::is_asked_for(&parts.headers) {
        socket::open(&edge, parts).await
    } else {
        carry(&edge, &parts, body, identified, locale).await
    };
    answered.unwrap_or_else(|rejection| respond::reject(&rejection, locale))
}

async fn carry(edge: &Arc<Edge>, parts: &Parts, body: Body, who: Option<Identified>, locale: Locale) -> Result<Response, Rejection> {
    negotiate::method(&parts.method)?;
    let accepted = negotiate::accepted(&parts.headers)?;
    csrf::check(&parts.method, &parts.headers)?;
    let received = document::receive(&edge.load, parts, body).await?;
    let who = who.ok_or_else(|| Rejection::general(StatusCode::UNAUTHORIZED, Code::Unauthenticated))?;
    let served = edge.served.get().ok_or_else(starting)?;
    let same = Same::of(edge, served, parts, &received, (accepted.media, locale));
    if let Some(flight) = same.as_ref().and_then(|same| edge.flights.find(same)) {
        let started = Instant::now();
        let landed = flight.await;
        let outcome = landed.as_ref().as_ref().map_err(Rejection::clone)?;
        outcome.count_use();
        edge.metrics.count_joined();
        return Ok(outcome.to(parts, locale, Timing { execute: started.elapsed(), ..Timing::default() }));
    }

    let mut asked = received.read(parts)?;
    drop(received);
    if accepted.stream {
        stream::resume(&mut asked, &parts.headers);
    }
    let request = context(edge, parts, who.actor, locale);
    let planning = Instant::now();
    let prepared = match served.graph.prepare(asked, &request) {
        Ok(prepared) => prepared,
        Err(refused) => return Ok(refuse(&refused, accepted, locale, planning)),
    };
    let plan = planning.elapsed();
    let kind = prepared.kind();
    permit(kind, &parts.method, accepted)?;

    let Some(media) = accepted.media.filter(|_| kind != OperationKind::Subscription) else {
        return listen(edge, prepared, &request, who.until).await;
    };
    let started = Instant::now();
    let run = flights::run(Arc::clone(edge), prepared, request, media);
    let landed = match same.filter(|_| kind == OperationKind::Query) {
        Some(same) => edge.flights.join(same, run).await,
        None => Arc::new(run.await),
    };
    let outcome = landed.as_ref().as_ref().map_err(Rejection::clone)?;
    Ok(outcome.to(parts, locale, Timing { plan, execute: started.elapsed() }))
}

/// Answers with a stream.
async fn listen(
    edge: &Edge,
    prepared: Prepared,
    request: &Arc<kernel::Request>,
    until: Option<DateTime<Utc>>,
) -> Result<Response, Rejection> {
    let carried = Carried::of(&prepared);
    let _turn = edge.load.turn(carried.cost).await?;
    let mut response = stream::events(edge, prepared.subscribe(request), request, until).await?;
    response.extensions_mut().insert(carried);
    Ok(response)
}

/// What the subgraphs are told of a request.
pub(crate) fn context(edge: &Edge, parts: &Parts, actor: Actor, locale: Locale) -> Arc<kernel::Request> {
    let id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let mut request = kernel::Request::new(actor, locale, id, edge.clock.now());
    request.forwarded = edge.forwarded(&parts.headers);
    request.trace = traces::received(&parts.headers).map(Arc::new);
    Arc::new(request)
}

/// The graph is not there yet.
pub(crate) fn starting() -> Rejection {
    Rejection::new(StatusCode::SERVICE_UNAVAILABLE, Code::SubgraphUnavailable, "edge-starting", &[])
}

/// An operation that was not executed. A client that takes only a stream cannot read an answer beside it, so it reads the refusal there.
fn refuse(refused: &GraphResponse, accepted: Accepted, locale: Locale, planning: Instant) -> Response {
    match accepted.media {
        Some(media) => respond::answer(refused, media, locale, Timing { plan: planning.elapsed(), ..Timing::default() }),
        None => stream::single(refused, locale),
    }
}

/// A GET changes nothing, and a subscription needs a client that takes a stream.
pub(super) fn permit(kind: OperationKind, method: &Method, accepted: Accepted) -> Result<(), Rejection> {
    match kind {
        OperationKind::Mutation if *method == Method::GET => {
            Err(Rejection::new(StatusCode::METHOD_NOT_ALLOWED, Code::BadUserInput, "edge-get-query", &[]))
        }
        OperationKind::Subscription if !accepted.stream => {
            Err(Rejection::new(StatusCode::NOT_ACCEPTABLE, Code::BadUserInput, "edge-stream", &[]))
        }
        _ => Ok(()),
    }
}
