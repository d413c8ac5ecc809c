//! The room of e-Halyk: what people think of a service they received, and of an answer they were given.
//!
//! A mark never stands as a bare mean: what leaves the room is how many rated, how the marks are spread, and an estimate with its
//! uncertainty, all through the suppression gate. A low mark with a comment opens a case by itself.
//!
//! **Invariants:** a mark is appended and never changed, though its comment can be erased; an answer has one mark, and a report one for each of
//! its answers; who rated and what they wrote reaches no public field; a mark and the job that opens its case are stored in one transaction.

mod ask;
mod demo;
mod entity;
mod error;
mod graph;
mod model;
mod policy;
mod process;
mod receipt;
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
        subgraph: graph::subgraph(store.clone(), house),
        handlers: vec![Arc::new(process::OpenCase::new(store.clone(), house))],
        documents: ask::DOCUMENTS.to_vec(),
        demo: Some(Arc::new(demo::Marks::new(store, Arc::clone(&house.clock)))),
        histories: None,
    }
}
