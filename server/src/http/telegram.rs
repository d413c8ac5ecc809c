//! What people tell the city's bot (Telegram Bot API, `setWebhook`). Telegram proves itself by a secret that the city gave it; what was told
//! goes into the graph as the house's own act. The answer to Telegram is what the bot says, so that no call goes back.

use std::sync::Arc;

use axum::{
    Json,
    body::to_bytes,
    extract::{Request, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use kernel::{Actor, Document, Locale};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    Edge,
    act::{Outcome, act},
    graphql::context,
};
use crate::words::words;

/// What is asked of the graph for the bot.
pub(crate) static TELEGRAM: [&Document; 2] = [&COMPLETE, &END];

static COMPLETE: Document = Document {
    name: "server.CompleteTelegramLink",
    text: "mutation CompleteTelegramLink($input: CompleteTelegramLinkInput!) { completeTelegramLink(input: $input) { linked errors { \
           __typename code } } }",
};

static END: Document = Document {
    name: "server.EndTelegramLink",
    text: "mutation EndTelegramLink($input: EndTelegramLinkInput!) { endTelegramLink(input: $input) { removed errors { __typename code } } }",
};

/// The largest word of Telegram's that is read: a message of 4096 characters with what is told about it.
const UPDATE_BYTES_MAX: usize = 64 * 1024;
const SECRET: &str = "x-telegram-bot-api-secret-token";

/// What of an update is read (Bot API, `Update`).
#[derive(Deserialize)]
struct Update {
    update_id: i64,
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    chat: Chat,
    from: Option<From>,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Chat {
    id: i64,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct From {
    language_code: Option<String>,
}

/// Hears what the bot was told.
pub(crate) async fn hear(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(served) = edge.served.get() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let Some((house, secret)) = served.house.as_ref().zip(served.bot_secret.as_ref()) else { return StatusCode::NOT_FOUND.into_response() };
    let shown = parts.headers.get(SECRET).map_or(&[][..], |value| value.as_bytes());
    if !journal::secret::same(shown, secret.reveal().as_bytes()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Ok(body) = to_bytes(body, UPDATE_BYTES_MAX).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    // What the city does not understand it does not want to hear again.
    let Ok(update) = serde_json::from_slice::<Update>(&body) else { return StatusCode::OK.into_response() };
    // Only the one who reads a chat alone is told there what belongs to one person.
    let Some(message) = update.message.filter(|message| message.chat.kind == "private") else { return StatusCode::OK.into_response() };
    said(&edge, house, &parts, update.update_id, &message).await
}

/// Does what was asked for, and says so in the chat. An update that comes again is the same act.
async fn said(edge: &Edge, house: &journal::House, parts: &Parts, update: i64, message: &Message) -> Response {
    let language = message.from.as_ref().and_then(|from| from.language_code.as_deref()).unwrap_or_default();
    let locale = Locale::from_tag(language.split('-').next().unwrap_or_default()).unwrap_or(Locale::Kk);
    let request = Arc::new(context(edge, parts, Actor::System, locale).by_house());
    let key = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("telegram:{}:{update}", message.chat.id).as_bytes());
    let mut input = json!({ "idempotencyKey": key, "chat": message.chat.id.to_string() });
    let mut words_of = message.text.split_whitespace();
    let (document, field, done, refused) = match (words_of.next(), words_of.next()) {
        (Some("/start"), Some(token)) => {
            input["token"] = token.into();
            (&COMPLETE, "completeTelegramLink", "telegram-linked", "telegram-unknown")
        }
        (Some("/stop"), _) => (&END, "endTelegramLink", "telegram-stopped", "telegram-stopped"),
        _ => return reply(message.chat.id, locale, "telegram-hint"),
    };
    match act(house, document, field, input, &request).await {
        Outcome::Done => reply(message.chat.id, locale, done),
        Outcome::Refused(_) => reply(message.chat.id, locale, refused),
        // Telegram tells it again.
        Outcome::Later => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn reply(chat: i64, locale: Locale, said: &str) -> Response {
    Json(json!({ "method": "sendMessage", "chat_id": chat, "text": words().text(locale, said, &[]) })).into_response()
}
