//! What a connection's operations are carried out by: the graph, for whoever the client said it is.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ACCEPT_LANGUAGE, AUTHORIZATION},
    request::Parts,
};
use federation::Federation;
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};
use kernel::{Code, OperationKind, Request};
use serde_json::{Map, Value};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};
use tracing::{Instrument, Span};

use super::connection::{Operator, Session};
use crate::{
    http::{
        Edge, document,
        events::{self, Event},
        graphql::Carried,
        layers::{self, DEADLINE, GRAPHQL_PATH, RequestId},
        negotiate::{self, Media},
        rejection::Rejection,
        status,
    },
    identity::identify,
    telemetry::traces,
};

/// How many queries and mutations of one client run, or wait to be read, at once; more wait their turn. Over HTTP it is one a connection.
const TURNS_MAX: usize = 8;

/// What the log calls the method of an operation that came over a socket.
const METHOD: &str = "WEBSOCKET";

/// The graph behind one connection.
pub(super) struct Operations(Arc<Inner>);

struct Inner {
    edge: Arc<Edge>,
    graph: Federation,
    headers: HeaderMap,
    /// The name of the connection; its operations are numbered.
    id: String,
    started: AtomicU64,
    turns: Arc<Semaphore>,
}

impl Operations {
    /// Operations for the client that opens a socket with this request.
    pub(super) fn new(edge: Arc<Edge>, graph: Federation, parts: &Parts) -> Operations {
        let id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
        let (started, turns) = (AtomicU64::new(0), Arc::new(Semaphore::new(TURNS_MAX)));
        Operations(Arc::new(Inner { edge, graph, headers: parts.headers.clone(), id, started, turns }))
    }
}

impl Operator for Operations {
    /// A page cannot set headers of the handshake, so it may say them in the first message; those win.
    fn admit(&self, payload: Map<String, Value>) -> Option<Session> {
        let mut headers = self.0.headers.clone();
        for (name, value) in payload {
            let named = [AUTHORIZATION, ACCEPT_LANGUAGE].into_iter().find(|header| header.as_str().eq_ignore_ascii_case(&name));
            if let Some(header) = named {
                headers.insert(header, HeaderValue::from_str(value.as_str()?).ok()?);
            }
        }
        let who = identify(self.0.edge.issuer.as_deref(), &headers)?;
        let locale = negotiate::locale(&headers, &who.actor);
        Some(Session { who, locale, since: self.0.edge.clock.now(), forwarded: self.0.edge.forwarded(&headers) })
    }

    fn start(&self, session: &Arc<Session>, parameters: Map<String, Value>) -> BoxStream<'static, Event> {
        let (inner, session) = (Arc::clone(&self.0), Arc::clone(session));
        let started = async move {
            let locale = session.locale;
            let span = traces::request(METHOD, GRAPHQL_PATH, &inner.headers);
            let carried = inner.carry(&session, parameters, &span).instrument(span.clone());
            carried.await.unwrap_or_else(|rejection| once(Event::rejected(&rejection, locale)))
        };
        started.into_stream().flatten().boxed()
    }
}

fn once(event: Event) -> BoxStream<'static, Event> {
    stream::iter([event]).boxed()
}

impl Inner {
    async fn carry(&self, session: &Session, parameters: Map<String, Value>, span: &Span) -> Result<BoxStream<'static, Event>, Rejection> {
        let began = Instant::now();
        let number = self.started.fetch_add(1, Ordering::Relaxed) + 1;
        let id = format!("{}-{number}", self.id);
        let now = self.edge.clock.now();
        let (forwarded, trace) = (Arc::clone(&session.forwarded), traces::received(&self.headers).map(Arc::new));
        let request = Arc::new(Request { actor: session.who.actor.clone(), locale: session.locale, id, now, forwarded, trace });
        let told = |status: StatusCode, carried: Option<&Carried>| {
            layers::tell(&self.edge, METHOD, status, began.elapsed(), carried);
            traces::conclude(span, status, carried);
        };

        let asked = document::request(parameters).inspect_err(|rejection| told(rejection.status, None))?;
        let prepared = match self.graph.prepare(asked, &request) {
            Ok(prepared) => prepared,
            Err(refused) => {
                told(status::of(&refused, Media::GraphqlResponse), None);
                return Ok(once(Event::Failed(refused.errors)));
            }
        };
        let carried = Carried::of(&prepared);
        let events = if carried.kind == OperationKind::Subscription {
            let starting = async {
                let _turn = self.edge.load.turn(carried.cost).await?;
                events::answers(&self.edge, prepared.subscribe(&request)).await
            };
            let answers = timeout(DEADLINE, starting).await.map_err(|_| late()).flatten();
            let answers = answers.inspect_err(|rejection| told(rejection.status, Some(&carried)))?;
            told(StatusCode::OK, Some(&carried));
            answers.map(Event::Next).chain(stream::iter([Event::Complete])).take_until(self.edge.stopping.clone().wait()).boxed()
        } else {
            let turn = Arc::clone(&self.turns).acquire_owned().await;
            let running = async {
                let _turn = self.edge.load.turn(prepared.cost()).await?;
                Ok(prepared.execute(&request).await)
            };
            let answer = timeout(DEADLINE, running).await.map_err(|_| late()).flatten();
            let answer = answer.inspect_err(|rejection| told(rejection.status, Some(&carried)))?;
            told(status::of(&answer, Media::GraphqlResponse), Some(&carried));
            let held = move |event| {
                let _held = &turn;
                event
            };
            stream::iter([Event::Next(answer), Event::Complete]).map(held).boxed()
        };
        Ok(events)
    }
}

fn late() -> Rejection {
    Rejection::general(StatusCode::GATEWAY_TIMEOUT, Code::Timeout)
}
