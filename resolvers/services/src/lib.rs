//! The room of the catalogue: what the city does for people, through which systems and channels, at what price and in what time.
//!
//! **Invariants:** nothing is told as certain that was not checked: each service carries its confidence, and a source system that is not
//! joined has an unknown health. Whoever provides a service is named by id alone; the room asks nobody.

mod demo;
mod entity;
mod error;
mod graph;
mod model;
mod policy;
mod store;
#[cfg(test)]
mod tests;
mod words;

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
        demo: Some(Arc::new(demo::Catalogue::new(store))),
        histories: None,
    }
}
