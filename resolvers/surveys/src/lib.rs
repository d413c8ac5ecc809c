//! The room of surveys: questionnaires with branches, ballots that are given once to a person, and results that name nobody.
//!
//! **Invariants:** an anonymous response is stored without a person, an instant or an order; counts leave only through the suppression gate;
//! a questionnaire is sound before it opens and does not change afterwards.

mod acts;
mod answer;
mod ask;
mod ballot;
mod check;
mod condition;
mod demo;
mod entity;
mod error;
mod graph;
mod model;
mod policy;
mod results;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use journal::{House, Room};

/// Opens the room.
#[must_use]
pub fn room(house: &House) -> Room {
    let store = store::Store::new(house.database.clone());
    let acts = acts::Acts::new(store.clone(), house);
    Room {
        subgraph: graph::subgraph(store.clone(), acts),
        handlers: Vec::new(),
        documents: ask::DOCUMENTS.to_vec(),
        demo: Some(Arc::new(demo::Questionnaires::new(store, Arc::clone(&house.clock)))),
        histories: None,
    }
}
