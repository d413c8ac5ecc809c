//! From the merged data to the client's answer: its fields in its order, nothing that it did not ask for, and null carried upwards from
//! where a field that is never null has none (GraphQL §6.4.4).

use std::mem;

use graphql_tools::static_graphql::schema::{Type, TypeDefinition};
use kernel::{Code, Fault, PathSegment, Request};
use serde_json::{Map, Value};

use super::{
    introspect,
    shape::{Field, Lens, Shape},
};
use crate::{execute::Gathered, words::words};

/// A place in the answer, as a chain on the stack; it is written out only for a fault.
#[derive(Clone, Copy)]
struct Place<'a> {
    above: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Field(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    const ROOT: Place<'static> = Place { above: None, step: Step::Root };

    fn field(&'a self, key: &'a str) -> Place<'a> {
        Place { above: Some(self), step: Step::Field(key) }
    }

    fn index(&'a self, index: usize) -> Place<'a> {
        Place { above: Some(self), step: Step::Index(index) }
    }

    fn path(&self) -> Vec<PathSegment> {
        let mut path = self.above.map(Place::path).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Field(key) => path.push(PathSegment::Field(key.to_owned())),
            Step::Index(index) => path.push(PathSegment::Index(index)),
        }
        path
    }
}

/// A field that is never null is null: what holds it must be null.
struct Nulled;

/// One answer being shaped.
pub(crate) struct Projection<'a> {
    pub(crate) lens: Lens<'a>,
    pub(crate) variables: &'a Map<String, Value>,
    pub(crate) request: &'a Request,
    pub(crate) faults: Vec<Fault>,
}

