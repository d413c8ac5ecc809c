//! The city of the tests.

use std::sync::Arc;

use crate::rooms::{self, Handle};
use federation::{Federation, GraphRequest, GraphResponse, Policy};
use kernel::{Actor, Request};
use serde_json::{Value, json};

/// The city of the tests.
pub struct City {
    pub federation: Federation,
    pub services: Handle,
    pub directory: Handle,
    pub ratings: Handle,
}

impl City {
    pub fn new() -> City {
        City::with(Policy::default())
    }

    pub fn with(policy: impl Into<Policy>) -> City {
        let (services, directory, ratings) = (rooms::services::room(), rooms::directory::room(), rooms::ratings::room());
        let subgraphs = [&services, &directory, &ratings].map(|room| Arc::clone(&room.subgraph)).to_vec();
        City { federation: Federation::new(subgraphs, policy).unwrap(), services, directory, ratings }
    }

    pub async fn answer(&self, query: &str, variables: Value, request: &Arc<Request>) -> GraphResponse {
        let Value::Object(variables) = variables else { panic!("variables are an object") };
        let params = GraphRequest { query: query.to_owned(), variables, ..GraphRequest::default() };
        self.federation.execute(params, request).await
    }

    /// Asks as nobody in particular and shows the whole answer.
    pub async fn ask(&self, query: &str) -> Value {
        self.ask_as(Actor::Anonymous, query).await
    }

    pub async fn ask_as(&self, actor: Actor, query: &str) -> Value {
        serde_json::to_value(self.answer(query, json!({}), &rooms::request(actor)).await).unwrap()
    }

    pub fn calls(&self) -> u64 {
        self.federation.calls().iter().map(|(_, calls)| calls).sum()
    }
}
