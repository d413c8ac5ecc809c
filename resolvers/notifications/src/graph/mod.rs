//! The room's part of the graph.

mod bounces;
mod endpoints;
mod loaders;
mod mutation;
mod phones;
mod preferences;
mod query;
mod telegram;
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
struct Query(query::MessageQueries, bounces::NoticeQueries, webhooks::WebhookQueries, endpoints::EndpointQueries);

#[derive(MergedObject)]
struct Mutation(
    mutation::MessageActs,
    bounces::BounceActs,
    webhooks::WebhookActs,
    endpoints::EndpointActs,
    telegram::TelegramActs,
    phones::PhoneActs,
);

pub(crate) fn subgraph(store: Store, house: &House, channels: &Channels) -> Arc<dyn Subgraph> {
    let messengers = channels.messengers.clone();
    let messages = query::MessageQueries { store: store.clone() };
    let query = Query(
        messages,
        bounces::NoticeQueries(store.clone()),
        webhooks::WebhookQueries(store.clone()),
        endpoints::EndpointQueries(messengers.clone()),
    );
    let keys = RecipientKeys::new(house.secret.clone());
    let messages = mutation::MessageActs { store: store.clone(), rng: Arc::clone(&house.rng), keys: keys.clone() };
    let bounces = bounces::BounceActs { store: store.clone(), keys: keys.clone(), marks: BounceMarks::new(house.secret.clone()) };
    let webhooks = webhooks::WebhookActs {
        store: store.clone(),
        rng: Arc::clone(&house.rng),
        keys: WebhookKeys::new(house.secret.clone()),
        courier: Arc::clone(&channels.courier),
    };
    let ways = endpoints::Ways { store: store.clone(), rng: Arc::clone(&house.rng), keys: keys.clone(), messengers };
    let (telegram, phones) = (telegram::TelegramActs(ways.clone()), phones::PhoneActs(ways.clone()));
    let mutation = Mutation(messages, bounces, webhooks, endpoints::EndpointActs(ways), telegram, phones);
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
