//! The shape of an answer: which fields an object of each type has, in the order of the client's selection (GraphQL §6.3.2).
//!
//! Fields are collected for a type when an object of that type is met for the first time, so that a selection on an interface with many
//! types costs what the data needs and not types to the power of depth.

use std::sync::{Arc, OnceLock};

use graphql_tools::static_graphql::{query::Value as Literal, schema::Type};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::schema::{Access, Schema};

/// The key under which an aliased field is planned and gathered. A client may give a field any name, that of a key or of a required field
/// too, so its names live apart from the graph's.
pub(crate) fn planned_key(alias: Option<&str>, name: &str) -> Option<String> {
    alias.filter(|alias| *alias != name).map(|alias| format!("_as_{alias}"))
}

/// `@include` and `@skip` with variables, all to hold.
pub(crate) type When = Vec<Condition>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) variable: Arc<str>,
    /// The value with which the selection counts.
    pub(crate) wanted: bool,
}

/// A selection with its fragments put in.
pub(crate) enum Item {
    Field(FieldItem),
    Fragment { on: Option<Arc<str>>, when: When, items: Items },
}

pub(crate) struct FieldItem {
    pub(crate) key: Arc<str>,
    /// The key in the gathered data.
    pub(crate) from: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) arguments: Arc<[(String, Literal)]>,
    pub(crate) when: When,
    pub(crate) items: Items,
}

pub(crate) type Items = Arc<[Item]>;

/// For whom the shape is: the schema and what of it they may see.
pub(crate) struct Lens<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) access: &'a Access,
}

pub(crate) struct Shape {
    sources: Vec<(When, Items)>,
    by_type: Vec<(Arc<str>, OnceLock<Vec<Field>>)>,
}

pub(crate) struct Field {
    pub(crate) key: Arc<str>,
    pub(crate) from: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) arguments: Arc<[(String, Literal)]>,
    /// Where the selection names the field, and on which condition.
    occurrences: Vec<(usize, When)>,
    pub(crate) ty: Arc<Type>,
    pub(crate) denied: bool,
    pub(crate) shape: Option<Shape>,
}

impl Field {
    /// Whether the field counts, and in this place, whatever the variables are.
    pub(crate) fn is_always(&self) -> bool {
        self.occurrences.first().is_some_and(|(_, when)| when.is_empty())
    }

    /// The first occurrence that counts.
    fn place(&self, variables: &Map<String, Value>) -> Option<usize> {
        let counts = |(_, when): &&(usize, When)| when.iter().all(|condition| holds(condition, variables));
        self.occurrences.iter().find(counts).map(|(place, _)| *place)
    }
}

/// The fields that count, in the order of the selection that these variables leave.
pub(crate) fn selected<'f>(fields: &'f [Field], variables: &Map<String, Value>) -> Vec<&'f Field> {
    let mut placed: Vec<(usize, &Field)> = fields.iter().filter_map(|field| Some((field.place(variables)?, field))).collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, field)| field).collect()
}

fn holds(condition: &Condition, variables: &Map<String, Value>) -> bool {
    variables.get(&*condition.variable).and_then(Value::as_bool) == Some(condition.wanted)
}

impl Shape {
    pub(crate) fn root(type_name: &str, items: &Items, schema: &Schema) -> Shape {
        Shape::new(type_name, vec![(Vec::new(), Arc::clone(items))], schema)
    }

    fn new(type_name: &str, sources: Vec<(When, Items)>, schema: &Schema) -> Shape {
        let possible = schema.types.get(type_name).map_or(&[][..], |entry| &entry.possible);
        Shape { sources, by_type: possible.iter().map(|name| (Arc::clone(name), OnceLock::new())).collect() }
    }

    /// The type of every object in this place, when there is only one.
    pub(crate) fn only_type(&self) -> Option<&Arc<str>> {
        match self.by_type.as_slice() {
            [(name, _)] => Some(name),
            _ => None,
        }
    }

    /// The fields of an object of this type; `None` when no such object can be here.
    pub(crate) fn fields(&self, type_name: &str, lens: &Lens<'_>) -> Option<(&Arc<str>, &[Field])> {
        let at = self.by_type.binary_search_by(|(name, _)| (**name).cmp(type_name)).ok()?;
        let (name, fields) = &self.by_type[at];
        Some((name, fields.get_or_init(|| self.collect(name, lens))))
    }

    /// The field that some object in this place has under this key of the gathered data.
    pub(crate) fn find(&self, from: &str, lens: &Lens<'_>) -> Option<&Field> {
        self.by_type.iter().find_map(|(name, _)| {
            let (_, fields) = self.fields(name, lens)?;
            fields.iter().find(|field| *field.from == *from)
        })
    }

    fn collect(&self, type_name: &str, lens: &Lens<'_>) -> Vec<Field> {
        let mut gathering = Gathering { type_name, schema: lens.schema, places: 0, fields: IndexMap::new() };
        for (when, items) in &self.sources {
            gathering.gather(items, when);
        }
        gathering.fields.into_values().filter_map(|gathered| gathered.finish(type_name, lens)).collect()
    }
}

/// The occurrences of one response key.
struct Gathered<'a> {
    item: &'a FieldItem,
    occurrences: Vec<(usize, When, Items)>,
}

struct Gathering<'a> {
    type_name: &'a str,
    schema: &'a Schema,
    places: usize,
    fields: IndexMap<Arc<str>, Gathered<'a>>,
}

impl<'a> Gathering<'a> {
    fn gather(&mut self, items: &'a [Item], outer: &[Condition]) {
        for item in items {
            match item {
                Item::Field(field) => {
                    self.places += 1;
                    let occurrence = (self.places, both(outer, &field.when), Arc::clone(&field.items));
                    let gathered = self.fields.entry(Arc::clone(&field.key));
                    gathered.or_insert_with(|| Gathered { item: field, occurrences: Vec::new() }).occurrences.push(occurrence);
                }
                Item::Fragment { on, when, items } => {
                    if on.as_ref().is_none_or(|on| self.schema.satisfies(self.type_name, on)) {
                        self.gather(items, &both(outer, when));
                    }
                }
            }
        }
    }
}

fn both(outer: &[Condition], inner: &[Condition]) -> When {
    let mut when = outer.to_vec();
    when.extend(inner.iter().filter(|condition| !outer.contains(condition)).cloned());
    when
}

impl Gathered<'_> {
    fn finish(self, type_name: &str, lens: &Lens<'_>) -> Option<Field> {
        let Gathered { item, occurrences } = self;
        let (ty, denied) = if &*item.name == "__typename" {
            (Arc::new(Type::NonNullType(Box::new(Type::NamedType("String".to_owned())))), false)
        } else {
            let field = lens.schema.types.get(type_name)?.fields.get(&*item.name)?;
            (Arc::clone(&field.ty), !lens.schema.allows_field(lens.access, field))
        };
        let composite = occurrences.iter().any(|(.., items)| !items.is_empty());
        // Whoever looks under a field that occurs once has seen that its condition holds.
        let once = occurrences.len() == 1;
        let places = occurrences.iter().map(|(place, when, _)| (*place, when.clone())).collect();
        let sources = occurrences.into_iter().map(|(_, when, items)| (if once { Vec::new() } else { when }, items));
        let shape = composite.then(|| Shape::new(ty.inner_type(), sources.collect(), lens.schema));
        Some(Field {
            key: Arc::clone(&item.key),
            from: Arc::clone(&item.from),
            name: Arc::clone(&item.name),
            arguments: Arc::clone(&item.arguments),
            occurrences: places,
            ty,
            denied,
            shape,
        })
    }
}
