//! The join directives of a supergraph (specs.apollo.dev/join): reading and writing them.

use std::collections::{BTreeMap, BTreeSet};

use graphql_tools::{
    parser::{Pos, schema::Definition},
    static_graphql::schema::{Directive, Document, Field, TypeDefinition, Value},
};

/// The text of an argument.
pub(super) fn string_argument<'a>(directive: &'a Directive, name: &str) -> Option<&'a str> {
    directive.arguments.iter().find_map(|(argument, value)| match value {
        Value::String(text) if argument == name => Some(text.as_str()),
        _ => None,
    })
}

/// The value of `join__Graph` that a directive names.
pub(super) fn graph_of(directive: &Directive) -> Option<&str> {
    directive.arguments.iter().find_map(|(argument, value)| match value {
        Value::Enum(graph) if argument == "graph" => Some(graph.as_str()),
        _ => None,
    })
}

pub(super) fn has(directives: &[Directive], name: &str) -> bool {
    directives.iter().any(|directive| directive.name == name)
}

/// A directive that says nothing but in which subgraph something is.
pub(super) fn on_graph(name: &str, graph: &str) -> Directive {
    Directive { position: Pos::default(), name: name.to_owned(), arguments: vec![("graph".to_owned(), Value::Enum(graph.to_owned()))] }
}

pub(super) fn directives_of(definition: &mut TypeDefinition) -> &mut Vec<Directive> {
    match definition {
        TypeDefinition::Scalar(scalar) => &mut scalar.directives,
        TypeDefinition::Object(object) => &mut object.directives,
        TypeDefinition::Interface(interface) => &mut interface.directives,
        TypeDefinition::Union(union) => &mut union.directives,
        TypeDefinition::Enum(values) => &mut values.directives,
        TypeDefinition::InputObject(input) => &mut input.directives,
    }
}

pub(super) fn type_directives(definition: &TypeDefinition) -> &[Directive] {
    match definition {
        TypeDefinition::Scalar(scalar) => &scalar.directives,
        TypeDefinition::Object(object) => &object.directives,
        TypeDefinition::Interface(interface) => &interface.directives,
        TypeDefinition::Union(union) => &union.directives,
        TypeDefinition::Enum(values) => &values.directives,
        TypeDefinition::InputObject(input) => &input.directives,
    }
}

/// The subgraphs that a type is in, as values of `join__Graph`.
pub(super) fn graph_values(definition: &TypeDefinition) -> BTreeSet<String> {
    let homes = type_directives(definition).iter().filter(|directive| directive.name == "join__type");
    homes.filter_map(graph_of).map(str::to_owned).collect()
}

/// All values of `join__Graph` in their order, each with the directive that names its subgraph.
pub(super) fn all_graphs(supergraph: &Document) -> Vec<(&str, &Directive)> {
    let values = supergraph.definitions.iter().find_map(|definition| match definition {
        Definition::TypeDefinition(TypeDefinition::Enum(graphs)) if graphs.name == "join__Graph" => Some(&graphs.values),
        _ => None,
    });
    let named = values.into_iter().flatten().filter_map(|value| {
        let directive = value.directives.iter().find(|directive| directive.name == "join__graph")?;
        Some((value.name.as_str(), directive))
    });
    named.collect()
}

/// The values of `join__Graph` by the names of their subgraphs.
pub(super) fn values_by_name(supergraph: &Document) -> BTreeMap<String, String> {
    let named = all_graphs(supergraph).into_iter();
    named.filter_map(|(value, directive)| Some((string_argument(directive, "name")?.to_owned(), value.to_owned()))).collect()
}

/// A field that is on its way to another subgraph has the label in both (join v0.4, `overrideLabel`); a reader takes a subgraph without
/// one for where the field is and stays. Not every composition says it of the old one.
pub(super) fn label_overridden(supergraph: &mut Document) {
    let values = values_by_name(supergraph);
    for definition in &mut supergraph.definitions {
        let fields = match definition {
            Definition::TypeDefinition(TypeDefinition::Object(object)) => &mut object.fields,
            Definition::TypeDefinition(TypeDefinition::Interface(interface)) => &mut interface.fields,
            _ => continue,
        };
        fields.iter_mut().for_each(|field| label(field, &values));
    }
}

fn label(field: &mut Field, values: &BTreeMap<String, String>) {
    let moved = field.directives.iter().filter(|directive| directive.name == "join__field").filter_map(|directive| {
        let graph = values.get(string_argument(directive, "override")?)?;
        Some((graph.clone(), string_argument(directive, "overrideLabel")?.to_owned()))
    });
    for (graph, label) in moved.collect::<Vec<_>>() {
        let old = field.directives.iter_mut().find(|directive| {
            directive.name == "join__field" && graph_of(directive) == Some(&*graph) && string_argument(directive, "overrideLabel").is_none()
        });
        if let Some(old) = old {
            old.arguments.push(("overrideLabel".to_owned(), Value::String(label)));
        }
    }
}
