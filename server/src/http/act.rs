//! What the edge asks of the graph on its own: an act, of which it needs to know no more than whether it was carried out.

use std::sync::Arc;

use journal::House;
use kernel::{Code, Document, Request};
use serde_json::{Value, json};

/// What became of an act.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// The codes of its refusals.
    Refused(Vec<String>),
    /// It may be carried out later.
    Later,
}

/// Asks for the act of a document with one input, whose payload is at `field`.
pub(super) async fn act(house: &House, document: &'static Document, field: &str, input: Value, request: &Arc<Request>) -> Outcome {
    match house.graph.ask(document, json!({ "input": input }), request).await {
        Ok(data) => match data[field]["errors"].as_array() {
            Some(errors) if errors.is_empty() => Outcome::Done,
            Some(errors) => Outcome::Refused(errors.iter().filter_map(|error| error["code"].as_str()).map(str::to_owned).collect()),
            None => Outcome::Later,
        },
        Err(error) => {
            if error.code() == Code::Internal {
                tracing::error!(document = document.name, error = error.internal_text(), "an act of the edge was not carried out");
            }
            Outcome::Later
        }
    }
}
