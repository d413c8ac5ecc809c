//! A subgraph over a world: it answers any operation on its SDL, and panics when it is asked or told what no gateway may ask or tell.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};
use graphql_tools::{
    parser::{parse_query, schema},
    static_graphql::{
        query::{self, Definition, Field, Selection, SelectionSet, TypeCondition},
        schema::{Directive, Document, Type, TypeDefinition, Value as Literal},
    },
};
use indexmap::IndexMap;
use kernel::{Answer, Call, Code, Data, Fault, OperationKind, PathSegment, Subgraph};
use serde_json::{Map, Value, json};

use crate::world::{self, Thing, World, field_set};

/// One schema over the world.
pub struct View {
    name: String,
    sdl: String,
    schema: Document,
    world: Arc<World>,
    pub dead: AtomicBool,
    calls: Arc<Mutex<Vec<String>>>,
}

impl View {
    /// `head` is what only composition reads.
    pub fn new(name: &str, head: &str, types: &str, world: &Arc<World>) -> View {
        View {
            name: name.to_owned(),
            sdl: format!("{head}{types}"),
            schema: world::schema(types),
            world: Arc::clone(world),
            dead: AtomicBool::new(false),
            calls: Arc::default(),
        }
    }

    /// The same, noting each call beside those of other subgraphs.
    pub fn noting(self, calls: &Arc<Mutex<Vec<String>>>) -> View {
        View { calls: Arc::clone(calls), ..self }
    }

    /// Answers a query.
    pub fn answer(&self, text: &str, variables: &Map<String, Value>) -> Answer {
        self.evaluate(text, variables, |evaluation, root, selection| {
            let thing = self.world.find(root).cloned().unwrap_or_default();
            evaluation.object(&thing, self.root(root), &[selection], &[], None)
        })
    }

    fn evaluate(
        &self,
        text: &str,
        variables: &Map<String, Value>,
        act: impl for<'e> Fn(&Evaluation<'e>, &str, &'e SelectionSet) -> Result<Value, Nulled>,
    ) -> Answer {
        let document = parse_query::<String>(text).unwrap_or_else(|error| panic!("{error}: {text}")).into_static();
        let operation = document.definitions.iter().find_map(|definition| match definition {
            Definition::Operation(operation) => Some(operation),
            Definition::Fragment(_) => None,
        });
        let operation = operation.unwrap();
        let root = match operation {
            query::OperationDefinition::Mutation(_) => "Mutation",
            query::OperationDefinition::Subscription(_) => "Subscription",
            _ => "Query",
        };
        let evaluation = Evaluation { view: self, document: &document, variables, faults: Mutex::default() };
        let data = act(&evaluation, root, operation.selection_set()).unwrap_or_default().into();
        Answer { data, faults: evaluation.faults.into_inner().unwrap() }
    }

    /// What this subgraph calls a root type.
    fn root<'n>(&'n self, root: &'n str) -> &'n str {
        let roots = self.schema.definitions.iter().find_map(|definition| match definition {
            schema::Definition::SchemaDefinition(roots) => Some(roots),
            _ => None,
        });
        let named = roots.and_then(|roots| match root {
            "Query" => roots.query.as_deref(),
            "Mutation" => roots.mutation.as_deref(),
            _ => roots.subscription.as_deref(),
        });
        named.unwrap_or(root)
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

    /// What this subgraph calls a type of the world: its own name, or that of the `@interfaceObject` that stands for it.
    fn known<'n>(&'n self, name: &'n str) -> &'n str {
        if matches!(self.schema.type_by_name(name), Some(TypeDefinition::Object(_))) {
            return name;
        }
        let stands_for = self.objects().find(|(object, _)| self.world.implements(name, object));
        stands_for.unwrap_or_else(|| panic!("{} does not know {name}", self.name)).0
    }

    fn objects(&self) -> impl Iterator<Item = (&str, &[Directive])> {
        self.schema.definitions.iter().filter_map(|definition| match definition {
            schema::Definition::TypeDefinition(TypeDefinition::Object(object)) => {
                Some((object.name.as_str(), object.directives.as_slice()))
            }
            _ => None,
        })
    }

    /// The keys by which this subgraph finds things of a type.
    fn keys(&self, name: &str) -> Vec<SelectionSet> {
        let directives = match self.schema.type_by_name(name) {
            Some(TypeDefinition::Object(object)) => &object.directives,
            Some(TypeDefinition::Interface(interface)) => &interface.directives,
            _ => panic!("{} has no entity {name}", self.name),
        };
        let resolvable = |directive: &&Directive| !directive.arguments.contains(&("resolvable".to_owned(), Literal::Boolean(false)));
        directives.iter().filter(|directive| directive.name == "key").filter(resolvable).map(field_set).collect()
    }

    fn note(&self) -> bool {
        self.calls.lock().unwrap().push(self.name.clone());
        !self.dead.load(Ordering::SeqCst)
    }
}

/// A field that is never null is null.
struct Nulled;

struct Evaluation<'a> {
    view: &'a View,
    document: &'a query::Document,
    variables: &'a Map<String, Value>,
    faults: Mutex<Vec<Fault>>,
}

