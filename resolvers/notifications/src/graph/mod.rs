//! The room's part of the graph.

mod loaders;
mod mutation;
mod preferences;
mod query;
mod types;

use std::sync::Arc;

use async_graphql::{EmptySubscription, Schema};
use journal::House;
use kernel::Subgraph;
use vocabulary::{LocalSubgraph, UserError};

use crate::{policy, recipient::RecipientKeys, store::Store};

pub(crate) fn subgraph(store: Store, house: &House) -> Arc<dyn Subgraph> {
    let query = query::Query { store: store.clone() };
    let keys = RecipientKeys::new(house.secret.clone());
    let mutation = mutation::Mutation { store: store.clone(), rng: Arc::clone(&house.rng), keys: keys.clone() };
    let schema = Schema::build(query, mutation, EmptySubscription)
        .enable_federation()
        .register_output_type::<types::Node>()
        .register_output_type::<UserError>()
        .finish();
    LocalSubgraph::offer("notifications", schema, move |call, request| {
        let messages = loaders::Messages { store: store.clone(), scope: policy::messages(&request.actor) };
        call.data(vocabulary::batched(messages)).data(preferences::Preferences { store: store.clone(), keys: keys.clone() })
    })
}
