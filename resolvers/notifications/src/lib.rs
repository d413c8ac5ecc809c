//! The room of messages to people: mail that other rooms word, its deliveries, and what could not be done.
//!
//! A message and the job that delivers it are stored in one transaction. Each try is recorded; after the last one, the message lies with the
//! dead letters until an administrator gives it another life.
//!
//! **Invariants:** addresses, subjects and texts leave the room by mail only; the coupon's key is asked for at delivery and never stored.

mod entity;
mod error;
mod graph;
mod model;
mod policy;
mod process;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use journal::{House, Mailer, Room};

/// Opens the room.
#[must_use]
pub fn room(house: &House, mailer: Arc<dyn Mailer>) -> Room {
    let store = store::Store::new(house.database.clone());
    Room {
        subgraph: graph::subgraph(store.clone(), house),
        handlers: vec![Arc::new(process::DeliverMessage::new(store, house, mailer))],
        documents: vec![&process::COUPON_KEY],
        demo: None,
        histories: None,
    }
}