impl<'a> Evaluation<'a> {
    fn object(
        &self,
        thing: &Thing,
        name: &str,
        selections: &[&'a SelectionSet],
        path: &[PathSegment],
        told: Option<&Map<String, Value>>,
    ) -> Result<Value, Nulled> {
        let mut fields: IndexMap<&str, Vec<&'a Field>> = IndexMap::new();
        selections.iter().for_each(|selection| self.collect(name, selection, &mut fields));
        let mut answer = Map::new();
        for (key, fields) in fields {
            let path = [path, &[PathSegment::Field(key.to_owned())]].concat();
            answer.insert(key.to_owned(), self.field(thing, name, &fields, &path, told)?);
        }
        Ok(Value::Object(answer))
    }

    fn collect(&self, name: &str, selection: &'a SelectionSet, fields: &mut IndexMap<&'a str, Vec<&'a Field>>) {
        for item in &selection.items {
            match item {
                Selection::Field(field) if self.counts(&field.directives) => {
                    fields.entry(field.alias.as_ref().unwrap_or(&field.name)).or_default().push(field);
                }
                Selection::InlineFragment(fragment)
                    if self.counts(&fragment.directives)
                        && fragment.type_condition.as_ref().is_none_or(|TypeCondition::On(on)| self.view.possible(on, name)) =>
                {
                    self.collect(name, &fragment.selection_set, fields);
                }
                Selection::FragmentSpread(spread) if self.counts(&spread.directives) => {
                    let fragment = self.document.definitions.iter().find_map(|definition| match definition {
                        Definition::Fragment(fragment) if fragment.name == spread.fragment_name => Some(fragment),
                        _ => None,
                    });
                    let fragment = fragment.unwrap();
                    let TypeCondition::On(on) = &fragment.type_condition;
                    if self.view.possible(on, name) {
                        self.collect(name, &fragment.selection_set, fields);
                    }
                }
                _ => {}
            }
        }
    }

    fn counts(&self, directives: &[query::Directive]) -> bool {
        directives
            .iter()
            .filter(|directive| matches!(directive.name.as_str(), "include" | "skip"))
            .all(|directive| self.resolve(&directive.arguments[0].1) == json!(directive.name == "include"))
    }

    fn resolve(&self, literal: &query::Value) -> Value {
        match literal {
            query::Value::Variable(name) => self.variables.get(name).cloned().unwrap_or_default(),
            query::Value::Int(number) => json!(number.as_i64()),
            query::Value::Float(number) => json!(number),
            query::Value::String(text) | query::Value::Enum(text) => json!(text),
            query::Value::Boolean(flag) => json!(flag),
            query::Value::Null => Value::Null,
            query::Value::List(items) => items.iter().map(|item| self.resolve(item)).collect(),
            query::Value::Object(fields) => Value::Object(fields.iter().map(|(name, value)| (name.clone(), self.resolve(value))).collect()),
        }
    }

    fn field(
        &self,
        thing: &Thing,
        name: &str,
        fields: &[&'a Field],
        path: &[PathSegment],
        told: Option<&Map<String, Value>>,
    ) -> Result<Value, Nulled> {
        let (field, view) = (fields[0], self.view);
        let selections: Vec<&SelectionSet> = fields.iter().map(|field| &field.selection_set).collect();
        match field.name.as_str() {
            "__typename" => return Ok(json!(name)),
            "_entities" => return Ok(self.entities(&self.resolve(&field.arguments[0].1), &selections, path)),
            _ => {}
        }
        let definition = view.schema.type_by_name(name).and_then(|definition| definition.field_by_name(&field.name).cloned());
        let definition = definition.unwrap_or_else(|| panic!("{} does not know {name}.{}", view.name, field.name));
        if let Some(requires) = definition.directives.iter().find(|directive| directive.name == "requires") {
            let told = told.unwrap_or_else(|| panic!("{} was asked for {name}.{} without being told anything", view.name, field.name));
            assert!(tells(told, &field_set(requires)), "{} was asked for {name}.{} and told only {told:?}", view.name, field.name);
        }
        let mut arguments = String::new();
        for argument in &definition.arguments {
            let given = field.arguments.iter().find(|(name, _)| *name == argument.name).map(|(_, value)| self.resolve(value));
            if let Some(value) = given.or_else(|| argument.default_value.as_ref().map(|value| self.resolve(value))) {
                arguments += &format!("{}{}: {value}", if arguments.is_empty() { "" } else { ", " }, argument.name);
            }
        }
        let value = self.find(thing, &field.name, &arguments);
        let value = value.unwrap_or_else(|| panic!("the world does not say {name}.{}({arguments}): {thing:?}", field.name));
        self.complete(value, &definition.field_type, &selections, path)
    }

    /// A field of a thing, as this subgraph knows it before as all do.
    fn find<'t>(&self, thing: &'t Thing, name: &str, arguments: &str) -> Option<&'t Value> {
        let view = &self.view.name;
        [format!("{name}({arguments})@{view}"), format!("{name}@{view}"), format!("{name}({arguments})"), name.to_owned()]
            .iter()
            .find_map(|key| thing.get(key))
    }

