//! The life of one GraphQL request, stage by stage.

use std::{sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode, request::Parts},
    response::Response,
};
use federation::GraphResponse;
use kernel::{Actor, Code, Locale, OperationKind};

use super::{
    Edge, csrf, document,
    layers::RequestId,
    negotiate::{self, Accepted},
    rejection::Rejection,
    respond::{self, Timing},
    socket, stream,
};
use crate::identity::{Identified, identify};

/// What was carried out, for the log and the metrics.
#[derive(Clone)]
pub(crate) struct Carried {
    /// Query, mutation or subscription.
    pub(crate) kind: OperationKind,
    /// The operation's name.
    pub(crate) name: Option<String>,
}

impl Carried {
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
    let identified = identify(edge.issuer.as_deref(), &parts.headers);
    let locale = negotiate::locale(&parts.headers, identified.as_ref().map_or(&Actor::Anonymous, |identified| &identified.actor));
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
    let mut asked = document::read(parts, body).await?;
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

    let carried = Carried { kind: prepared.kind(), name: prepared.name().map(str::to_owned) };
    let executing = Instant::now();
    let mut response = match accepted.media.filter(|_| carried.kind != OperationKind::Subscription) {
        Some(media) => {
            let response = prepared.execute(&request).await;
            respond::answer(&response, media, locale, Timing { plan, execute: executing.elapsed() })
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
