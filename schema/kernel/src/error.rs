//! Faults: something is wrong with the request or with the house. A fault has a code from one closed list and two texts: what the client
//! may read is chosen by the code alone, and what the log keeps never reaches a client. [`Error`] has no `Display`, so that the internal
//! text cannot leak by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{LocalizedText, Words};

/// The closed list of `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// A token is there but not valid, or one is needed.
    Unauthenticated,
    /// The actor may not do or see this.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// An argument has the right type and a wrong value.
    BadUserInput,
    /// The document cannot be parsed.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// The named trusted document is not known.
    PersistedDocumentNotFound,
    /// The same to a client that speaks Apollo's protocol, which asks for this code.
    PersistedQueryNotFound,
    /// The operation would cost too much.
    CostEstimatedTooExpensive,
    /// Several operations in one request.
    BatchingNotAllowed,
    /// Too many requests.
    RateLimited,
    /// It took too long.
    Timeout,
    /// A part of the graph does not answer.
    SubgraphUnavailable,
    /// The house itself failed.
    Internal,
}

impl Code {
    /// All codes.
    pub const ALL: [Code; 14] = [
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::BadUserInput,
        Code::GraphqlParseFailed,
        Code::GraphqlValidationFailed,
        Code::PersistedDocumentNotFound,
        Code::PersistedQueryNotFound,
        Code::CostEstimatedTooExpensive,
        Code::BatchingNotAllowed,
        Code::RateLimited,
        Code::Timeout,
        Code::SubgraphUnavailable,
        Code::Internal,
    ];

    /// The code as clients see it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Unauthenticated => "UNAUTHENTICATED",
            Code::Forbidden => "FORBIDDEN",
            Code::NotFound => "NOT_FOUND",
            Code::BadUserInput => "BAD_USER_INPUT",
            Code::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Code::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Code::PersistedDocumentNotFound => "PERSISTED_DOCUMENT_NOT_FOUND",
            Code::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Code::CostEstimatedTooExpensive => "COST_ESTIMATED_TOO_EXPENSIVE",
            Code::BatchingNotAllowed => "BATCHING_NOT_ALLOWED",
            Code::RateLimited => "RATE_LIMITED",
            Code::Timeout => "TIMEOUT",
            Code::SubgraphUnavailable => "SUBGRAPH_UNAVAILABLE",
            Code::Internal => "INTERNAL",
        }
    }

    /// Reads a code that a subgraph sent; `None` when it is not on the list.
    #[must_use]
    pub fn from_wire(code: &str) -> Option<Code> {
        Code::ALL.into_iter().find(|known| known.as_str() == code)
    }

    /// The general text for this code in three languages.
    #[must_use]
    pub fn text(self) -> LocalizedText {
        Words::kernel().localized(&format!("fault-{}", self.as_str().to_ascii_lowercase().replace('_', "-")), &[])
    }
}

/// A fault.
#[derive(Clone)]
pub struct Error {
    code: Code,
    external: Option<LocalizedText>,
    internal: String,
}

/// The house's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A fault of the house: `internal` is for the log, the client reads a general text.
    pub fn internal(internal: impl fmt::Display) -> Error {
        Error { code: Code::Internal, external: None, internal: internal.to_string() }
    }

    /// A fault with a code; the client reads the code's general text.
    pub fn coded(code: Code, internal: impl fmt::Display) -> Error {
        Error { code, external: None, internal: internal.to_string() }
    }

    /// A fault that the client caused and can mend: `external` says how.
    #[must_use]
    pub fn bad_input(external: LocalizedText) -> Error {
        let internal = external.en.clone();
        Error { code: Code::BadUserInput, external: Some(external), internal }
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// What the client reads.
    #[must_use]
    pub fn external(&self) -> LocalizedText {
        self.external.clone().unwrap_or_else(|| self.code.text())
    }

    /// What the log keeps. Never send it to a client.
    #[must_use]
    pub fn internal_text(&self) -> &str {
        &self.internal
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.internal)
    }
}
