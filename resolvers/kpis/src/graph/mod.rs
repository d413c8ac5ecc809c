//! The room's part of the graph.

mod acts;
mod definition;
mod loaders;
mod mutation;
mod observation;
mod query;
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
    LocalSubgraph::offer("kpis", schema, move |call, _| call.data(vocabulary::batched(loaders::Indicators { store: store.clone() })))
}
