//! What is known of a request wherever it goes.

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
}

impl Request {
    /// A request of the house itself, performing a job of the journal.
    #[must_use]
    pub fn system(id: impl Into<String>, now: DateTime<Utc>) -> Request {
        Request { actor: Actor::System, locale: Locale::Kk, id: id.into(), now }
    }
}
