//! What is known of a request wherever it goes.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{Actor, Locale};

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
}

impl Request {
    /// A request with nothing to pass on.
    #[must_use]
    pub fn new(actor: Actor, locale: Locale, id: impl Into<String>, now: DateTime<Utc>) -> Request {
        Request { actor, locale, id: id.into(), now, forwarded: Arc::default() }
    }

    /// A request of the house itself, performing a job of the journal.
    #[must_use]
    pub fn system(id: impl Into<String>, now: DateTime<Utc>) -> Request {
        Request::new(Actor::System, Locale::Kk, id, now)
    }
}
