//! The room of messages to people: mail that other rooms word, its deliveries, and what could not be done.
//!
//! What people chose decides whether a message comes at once, after their quiet hours, in one mail a day, or not at all; what the law wants
//! them to be told always comes (`model/preference.rs` holds the table).
//!
//! A message and the job that delivers it are stored in one transaction. Each try is recorded; after the last one, the message lies with the
//! dead letters until an administrator gives it another life.
//!
//! Whoever asked for it is told by HTTP what happens to reports, without anything about a person (`model/webhook.rs`).
//!
//! Mail that came back is known by the mark in its return path (`model/bounce.rs`): those who work the case are told, and its address is spared
//! for a while what nobody has to be told.
//!
//! **Invariants:** addresses, subjects and texts leave the room by mail only; the coupon's key and the code of an address are asked for at
//! delivery and never stored, and the secret of a webhook is stored nowhere.

mod entity;
mod error;
mod graph;
mod letters;
mod model;
mod policy;
mod process;
mod recipient;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use journal::{Channels, House, Room};

/// Opens the room, with the ways by which it reaches people.
#[must_use]
pub fn room(house: &House, channels: &Channels) -> Room {
    let store = store::Store::new(house.database.clone());
    let post = process::Post::new(store.clone(), house, channels);
    Room {
        subgraph: graph::subgraph(store.clone(), house, channels),
        handlers: vec![
            Arc::new(process::DeliverMessage(Arc::clone(&post))),
            Arc::new(process::digest::DeliverDigest(post)),
            Arc::new(process::bounce::AnnounceBounce::new(house)),
            Arc::new(process::code::DeliverCode::new(store.clone(), house, channels)),
            Arc::new(process::ping::DeliverPing::new(store.clone(), house, channels)),
            Arc::new(process::webhook::DeliverWebhook::new(store, house, channels)),
        ],
        documents: vec![&process::COUPON_KEY, &process::bounce::NOTE_BOUNCE],
        demo: None,
        histories: None,
    }
}
