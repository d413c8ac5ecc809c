//! One graph from many subgraphs: compose, limits, validate, authorize, plan, execute, merge – the stages of a request, a module each.
//!
//! **Invariants:** a subgraph is reached only through [`kernel::Subgraph`]; what the actor may not see is neither planned nor answered;
//! a failing subgraph costs its own fields and no others; nothing that a client can write makes this crate panic or work for long.

mod authorize;
mod cache;
mod compose;
mod cost;
mod direct;
mod documents;
mod everybody;
mod execute;
mod federation;
mod limits;
mod measure;
mod merge;
mod plan;
mod policy;
mod prepare;
mod response;
mod schema;
mod supergraph;
mod usage;
mod validate;
mod values;
mod watched;
mod words;

pub use compose::{
    Change, CompositionError, CompositionFault, GraphAddress, Part, api_schema, breaking_changes, compose, graphs, subgraph_types,
};
pub use direct::Direct;
pub use documents::{DocumentFault, DocumentName, Documents, TrustedDocument};
pub use federation::Federation;
pub use limits::{Exceedings, Limit, Limits};
pub use merge::merge;
pub use policy::{Introspection, Policy};
pub use prepare::Prepared;
pub use response::{GraphError, GraphRequest, GraphResponse, Location, Stage};
pub use usage::{Deprecation, Usage};
pub use values::resolve;
