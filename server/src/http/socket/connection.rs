//! One client's connection: who it is, which operations run, and how it ends. All of it is one task, so that an operation's last message
//! and the freeing of its id are one step. What is written waits in a bounded queue beside it: a client that does not read holds up
//! nothing but itself.

use std::{collections::HashMap, pin::pin, sync::Arc, time::Duration};

use axum::{extract::ws::Message, http::StatusCode};
use chrono::{DateTime, Utc};
use futures_util::{
    FutureExt, Sink, SinkExt, Stream, StreamExt,
    future::{self, AbortHandle, BoxFuture, abortable},
    stream::{BoxStream, FuturesUnordered},
};
use kernel::{Code, Locale};
use serde_json::{Map, Value};
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    time::{Instant, sleep, timeout},
};

use super::protocol::{self, ClientMessage, Close};
use crate::{
    http::{
        events::{Event, WAITING_MAX, deliver, token_end},
        rejection::Rejection,
    },
    identity::Identified,
    stop::Stopping,
};

/// How long a client may take to say who it is.
const INIT_MAX: Duration = Duration::from_secs(5);
/// A client that was silent for this long is asked whether it is there.
const PING_AFTER: Duration = Duration::from_secs(15);
/// How long the answer to that may take.
const PONG_MAX: Duration = Duration::from_secs(10);
/// How many operations a client may have open.
const OPERATIONS_MAX: usize = 100;
/// How long queries and mutations may still run when the server stops.
const DRAIN_MAX: Duration = Duration::from_secs(12);
/// How long what waits in the queue, and the closing after it, may take to reach the client.
const FAREWELL_MAX: Duration = Duration::from_secs(5);

/// Whom a connection is for.
#[derive(Debug)]
pub(super) struct Session {
    /// Who, and until when.
    pub(super) who: Identified,
    /// The language of the answers.
    pub(super) locale: Locale,
    /// When the session began.
    pub(super) since: DateTime<Utc>,
    /// What goes on to subgraphs behind HTTP.
    pub(super) forwarded: Arc<[(String, String)]>,
}

/// What stands behind a connection.
pub(super) trait Operator: Send + Sync {
    /// Begins a session; `None` when the token is bad.
    fn admit(&self, payload: Map<String, Value>) -> Option<Session>;

    /// Starts an operation. A subscription breaks off when the server stops, other operations end.
    fn start(&self, session: &Arc<Session>, parameters: Map<String, Value>) -> BoxStream<'static, Event>;
}

/// Why a connection ends.
enum End {
    /// The server closes it.
    Close(Close),
    /// The client closes it.
    Left,
    /// The client is gone.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> End {
        End::Close(close)
    }
}

/// Serves a client until it leaves, errs, or is asked to go.
pub(super) async fn serve<S, E>(socket: S, operator: impl Operator, stopping: Stopping)
where
    S: Stream<Item = Result<Message, E>> + Sink<Message>,
{
    let (sink, mut stream) = socket.split();
    let (queue, waiting) = mpsc::channel(WAITING_MAX);
    let mut writing = pin!(write(sink, waiting));
    let end = {
        let mut connection = Connection::new(&operator, &queue);
        tokio::select! {
            end = connection.talk(&mut stream, stopping) => end,
            () = &mut writing => End::Gone,
        }
    };
    let farewell = async {
        match end {
            End::Close(close) => {
                // The queue may be full; what is in it comes first.
                let last = async move { drop(queue.send(close.frame()).await) };
                future::join(last, writing).await;
            }
            // The library answers a closing while it is read on.
            End::Left => {}
            End::Gone => return,
        }
        until_gone(&mut stream).await;
    };
    drop(timeout(FAREWELL_MAX, farewell).await);
}

/// Closes a connection at once.
pub(super) async fn refuse<S, E>(mut socket: S, close: Close)
where
    S: Stream<Item = Result<Message, E>> + Sink<Message> + Unpin,
{
    let farewell = async {
        drop(socket.send(close.frame()).await);
        until_gone(&mut socket).await;
    };
    drop(timeout(FAREWELL_MAX, farewell).await);
}

async fn write(mut sink: impl Sink<Message> + Unpin, mut waiting: Receiver<Message>) {
    while let Some(message) = waiting.recv().await {
        if sink.send(message).await.is_err() {
            return;
        }
    }
}

/// A client that hears the closing closes its side. With its data left unread, the system would send it a reset in place of the closing.
async fn until_gone<E>(stream: &mut (impl Stream<Item = Result<Message, E>> + Unpin)) {
    while let Some(Ok(_)) = stream.next().await {}
}

/// An operation that runs. Ids may be used again, numbers are not.
struct Running {
    number: u64,
    abort: AbortHandle,
}

