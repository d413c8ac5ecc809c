//! The room of open data: a catalogue of datasets with declared schemas, and their immutable versions, whose rows anyone may filter, order,
//! page through and add up.
//!
//! **Invariants:** types are declared before the first row and never guessed; a version never changes; a version is there as a whole or not
//! at all; sums are exact.

mod demo;
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

use journal::{House, Room};

/// Opens the room.
#[must_use]
pub fn room(house: &House) -> Room {
    let store = store::Store::new(house.database.clone());
    Room {
        subgraph: graph::subgraph(house.clone(), store),
        handlers: vec![Arc::new(process::Teller::new(house.clone()))],
        documents: vec![&process::RECOMPUTE],
        demo: Some(Arc::new(demo::OpenData::new(house.clone()))),
        histories: None,
    }
}