    fn complete(&self, value: &Value, ty: &Type, selections: &[&'a SelectionSet], path: &[PathSegment]) -> Result<Value, Nulled> {
        if let Some(code) = value.get("!").and_then(Value::as_str) {
            self.fail(code, path);
            return if ty.is_non_null() { Err(Nulled) } else { Ok(Value::Null) };
        }
        match ty {
            Type::NonNullType(inner) => {
                let faults = self.faults.lock().unwrap().len();
                match self.complete(value, inner, selections, path)? {
                    Value::Null => {
                        if self.faults.lock().unwrap().len() == faults {
                            self.fail("INTERNAL", path);
                        }
                        Err(Nulled)
                    }
                    value => Ok(value),
                }
            }
            Type::ListType(inner) => {
                let Value::Array(items) = value else {
                    assert!(value.is_null(), "{value} is no list");
                    return Ok(Value::Null);
                };
                let items = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| self.complete(item, inner, selections, &[path, &[PathSegment::Index(index)]].concat()));
                Ok(items.collect::<Result<Vec<_>, _>>().map_or(Value::Null, Value::Array))
            }
            Type::NamedType(name) => Ok(self.named(value, name, selections, path).unwrap_or_default()),
        }
    }

    fn named(&self, value: &Value, name: &str, selections: &[&'a SelectionSet], path: &[PathSegment]) -> Result<Value, Nulled> {
        if value.get("#").is_some() {
            return Ok(json!(self.view.world.count()));
        }
        let composite = self.view.schema.type_by_name(name).is_some_and(TypeDefinition::is_composite_type);
        let Some(object) = value.as_object().filter(|_| composite) else { return Ok(value.clone()) };
        let Some(reference) = object.get("$").and_then(Value::as_str) else {
            let of = object.get("__typename").and_then(Value::as_str).unwrap_or(name);
            return self.object(object, self.view.known(of), selections, path, None);
        };
        let (of, id) = reference.split_once(':').unwrap();
        let stub = Map::from_iter([("id".to_owned(), json!(id))]);
        let thing = self.view.world.find(reference).filter(|thing| !thing.contains_key("!")).unwrap_or(&stub);
        self.object(thing, self.view.known(of), selections, path, None)
    }

    fn fail(&self, code: &str, path: &[PathSegment]) {
        let code = Code::from_wire(code).unwrap_or_else(|| panic!("there is no code {code}"));
        self.faults.lock().unwrap().push(Fault { message: "told to the client".to_owned(), code, path: path.to_vec() });
    }

    fn entities(&self, representations: &Value, selections: &[&'a SelectionSet], path: &[PathSegment]) -> Value {
        let representations = representations.as_array().unwrap().iter().enumerate();
        let entities = representations.map(|(index, told)| {
            let path = [path, &[PathSegment::Index(index)]].concat();
            self.entity(told.as_object().unwrap(), selections, &path).unwrap_or_default()
        });
        entities.collect()
    }

    /// An entity is found by a key; what is told beside the key must be true.
    fn entity(&self, told: &Map<String, Value>, selections: &[&'a SelectionSet], path: &[PathSegment]) -> Result<Value, Nulled> {
        let (view, name) = (self.view, told["__typename"].as_str().unwrap());
        let key = view.keys(name).into_iter().find(|key| tells(told, key));
        let key = key.unwrap_or_else(|| panic!("{} was told no key of {name}: {told:?}", view.name));
        let is_it = |thing: &Thing| {
            key.items.iter().all(|item| match item {
                // Null is nobody's key.
                Selection::Field(field) => !told[&field.name].is_null() && self.is_true(&told[&field.name], thing, &field.name),
                _ => true,
            })
        };
        let Some((of, thing)) = view.world.all(name).find(|(_, thing)| is_it(thing)) else { return Ok(Value::Null) };
        if let Some(code) = thing.get("!").and_then(Value::as_str) {
            self.fail(code, path);
            return Ok(Value::Null);
        }
        for (key, value) in told.iter().filter(|(key, _)| *key != "__typename") {
            assert!(self.is_true(value, thing, key), "{} was told a wrong {name}.{key}: {value}", view.name);
        }
        self.object(thing, view.known(of), selections, path, Some(told))
    }

    fn is_true(&self, told: &Value, thing: &Thing, name: &str) -> bool {
        let known = thing.iter().filter(|(key, _)| key.split(['(', '@']).next() == Some(name));
        known.map(|(_, value)| value).any(|known| self.agrees(told, known))
    }

    fn agrees(&self, told: &Value, known: &Value) -> bool {
        match (told, known) {
            (told, known) if known.get("!").is_some() => told.is_null(),
            (Value::Array(told), Value::Array(known)) => {
                told.len() == known.len() && told.iter().zip(known).all(|(told, known)| self.agrees(told, known))
            }
            (Value::Object(fields), Value::Object(object)) => {
                let thing = match object.get("$").and_then(Value::as_str) {
                    Some(reference) => self.view.world.find(reference),
                    None => Some(object),
                };
                thing.is_some_and(|thing| {
                    fields.iter().filter(|(key, _)| *key != "__typename").all(|(key, value)| self.is_true(value, thing, key))
                })
            }
            (told, known) => told == known,
        }
    }
}

/// Whether all of a field set is told.
fn tells(told: &Map<String, Value>, fields: &SelectionSet) -> bool {
    fields.items.iter().all(|item| match item {
        Selection::Field(field) => told.get(&field.name).is_some_and(|value| tells_below(value, &field.selection_set)),
        Selection::InlineFragment(fragment) => {
            let TypeCondition::On(on) = fragment.type_condition.as_ref().unwrap();
            told.get("__typename").is_some_and(|name| name != on) || tells(told, &fragment.selection_set)
        }
        Selection::FragmentSpread(_) => false,
    })
}

fn tells_below(value: &Value, fields: &SelectionSet) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| tells_below(item, fields)),
        Value::Object(object) => tells(object, fields),
        _ => true,
    }
}