struct Connection<'a, H> {
    operator: &'a H,
    queue: &'a Sender<Message>,
    session: Option<Arc<Session>>,
    /// When the session's token ends.
    token_end: BoxFuture<'static, ()>,
    ids: HashMap<String, Running>,
    running: FuturesUnordered<BoxFuture<'a, (String, u64)>>,
    started: u64,
}

impl<'a, H: Operator> Connection<'a, H> {
    fn new(operator: &'a H, queue: &'a Sender<Message>) -> Connection<'a, H> {
        let token_end = future::pending().boxed();
        Connection { operator, queue, session: None, token_end, ids: HashMap::new(), running: FuturesUnordered::new(), started: 0 }
    }

    async fn talk<E>(&mut self, stream: &mut (impl Stream<Item = Result<Message, E>> + Unpin), stopping: Stopping) -> End {
        let mut stopped = pin!(stopping.wait());
        let mut init_late = pin!(sleep(INIT_MAX));
        let mut silence = pin!(sleep(PING_AFTER));
        let mut pinged = false;
        loop {
            tokio::select! {
                // A client that never stops talking does not put off what ends its connection.
                biased;
                () = &mut stopped => break,
                () = &mut self.token_end => return Close::FORBIDDEN.into(),
                () = &mut init_late, if self.session.is_none() => return Close::INIT_LATE.into(),
                Some((id, number)) = self.running.next() => self.forget(&id, number),
                message = stream.next() => {
                    silence.as_mut().reset(Instant::now() + PING_AFTER);
                    pinged = false;
                    if let Err(end) = self.hear(message).await {
                        return end;
                    }
                }
                () = &mut silence => {
                    if pinged {
                        return End::Gone;
                    }
                    pinged = true;
                    silence.as_mut().reset(Instant::now() + PONG_MAX);
                    if let Err(end) = self.say(Message::Ping(Default::default())).await {
                        return end;
                    }
                }
            }
        }
        // Subscriptions broke off when the server began to stop; what changes something is carried to its end.
        let drained = async { while self.running.next().await.is_some() {} };
        drop(timeout(DRAIN_MAX, drained).await);
        Close::GOING_AWAY.into()
    }

    async fn hear<E>(&mut self, message: Option<Result<Message, E>>) -> Result<(), End> {
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            // The library answers pings.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Binary(_)) | Err(_)) => return Err(Close::INVALID.into()),
            Some(Ok(Message::Close(_))) => return Err(End::Left),
            None => return Err(End::Gone),
        };
        match ClientMessage::read(&text)? {
            ClientMessage::ConnectionInit { payload } => self.init(payload.unwrap_or_default()).await,
            ClientMessage::Ping { payload } => self.say(protocol::pong(payload)).await,
            ClientMessage::Pong { .. } => Ok(()),
            ClientMessage::Subscribe { id, payload } => self.subscribe(id, payload).await,
            ClientMessage::Complete { id } => {
                if let Some(running) = self.ids.remove(&id) {
                    running.abort.abort();
                }
                Ok(())
            }
        }
    }

    async fn init(&mut self, payload: Map<String, Value>) -> Result<(), End> {
        if self.session.is_some() {
            return Err(Close::INIT_AGAIN.into());
        }
        let session = self.operator.admit(payload).ok_or(Close::FORBIDDEN)?;
        self.token_end = token_end(session.who.until, session.since);
        self.session = Some(Arc::new(session));
        self.say(protocol::acknowledged()).await
    }

    async fn subscribe(&mut self, id: String, parameters: Map<String, Value>) -> Result<(), End> {
        let session = self.session.as_ref().ok_or(Close::UNAUTHORIZED)?;
        if self.ids.contains_key(&id) {
            return Err(Close::duplicate(&id).into());
        }
        // Aborted operations leave at their next turn, and count until then.
        if self.running.len() >= OPERATIONS_MAX {
            let busy = Rejection::new(StatusCode::SERVICE_UNAVAILABLE, Code::RateLimited, "edge-busy", &[]);
            return self.say(protocol::event(&id, &Event::rejected(&busy, session.locale))).await;
        }
        self.started += 1;
        let (number, queue, locale) = (self.started, self.queue, session.locale);
        let events = self.operator.start(session, parameters);
        let name = id.clone();
        let operation = async move { deliver(queue, events, locale, |event| protocol::event(&name, event)).await };
        let (operation, abort) = abortable(operation);
        self.ids.insert(id.clone(), Running { number, abort });
        self.running.push(operation.map(move |_| (id, number)).boxed());
        Ok(())
    }

    /// Frees the id of an operation that ended, unless another has it by now.
    fn forget(&mut self, id: &str, number: u64) {
        if self.ids.get(id).is_some_and(|running| running.number == number) {
            self.ids.remove(id);
        }
    }

    /// Puts a message into the queue. A client that leaves it full hears nothing, so it is let go.
    async fn say(&mut self, message: Message) -> Result<(), End> {
        self.queue.send_timeout(message, PONG_MAX).await.map_err(|_| End::Gone)
    }
}
