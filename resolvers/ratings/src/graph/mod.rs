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

use crate::{policy, receipt, store::Store};

pub(crate) fn subgraph(store: Store, house: &House) -> Arc<dyn Subgraph> {
    let keys = receipt::keys(house.secret.clone());
    let mutation = mutation::Mutation { store: store.clone(), graph: house.graph.clone(), rng: Arc::clone(&house.rng), keys };
    let schema = Schema::build(query::Query, mutation, EmptySubscription)
        .enable_federation()
        .register_output_type::<types::Node>()
        .register_output_type::<UserError>()
        .finish();
    LocalSubgraph::offer("ratings", schema, move |call, request| {
        call.data(vocabulary::batched(loaders::Ratings { store: store.clone(), scope: policy::scope(&request.actor) }))
    })
}
