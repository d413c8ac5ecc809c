//! An operation as events, whatever wire carries them. A client that does not read is not waited for: what it has not read waits in a
//! bounded queue, and an operation that cannot put its next event there in time ends, with an error that says so.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use federation::{GraphError, GraphResponse};
use futures_util::{
    FutureExt, Stream, StreamExt,
    future::{self, BoxFuture},
    pin_mut,
    stream::BoxStream,
};
use kernel::{Code, Locale};
use tokio::sync::mpsc::{Sender, error::SendTimeoutError};

use super::{Edge, rejection::Rejection};

/// How many messages may wait for a client to read them.
pub(crate) const WAITING_MAX: usize = 64;
/// How long the queue may stay full.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a client hears of an operation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    /// An answer.
    Next(GraphResponse),
    /// The operation was not carried out, or cannot go on. It is the last event.
    Failed(Vec<GraphError>),
    /// The operation is done. It is the last event; without one of the two the operation broke off.
    Complete,
}

impl Event {
    /// The last event of an operation that was turned away.
    pub(crate) fn rejected(rejection: &Rejection, locale: Locale) -> Event {
        let message = rejection.message.get(locale).to_owned();
        Event::Failed(vec![GraphError { message, code: rejection.code, locations: Vec::new(), path: Vec::new(), variable: None }])
    }
}

/// Starts an operation as a stream of answers. It holds a place among the open subscriptions until it is dropped.
pub(crate) async fn answers(
    edge: &Edge,
    starting: impl Future<Output = BoxStream<'static, GraphResponse>>,
) -> Result<BoxStream<'static, GraphResponse>, Rejection> {
    let place = Arc::clone(&edge.subscriptions).try_acquire_owned();
    let place = place.map_err(|_| Rejection::new(StatusCode::SERVICE_UNAVAILABLE, Code::RateLimited, "edge-busy", &[]))?;
    let answers = starting.await.map(move |answer| {
        let _held = &place;
        answer
    });
    Ok(answers.boxed())
}

/// Puts events into a client's queue, in the form of its wire, until the operation ends or the client is gone.
pub(crate) async fn deliver<T>(queue: &Sender<T>, events: impl Stream<Item = Event>, locale: Locale, form: impl Fn(&Event) -> T) {
    let failed = |rejection| Event::rejected(&rejection, locale);
    let late = {
        let events = AssertUnwindSafe(events).catch_unwind();
        pin_mut!(events);
        loop {
            let event = tokio::select! {
                event = events.next() => event,
                () = queue.closed() => return,
            };
            let event = match event {
                Some(Ok(event)) => event,
                Some(Err(panic)) => failed(panicked(panic.as_ref())),
                None => return,
            };
            let message = form(&event);
            // The message may wait long, and the answer that it was made from is many times its size.
            drop(event);
            match queue.send_timeout(message, PATIENCE).await {
                Ok(()) => {}
                Err(SendTimeoutError::Timeout(_)) => {
                    break failed(Rejection::new(StatusCode::REQUEST_TIMEOUT, Code::Timeout, "edge-unread", &[]));
                }
                Err(SendTimeoutError::Closed(_)) => return,
            }
        }
    };
    // The operation is over and holds nothing any more. This one event waits as long as the client stays.
    drop(queue.send(form(&late)).await);
}

fn panicked(panic: &(dyn Any + Send)) -> Rejection {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("without a text"), "an operation panicked");
    Rejection::general(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal)
}

/// Waits for the end of a token.
pub(crate) fn token_end(until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> BoxFuture<'static, ()> {
    match until {
        Some(until) => tokio::time::sleep((until - now).to_std().unwrap_or_default()).boxed(),
        None => future::pending().boxed(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use federation::Stage;
    use futures_util::stream;
    use serde_json::json;
    use tokio::{sync::mpsc, time::Instant};

    use super::*;

    fn next(number: usize) -> Event {
        Event::Next(GraphResponse { data: Some(json!(number).into()), errors: Vec::new(), stage: Stage::Execute })
    }

    fn code(event: &Event) -> Option<Code> {
        match event {
            Event::Failed(errors) => errors.first().map(|error| error.code),
            Event::Next(_) | Event::Complete => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_is_told_that_its_operation_ended() {
        let (queue, mut waiting) = mpsc::channel(2);
        let (held, dropped) = tokio::sync::oneshot::channel::<()>();
        let events = stream::iter(0..).map(move |number| {
            let _held = &held;
            next(number)
        });
        let before = Instant::now();
        let delivery = tokio::spawn(async move { deliver(&queue, events, Locale::En, Event::clone).await });
        assert!(dropped.await.is_err(), "the operation is dropped while its last event still waits");
        assert_eq!(before.elapsed(), PATIENCE);
        let mut heard = Vec::new();
        while let Some(event) = waiting.recv().await {
            heard.push(event);
        }
        delivery.await.unwrap();
        assert_eq!(heard[..2], [next(0), next(1)]);
        assert_eq!(heard[2..].iter().map(code).collect::<Vec<_>>(), [Some(Code::Timeout)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_slowly_but_reads_misses_nothing() {
        let (queue, mut waiting) = mpsc::channel(2);
        let events = stream::iter((0..50).map(next)).chain(stream::iter([Event::Complete]));
        tokio::spawn(async move { deliver(&queue, events, Locale::En, Event::clone).await });
        for number in 0..50 {
            tokio::time::sleep(PATIENCE / 2).await;
            assert_eq!(waiting.recv().await, Some(next(number)));
        }
        assert_eq!(waiting.recv().await, Some(Event::Complete));
        assert_eq!(waiting.recv().await, None);
    }

    #[tokio::test]
    async fn an_operation_ends_when_its_client_is_gone() {
        let (queue, waiting) = mpsc::channel(1);
        drop(waiting);
        deliver(&queue, stream::pending(), Locale::En, Event::clone).await;
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_of_its_own_operation() {
        let (queue, mut waiting) = mpsc::channel(1);
        let events = stream::once(async { panic!("a defect") });
        deliver(&queue, events, Locale::En, Event::clone).await;
        assert_eq!(waiting.recv().await.as_ref().and_then(code), Some(Code::Internal));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_with_the_token() {
        let now = DateTime::UNIX_EPOCH;
        let before = Instant::now();
        token_end(Some(now + TimeDelta::minutes(5)), now).await;
        assert_eq!(before.elapsed(), Duration::from_secs(300));
        token_end(Some(now - TimeDelta::seconds(20)), now).await;
        assert_eq!(before.elapsed(), Duration::from_secs(300), "a token within the leeway ends at once");
    }
}
