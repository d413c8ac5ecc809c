//! The protocol as a client meets it, on a wire of messages and with a clock that stands still between them.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::extract::ws::Message;
use chrono::{DateTime, TimeDelta};
use federation::{GraphResponse, Stage};
use futures_util::{
    Sink, Stream, StreamExt,
    stream::{self, BoxStream},
};
use kernel::{Actor, Locale};
use serde_json::{Map, Value, json};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::{Instant, sleep},
};

use super::connection::{Operator, Session, serve};
use crate::{
    http::events::{Event, WAITING_MAX},
    identity::Identified,
    stop::{Stop, Stopping},
};

/// One end of a wire. A stalled one takes nothing.
struct Wire {
    incoming: UnboundedReceiver<Message>,
    outgoing: UnboundedSender<Message>,
    stalled: bool,
}

impl Stream for Wire {
    type Item = Result<Message, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.incoming.poll_recv(context).map(|message| message.map(Ok))
    }
}

impl Sink<Message> for Wire {
    type Error = ();

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        if self.stalled { Poll::Pending } else { Poll::Ready(Ok(())) }
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), ()> {
        self.outgoing.send(message).map_err(drop)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }
}

/// An operator whose operations do what their document says.
struct Obedient(Stopping);

impl Operator for Obedient {
    fn admit(&self, payload: Map<String, Value>) -> Option<Session> {
        let since = DateTime::UNIX_EPOCH;
        let until = match payload.get("token").and_then(Value::as_str) {
            Some("bad") => return None,
            Some("an hour") => Some(since + TimeDelta::hours(1)),
            _ => None,
        };
        Some(Session { who: Identified { actor: Actor::Anonymous, until }, locale: Locale::En, since, forwarded: Arc::default() })
    }

    fn start(&self, _: &Arc<Session>, parameters: Map<String, Value>) -> BoxStream<'static, Event> {
        match parameters["query"].as_str() {
            Some("answer") => stream::iter([next(1), Event::Complete]).boxed(),
            Some("answer in a second") => stream::once(sleep(Duration::from_secs(1))).map(|()| next(1)).chain(done()).boxed(),
            Some("count") => stream::iter(0..).map(next).boxed(),
            Some("listen") => stream::pending().take_until(self.0.clone().wait()).boxed(),
            other => panic!("{other:?}"),
        }
    }
}

fn next(number: usize) -> Event {
    Event::Next(GraphResponse { data: Some(json!({ "number": number }).into()), errors: Vec::new(), stage: Stage::Execute })
}

fn done() -> impl Stream<Item = Event> {
    stream::iter([Event::Complete])
}

struct Client {
    outgoing: UnboundedSender<Message>,
    incoming: UnboundedReceiver<Message>,
    stop: Stop,
}

impl Client {
    fn connect(stalled: bool) -> Client {
        let (to_server, incoming) = unbounded_channel();
        let (outgoing, from_server) = unbounded_channel();
        let (stop, stopping) = Stop::new();
        tokio::spawn(serve(Wire { incoming, outgoing, stalled }, Obedient(stopping.clone()), stopping));
        Client { outgoing: to_server, incoming: from_server, stop }
    }

    async fn known() -> Client {
        let mut client = Client::connect(false);
        client.say(&json!({ "type": "connection_init" }));
        assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
        client
    }

    fn say(&self, message: &Value) {
        // A server that has closed hears nothing.
        drop(self.outgoing.send(Message::Text(message.to_string().into())));
    }

    fn subscribe(&self, id: &str, query: &str) {
        self.say(&json!({ "type": "subscribe", "id": id, "payload": { "query": query } }));
    }

    /// The next message; a closing as its code, a lost connection as null.
    async fn hear(&mut self) -> Value {
        match self.incoming.recv().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            Some(Message::Close(frame)) => json!(frame.unwrap().code),
            Some(Message::Ping(_)) => json!("ping"),
            Some(other) => panic!("{other:?}"),
            None => Value::Null,
        }
    }
}

/// What an acknowledged client says, one after the other, and with what code it is closed.
async fn check(messages: &[Value], code: u16) {
    let mut client = Client::known().await;
    for message in messages {
        client.say(message);
    }
    let mut last = client.hear().await;
    while last.is_object() {
        last = client.hear().await;
    }
    assert_eq!(last, code, "{messages:?}");
}

