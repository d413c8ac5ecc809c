//! The room of indicators: what the city measures itself by, computed from published rows and from reports, so that every number can be
//! computed again by whoever reads it.
//!
//! **Invariants:** a value is only ever added, never changed; every value carries the formula and the inputs that gave it; numbers are exact
//! decimals; what is missing is never counted as 0.

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
        subgraph: graph::subgraph(house.clone(), store.clone()),
        handlers: vec![Arc::new(process::Computer::new(house.clone(), store))],
        documents: process::documents(),
        demo: Some(Arc::new(demo::Measures::new(house.clone()))),
        histories: None,
    }
}
