//! The room of who is responsible: parties, the districts they serve, the officers who work there, and the viewer who asks.
//!
//! **Invariants:** ids of parties and districts follow from their slugs, so every room can name them without asking; an officer's address
//! leaves this room only for the house itself.

mod demo;
mod entity;
mod error;
mod graph;
mod model;
mod policy;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use journal::{House, Room};

/// Opens the room.
#[must_use]
pub fn room(house: &House) -> Room {
    let store = store::Store::new(house.database.clone());
    Room {
        subgraph: graph::subgraph(store.clone()),
        handlers: Vec::new(),
        documents: Vec::new(),
        demo: Some(Arc::new(demo::City::new(store))),
        histories: None,
    }
}
