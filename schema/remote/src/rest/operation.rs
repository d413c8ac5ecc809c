//! Reads the operation that a subgraph is called with, and what the schema says of its fields.

use federation::resolve;
use graphql_tools::{
    parser::parse_query,
    static_graphql::{
        query::{self, Definition, Field, OperationDefinition, Selection},
        schema::{self, TypeDefinition},
    },
};
use kernel::{Fields, Operation, OperationKind};
use serde_json::{Map, Value};

/// An operation with its variables.
pub(super) struct Read<'a> {
    pub(super) document: &'a query::Document,
    /// The root type's name.
    pub(super) root: String,
    pub(super) variables: Fields,
}

/// Reads an operation, once for all calls.
pub(super) fn read(operation: &Operation, variables: Fields) -> Option<Read<'_>> {
    let document = operation.prepared(|text| parse_query::<String>(text).ok().map(|document| document.into_static()))?.as_ref()?;
    let root = match operation.kind {
        OperationKind::Query => "Query",
        OperationKind::Mutation => "Mutation",
        OperationKind::Subscription => "Subscription",
    };
    let mut variables = variables;
    for definition in operation_of(document)?.variable_definitions() {
        if let Some(default) = definition.default_value.as_ref().filter(|_| !variables.contains_key(&definition.name)) {
            let default = resolve(default, &Fields::new());
            variables.insert(definition.name.as_str(), default);
        }
    }
    Some(Read { document, root: root.to_owned(), variables })
}

fn operation_of(document: &query::Document) -> Option<&OperationDefinition> {
    document.definitions.iter().find_map(|definition| match definition {
        Definition::Operation(operation) => Some(operation),
        Definition::Fragment(_) => None,
    })
}

impl Read<'_> {
    /// The root fields; a planner puts no fragments around them.
    pub(super) fn root_fields(&self) -> Vec<&Field> {
        let items = operation_of(self.document).map(|operation| operation.selection_set().items.as_slice()).unwrap_or_default();
        let fields = items.iter().filter_map(|item| match item {
            Selection::Field(field) => Some(field),
            Selection::InlineFragment(_) | Selection::FragmentSpread(_) => None,
        });
        fields.collect()
    }

    /// The values of a field's arguments.
    pub(super) fn arguments(&self, field: &Field) -> Map<String, Value> {
        field.arguments.iter().map(|(name, value)| (name.clone(), resolve(value, &self.variables).into())).collect()
    }
}

fn definition<'a>(schema: &'a schema::Document, name: &str) -> impl Iterator<Item = &'a TypeDefinition> {
    let named = name.to_owned();
    schema.definitions.iter().filter_map(move |definition| match definition {
        schema::Definition::TypeDefinition(definition) if definition.name() == named => Some(definition),
        _ => None,
    })
}

fn fields<'a>(schema: &'a schema::Document, name: &str) -> impl Iterator<Item = &'a schema::Field> {
    definition(schema, name).flat_map(|definition| match definition {
        TypeDefinition::Object(object) => object.fields.as_slice(),
        TypeDefinition::Interface(interface) => interface.fields.as_slice(),
        _ => &[],
    })
}

/// The fields of a type that are the system's to answer.
pub(super) fn fields_of<'a>(schema: &'a schema::Document, name: &str) -> impl Iterator<Item = &'a str> {
    fields(schema, name).map(|field| field.name.as_str()).filter(|name| !name.starts_with('_'))
}

/// The named type of a field, without its lists and exclamation marks.
pub(super) fn type_of<'a>(schema: &'a schema::Document, name: &str, field: &str) -> Option<&'a str> {
    fields(schema, name).find(|known| known.name == field).map(|field| named(&field.field_type))
}

fn named(ty: &schema::Type) -> &str {
    match ty {
        schema::Type::NamedType(name) => name,
        schema::Type::ListType(inner) | schema::Type::NonNullType(inner) => named(inner),
    }
}

/// Whether an object of type `name` is one of `condition`.
pub(super) fn is_of(schema: &schema::Document, name: &str, condition: &str) -> bool {
    name == condition
        || definition(schema, condition)
            .any(|found| matches!(found, TypeDefinition::Union(union) if union.types.iter().any(|member| member == name)))
        || definition(schema, name).any(
            |found| matches!(found, TypeDefinition::Object(object) if object.implements_interfaces.iter().any(|known| known == condition)),
        )
}