#[tokio::test(start_paused = true)]
async fn a_breach_of_the_protocol_closes_the_socket_with_its_code() {
    let subscribe = |id: &str| json!({ "type": "subscribe", "id": id, "payload": { "query": "listen" } });
    check(&[json!({ "type": "connection_init" })], 4429).await;
    check(&[json!({ "type": "nonsense" })], 4400).await;
    check(&[json!({ "type": "subscribe", "id": "1" })], 4400).await;
    check(&[subscribe("1"), subscribe("2"), subscribe("1")], 4409).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_not_known_is_closed_with_the_reason_of_its_fault() {
    for (message, code) in [
        (json!({ "type": "subscribe", "id": "1", "payload": { "query": "answer" } }), 4401),
        (json!({ "type": "connection_init", "payload": { "token": "bad" } }), 4403),
        (json!({ "type": "connection_init", "payload": [] }), 4400),
    ] {
        let mut client = Client::connect(false);
        client.say(&message);
        assert_eq!(client.hear().await, code, "{message}");
    }
    let client = Client::connect(false);
    drop(client.outgoing.send(Message::Binary(b"{\"type\":\"connection_init\"}"[..].into())));
    let mut client = client;
    assert_eq!(client.hear().await, 4400);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_say_who_it_is_is_closed_in_time() {
    let before = Instant::now();
    let mut client = Client::connect(false);
    assert_eq!(client.hear().await, 4408);
    assert_eq!(before.elapsed(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_with_the_token() {
    let before = Instant::now();
    let mut client = Client::connect(false);
    client.say(&json!({ "type": "connection_init", "payload": { "token": "an hour" } }));
    assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
    client.subscribe("1", "listen");
    let mut heard = client.hear().await;
    while heard == "ping" {
        drop(client.outgoing.send(Message::Pong(Default::default())));
        heard = client.hear().await;
    }
    assert_eq!((heard, before.elapsed()), (json!(4403), Duration::from_secs(3600)));
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_asked_and_one_that_is_gone_is_let_go() {
    let before = Instant::now();
    let mut client = Client::known().await;
    assert_eq!((client.hear().await, before.elapsed().as_secs()), (json!("ping"), 15));
    client.say(&json!({ "type": "pong" }));
    assert_eq!((client.hear().await, before.elapsed().as_secs()), (json!("ping"), 30));
    assert_eq!((client.hear().await, before.elapsed().as_secs()), (Value::Null, 40));
}

#[tokio::test(start_paused = true)]
async fn a_ping_is_answered_at_any_time() {
    let mut client = Client::connect(false);
    client.say(&json!({ "type": "ping" }));
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
    client.say(&json!({ "type": "ping", "payload": { "at": 1 } }));
    assert_eq!(client.hear().await, json!({ "type": "pong", "payload": { "at": 1 } }));
}

#[tokio::test(start_paused = true)]
async fn an_id_is_free_again_once_its_operation_ended() {
    let mut client = Client::known().await;
    for _ in 0..2 {
        client.subscribe("1", "answer");
        assert_eq!(client.hear().await, json!({ "type": "next", "id": "1", "payload": { "data": { "number": 1 } } }));
        assert_eq!(client.hear().await, json!({ "type": "complete", "id": "1" }));
    }
    // What the client ends is free at once, and says nothing any more.
    client.subscribe("1", "answer in a second");
    client.say(&json!({ "type": "complete", "id": "1" }));
    client.subscribe("1", "listen");
    client.say(&json!({ "type": "complete", "id": "unknown" }));
    sleep(Duration::from_secs(2)).await;
    client.say(&json!({ "type": "ping" }));
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
    client.subscribe("1", "answer");
    assert_eq!(client.hear().await, 4409, "the second operation still has the id after the first has gone");
}

#[tokio::test(start_paused = true)]
async fn a_client_has_a_bounded_number_of_operations() {
    let mut client = Client::known().await;
    for number in 0..=100 {
        client.subscribe(&number.to_string(), "listen");
    }
    let refused = client.hear().await;
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("100")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    client.say(&json!({ "type": "complete", "id": "0" }));
    client.say(&json!({ "type": "ping" }));
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
    client.subscribe("100", "answer");
    assert_eq!(client.hear().await["type"], "next", "a place is free again");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_does_not_fill_the_memory() {
    let mut client = Client::connect(true);
    client.say(&json!({ "type": "connection_init" }));
    client.subscribe("1", "count");
    // Its pings cannot be sent either.
    assert_eq!(client.hear().await, Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_hears_everything_in_order() {
    let mut client = Client::known().await;
    client.subscribe("1", "count");
    for number in 0..10 * WAITING_MAX {
        assert_eq!(client.hear().await["payload"]["data"]["number"], number);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_ends_what_changes_something_and_then_goes_away() {
    let mut client = Client::known().await;
    client.subscribe("1", "listen");
    client.subscribe("2", "answer in a second");
    client.say(&json!({ "type": "ping" }));
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
    client.stop.now();
    client.subscribe("3", "answer");
    assert_eq!(client.hear().await, json!({ "type": "next", "id": "2", "payload": { "data": { "number": 1 } } }));
    assert_eq!(client.hear().await, json!({ "type": "complete", "id": "2" }));
    assert_eq!(client.hear().await, 1001, "the subscription broke off, and what came later was not begun");
    drop(client.outgoing);
}
