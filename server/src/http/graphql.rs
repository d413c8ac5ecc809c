//! The life of one GraphQL request, stage by stage.

use std::{sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode, header::AUTHORIZATION, request::Parts},
    response::Response,
};
use federation::{GraphResponse, Prepared};
use kernel::{Actor, Code, Locale, OperationKind};

use super::{
    Edge, csrf, document,
    layers::RequestId,
    negotiate::{self, Accepted},
    rejection::Rejection,
    respond::{self, Audience, Timing},
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
    let mut asked = document::read(&edge.load, parts, body).await?;
    if accepted.stream {
        stream::resume(&mut asked, &parts.headers);
    }
    let who = who.ok_or_else(|| Rejection::general(StatusCode::UNAUTHORIZED, Code::Unauthenticated))?;
    let served = edge.served.get().ok_or_else(starting)?;
    let request = context(edge, parts, who.actor, locale);

    let planning = Instant::now();
    let prepared = match served.graph.prepare(asked, &request) {
        Ok(prepared) => prepared,
        Err(refused) => return Ok(refuse(&refused, accepted, locale, planning)),
    };
    let plan = planning.elapsed();
    permit(prepared.kind(), &parts.method, accepted)?;

    let carried = Carried::of(&prepared);
    let _turn = edge.load.turn(carried.cost).await?;
    let executing = Instant::now();
    let mut response = match accepted.media.filter(|_| carried.kind != OperationKind::Subscription) {
        Some(media) => {
            let response = prepared.execute(&request).await;
            let timing = Timing { plan, execute: executing.elapsed() };
            respond::answer(&response, media, locale, timing, audience(&prepared, parts, &request))
        }
        None => stream::events(edge, prepared.subscribe(&request), &request, who.until).await?,
    };
    response.extensions_mut().insert(carried);
    Ok(response)
}

/// What the subgraphs are told of a request.
pub(super) fn context(edge: &Edge, parts: &Parts, actor: Actor, locale: Locale) -> Arc<kernel::Request> {
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
        Some(media) => respond::answer(refused, media, locale, Timing { plan: planning.elapsed(), ..Timing::default() }, Audience::Asker),
        None => stream::single(refused, locale),
    }
}

/// A trusted document that is asked for with GET and without a token gives the same answer to everybody who asks so. What is passed on to
/// subgraphs may tell them who asks.
fn audience<'a>(prepared: &Prepared, parts: &'a Parts, request: &kernel::Request) -> Audience<'a> {
    if !prepared.is_for_everybody() || !request.forwarded.is_empty() {
        return Audience::Asker;
    }
    let anonymous = request.actor == Actor::Anonymous && !parts.headers.contains_key(AUTHORIZATION);
    let kept = parts.method == Method::GET && anonymous && prepared.trusted().is_some();
    if kept { Audience::Keepers(&parts.headers) } else { Audience::Everybody }
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
