//! The room's part of the graph.

mod loaders;
mod mutation;
mod query;
mod rows;
mod subscription;
mod types;

use std::sync::Arc;

use async_graphql::Schema;
use journal::House;
use kernel::Subgraph;
use vocabulary::LocalSubgraph;

use crate::store::Store;

pub(crate) fn subgraph(house: House, store: Store) -> Arc<dyn Subgraph> {
    let schema = Schema::build(query::Query, mutation::Mutation, subscription::Subscription)
        .enable_federation()
        .enable_subscription_in_federation()
        .register_output_type::<types::Node>()
        .register_output_type::<vocabulary::UserError>()
        .data(store.clone())
        .data(house)
        .finish();
    LocalSubgraph::offer("datasets", schema, move |call, _| call.data(vocabulary::batched(loaders::Catalogue { store: store.clone() })))
}
