//! The room's part of the graph.

mod loaders;
mod mutation;
mod query;
mod types;

use std::sync::Arc;

use async_graphql::{EmptySubscription, Schema};
use journal::House;
use kernel::Subgraph;
use vocabulary::{LocalSubgraph, UserError};

use crate::{policy, store::Store};

pub(crate) fn subgraph(store: Store, house: &House) -> Arc<dyn Subgraph> {
    let query = query::Query { store: store.clone() };
    let mutation = mutation::Mutation { store: store.clone(), rng: Arc::clone(&house.rng) };
    let schema = Schema::build(query, mutation, EmptySubscription)
        .enable_federation()
        .register_output_type::<types::Node>()
        .register_output_type::<UserError>()
        .finish();
    LocalSubgraph::offer("notifications", schema, move |call, request| {
        call.data(vocabulary::batched(loaders::Messages { store: store.clone(), scope: policy::messages(&request.actor) }))
    })
}
