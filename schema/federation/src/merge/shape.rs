//! The shape of an answer: which fields an object of each type has, in the order of the client's selection (GraphQL §6.3.2).
//!
//! Fields are collected for a type when an object of that type is met for the first time, so that a selection on an interface with many
//! types costs what the data needs and not types to the power of depth.

use std::sync::{Arc, OnceLock};

use crate::schema::{Access, Schema};
use graphql_tools::static_graphql::{
    query::Value as Literal,
    schema::{Type, TypeDefinition},
};
use indexmap::IndexMap;
use kernel::Text;

/// The key under which an aliased field is planned and gathered. A client may give a field any name, that of a key or of a required field
/// too, so its names live apart from the graph's.
pub(crate) fn planned_key(alias: Option<&str>, name: &str) -> Option<String> {
    alias.filter(|alias| *alias != name).map(|alias| format!("_as_{alias}"))
}

/// A selection with its fragments put in.
pub(crate) enum Item {
    Field(FieldItem),
    Fragment { on: Option<Arc<str>>, items: Items },
}

pub(crate) struct FieldItem {
    pub(crate) key: Arc<str>,
    /// The key in the gathered data.
    pub(crate) from: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) arguments: Arc<[(String, Literal)]>,
    pub(crate) items: Items,
}

pub(crate) type Items = Arc<[Item]>;

/// For whom the shape is: the schema and what of it they may see.
pub(crate) struct Lens<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) access: &'a Access,
}

/// A selection, and the type that it is made on: who may not see a field of an interface is not told of it by a type behind it.
struct Source {
    on: Arc<str>,
    items: Items,
}

pub(crate) struct Shape {
    sources: Vec<Source>,
    by_type: Vec<(Arc<str>, OnceLock<Layout>)>,
    /// The interface, when all its types have these fields alike: its subgraphs may not know which type an object has.
    alike: Option<(Arc<str>, OnceLock<Layout>)>,
}

/// The fields of the objects of one type.
pub(crate) struct Layout {
    pub(crate) type_name: Text,
    pub(crate) fields: Vec<Field>,
    /// Whether the actor may see such objects.
    pub(crate) is_allowed: bool,
    /// Whether all fields are the data's, under the client's keys.
    pub(crate) is_direct: bool,
}

pub(crate) struct Field {
    pub(crate) key: Text,
    /// The key in the gathered data.
    pub(crate) from: Text,
    pub(crate) name: Arc<str>,
    pub(crate) origin: Origin,
    pub(crate) arguments: Arc<[(String, Literal)]>,
    pub(crate) ty: Arc<Type>,
    pub(crate) leaf: Leaf,
    pub(crate) denied: bool,
    pub(crate) shape: Option<Shape>,
}

/// Who knows the value of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Subgraph,
    /// `__typename`.
    Type,
    /// `__schema` and `__type`.
    Schema,
}

/// What a value without fields must be.
#[derive(Clone, Copy)]
pub(crate) enum Leaf {
    Int,
    Float,
    String,
    Id,
    Boolean,
    Enum,
    /// What a custom scalar holds is its subgraph's business.
    Any,
}

impl Leaf {
    fn of(type_name: &str, schema: &Schema) -> Leaf {
        match type_name {
            "Int" => Leaf::Int,
            "Float" => Leaf::Float,
            "String" => Leaf::String,
            "ID" => Leaf::Id,
            "Boolean" => Leaf::Boolean,
            _ => match schema.types.get(type_name).map(|entry| &entry.definition) {
                Some(TypeDefinition::Enum(_)) => Leaf::Enum,
                _ => Leaf::Any,
            },
        }
    }
}

impl Shape {
    pub(crate) fn root(type_name: &str, items: &Items, schema: &Schema) -> Shape {
        Shape::new(type_name, vec![Source { on: Arc::from(type_name), items: Arc::clone(items) }], schema)
    }

    fn new(type_name: &str, sources: Vec<Source>, schema: &Schema) -> Shape {
        let possible = schema.types.get(type_name).map_or(&[][..], |entry| &entry.possible);
        let by_type = possible.iter().map(|name| (Arc::clone(name), OnceLock::new())).collect();
        let is_alike = |item: &Item| matches!(item, Item::Field(field) if schema.is_alike(type_name, &field.name));
        let alike = sources.iter().all(|source| *source.on == *type_name && source.items.iter().all(is_alike));
        Shape { sources, by_type, alike: alike.then(|| (Arc::from(type_name), OnceLock::new())) }
    }

