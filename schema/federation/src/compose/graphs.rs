//! Which subgraphs a supergraph is made of, and where they answer (join v0.1–v0.5, `@join__graph`).

use graphql_tools::{
    parser::{parse_schema, schema::Definition},
    static_graphql::schema::{Directive, TypeDefinition, Value},
};

use super::CompositionError;

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
    let document = parse_schema::<String>(supergraph).map_err(|error| CompositionError::of(None, error))?;
    let values = document.into_static().definitions.into_iter().find_map(|definition| match definition {
        Definition::TypeDefinition(TypeDefinition::Enum(graphs)) if graphs.name == "join__Graph" => Some(graphs.values),
        _ => None,
    });
    let values = values.ok_or_else(|| CompositionError::of(None, "there is no enum join__Graph: this is not a supergraph"))?;
    let read = |directive: &Directive| GraphAddress { name: text(directive, "name"), url: text(directive, "url") };
    let named = values.iter().filter_map(|value| value.directives.iter().find(|directive| directive.name == "join__graph"));
    Ok(named.map(read).collect())
}

fn text(directive: &Directive, name: &str) -> String {
    let value = directive.arguments.iter().find_map(|(argument, value)| match value {
        Value::String(text) if argument == name => Some(text.clone()),
        _ => None,
    });
    value.unwrap_or_default()
}
