//! A world of plain JSON, which answers as one schema and as many subgraphs.
//!
//! `"Type:id"` names a thing, `"Query"`, `"Mutation"` and `"Subscription"` the roots. A value of a field is
//! - `{"$": "Type:id"}`: another thing; one that is not in the world is known by its id alone;
//! - an object of a type that is no thing, with `__typename` where its place does not say it;
//! - `{"!": "CODE"}`: a failure; a whole thing can be one;
//! - `{"#": "count"}`: how many such fields were asked for so far;
//! - a list of them, or a plain leaf.
//!
//! `name(argument: "value")` is the field with these arguments, `name@subgraph` the field as one subgraph knows it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use graphql_tools::{
    parser::{
        parse_query, parse_schema,
        schema::{Definition, TypeExtension},
    },
    static_graphql::{
        query::{self, OperationDefinition, SelectionSet},
        schema::{Directive, Document, ObjectType, TypeDefinition, Value as Literal},
    },
};
use serde_json::{Map, Value, json};

pub type Thing = Map<String, Value>;

/// What there is.
#[derive(Default)]
pub struct World {
    things: BTreeMap<String, Thing>,
    /// Interface → the types that implement it, whoever says so.
    implementers: BTreeMap<String, BTreeSet<String>>,
    counted: AtomicU64,
}

impl World {
    pub fn new(things: Value, schemas: &[&Document]) -> Arc<World> {
        let Value::Object(things) = things else { panic!("a world is an object") };
        let mut world = World::default();
        for (reference, thing) in things {
            let Value::Object(mut thing) = thing else { panic!("{reference} is an object") };
            if let Some((_, id)) = reference.split_once(':') {
                thing.entry("id").or_insert_with(|| json!(id));
            }
            world.things.insert(reference, thing);
        }
        let objects = schemas.iter().flat_map(|schema| &schema.definitions).filter_map(|definition| match definition {
            Definition::TypeDefinition(TypeDefinition::Object(object)) => Some(object),
            _ => None,
        });
        for object in objects {
            for interface in &object.implements_interfaces {
                world.implementers.entry(interface.clone()).or_default().insert(object.name.clone());
            }
        }
        Arc::new(world)
    }

    pub fn find(&self, reference: &str) -> Option<&Thing> {
        self.things.get(reference)
    }

    /// All things of a type, or of the types that implement it.
    pub fn all<'w>(&'w self, name: &'w str) -> impl Iterator<Item = (&'w str, &'w Thing)> {
        self.things.iter().filter_map(move |(reference, thing)| {
            let of = reference.split(':').next().unwrap();
            (of == name || self.implements(of, name)).then_some((of, thing))
        })
    }

    pub fn implements(&self, name: &str, interface: &str) -> bool {
        self.implementers.get(interface).is_some_and(|implementers| implementers.contains(name))
    }

    pub fn count(&self) -> u64 {
        self.counted.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The arguments with which things say what a field is, as a query writes them: `(lang: "kk")`.
    pub fn arguments(&self, field: &str) -> Vec<String> {
        let keys = self.things.values().flat_map(Map::keys);
        let given = keys.filter_map(|key| key.strip_prefix(field).filter(|rest| rest.starts_with('(')).map(str::to_owned));
        given.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// What a subgraph's SDL says, extensions as if they were definitions.
pub fn schema(types: &str) -> Document {
    let document = parse_schema::<String>(types).unwrap_or_else(|error| panic!("{error}: {types}")).into_static();
    let mut objects: Vec<ObjectType> = Vec::new();
    let mut definitions = Vec::new();
    for definition in document.definitions {
        let object = match definition {
            Definition::TypeDefinition(TypeDefinition::Object(object)) => object,
            Definition::TypeExtension(TypeExtension::Object(extension)) => ObjectType {
                position: extension.position,
                description: None,
                name: extension.name,
                implements_interfaces: extension.implements_interfaces,
                directives: extension.directives,
                fields: extension.fields,
            },
            other => {
                definitions.push(other);
                continue;
            }
        };
        match objects.iter_mut().find(|known| known.name == object.name) {
            Some(known) => {
                known.implements_interfaces.extend(object.implements_interfaces);
                known.directives.extend(object.directives);
                known.fields.extend(object.fields);
            }
            None => objects.push(object),
        }
    }
    definitions.extend(objects.into_iter().map(|object| Definition::TypeDefinition(TypeDefinition::Object(object))));
    Document { definitions }
}

/// The field set of a directive, e.g. of `@key(fields: "id")`.
pub fn field_set(directive: &Directive) -> SelectionSet {
    let Some((_, Literal::String(fields))) = directive.arguments.iter().find(|(name, _)| name == "fields") else {
        panic!("{directive} has no fields")
    };
    let document = parse_query::<String>(&format!("{{ {fields} }}")).unwrap().into_static();
    match document.definitions.into_iter().next() {
        Some(query::Definition::Operation(OperationDefinition::SelectionSet(selection))) => selection,
        other => panic!("{other:?}"),
    }
}