#[async_trait]
impl Subgraph for View {
    fn name(&self) -> &str {
        &self.name
    }

    fn sdl(&self) -> &str {
        &self.sdl
    }

    async fn execute(&self, call: Call<'_>) -> Answer {
        if self.note() {
            return self.answer(&call.operation.text, &call.variables.into());
        }
        let fault = Fault { message: "away".to_owned(), code: Code::SubgraphUnavailable, path: Vec::new() };
        Answer { data: Data::Null, faults: vec![fault] }
    }

    /// The value of a subscription's field is the list of its events.
    async fn subscribe(&self, call: Call<'_>) -> BoxStream<'static, Answer> {
        assert_eq!(call.operation.kind, OperationKind::Subscription);
        self.note();
        let variables = call.variables.into();
        let mut answers = Vec::new();
        let mut more = true;
        while more {
            let answer = self.evaluate(&call.operation.text, &variables, |evaluation, root, selection| {
                let mut thing = self.world.find(root).cloned().unwrap_or_default();
                for value in thing.values_mut() {
                    *value = value.get(answers.len()).cloned().unwrap_or_default();
                }
                if thing.values().all(Value::is_null) {
                    return Err(Nulled);
                }
                evaluation.object(&thing, self.root(root), &[selection], &[], None)
            });
            more = !answer.data.is_null() || !answer.faults.is_empty();
            if more {
                answers.push(answer);
            }
        }
        stream::iter(answers).boxed()
    }
}
