//! Which subgraphs a supergraph is made of, and where they answer (join v0.1–v0.5, `@join__graph`).

use graphql_tools::{
    parser::parse_schema,
    static_graphql::schema::{Directive, Document},
};

use super::{
    CompositionError,
    joined::{all_graphs, string_argument},
};

/// A subgraph as its supergraph names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphAddress {
    /// Its name.
    pub name: String,
    /// Where it answers; may be empty in a supergraph that was composed without addresses.
    pub url: String,
}

/// Reads the subgraphs out of a supergraph, in its order.
///
/// # Errors
/// When the text is not SDL, or is no supergraph.
pub fn graphs(supergraph: &str) -> Result<Vec<GraphAddress>, CompositionError> {
    let document = parse_schema::<String>(supergraph).map_err(|error| CompositionError::of(None, error))?.into_static();
    graphs_of(&document)
}

/// The same for a supergraph that is parsed already.
pub(crate) fn graphs_of(supergraph: &Document) -> Result<Vec<GraphAddress>, CompositionError> {
    let graphs = all_graphs(supergraph);
    if graphs.is_empty() {
        return Err(CompositionError::of(None, "no enum join__Graph names subgraphs: this is not a supergraph"));
    }
    let text = |directive: &Directive, name: &str| string_argument(directive, name).unwrap_or_default().to_owned();
    let read = |directive: &Directive| GraphAddress { name: text(directive, "name"), url: text(directive, "url") };
    Ok(graphs.into_iter().map(|(_, directive)| read(directive)).collect())
}
