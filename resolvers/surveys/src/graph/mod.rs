//! The room's part of the graph.

mod input;
mod loaders;
mod mutation;
mod query;
mod results;
mod types;

use std::sync::Arc;

use async_graphql::{EmptySubscription, Schema};
use kernel::Subgraph;
use vocabulary::{LocalSubgraph, UserError};

use crate::{acts::Acts, policy, store::Store};

pub(crate) fn subgraph(store: Store, acts: Acts) -> Arc<dyn Subgraph> {
    let schema = Schema::build(query::Query, mutation::Mutation(acts), EmptySubscription)
        .enable_federation()
        .register_output_type::<types::Node>()
        .register_output_type::<UserError>()
        .data(store.clone())
        .finish();
    LocalSubgraph::offer("surveys", schema, move |call, request| {
        call.data(vocabulary::batched(loaders::Surveys { store: store.clone(), scope: policy::scope(&request.actor) }))
    })
}
