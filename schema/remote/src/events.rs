//! A subscription over server-sent events, in the "distinct connections" mode of graphql-sse: `next` carries a response, `complete` ends.
//! A subgraph that answers with one JSON response instead has refused.

use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt};
use http_body_util::BodyExt;
use hyper::{Response, body::Incoming, header::CONTENT_TYPE};
use kernel::{Answer, Code, Request};

use crate::answer::{Body, unavailable};

/// The events of a stream as they come in.
struct Reader {
    body: Incoming,
    /// What came and is not yet a whole event.
    buffer: Vec<u8>,
    event_bytes_max: usize,
    show_errors: bool,
    subgraph: Arc<str>,
    request: Arc<Request>,
}

/// What one event says.
enum Event {
    Next(Vec<u8>),
    Complete,
}

/// Turns the events of a response into answers.
pub(crate) fn read(
    response: Response<Incoming>,
    event_bytes_max: usize,
    show_errors: bool,
    subgraph: Arc<str>,
    request: Arc<Request>,
) -> BoxStream<'static, Answer> {
    let is_stream = response.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"));
    let reader = Reader { body: response.into_body(), buffer: Vec::new(), event_bytes_max, show_errors, subgraph, request };
    if is_stream {
        stream::unfold(Some(reader), |reader| async { reader?.next().await }).boxed()
    } else {
        stream::once(reader.whole()).boxed()
    }
}

impl Reader {
    /// The next answer, and the reader unless the stream broke off with it.
    async fn next(mut self) -> Option<(Answer, Option<Reader>)> {
        loop {
            while let Some(event) = self.take_event() {
                match event {
                    Some(Event::Next(data)) => {
                        let answer = self.answer(&data);
                        return Some((answer, Some(self)));
                    }
                    Some(Event::Complete) => return None,
                    None => {}
                }
            }
            if self.buffer.len() > self.event_bytes_max || !self.receive().await {
                tracing::warn!(subgraph = &*self.subgraph, "a subscription broke off");
                return Some((unavailable(Code::SubgraphUnavailable, &self.request), None));
            }
        }
    }

    /// The one response of a subgraph that does not stream.
    async fn whole(mut self) -> Answer {
        while self.buffer.len() <= self.event_bytes_max && self.receive().await {}
        let data = std::mem::take(&mut self.buffer);
        self.answer(&data)
    }

    /// Reads more; `false` at the end.
    async fn receive(&mut self) -> bool {
        while let Some(Ok(frame)) = self.body.frame().await {
            if let Ok(data) = frame.into_data() {
                self.buffer.extend_from_slice(&data);
                return true;
            }
        }
        false
    }

    /// Takes a whole event out of the buffer; `Some(None)` is one that says nothing, as a comment.
    fn take_event(&mut self) -> Option<Option<Event>> {
        let (end, skip) = [(&b"\n\n"[..], 2), (b"\r\n\r\n", 4), (b"\r\r", 2)]
            .into_iter()
            .filter_map(|(mark, length)| Some((self.buffer.windows(length).position(|window| window == mark)?, length)))
            .min()?;
        let event: Vec<u8> = self.buffer.drain(..end + skip).collect();
        Some(parse(&event))
    }

    fn answer(&self, data: &[u8]) -> Answer {
        match Body::read(data) {
            Some(body) => body.answer(&self.subgraph, &self.request, self.show_errors),
            None => unavailable(Code::SubgraphUnavailable, &self.request),
        }
    }
}

/// Reads one event (HTML, "server-sent events", §9.2.6).
fn parse(event: &[u8]) -> Option<Event> {
    let (mut name, mut data) = (Vec::new(), Vec::new());
    for line in event.split(|byte| matches!(byte, b'\n' | b'\r')) {
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(at) => (&line[..at], line[at + 1..].strip_prefix(b" ").unwrap_or(&line[at + 1..])),
            None => (line, &b""[..]),
        };
        match field {
            b"event" => name = value.to_vec(),
            b"data" => {
                if !data.is_empty() {
                    data.push(b'\n');
                }
                data.extend_from_slice(value);
            }
            _ => {}
        }
    }
    match name.as_slice() {
        b"next" => Some(Event::Next(data)),
        b"complete" => Some(Event::Complete),
        _ => None,
    }
}
