//! The room's part of the graph.

mod appeals;
mod areas;
mod attachments;
mod bulk;
mod calendar;
mod case;
mod enums;
mod identity;
mod incidents;
mod inputs;
mod intake;
mod learning;
mod loaders;
mod mutation;
mod neighbours;
pub(crate) mod notices;
mod parts;
mod past;
mod payloads;
mod places;
mod public;
mod query;
mod queues;
mod readings;
mod reasons;
mod receipts;
mod rules;
mod subscription;
mod subtasks;
mod suggestions;
mod templates;
mod types;
mod work;

use std::sync::Arc;

use async_graphql::{Context, Schema};
use kernel::Subgraph;
use vocabulary::{LocalSubgraph, UserError};

use crate::{desk::Desk, policy, store::Store};

pub(crate) fn subgraph(desk: Desk) -> Arc<dyn Subgraph> {
    let store = Store(desk.house.database.reader.clone());
    let (writer, rng) = (desk.house.database.writer.clone(), Arc::clone(&desk.house.rng));
    let graph = desk.house.graph.clone();
    let schema = Schema::build(query::Query::default(), mutation::Mutation::default(), subscription::Subscription)
        .enable_federation()
        .enable_subscription_in_federation()
        .register_output_type::<types::Node>()
        .register_output_type::<UserError>()
        .data(desk)
        .data(store.clone())
        .finish();
    LocalSubgraph::offer("feedback", schema, move |call, request| {
        let reports = loaders::Reports {
            store: store.clone(),
            writer: writer.clone(),
            rng: Arc::clone(&rng),
            actor: request.actor.clone(),
            scope: policy::scope(&request.actor),
            now: request.now,
        };
        call.data(vocabulary::batched(reports)).data(vocabulary::batched(notices::Notices::new(graph.clone(), request)))
    })
}

/// Reads that are not batched: roots and pages of one parent.
fn store<'a>(ctx: &Context<'a>) -> &'a Store {
    ctx.data_unchecked::<Store>()
}
