//! What clients see of the supergraph: no machinery, nothing `@inaccessible`.

use graphql_tools::{
    parser::{parse_schema, schema::Definition},
    static_graphql::schema::{Directive, Document, Field, InputValue, TypeDefinition},
};

use super::{
    CompositionError,
    machinery::{is_machinery_directive, is_machinery_type},
    modern,
};

/// Directives that say something to clients; the others are for the subgraphs and the router.
const PUBLIC: [&str; 3] = ["deprecated", "oneOf", "specifiedBy"];

/// Directives that every GraphQL service has.
const BUILT_IN: [&str; 5] = ["deprecated", "include", "oneOf", "skip", "specifiedBy"];

/// Derives the public SDL from the supergraph's.
///
/// # Errors
/// When the supergraph cannot be read.
pub fn api_schema(supergraph: &str) -> Result<String, CompositionError> {
    let document = parse_schema::<String>(supergraph).map_err(|error| CompositionError::of(None, error))?.into_static();
    Ok(api_document(&modern(document)?).to_string())
}

/// The same for a supergraph that is parsed already.
pub(crate) fn api_document(supergraph: &Document) -> Document {
    let mut definitions = Vec::with_capacity(supergraph.definitions.len());
    for definition in &supergraph.definitions {
        match definition {
            Definition::SchemaDefinition(root) => {
                let mut root = root.clone();
                root.directives.clear();
                definitions.push(Definition::SchemaDefinition(root));
            }
            Definition::DirectiveDefinition(directive) => {
                let executable = directive.locations.iter().any(graphql_tools::parser::schema::DirectiveLocation::is_query);
                if executable && !is_machinery_directive(&directive.name) && !BUILT_IN.contains(&directive.name.as_str()) {
                    definitions.push(Definition::DirectiveDefinition(directive.clone()));
                }
            }
            Definition::TypeDefinition(definition) if !is_machinery_type(definition.name()) => {
                definitions.extend(public_type(definition).map(Definition::TypeDefinition));
            }
            Definition::TypeDefinition(_) | Definition::TypeExtension(_) => {}
        }
    }
    drop_hidden_references(&mut definitions);
    Document { definitions }
}

fn public_type(definition: &TypeDefinition) -> Option<TypeDefinition> {
    let mut definition = definition.clone();
    let visible = match &mut definition {
        TypeDefinition::Scalar(scalar) => publish(&mut scalar.directives),
        TypeDefinition::Object(object) => publish(&mut object.directives) && publish_fields(&mut object.fields),
        TypeDefinition::Interface(interface) => publish(&mut interface.directives) && publish_fields(&mut interface.fields),
        TypeDefinition::Union(union) => publish(&mut union.directives),
        TypeDefinition::Enum(values) => {
            values.values.retain_mut(|value| publish(&mut value.directives));
            publish(&mut values.directives) && !values.values.is_empty()
        }
        TypeDefinition::InputObject(input) => {
            publish_inputs(&mut input.fields);
            publish(&mut input.directives) && !input.fields.is_empty()
        }
    };
    visible.then_some(definition)
}

/// Keeps the public directives; says whether the element may be seen at all.
fn publish(directives: &mut Vec<Directive>) -> bool {
    let visible = !directives.iter().any(|directive| directive.name == "inaccessible");
    directives.retain(|directive| PUBLIC.contains(&directive.name.as_str()));
    visible
}

fn publish_fields(fields: &mut Vec<Field>) -> bool {
    fields.retain_mut(|field| {
        publish_inputs(&mut field.arguments);
        publish(&mut field.directives)
    });
    !fields.is_empty()
}

fn publish_inputs(inputs: &mut Vec<InputValue>) {
    inputs.retain_mut(|input| publish(&mut input.directives));
}

/// An interface or a union member that is hidden is not named by what is not.
fn drop_hidden_references(definitions: &mut [Definition<'static, String>]) {
    let names: Vec<String> = definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::TypeDefinition(definition) => Some(definition.name().to_owned()),
            _ => None,
        })
        .collect();
    for definition in definitions {
        match definition {
            Definition::TypeDefinition(TypeDefinition::Object(object)) => object.implements_interfaces.retain(|name| names.contains(name)),
            Definition::TypeDefinition(TypeDefinition::Interface(interface)) => {
                interface.implements_interfaces.retain(|name| names.contains(name));
            }
            Definition::TypeDefinition(TypeDefinition::Union(union)) => union.types.retain(|name| names.contains(name)),
            _ => {}
        }
    }
}
