//! How a room asks the others: with a document of its own, through the whole graph, as any client would.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::{Answer, Error, Request, Result};

/// A document that is part of the program. The server validates all of them against the graph when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Document {
    /// `room.OperationName`, for plans, logs and the start-up check.
    pub name: &'static str,
    /// The GraphQL text with one operation.
    pub text: &'static str,
}

/// The whole graph of the city. Never ask it inside a transaction: the answer may need one.
#[async_trait]
pub trait Graph: Send + Sync {
    /// Executes a document of the program.
    async fn execute(&self, document: &'static Document, variables: Map<String, Value>, request: &Arc<Request>) -> Answer;
}

/// A graph that is built after the rooms that ask it.
#[derive(Clone, Default)]
pub struct GraphHandle(Arc<OnceLock<Arc<dyn Graph>>>);

impl GraphHandle {
    /// Connects the graph, once.
    pub fn connect(&self, graph: Arc<dyn Graph>) {
        // A second graph would be a defect of the composition root; the first stays.
        drop(self.0.set(graph));
    }

    /// Asks the graph and takes the data.
    ///
    /// # Errors
    /// The first fault of the answer, or `INTERNAL` before the graph is connected.
    pub async fn ask(&self, document: &'static Document, variables: Value, request: &Arc<Request>) -> Result<Value> {
        let graph = self.0.get().ok_or_else(|| Error::internal("the graph is not connected yet"))?;
        let Value::Object(variables) = variables else { return Err(Error::internal("variables must be an object")) };
        let answer = graph.execute(document, variables, request).await;
        match answer.faults.into_iter().next() {
            Some(fault) => Err(Error::coded(fault.code, format!("{}: {}", document.name, fault.message))),
            None => Ok(answer.data.into()),
        }
    }
}
