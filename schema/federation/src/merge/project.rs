//! From the merged data to the client's answer: its fields in its order, nothing that it did not ask for, and null carried upwards from
//! where a field that is never null has none (GraphQL §6.4.4).

use graphql_tools::static_graphql::schema::{Type, TypeDefinition};
use kernel::{Code, Data, Fault, Fields, Finder, PathSegment, Request};

use super::{
    introspect,
    shape::{Field, Layout, Leaf, Lens, Origin, Shape},
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
    pub(crate) variables: &'a Fields,
    pub(crate) request: &'a Request,
    pub(crate) faults: Vec<Fault>,
}

impl Projection<'_> {
    /// Shapes the whole answer. Null when the null of a root field that is never null came up to the top.
    pub(crate) fn answer(&mut self, shape: &Shape, gathered: Gathered) -> Data {
        let mut data = match gathered.data {
            Data::Object(data) => data,
            _ => Fields::new(),
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
        if self.object(shape, &mut data, &Place::ROOT).is_ok() { Data::Object(data) } else { Data::Null }
    }

    /// Shapes an object in its place. When a field that is never null has none, what is left of the object means nothing.
    fn object(&mut self, shape: &Shape, data: &mut Fields, place: &Place<'_>) -> Result<(), Nulled> {
        let layout = self.layout(shape, data, place)?;
        if !layout.is_allowed {
            self.deny(place, &layout.type_name);
            return Err(Nulled);
        }
        if layout.is_direct && is_shaped(data, &layout.fields) {
            if data.len() > layout.fields.len() {
                let mut wanted = layout.fields.iter().peekable();
                data.retain(|key| wanted.next_if(|field| *key == *field.key).is_some());
            }
            for (value, field) in data.values_mut().zip(&layout.fields) {
                match field.origin {
                    Origin::Type => *value = Data::Text(layout.type_name.clone()),
                    _ => self.value(value, &field.ty, field, &place.field(&field.key))?,
                }
            }
            return Ok(());
        }
        let mut shaped = Fields::with_capacity(layout.fields.len());
        let mut finder = Finder::default();
        for field in &layout.fields {
            let here = place.field(&field.key);
            let mut key = None;
            let value = match field.origin {
                Origin::Type => Data::Text(layout.type_name.clone()),
                _ if field.denied => {
                    self.deny(&here, &field.name);
                    nullable(&field.ty)?
                }
                Origin::Schema => introspect::answer(field, &self.lens, self.variables),
                Origin::Subgraph => match finder.find(data, &field.from).map(|place| data.take_at(place)) {
                    Some((from, mut value)) => {
                        self.value(&mut value, &field.ty, field, &here)?;
                        key = Some(from).filter(|from| *from == field.key);
                        value
                    }
                    None => self.hole(&field.ty, &here)?,
                },
            };
            shaped.push(key.unwrap_or_else(|| field.key.clone()), value);
        }
        *data = shaped;
        Ok(())
    }

    /// The fields of an object in a place, by its type.
    fn layout<'s>(&mut self, shape: &'s Shape, data: &Fields, place: &Place<'_>) -> Result<&'s Layout, Nulled> {
        if let Some(only) = shape.only(&self.lens) {
            return Ok(only);
        }
        let name = match data.get("__typename") {
            Some(Data::Text(name)) => name,
            _ => match shape.alike() {
                Some(interface) => &**interface,
                None => return Err(self.never_null(place, Code::Internal)),
            },
        };
        shape.layout(name, &self.lens).ok_or_else(|| {
            // Whoever can tell the types of an `@interfaceObject` apart has not told.
            if self.lens.schema.is_stand_in(name) {
                return self.never_null(place, Code::SubgraphUnavailable);
            }
            tracing::error!(request_id = %self.request.id, type_name = name, "a subgraph answered with a type that cannot be here");
            self.never_null(place, Code::Internal)
        })
    }

    fn value(&mut self, value: &mut Data, ty: &Type, field: &Field, place: &Place<'_>) -> Result<(), Nulled> {
        match ty {
            Type::NonNullType(inner) => {
                self.value(value, inner, field, place)?;
                if value.is_null() { Err(self.never_null(place, Code::Internal)) } else { Ok(()) }
            }
            _ if value.is_null() => Ok(()),
            Type::ListType(inner) => {
                let fits = match value {
                    Data::List(items) => {
                        items.iter_mut().enumerate().all(|(index, item)| self.value(item, inner, field, &place.index(index)).is_ok())
                    }
                    _ => {
                        self.wrong_type(place);
                        false
                    }
                };
                if !fits {
                    *value = Data::Null;
                }
                Ok(())
            }
            Type::NamedType(name) => {
                let fits = match (&field.shape, &mut *value) {
                    (Some(shape), Data::Object(data)) => self.object(shape, data, place).is_ok(),
                    (None, value) if self.is_leaf(field.leaf, name, value) => true,
                    _ => {
                        self.wrong_type(place);
                        false
                    }
                };
                if !fits {
                    *value = Data::Null;
                }
                Ok(())
            }
        }
    }

    /// Whether the value fits the scalar or enum.
    fn is_leaf(&self, leaf: Leaf, name: &str, value: &Data) -> bool {
        match leaf {
            Leaf::Int => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            Leaf::Float => value.is_number(),
            Leaf::String => value.is_text(),
            Leaf::Id => value.is_text() || value.as_i64().is_some() || value.as_u64().is_some(),
            Leaf::Boolean => value.as_bool().is_some(),
            Leaf::Enum => match self.lens.schema.types.get(name).map(|entry| &entry.definition) {
                Some(TypeDefinition::Enum(values)) => {
                    value.as_str().is_some_and(|value| values.values.iter().any(|known| known.name == value))
                }
                _ => true,
            },
            Leaf::Any => true,
        }
    }

    /// The data has no such key: a fetch failed and said so, or the owner has no such thing.
    fn hole(&mut self, ty: &Type, place: &Place<'_>) -> Result<Data, Nulled> {
        nullable(ty).map_err(|Nulled| self.never_null(place, Code::NotFound))
    }

    fn never_null(&mut self, place: &Place<'_>, code: Code) -> Nulled {
        let path = place.path();
        if !self.faults.iter().any(|fault| fault.path.starts_with(&path)) {
            self.fault(code, path);
        }
        Nulled
    }

    fn wrong_type(&mut self, place: &Place<'_>) {
        tracing::error!(request_id = %self.request.id, path = ?place.path(), "a subgraph answered with a value of another type");
        self.fault(Code::Internal, place.path());
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

fn nullable(ty: &Type) -> Result<Data, Nulled> {
    if ty.is_non_null() { Err(Nulled) } else { Ok(Data::Null) }
}

/// Whether the object has the client's fields in the client's order already, as most objects have; between them may be what the plan
/// asked for.
fn is_shaped(data: &Fields, fields: &[Field]) -> bool {
    let mut keys = data.keys();
    data.len() >= fields.len() && fields.iter().all(|field| keys.any(|key| *key == *field.key))
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
