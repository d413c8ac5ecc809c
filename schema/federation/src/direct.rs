//! One subgraph asked directly, as a router in front of the rooms asks it: nothing is planned, and the room's own policy decides.

use std::sync::Arc;

use futures_util::{StreamExt, stream::BoxStream};
use kernel::{Answer, Call, Fields, Locale, Operation, OperationKind, Request, Subgraph};

use crate::{
    Federation,
    prepare::{PARSED_TIMES, REMEMBERED_BYTES_MAX},
    response::{GraphError, GraphRequest, GraphResponse, Stage},
    validate::{operation_kind, parse, select},
};

/// A request to one subgraph.
pub struct Direct {
    subgraph: Arc<dyn Subgraph>,
    operation: Arc<Operation>,
    variables: Fields,
}

impl Federation {
    /// Prepares a request to one subgraph; `None` when there is no such subgraph. Whoever may ask so has to be decided before: neither
    /// limits nor `@requiresScopes` nor `@inaccessible` stand in between.
    ///
    /// # Errors
    /// The answer to send instead, when the document cannot be parsed or does not say which operation is meant.
    pub fn direct(&self, name: &str, params: GraphRequest, locale: Locale) -> Option<Result<Direct, GraphResponse>> {
        let subgraph = self.subgraph(name)?;
        let key = format!("{name} {}", params.query);
        let known = self.direct_operations().get(&key);
        let operation = known.map_or_else(
            || {
                let operation = read(params.query, params.operation_name.as_deref(), locale)?;
                if key.len() <= REMEMBERED_BYTES_MAX {
                    let bytes = key.len() * PARSED_TIMES;
                    self.direct_operations().insert(key, Arc::clone(&operation), bytes);
                }
                Ok(operation)
            },
            Ok,
        );
        Some(operation.map(|operation| Direct { subgraph, operation, variables: params.variables.into() }))
    }
}

/// Reads a document with one operation, which is what routers send.
fn read(text: String, operation_name: Option<&str>, locale: Locale) -> Result<Arc<Operation>, GraphResponse> {
    let document = parse(&text, None, &mut Vec::new(), locale)?;
    let kind = operation_kind(select(&document, operation_name, locale)?);
    // A subgraph is called with one operation; of several it could not know which is meant.
    select(&document, None, locale)?;
    Ok(Arc::new(Operation::new(kind, text)))
}

impl Direct {
    /// Query, mutation or subscription.
    #[must_use]
    pub fn kind(&self) -> OperationKind {
        self.operation.kind
    }

    /// Asks for one answer.
    pub async fn execute(self, request: &Arc<Request>) -> GraphResponse {
        let Direct { subgraph, operation, variables } = self;
        respond(subgraph.execute(Call { operation: &operation, variables, request }).await)
    }

    /// Starts a subscription.
    pub async fn subscribe(self, request: &Arc<Request>) -> BoxStream<'static, GraphResponse> {
        let Direct { subgraph, operation, variables } = self;
        subgraph.subscribe(Call { operation: &operation, variables, request }).await.map(respond).boxed()
    }
}

fn respond(answer: Answer) -> GraphResponse {
    let errors = answer.faults.into_iter().map(GraphError::from).collect();
    GraphResponse { data: Some(answer.data), errors, stage: Stage::Execute }
}
