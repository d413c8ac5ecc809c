//! From a subgraph's JSON to an answer (GraphQL September 2025 §7).

use kernel::{Answer, Code, Data, Fault, PathSegment, Request};
use serde::Deserialize;

/// A response as it comes over the wire.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Body {
    #[serde(default)]
    data: Data,
    #[serde(default)]
    errors: Vec<WireError>,
}

#[derive(Clone, Debug, Deserialize)]
struct WireError {
    #[serde(default)]
    message: String,
    #[serde(default)]
    path: Option<Vec<PathSegment>>,
    #[serde(default)]
    extensions: Option<Extensions>,
}

#[derive(Clone, Debug, Deserialize)]
struct Extensions {
    #[serde(default)]
    code: Option<Data>,
}

impl Body {
    /// Reads a response; `None` when it is none.
    pub(crate) fn read(bytes: &[u8]) -> Option<Body> {
        let body: Body = serde_json::from_slice(bytes).ok()?;
        let is_response = matches!(body.data, Data::Object(_)) || body.data.is_null() && !body.errors.is_empty();
        is_response.then_some(body)
    }

    /// The answer. Errors with a code that the house knows speak for themselves; the words of others are shown to clients only when
    /// `show_errors` says so, and are otherwise for the log.
    pub(crate) fn answer(self, subgraph: &str, request: &Request, show_errors: bool) -> Answer {
        let fault = |error: WireError| {
            let code = error.extensions.as_ref().and_then(|extensions| extensions.code.as_ref()?.as_str().and_then(Code::from_wire));
            let known = code.filter(|code| *code != Code::Internal);
            let mut fault = Fault::general(known.unwrap_or(Code::SubgraphUnavailable), request.locale);
            if known.is_some() || show_errors {
                fault.message = error.message;
            } else {
                tracing::warn!(subgraph, request_id = %request.id, message = error.message, "a subgraph answered with an error");
            }
            Fault { path: error.path.unwrap_or_default(), ..fault }
        };
        Answer { data: self.data, faults: self.errors.into_iter().map(fault).collect() }
    }
}

/// The answer when there is none.
pub(crate) fn unavailable(code: Code, request: &Request) -> Answer {
    Answer { data: Data::Null, faults: vec![Fault::general(code, request.locale)] }
}
