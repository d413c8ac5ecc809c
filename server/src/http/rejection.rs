//! A request that the edge turns away before the graph sees it.

use axum::http::StatusCode;
use kernel::{Code, Fact, LocalizedText};

use crate::words::words;

/// Why a request is turned away: a status, a code from the closed list, and words for the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejection {
    /// The HTTP status, whatever the client accepts.
    pub(crate) status: StatusCode,
    /// The code.
    pub(crate) code: Code,
    /// What the reader is told.
    pub(crate) message: LocalizedText,
}

impl Rejection {
    /// A rejection in the edge's own words.
    pub(crate) fn new(status: StatusCode, code: Code, key: &str, facts: &[Fact<'_>]) -> Rejection {
        Rejection { status, code, message: words().localized(key, facts) }
    }

    /// A request that is malformed.
    pub(crate) fn malformed(key: &str, facts: &[Fact<'_>]) -> Rejection {
        Rejection::new(StatusCode::BAD_REQUEST, Code::BadUserInput, key, facts)
    }

    /// A rejection in the general words of its code.
    pub(crate) fn general(status: StatusCode, code: Code) -> Rejection {
        Rejection { status, code, message: code.text() }
    }
}
