//! The words of graphql-transport-ws (github.com/enisdenjo/graphql-ws, PROTOCOL.md).

use std::borrow::Cow;

use axum::extract::ws::{CloseFrame, Message};
use federation::{GraphError, GraphResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::events::Event;

/// The subprotocol's name in the handshake.
pub(super) const NAME: &str = "graphql-transport-ws";

/// An operation's id is no longer than this: it comes back in the reason of a closing, which has 123 bytes (RFC 6455 §5.5).
const ID_BYTES_MAX: usize = 64;

/// What a client says.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientMessage {
    /// Who it is; before everything else.
    ConnectionInit {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    /// Whether anybody is here.
    Ping {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    /// The answer to a ping, or a sign of life.
    Pong {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    /// Carry this operation out.
    Subscribe { id: String, payload: Map<String, Value> },
    /// The client wants no more of this operation.
    Complete { id: String },
}

impl ClientMessage {
    /// Reads a message; what the protocol does not know closes the socket.
    pub(super) fn read(text: &str) -> Result<ClientMessage, Close> {
        let message = serde_json::from_str(text).map_err(|_| Close::INVALID)?;
        let fits = match &message {
            ClientMessage::Subscribe { id, payload } => is_id(id) && is_operation(payload),
            ClientMessage::Complete { id } => is_id(id),
            ClientMessage::ConnectionInit { .. } | ClientMessage::Ping { .. } | ClientMessage::Pong { .. } => true,
        };
        if fits { Ok(message) } else { Err(Close::INVALID) }
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= ID_BYTES_MAX
}

/// A document, or what stands for one, with parameters of the right types.
fn is_operation(payload: &Map<String, Value>) -> bool {
    let given = |name: &str| payload.get(name).filter(|value| !value.is_null());
    let fits = |name, is_it: fn(&Value) -> bool| given(name).is_none_or(is_it);
    fits("query", Value::is_string)
        && fits("operationName", Value::is_string)
        && fits("variables", Value::is_object)
        && fits("extensions", Value::is_object)
        && ["query", "documentId", "extensions"].into_iter().any(|name| given(name).is_some())
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ServerMessage<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
    },
    Next {
        id: &'a str,
        payload: &'a GraphResponse,
    },
    Error {
        id: &'a str,
        payload: &'a [GraphError],
    },
    Complete {
        id: &'a str,
    },
}

impl ServerMessage<'_> {
    fn write(&self) -> Message {
        Message::Text(serde_json::to_string(self).unwrap_or_default().into())
    }
}

/// The client is known, and may begin.
pub(super) fn acknowledged() -> Message {
    ServerMessage::ConnectionAck.write()
}

/// Somebody is here.
pub(super) fn pong(payload: Option<Map<String, Value>>) -> Message {
    ServerMessage::Pong { payload }.write()
}

/// What happened to an operation.
pub(super) fn event(id: &str, event: &Event) -> Message {
    match event {
        Event::Next(payload) => ServerMessage::Next { id, payload },
        Event::Failed(payload) => ServerMessage::Error { id, payload },
        Event::Complete => ServerMessage::Complete { id },
    }
    .write()
}

/// Why the server closes a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    code: u16,
    reason: Cow<'static, str>,
}

impl Close {
    /// The server stops (RFC 6455 §7.4.1); the client asks again.
    pub(super) const GOING_AWAY: Close = Close::new(1001, "Going away");
    /// The message is not one of the protocol, or too large.
    pub(super) const INVALID: Close = Close::new(4400, "Invalid message");
    /// An operation before the acknowledgement.
    pub(super) const UNAUTHORIZED: Close = Close::new(4401, "Unauthorized");
    /// The token is not valid, or not any more.
    pub(super) const FORBIDDEN: Close = Close::new(4403, "Forbidden");
    /// The client offered other protocols.
    pub(super) const SUBPROTOCOL: Close = Close::new(4406, "Subprotocol not acceptable");
    /// The client did not say who it is.
    pub(super) const INIT_LATE: Close = Close::new(4408, "Connection initialisation timeout");
    /// The client said twice who it is.
    pub(super) const INIT_AGAIN: Close = Close::new(4429, "Too many initialisation requests");

    const fn new(code: u16, reason: &'static str) -> Close {
        Close { code, reason: Cow::Borrowed(reason) }
    }

    /// Two operations under one id.
    pub(super) fn duplicate(id: &str) -> Close {
        Close { code: 4409, reason: Cow::Owned(format!("Subscriber for {id} already exists")) }
    }

    /// The closing as a frame.
    pub(super) fn frame(self) -> Message {
        Message::Close(Some(CloseFrame { code: self.code, reason: self.reason.as_ref().into() }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_messages_of_the_protocol_are_read() {
        let subscribe = |payload: Value| json!({ "type": "subscribe", "id": "1", "payload": payload });
        for good in [
            json!({ "type": "connection_init" }),
            json!({ "type": "connection_init", "payload": null }),
            json!({ "type": "connection_init", "payload": { "authorization": "Bearer x", "deep": [{}] } }),
            json!({ "type": "ping" }),
            json!({ "type": "pong", "payload": { "a": 1 } }),
            json!({ "type": "complete", "id": "1" }),
            subscribe(json!({ "query": "{ a }" })),
            subscribe(json!({ "query": "{ a }", "operationName": null, "variables": null, "extensions": null, "unknown": 1 })),
            subscribe(json!({ "documentId": "sha256:x" })),
            subscribe(json!({ "query": null, "extensions": { "persistedQuery": {} } })),
        ] {
            assert!(ClientMessage::read(&good.to_string()).is_ok(), "{good}");
        }
        for bad in [
            json!("connection_init"),
            json!([{ "type": "ping" }]),
            json!({}),
            json!({ "type": "start" }),
            json!({ "type": "connection_init", "payload": "x" }),
            json!({ "type": "ping", "payload": 1 }),
            json!({ "type": "complete" }),
            json!({ "type": "complete", "id": "" }),
            json!({ "type": "complete", "id": 1 }),
            json!({ "type": "complete", "id": "x".repeat(65) }),
            json!({ "type": "subscribe", "id": "1" }),
            json!({ "type": "subscribe", "payload": { "query": "{ a }" } }),
            subscribe(json!({})),
            subscribe(json!({ "query": null })),
            subscribe(json!({ "query": ["{ a }"] })),
            subscribe(json!({ "query": "{ a }", "variables": [] })),
            subscribe(json!({ "query": "{ a }", "operationName": 1 })),
            subscribe(json!({ "query": "{ a }", "extensions": "x" })),
        ] {
            assert_eq!(ClientMessage::read(&bad.to_string()), Err(Close::INVALID), "{bad}");
        }
        assert_eq!(ClientMessage::read("{"), Err(Close::INVALID));
    }

    #[test]
    fn a_reason_fits_into_its_frame() {
        let Message::Close(Some(frame)) = Close::duplicate(&"x".repeat(ID_BYTES_MAX)).frame() else { panic!("not a closing") };
        assert!(frame.reason.len() <= 123);
    }
}
