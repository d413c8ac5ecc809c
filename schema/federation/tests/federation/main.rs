//! The federation over three small rooms, as a client sees it.

mod compose;
mod documents;
mod faults;
mod joins;
mod rooms;

use std::sync::Arc;

use federation::{Federation, GraphRequest, GraphResponse, Limits};
use kernel::{Actor, Request};
use rooms::Handle;
use serde_json::{Value, json};

/// The city of the tests.
pub(crate) struct City {
    pub(crate) federation: Federation,
    pub(crate) services: Handle,
    pub(crate) directory: Handle,
    pub(crate) ratings: Handle,
}

impl City {
    pub(crate) fn new() -> City {
        let (services, directory, ratings) = (rooms::services::room(), rooms::directory::room(), rooms::ratings::room());
        let subgraphs = [&services, &directory, &ratings].map(|room| Arc::clone(&room.subgraph)).to_vec();
        City { federation: Federation::new(subgraphs, Limits::default()).unwrap(), services, directory, ratings }
    }

    pub(crate) async fn answer(&self, query: &str, variables: Value, request: &Arc<Request>) -> GraphResponse {
        let Value::Object(variables) = variables else { panic!("variables are an object") };
        let params = GraphRequest { query: query.to_owned(), operation_name: None, variables };
        self.federation.execute(params, request).await
    }

    /// Asks as nobody in particular and shows the whole answer.
    pub(crate) async fn ask(&self, query: &str) -> Value {
        self.ask_as(Actor::Anonymous, query).await
    }

    pub(crate) async fn ask_as(&self, actor: Actor, query: &str) -> Value {
        serde_json::to_value(self.answer(query, json!({}), &rooms::request(actor)).await).unwrap()
    }

    pub(crate) fn calls(&self) -> u64 {
        self.federation.calls().iter().map(|(_, calls)| calls).sum()
    }
}
