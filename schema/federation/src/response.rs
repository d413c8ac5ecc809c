//! What a client asks and what it is answered.

use kernel::{Code, Data, Fault, PathSegment};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value};

use crate::documents::DocumentName;

/// A GraphQL request.
#[derive(Clone, Debug, Default)]
pub struct GraphRequest {
    /// The document; empty when it is named.
    pub query: String,
    /// The name of a trusted document.
    pub document: Option<DocumentName>,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Map<String, Value>,
}

/// A line and column of the document, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// One error as GraphQL carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    /// What the reader is told.
    pub message: String,
    /// From the closed list.
    pub code: Code,
    /// Where in the document.
    pub locations: Vec<Location>,
    /// Where in the answer.
    pub path: Vec<PathSegment>,
    /// The variable at fault, with the way into its value: `input.place.point`.
    pub variable: Option<String>,
}

impl GraphError {
    pub(crate) fn new(code: Code, message: String) -> GraphError {
        GraphError { message, code, locations: Vec::new(), path: Vec::new(), variable: None }
    }
}

impl From<Fault> for GraphError {
    fn from(fault: Fault) -> GraphError {
        GraphError { path: fault.path, ..GraphError::new(fault.code, fault.message) }
    }
}

impl Serialize for GraphError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("message", &self.message)?;
        if !self.locations.is_empty() {
            map.serialize_entry("locations", &self.locations)?;
        }
        if !self.path.is_empty() {
            map.serialize_entry("path", &self.path)?;
        }
        let mut extensions = vec![("code", self.code.as_str())];
        extensions.extend(self.variable.as_deref().map(|variable| ("variable", variable)));
        map.serialize_entry("extensions", &extensions.into_iter().collect::<std::collections::BTreeMap<_, _>>())?;
        map.end()
    }
}

/// How far a request got; the HTTP status depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The document is not one that may be asked for.
    Lookup,
    /// The document cannot be parsed.
    Parse,
    /// The document does not fit the limits or the schema, or does not say which operation is meant.
    Validate,
    /// The variables do not fit the operation.
    Coerce,
    /// The operation was executed; `data` is part of the answer.
    Execute,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphResponse {
    /// The data; `None` when the operation was not executed.
    pub data: Option<Data>,
    /// What went wrong.
    pub errors: Vec<GraphError>,
    /// How far the request got.
    pub stage: Stage,
}

impl GraphResponse {
    pub(crate) fn refused(stage: Stage, errors: Vec<GraphError>) -> GraphResponse {
        GraphResponse { data: None, errors, stage }
    }
}

impl Serialize for GraphResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.errors.is_empty() {
            map.serialize_entry("errors", &self.errors)?;
        }
        if let Some(data) = &self.data {
            map.serialize_entry("data", data)?;
        }
        map.end()
    }
}