    /// The fields of every object in this place, when there is only one type.
    pub(crate) fn only(&self, lens: &Lens<'_>) -> Option<&Layout> {
        match self.by_type.as_slice() {
            [(name, layout)] => Some(layout.get_or_init(|| self.collect(name, lens))),
            _ => None,
        }
    }

    /// The interface, when it does not matter which of its types an object has.
    pub(crate) fn alike(&self) -> Option<&Arc<str>> {
        self.alike.as_ref().map(|(name, _)| name)
    }

    /// The fields of an object of this type; `None` when no such object can be here.
    pub(crate) fn layout(&self, type_name: &str, lens: &Lens<'_>) -> Option<&Layout> {
        let (name, layout) = match self.by_type.binary_search_by(|(name, _)| (**name).cmp(type_name)) {
            Ok(at) => &self.by_type[at],
            Err(_) => self.alike.as_ref().filter(|(name, _)| **name == *type_name)?,
        };
        Some(layout.get_or_init(|| self.collect(name, lens)))
    }

    /// The field that some object in this place has under this key of the gathered data.
    pub(crate) fn find(&self, from: &str, lens: &Lens<'_>) -> Option<&Field> {
        self.by_type.iter().find_map(|(name, _)| self.layout(name, lens)?.fields.iter().find(|field| *field.from == *from))
    }

    fn collect(&self, type_name: &str, lens: &Lens<'_>) -> Layout {
        let mut fields: IndexMap<Arc<str>, Gathered<'_>> = IndexMap::new();
        for source in &self.sources {
            gather(&source.items, &source.on, type_name, lens, &mut fields);
        }
        let fields: Vec<Field> = fields.into_values().filter_map(|gathered| gathered.finish(type_name, lens)).collect();
        Layout {
            type_name: Text::new(type_name),
            is_allowed: lens.schema.allows_type(lens.access, type_name),
            is_direct: fields.iter().all(|field| field.key == field.from && !field.denied && field.origin != Origin::Schema),
            fields,
        }
    }
}

/// The occurrences of one response key.
struct Gathered<'a> {
    item: &'a FieldItem,
    sources: Vec<Source>,
    /// Whether the actor may see none of them.
    denied: bool,
}

fn gather<'a>(items: &'a [Item], on: &Arc<str>, type_name: &str, lens: &Lens<'_>, fields: &mut IndexMap<Arc<str>, Gathered<'a>>) {
    for item in items {
        match item {
            Item::Field(field) => {
                let known = lens.schema.types.get(&**on).and_then(|entry| entry.fields.get(&*field.name));
                let denied =
                    !lens.schema.allows_type(lens.access, on) || known.is_some_and(|known| !lens.schema.allows_field(lens.access, known));
                let behind = known.map_or_else(|| Arc::clone(on), |known| Arc::from(known.ty.inner_type()));
                let gathered =
                    fields.entry(Arc::clone(&field.key)).or_insert_with(|| Gathered { item: field, sources: Vec::new(), denied: true });
                gathered.sources.push(Source { on: behind, items: Arc::clone(&field.items) });
                gathered.denied &= denied;
            }
            Item::Fragment { on: condition, items } => {
                if condition.as_ref().is_none_or(|condition| lens.schema.satisfies(type_name, condition)) {
                    gather(items, condition.as_ref().unwrap_or(on), type_name, lens, fields);
                }
            }
        }
    }
}

impl Gathered<'_> {
    fn finish(self, type_name: &str, lens: &Lens<'_>) -> Option<Field> {
        let Gathered { item, sources, denied: unseen } = self;
        let (ty, denied) = if &*item.name == "__typename" {
            (Arc::new(Type::NonNullType(Box::new(Type::NamedType("String".to_owned())))), false)
        } else {
            let field = lens.schema.types.get(type_name)?.fields.get(&*item.name)?;
            (Arc::clone(&field.ty), unseen || !lens.schema.allows_field(lens.access, field))
        };
        let composite = lens.schema.types.get(ty.inner_type()).is_some_and(|entry| entry.definition.is_composite_type());
        let shape = composite.then(|| Shape::new(ty.inner_type(), sources, lens.schema));
        let origin = match &*item.name {
            "__typename" => Origin::Type,
            "__schema" | "__type" => Origin::Schema,
            _ => Origin::Subgraph,
        };
        Some(Field {
            key: Text::new(&*item.key),
            from: Text::new(&*item.from),
            name: Arc::clone(&item.name),
            origin,
            leaf: Leaf::of(ty.inner_type(), lens.schema),
            arguments: Arc::clone(&item.arguments),
            ty,
            denied,
            shape,
        })
    }
}
