//! What is known of a request wherever it goes.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{Actor, Locale};

/// The target of the spans that make up a trace: one for each request, each call of a subgraph and each job. The log leaves them out.
pub const SPANS: &str = "spans";

/// The context of one request, handed down to every subgraph.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whom it is carried out for.
    pub actor: Actor,
    /// The language in which to answer.
    pub locale: Locale,
    /// Correlates log lines, spans and answers.
    pub id: String,
    /// When it arrived. All of one request happens at one instant.
    pub now: DateTime<Utc>,
    /// What the edge lets pass on to subgraphs behind HTTP: header names in lower case, and their values.
    pub forwarded: Arc<[(String, String)]>,
    /// The trace of whoever asks, when they keep one.
    pub trace: Option<Arc<TraceContext>>,
}

/// Where in somebody's trace a request belongs, in the words of W3C Trace Context (level 1, §3.2 and §3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// The header `traceparent`.
    pub parent: String,
    /// The header `tracestate`.
    pub state: Option<String>,
}

impl Request {
    /// A request with nothing to pass on.
    #[must_use]
    pub fn new(actor: Actor, locale: Locale, id: impl Into<String>, now: DateTime<Utc>) -> Request {
        Request { actor, locale, id: id.into(), now, forwarded: Arc::default(), trace: None }
    }

    /// The same request, as the house itself carries a part of it out: in its reader's language, and with nothing that its client sent along.
    #[must_use]
    pub fn by_house(&self) -> Request {
        Request { actor: Actor::System, forwarded: Arc::default(), ..self.clone() }
    }

    /// A request of the house itself, performing a job of the journal.
    #[must_use]
    pub fn system(id: impl Into<String>, now: DateTime<Utc>) -> Request {
        Request::new(Actor::System, Locale::Kk, id, now)
    }
}
