//! What a room offers: a federation v2 subgraph, in this process or behind HTTP.

use std::{
    any::Any,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};

use crate::{Code, Data, Fields, Locale, Request};

/// The kind of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Changes, in order.
    Mutation,
    /// Listens.
    Subscription,
}

/// One operation on one subgraph. A plan keeps it and calls it many times, so the subgraph may keep what it prepared from the text.
pub struct Operation {
    /// Query, mutation or subscription.
    pub kind: OperationKind,
    /// The GraphQL document; it holds exactly one operation.
    pub text: String,
    prepared: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Operation {
    /// An operation that nothing was prepared for yet.
    #[must_use]
    pub fn new(kind: OperationKind, text: String) -> Operation {
        Operation { kind, text, prepared: OnceLock::new() }
    }

    /// What the subgraph made of the text the first time, e.g. a parsed document. One subgraph uses one type `T`; `None` when another
    /// type was kept first.
    pub fn prepared<T: Any + Send + Sync>(&self, prepare: impl FnOnce(&str) -> T) -> Option<&T> {
        self.prepared.get_or_init(|| Box::new(prepare(&self.text))).downcast_ref()
    }
}

/// One call.
pub struct Call<'a> {
    /// What is asked.
    pub operation: &'a Arc<Operation>,
    /// The values of its variables.
    pub variables: Fields,
    /// For whom, in which language, at which instant.
    pub request: &'a Arc<Request>,
}

/// A step in the path of a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PathSegment {
    /// A response key.
    Field(String),
    /// A place in a list.
    Index(usize),
}

/// A fault as GraphQL carries it. The message may be read by the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What the client reads.
    pub message: String,
    /// From the closed list.
    pub code: Code,
    /// Where in the answer.
    pub path: Vec<PathSegment>,
}

impl Fault {
    /// A fault with the general text of its code, in the reader's language, without a place yet.
    #[must_use]
    pub fn general(code: Code, locale: Locale) -> Fault {
        Fault { message: code.text().get(locale).to_owned(), code, path: Vec::new() }
    }
}

/// A subgraph's answer.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The data; `Null` when there is none.
    pub data: Data,
    /// What went wrong.
    pub faults: Vec<Fault>,
}

/// A federation v2 subgraph.
#[async_trait]
pub trait Subgraph: Send + Sync {
    /// Its name in the supergraph: lower-case letters, digits and underscores.
    fn name(&self) -> &str;

    /// Its schema in federation v2 SDL.
    fn sdl(&self) -> &str;

    /// Answers a query or a mutation.
    async fn execute(&self, call: Call<'_>) -> Answer;

    /// Starts a subscription. The stream ends with the subscription.
    async fn subscribe(&self, call: Call<'_>) -> BoxStream<'static, Answer>;
}
