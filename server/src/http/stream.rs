//! Answers as a stream of events: graphql-sse, "distinct connections mode". An event `next` carries an answer, `complete` ends the
//! operation; a stream that ends without it broke off, and the client asks again.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use chrono::{DateTime, Utc};
use federation::GraphResponse;
use futures_util::{
    FutureExt, Stream, StreamExt,
    future::{self, BoxFuture},
    stream,
};
use kernel::{Code, Locale, Request};

use super::{Edge, rejection::Rejection, respond};

/// A comment this often tells proxies and clients that the stream lives.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Starts an operation as a stream. It ends with the operation, with the token, or with the server.
pub(crate) fn events(
    edge: &Edge,
    answers: impl Stream<Item = GraphResponse> + Send + 'static,
    request: &Arc<Request>,
    until: Option<DateTime<Utc>>,
) -> Result<Response, Rejection> {
    let place = Arc::clone(&edge.subscriptions).try_acquire_owned();
    let place = place.map_err(|_| Rejection::new(StatusCode::SERVICE_UNAVAILABLE, Code::RateLimited, "edge-busy", &[]))?;
    let ended = future::select(token_end(until, request.now), edge.stopping.clone().wait().boxed()).map(drop);
    let events = answers.map(|answer| next(&answer)).chain(stream::once(future::ready(complete()))).take_until(ended);
    // The place is free again when the stream is dropped, however it ended.
    let events = events.map(move |event| {
        let _held = &place;
        event
    });
    Ok(respond(alive(events), request.locale))
}

/// A stream of one answer.
pub(crate) fn single(response: &GraphResponse, locale: Locale) -> Response {
    respond(stream::iter([next(response), complete()]), locale)
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

/// JSON holds no line break, so an answer is one line of data.
fn next(answer: &GraphResponse) -> Bytes {
    let data = serde_json::to_string(answer).unwrap_or_default();
    format!("event: next\ndata: {data}\n\n").into()
}

fn complete() -> Bytes {
    Bytes::from_static(b"event: complete\ndata:\n\n")
}

fn token_end(until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> BoxFuture<'static, ()> {
    match until {
        Some(until) => tokio::time::sleep((until - now).to_std().unwrap_or_default()).boxed(),
        None => future::pending().boxed(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_is_kept_alive() {
        let mut events = Box::pin(alive(stream::pending()));
        let before = tokio::time::Instant::now();
        assert_eq!(events.next().await.as_deref(), Some(&b":\n\n"[..]));
        assert_eq!(before.elapsed(), HEARTBEAT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_with_the_token() {
        let now = DateTime::UNIX_EPOCH;
        let before = tokio::time::Instant::now();
        token_end(Some(now + TimeDelta::minutes(5)), now).await;
        assert_eq!(before.elapsed(), Duration::from_secs(300));
        token_end(Some(now - TimeDelta::seconds(20)), now).await;
        assert_eq!(before.elapsed(), Duration::from_secs(300), "a token within the leeway ends at once");
    }
}
