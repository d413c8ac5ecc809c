//! Operations over a WebSocket, by the protocol graphql-transport-ws: queries and mutations as well as subscriptions, many on one
//! connection.

mod connection;
mod operations;
mod protocol;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, ws::WebSocketUpgrade},
    http::{HeaderMap, StatusCode, header::UPGRADE, request::Parts},
    response::{IntoResponse, Response},
};
use kernel::Code;
use tracing::Instrument;

use super::{Edge, connections::Place, csrf, layers::BODY_BYTES_MAX, rejection::Rejection};
use operations::Operations;
use protocol::Close;

/// How many sockets may be open at once.
pub(super) const SOCKETS_MAX: usize = 1_000;
/// What a socket reads and writes at once. The library's own measure would hold 256 KiB for each socket, idle or not.
const BUFFER_BYTES: usize = 4 * 1024;

/// Whether a request asks for a WebSocket (RFC 6455 §4.1).
pub(super) fn is_asked_for(headers: &HeaderMap) -> bool {
    headers.get(UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Opens a socket. Who the client is it says in its first message; a page of another site cannot say it, nor may it open one.
pub(super) async fn open(edge: &Arc<Edge>, mut parts: Parts) -> Result<Response, Rejection> {
    csrf::check_socket(&parts.headers, &edge.origins)?;
    if edge.stopping.is_now() {
        return Err(Rejection::general(StatusCode::SERVICE_UNAVAILABLE, Code::SubgraphUnavailable));
    }
    let graph = edge.graph().cloned().ok_or_else(super::graphql::starting)?;
    let place = Arc::clone(&edge.sockets).try_acquire_owned();
    let place = place.map_err(|_| Rejection::new(StatusCode::SERVICE_UNAVAILABLE, Code::RateLimited, "edge-busy", &[]))?;
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &())
        .await
        .map_err(|rejection| Rejection::new(rejection.into_response().status(), Code::BadUserInput, "edge-upgrade", &[]))?;

    let upgrade = upgrade.protocols([protocol::NAME]).max_message_size(BODY_BYTES_MAX).max_frame_size(BODY_BYTES_MAX);
    let upgrade = upgrade.read_buffer_size(BUFFER_BYTES).write_buffer_size(BUFFER_BYTES);
    let spoken = upgrade.selected_protocol().is_some();
    // The connection's place is kept, so that the server waits for the socket when it stops.
    let held = (place, parts.extensions.get::<Place>().cloned());
    let stopping = edge.stopping.clone();
    let operations = Operations::new(Arc::clone(edge), graph, &parts);
    let span = tracing::Span::current();
    let upgraded = upgrade.on_upgrade(move |socket| {
        async move {
            if spoken {
                connection::serve(socket, operations, stopping).await;
            } else {
                connection::refuse(socket, Close::SUBPROTOCOL).await;
            }
            drop(held);
        }
        .instrument(span)
    });
    Ok(upgraded)
}
