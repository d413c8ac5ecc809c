//! The room of things: say here what it is for, in one sentence.
//!
//! **Invariants:** say here what must always hold, and what this room never does.

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
        demo: Some(Arc::new(demo::Things::new(store, Arc::clone(&house.clock)))),
        histories: None,
    }
}
