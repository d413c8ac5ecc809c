//! The room of messages to people: mail that other rooms word, its deliveries, and what could not be done.
//!
//! What people chose decides whether a message comes at once, after their quiet hours, in one mail a day, or not at all; what the law wants
//! them to be told always comes (`model/preference.rs` holds the table).
//!
//! A message and the job that delivers it are stored in one transaction. Each try is recorded; after the last one, the message lies with the
//! dead letters until an administrator gives it another life.
//!
//! **Invariants:** addresses, subjects and texts leave the room by mail only; the coupon's key and the code of an address are asked for at delivery and never stored.

mod entity;
mod error;
mod graph;
mod model;
mod policy;
mod process;
mod recipient;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use journal::{House, Mailer, Room};

/// Opens the room. `public_url` is where people reach the city, `https://…` without a slash at its end: mail that the law does not ask for
/// then says how to end it with one click (RFC 8058).
#[must_use]
pub fn room(house: &House, mailer: Arc<dyn Mailer>, public_url: Option<String>) -> Room {
    let store = store::Store::new(house.database.clone());
    let post = process::Post::new(store.clone(), house, mailer, public_url);
    Room {
        subgraph: graph::subgraph(store, house),
        handlers: vec![Arc::new(process::DeliverMessage(Arc::clone(&post))), Arc::new(process::digest::DeliverDigest(post))],
        documents: vec![&process::COUPON_KEY],
        demo: None,
        histories: None,
    }
}
