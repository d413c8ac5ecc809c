//! The room's part of the graph.

mod loaders;
mod query;
mod types;

use std::sync::Arc;

use async_graphql::{EmptyMutation, EmptySubscription, Schema};
use kernel::Subgraph;
use vocabulary::LocalSubgraph;

use crate::{policy, store::Store};

pub(crate) fn subgraph(store: Store) -> Arc<dyn Subgraph> {
    let schema = Schema::build(query::Query, EmptyMutation, EmptySubscription)
        .enable_federation()
        .register_output_type::<types::Node>()
        .data(store.clone())
        .finish();
    LocalSubgraph::offer("template", schema, move |call, request| {
        call.data(vocabulary::batched(loaders::Things { store: store.clone(), scope: policy::things(&request.actor) }))
    })
}
