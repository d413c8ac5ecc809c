//! A world of plain JSON, and an evaluator of any SDL over it: the same world answers as one schema and as many subgraphs.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use graphql_tools::{
    parser::{parse_query, parse_schema},
    static_graphql::{
        query::{self, Definition, Selection, SelectionSet, TypeCondition},
        schema::{Document, TypeDefinition},
    },
};
use kernel::{Answer, Call, Subgraph};
use serde_json::{Map, Value, json};

/// `Type:id` → the whole thing. A reference to a thing is `{"$": "Type:id"}`.
pub type World = Arc<HashMap<String, Map<String, Value>>>;

/// One schema over the world.
pub struct View {
    name: &'static str,
    sdl: String,
    schema: Document,
    world: World,
}

impl View {
    /// `head` is what only composition reads.
    pub fn new(name: &'static str, head: &str, types: &str, world: &World) -> View {
        let schema = parse_schema::<String>(types).unwrap().into_static();
        View { name, sdl: format!("{head}{types}"), schema, world: Arc::clone(world) }
    }

    /// Answers a query.
    pub fn answer(&self, text: &str, variables: &Map<String, Value>) -> Value {
        let document = parse_query::<String>(text).unwrap_or_else(|error| panic!("{error}: {text}")).into_static();
        let operation = document.definitions.iter().find_map(|definition| match definition {
            Definition::Operation(operation) => Some(operation),
            Definition::Fragment(_) => None,
        });
        let evaluation = Evaluation { view: self, document: &document, variables };
        evaluation.object(&self.world["Query:"], "Query", operation.unwrap().selection_set())
    }

    fn possible(&self, condition: &str, name: &str) -> bool {
        condition == name
            || self.schema.type_by_name(condition).is_some_and(|condition| match condition {
                TypeDefinition::Union(union) => union.types.iter().any(|member| member == name),
                TypeDefinition::Interface(interface) => match self.schema.type_by_name(name) {
                    Some(TypeDefinition::Object(object)) => object.implements_interfaces.contains(&interface.name),
                    _ => false,
                },
                _ => false,
            })
    }
}

struct Evaluation<'a> {
    view: &'a View,
    document: &'a query::Document,
    variables: &'a Map<String, Value>,
}

impl Evaluation<'_> {
    fn object(&self, thing: &Map<String, Value>, name: &str, selection: &SelectionSet) -> Value {
        let mut answer = Map::new();
        self.select(thing, name, selection, &mut answer);
        Value::Object(answer)
    }

    fn select(&self, thing: &Map<String, Value>, name: &str, selection: &SelectionSet, answer: &mut Map<String, Value>) {
        for item in &selection.items {
            match item {
                Selection::Field(field) if self.counts(&field.directives) => {
                    let key = field.alias.as_ref().unwrap_or(&field.name).clone();
                    let value = self.field(thing, name, field);
                    merge(answer.entry(key).or_insert(Value::Null), value);
                }
                Selection::InlineFragment(fragment)
                    if self.counts(&fragment.directives)
                        && fragment.type_condition.as_ref().is_none_or(|TypeCondition::On(on)| self.view.possible(on, name)) =>
                {
                    self.select(thing, name, &fragment.selection_set, answer);
                }
                Selection::FragmentSpread(spread) if self.counts(&spread.directives) => {
                    for definition in &self.document.definitions {
                        if let Definition::Fragment(fragment) = definition
                            && fragment.name == spread.fragment_name
                        {
                            let TypeCondition::On(on) = &fragment.type_condition;
                            if self.view.possible(on, name) {
                                self.select(thing, name, &fragment.selection_set, answer);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn counts(&self, directives: &[query::Directive]) -> bool {
        directives.iter().all(|directive| {
            let query::Value::Variable(variable) = &directive.arguments[0].1 else { return true };
            self.variables[variable] == json!(directive.name == "include")
        })
    }

    fn field(&self, thing: &Map<String, Value>, name: &str, field: &query::Field) -> Value {
        match field.name.as_str() {
            "__typename" => json!(name),
            "_entities" => {
                let query::Value::Variable(variable) = &field.arguments[0].1 else { panic!("representations are a variable") };
                let representations = self.variables[variable].as_array().unwrap();
                representations.iter().map(|told| self.entity(told.as_object().unwrap(), &field.selection_set)).collect()
            }
            known => {
                let definition = self.view.schema.type_by_name(name).and_then(|definition| definition.field_by_name(known));
                assert!(definition.is_some(), "{} does not know {name}.{known}", self.view.name);
                self.value(&thing[known], &field.selection_set)
            }
        }
    }

    /// An entity is found by its key; what it was told beside the key must be true.
    fn entity(&self, told: &Map<String, Value>, selection: &SelectionSet) -> Value {
        let name = told["__typename"].as_str().unwrap();
        let Some(thing) = self.view.world.get(&format!("{name}:{}", told["id"].as_str().unwrap())) else { return Value::Null };
        for (key, value) in told.iter().filter(|(key, _)| *key != "__typename") {
            assert!(self.is_true(value, &thing[key]), "{} was told a wrong {name}.{key}: {value}", self.view.name);
        }
        self.object(thing, name, selection)
    }

    fn is_true(&self, told: &Value, known: &Value) -> bool {
        match (told, known) {
            (Value::Object(told), Value::Object(reference)) => {
                let thing = &self.view.world[reference["$"].as_str().unwrap()];
                told.iter().filter(|(key, _)| *key != "__typename").all(|(key, value)| self.is_true(value, &thing[key]))
            }
            (told, known) => told == known,
        }
    }

    fn value(&self, value: &Value, selection: &SelectionSet) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.value(item, selection)).collect(),
            Value::Object(reference) => {
                let reference = reference["$"].as_str().unwrap();
                let name = reference.split(':').next().unwrap();
                // A dangling reference shows what the reference says.
                let stub = Map::from_iter([("id".to_owned(), json!(reference.split(':').nth(1)))]);
                self.object(self.view.world.get(reference).unwrap_or(&stub), name, selection)
            }
            leaf => leaf.clone(),
        }
    }
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(into), Value::Array(from)) => into.iter_mut().zip(from).for_each(|(into, from)| merge(into, from)),
        (into, from) => *into = from,
    }
}

#[async_trait]
impl Subgraph for View {
    fn name(&self) -> &str {
        self.name
    }

    fn sdl(&self) -> &str {
        &self.sdl
    }

    async fn execute(&self, call: Call<'_>) -> Answer {
        Answer { data: self.answer(&call.operation.text, &call.variables), faults: Vec::new() }
    }

    async fn subscribe(&self, _call: Call<'_>) -> BoxStream<'static, Answer> {
        Box::pin(futures_util::stream::empty())
    }
}
