//! The room's part of the graph.

mod bounces;
mod loaders;
mod mutation;
mod preferences;
mod query;
mod types;
mod webhooks;

use std::sync::Arc;

use async_graphql::{EmptySubscription, MergedObject, Schema};
use journal::{Channels, House};
use kernel::Subgraph;
use vocabulary::{LocalSubgraph, UserError};

use crate::{
    model::{bounce::BounceMarks, webhook::WebhookKeys},
    policy,
    recipient::RecipientKeys,
    store::Store,
};

#[derive(MergedObject)]
struct Query(query::MessageQueries, bounces::NoticeQueries, webhooks::WebhookQueries);

#[derive(MergedObject)]
struct Mutation(mutation::MessageActs, bounces::BounceActs, webhooks::WebhookActs);

pub(crate) fn subgraph(store: Store, house: &House, channels: &Channels) -> Arc<dyn Subgraph> {
    let messages = query::MessageQueries { store: store.clone() };
    let query = Query(messages, bounces::NoticeQueries(store.clone()), webhooks::WebhookQueries(store.clone()));
    let keys = RecipientKeys::new(house.secret.clone());
    let messages = mutation::MessageActs { store: store.clone(), rng: Arc::clone(&house.rng), keys: keys.clone() };
    let bounces = bounces::BounceActs { store: store.clone(), keys: keys.clone(), marks: BounceMarks::new(house.secret.clone()) };
    let webhooks = webhooks::WebhookActs {
        store: store.clone(),
        rng: Arc::clone(&house.rng),
        keys: WebhookKeys::new(house.secret.clone()),
        courier: Arc::clone(&channels.courier),
    };
    let mutation = Mutation(messages, bounces, webhooks);
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