impl Projection<'_> {
    /// Shapes the whole answer. Null when the null of a root field that is never null came up to the top.
    pub(crate) fn answer(&mut self, shape: &Shape, gathered: Gathered) -> Value {
        let data = match gathered.data {
            Value::Object(data) => data,
            _ => Map::new(),
        };
        for mut fault in gathered.faults {
            translate(&mut fault.path, shape, &self.lens);
            self.faults.push(fault);
        }
        for mut fault in gathered.lost {
            let length = fault.path.len();
            translate(&mut fault.path, shape, &self.lens);
            // A field that only the plan asked for is no loss to the client; what depended on it is told of by itself.
            if fault.path.len() == length {
                self.faults.push(fault);
            }
        }
        self.faults.dedup();
        self.object(shape, data, &Place::ROOT).unwrap_or_default()
    }

    fn object(&mut self, shape: &Shape, mut data: Map<String, Value>, place: &Place<'_>) -> Result<Value, Nulled> {
        let name = match (shape.only_type(), data.get("__typename")) {
            (Some(only), _) => &**only,
            (None, Some(Value::String(name))) => name,
            (None, _) => match shape.alike() {
                Some(interface) => interface,
                None => return Err(self.never_null(place, Code::Internal)),
            },
        };
        let Some((type_name, fields)) = shape.fields(name, &self.lens) else {
            // Whoever can tell the types of an `@interfaceObject` apart has not told.
            if self.lens.schema.is_stand_in(name) {
                return Err(self.never_null(place, Code::SubgraphUnavailable));
            }
            tracing::error!(request_id = %self.request.id, type_name = name, "a subgraph answered with a type that cannot be here");
            return Err(self.never_null(place, Code::Internal));
        };
        if !self.lens.schema.allows_type(self.lens.access, type_name) {
            self.deny(place, type_name);
            return Err(Nulled);
        }
        if is_shaped(&data, fields) {
            if data.len() > fields.len() {
                let mut wanted = fields.iter().peekable();
                data.retain(|key, _| wanted.next_if(|field| *key == *field.key).is_some());
            }
            for (value, field) in data.values_mut().zip(fields) {
                *value = match &*field.name {
                    "__typename" => Value::String(type_name.to_string()),
                    _ => self.value(mem::take(value), &field.ty, field, &place.field(&field.key))?,
                };
            }
            return Ok(Value::Object(data));
        }
        let mut shaped = Map::with_capacity(fields.len());
        for field in fields {
            let here = place.field(&field.key);
            let (key, value) = if &*field.name == "__typename" {
                (field.key.to_string(), Value::String(type_name.to_string()))
            } else if field.denied {
                self.deny(&here, &field.name);
                (field.key.to_string(), nullable(&field.ty)?)
            } else if matches!(&*field.name, "__schema" | "__type") {
                (field.key.to_string(), introspect::answer(field, &self.lens, self.variables))
            } else {
                match data.swap_remove_entry(&*field.from) {
                    Some((key, value)) if key == *field.key => (key, self.value(value, &field.ty, field, &here)?),
                    Some((_, value)) => (field.key.to_string(), self.value(value, &field.ty, field, &here)?),
                    None => (field.key.to_string(), self.hole(&field.ty, &here)?),
                }
            };
            shaped.insert(key, value);
        }
        Ok(Value::Object(shaped))
    }

    fn value(&mut self, value: Value, ty: &Type, field: &Field, place: &Place<'_>) -> Result<Value, Nulled> {
        match ty {
            Type::NonNullType(inner) => match self.value(value, inner, field, place)? {
                Value::Null => Err(self.never_null(place, Code::Internal)),
                value => Ok(value),
            },
            _ if value.is_null() => Ok(value),
            Type::ListType(inner) => {
                let Value::Array(mut items) = value else { return Ok(self.wrong_type(place)) };
                for (index, item) in items.iter_mut().enumerate() {
                    match self.value(mem::take(item), inner, field, &place.index(index)) {
                        Ok(value) => *item = value,
                        Err(Nulled) => return Ok(Value::Null),
                    }
                }
                Ok(Value::Array(items))
            }
            Type::NamedType(name) => match (&field.shape, value) {
                (Some(shape), Value::Object(data)) => Ok(self.object(shape, data, place).unwrap_or_default()),
                (None, value) if self.is_leaf(name, &value) => Ok(value),
                _ => Ok(self.wrong_type(place)),
            },
        }
    }

    /// Whether the value fits the scalar or enum; what custom scalars hold is their subgraph's business.
    fn is_leaf(&self, name: &str, value: &Value) -> bool {
        match name {
            "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            "Float" => value.is_number(),
            "String" => value.is_string(),
            "ID" => value.is_string() || value.is_i64() || value.is_u64(),
            "Boolean" => value.is_boolean(),
            _ => match self.lens.schema.types.get(name).map(|entry| &entry.definition) {
                Some(TypeDefinition::Enum(values)) => {
                    value.as_str().is_some_and(|value| values.values.iter().any(|known| known.name == value))
                }
                _ => true,
            },
        }
    }

    /// The data has no such key: a fetch failed and said so, or the owner has no such thing.
    fn hole(&mut self, ty: &Type, place: &Place<'_>) -> Result<Value, Nulled> {
        nullable(ty).map_err(|Nulled| self.never_null(place, Code::NotFound))
    }

    fn never_null(&mut self, place: &Place<'_>, code: Code) -> Nulled {
        let path = place.path();
        if !self.faults.iter().any(|fault| fault.path.starts_with(&path)) {
            self.fault(code, path);
        }
        Nulled
    }

    fn wrong_type(&mut self, place: &Place<'_>) -> Value {
        tracing::error!(request_id = %self.request.id, path = ?place.path(), "a subgraph answered with a value of another type");
        self.fault(Code::Internal, place.path());
        Value::Null
    }

    fn deny(&mut self, place: &Place<'_>, name: &str) {
        let (code, key) = match self.request.actor {
            kernel::Actor::Anonymous => (Code::Unauthenticated, "access-unauthenticated"),
            _ => (Code::Forbidden, "access-forbidden"),
        };
        let message = words().text(self.request.locale, key, &[("field", name.into())]);
        self.faults.push(Fault { message, code, path: place.path() });
    }

    fn fault(&mut self, code: Code, path: Vec<PathSegment>) {
        self.faults.push(Fault { path, ..Fault::general(code, self.request.locale) });
    }
}

fn nullable(ty: &Type) -> Result<Value, Nulled> {
    if ty.is_non_null() { Err(Nulled) } else { Ok(Value::Null) }
}

/// Whether the object has the client's fields in the client's order already, as most objects have; between them may be what the plan
/// asked for.
fn is_shaped(data: &Map<String, Value>, fields: &[Field]) -> bool {
    let mut keys = data.keys();
    data.len() >= fields.len() && fields.iter().all(|field| field.key == field.from && !field.denied && keys.any(|key| *key == *field.key))
}

/// Turns a path of the gathered data into one of the answer. A subgraph's fault may lie at a field that only the plan asked for; the
/// client is told of the nearest place that it knows.
fn translate(path: &mut Vec<PathSegment>, shape: &Shape, lens: &Lens<'_>) {
    let mut shape = Some(shape);
    let mut known = 0;
    for segment in path.iter_mut() {
        if let PathSegment::Field(from) = segment {
            let Some(field) = shape.and_then(|shape| shape.find(from, lens)) else { break };
            if *field.key != **from {
                *from = field.key.to_string();
            }
            shape = field.shape.as_ref();
        }
        known += 1;
    }
    path.truncate(known);
}
