//! Answers as a stream of events: graphql-sse, "distinct connections mode". An event `next` carries an answer, `complete` ends the
//! operation; a stream that ends without it broke off, and the client asks again.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE},
    response::Response,
};
use chrono::{DateTime, Utc};
use federation::{GraphRequest, GraphResponse};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use kernel::{Data, Locale, Request};
use tokio::sync::mpsc;
use tracing::Instrument;

use super::{
    Edge,
    events::{self, Event, WAITING_MAX, token_end},
    rejection::Rejection,
    respond,
};

/// A comment this often tells proxies and clients that the stream lives.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The header and the variable by which a client that comes back says what it heard last. A reader of plain events sends the header by
/// itself (HTML, "Server-sent events"), with the `id` of the last event, which is the event's cursor.
pub(crate) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const AFTER: &str = "after";

/// Goes on after the event that the client heard last, in operations that have a variable for it.
pub(crate) fn resume(asked: &mut GraphRequest, headers: &HeaderMap) {
    if let Some(last) = headers.get(&LAST_EVENT_ID).and_then(|value| value.to_str().ok()) {
        asked.variables.insert(AFTER.to_owned(), last.into());
    }
}

/// Starts an operation as a stream. It ends with the operation, with the token, or with the server.
pub(crate) async fn events(
    edge: &Edge,
    starting: impl Future<Output = BoxStream<'static, GraphResponse>>,
    request: &Arc<Request>,
    until: Option<DateTime<Utc>>,
) -> Result<Response, Rejection> {
    let answers = events::answers(edge, starting).await?;
    let (token_end, stopped) = (token_end(until, request.now), edge.stopping.clone().wait());
    let ended = async move {
        tokio::select! {
            () = token_end => {}
            () = stopped => {}
        }
    };
    let events = answers.map(Event::Next).chain(stream::iter([Event::Complete])).take_until(ended);
    let (queue, mut waiting) = mpsc::channel(WAITING_MAX);
    let locale = request.locale;
    let delivery = async move { events::deliver(&queue, events, locale, form).await };
    tokio::spawn(delivery.in_current_span());
    Ok(respond(alive(stream::poll_fn(move |context| waiting.poll_recv(context))), locale))
}

/// A stream of one answer.
pub(crate) fn single(response: &GraphResponse, locale: Locale) -> Response {
    respond(stream::iter([form(&Event::Next(response.clone())), form(&Event::Complete)]), locale)
}

fn respond(events: impl Stream<Item = Bytes> + Send + 'static, locale: Locale) -> Response {
    let mut response = Response::new(Body::from_stream(events.map(Ok::<_, Infallible>)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    respond::common(response.headers_mut(), locale);
    response
}

/// Puts a comment into every silence.
fn alive(events: impl Stream<Item = Bytes> + Send + 'static) -> impl Stream<Item = Bytes> + Send + 'static {
    stream::unfold(events.boxed(), |mut events| async {
        match tokio::time::timeout(HEARTBEAT, events.next()).await {
            Ok(event) => event.map(|event| (event, events)),
            Err(_) => Some((Bytes::from_static(b":\n\n"), events)),
        }
    })
}

fn form(event: &Event) -> Bytes {
    const COMPLETE: &str = "event: complete\ndata:\n\n";
    let text = match event {
        // JSON holds no line break, so an answer is one line of data.
        Event::Next(answer) => {
            let id = cursor(answer).map(|cursor| format!("id: {cursor}\n")).unwrap_or_default();
            format!("event: next\n{id}data: {}\n\n", serde_json::to_string(answer).unwrap_or_default())
        }
        // The protocol has no event for errors alone: they come as an answer, after which nothing comes.
        Event::Failed(errors) => format!("event: next\ndata: {}\n\n{COMPLETE}", serde_json::json!({ "errors": errors })),
        Event::Complete => COMPLETE.to_owned(),
    };
    text.into()
}

/// The cursor of an event, when the client asked for it.
fn cursor(answer: &GraphResponse) -> Option<&str> {
    let (_, event) = answer.data.as_ref()?.as_object()?.iter().next()?;
    let cursor = event.get("cursor").and_then(Data::as_str)?;
    cursor.bytes().all(|byte| byte.is_ascii_graphic()).then_some(cursor)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use federation::Stage;
    use kernel::Code;
    use serde_json::json;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_is_kept_alive() {
        let mut events = Box::pin(alive(stream::pending()));
        let before = tokio::time::Instant::now();
        assert_eq!(events.next().await.as_deref(), Some(&b":\n\n"[..]));
        assert_eq!(before.elapsed(), HEARTBEAT);
    }

    #[test]
    fn an_event_has_its_cursor_as_id() {
        let text = |data: serde_json::Value| {
            let answer = GraphResponse { data: Some(data.into()), errors: Vec::new(), stage: Stage::Execute };
            String::from_utf8(form(&Event::Next(answer)).to_vec()).unwrap()
        };
        for (data, id) in [
            (json!({ "deskChanged": { "kind": "routed", "cursor": "MTI" } }), "id: MTI\n"),
            (json!({ "alias": { "cursor": "a\ndata: b" } }), ""),
            (json!({ "alias": { "cursor": 1 } }), ""),
            (json!({ "deskChanged": null }), ""),
            (json!({ "__typename": "Query" }), ""),
            (serde_json::Value::Null, ""),
        ] {
            assert_eq!(text(data.clone()), format!("event: next\n{id}data: {}\n\n", json!({ "data": data })));
        }
    }

    #[test]
    fn a_failure_is_the_last_answer() {
        let event = Event::rejected(&Rejection::general(StatusCode::SERVICE_UNAVAILABLE, Code::RateLimited), Locale::En);
        let text = String::from_utf8(form(&event).to_vec()).unwrap();
        assert!(text.contains("RATE_LIMITED") && text.ends_with("\n\nevent: complete\ndata:\n\n"), "{text}");
    }
}
