//! A subgraph that lives behind HTTP: a process of its own, another city's graph, or a system that speaks no GraphQL at all.
//!
//! **Invariants:** a subgraph's address comes from the settings and never from a request, and whatever else a person may choose as an
//! address is outside the city's network ([`Outside`]); a redirect is never followed; only what the edge forwarded
//! reaches the subgraph; whatever the subgraph does costs its own fields and no more time than its timeout.

mod along;
mod answer;
mod breaker;
mod client;
mod events;
mod exchange;
mod flights;
mod outside;
mod rest;
mod settings;
mod subgraph;
#[cfg(test)]
mod tests;
mod way;

pub use client::Client;
pub use flights::{Flight, Flights};
pub use outside::{Outside, Unsent};
pub use rest::{Endpoint, Mapping, Rest};
pub use settings::{Breaker, Settings};
pub use subgraph::Remote;
