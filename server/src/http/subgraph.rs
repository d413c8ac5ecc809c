//! A room as a plain federation subgraph, for a router that stands in front of the rooms. The router shows a service token; whom it asks
//! for, it says with that person's own token, so that no router can claim to be somebody.

use std::sync::Arc;

use axum::{
    Extension,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, StatusCode, request::Parts},
    response::Response,
};
use kernel::{Code, Locale, OperationKind};

use super::{
    Edge, document,
    graphql::{context, permit, starting},
    negotiate,
    rejection::Rejection,
    respond::{self, Timing},
    stream,
};
use crate::identity::Identified;

/// The header of a router's own token.
const SERVICE_TOKEN: HeaderName = HeaderName::from_static("x-service-token");

/// The one room that a process serves.
#[derive(Clone)]
pub(crate) struct Door {
    /// The subgraph's name.
    pub(crate) name: String,
    /// Whether a service token is asked for.
    pub(crate) guarded: bool,
}

/// Answers for any subgraph, to whoever has a service token.
pub(crate) async fn answer_guarded(State(edge): State<Arc<Edge>>, Path(name): Path<String>, request: Request) -> Response {
    carry(&edge, &Door { name, guarded: true }, request).await
}

/// Answers for the one subgraph of this process.
pub(crate) async fn answer(State(edge): State<Arc<Edge>>, Extension(door): Extension<Door>, request: Request) -> Response {
    carry(&edge, &door, request).await
}

async fn carry(edge: &Arc<Edge>, door: &Door, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (identified, locale) = edge.asker(&parts.headers);
    let carried = execute(edge, door, &parts, body, identified, locale).await;
    carried.unwrap_or_else(|rejection| respond::reject(&rejection, locale))
}

async fn execute(
    edge: &Arc<Edge>,
    door: &Door,
    parts: &Parts,
    body: Body,
    who: Option<Identified>,
    locale: Locale,
) -> Result<Response, Rejection> {
    negotiate::method(&parts.method)?;
    let accepted = negotiate::accepted(&parts.headers)?;
    let unauthenticated = || Rejection::general(StatusCode::UNAUTHORIZED, Code::Unauthenticated);
    if door.guarded && !is_service(edge, &parts.headers) {
        return Err(unauthenticated());
    }
    let asked = document::receive(&edge.load, parts, body).await?.read(parts)?;
    let who = who.ok_or_else(unauthenticated)?;
    let served = edge.served.get().ok_or_else(starting)?;
    let request = context(edge, parts, who.actor, locale);
    let direct = served.graph.direct(&door.name, asked, locale).ok_or_else(|| Rejection::general(StatusCode::NOT_FOUND, Code::NotFound))?;
    let media = accepted.media.unwrap_or_default();
    let direct = match direct {
        Ok(direct) => direct,
        Err(refused) => return Ok(respond::answer(&refused, media, locale, Timing::default())),
    };
    permit(direct.kind(), &parts.method, accepted)?;
    match direct.kind() {
        OperationKind::Subscription => stream::events(edge, direct.subscribe(&request), &request, who.until).await,
        OperationKind::Query | OperationKind::Mutation => {
            let started = std::time::Instant::now();
            let response = direct.execute(&request).await;
            Ok(respond::answer(&response, media, locale, Timing { execute: started.elapsed(), ..Timing::default() }))
        }
    }
}

fn is_service(edge: &Edge, headers: &HeaderMap) -> bool {
    let token = headers.get(SERVICE_TOKEN).and_then(|value| value.to_str().ok());
    token.zip(edge.issuer.as_ref()).is_some_and(|(token, issuer)| issuer.is_service(token))
}
