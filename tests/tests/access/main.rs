//! Who may see and do what. The matrix is read from the rules in `schema/supergraph.graphql` and kept as snapshots, so that a change of
//! access is a change that a reviewer sees; a city is then asked, as each persona, whether it keeps to it.
//!
//! To renew the snapshots: `INSTA_UPDATE=always cargo test -p tests --test access`.

mod graph;
mod matrix;
mod personae;
mod probe;
