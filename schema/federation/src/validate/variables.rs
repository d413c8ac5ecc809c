//! Coerces the values of variables (GraphQL §6.1.2): required ones are there, enums and scalars fit, input objects have their fields.

use graphql_tools::static_graphql::{
    query::VariableDefinition,
    schema::{InputObjectType, Type, TypeDefinition},
};
use kernel::{Code, Data, Fields, Locale};
use serde_json::{Map, Value};

use crate::{
    limits::Limit,
    policy::Gate,
    response::{GraphError, GraphResponse, Stage},
    schema::Schema,
    values,
    words::words,
};

/// Coerces all variables of an operation. What the operation does not define is left out.
pub(crate) fn coerce(
    definitions: &[VariableDefinition],
    mut given: Map<String, Value>,
    schema: &Schema,
    gate: Option<&Gate>,
    locale: Locale,
) -> Result<Fields, GraphResponse> {
    let mut coerced = Fields::with_capacity(definitions.len());
    let mut coercion = Coercion { schema, gate, locale, errors: Vec::new() };
    for definition in definitions {
        let value = given.swap_remove(&definition.name);
        let value = match (value, &definition.default_value) {
            (Some(value), _) => coercion.value(value, &definition.var_type, &mut vec![definition.name.clone()]),
            (None, Some(default)) => Some(values::resolve(default, &Fields::new())),
            (None, None) => {
                if definition.var_type.is_non_null() {
                    coercion.error("variable-missing", std::slice::from_ref(&definition.name), &definition.var_type.to_string());
                }
                continue;
            }
        };
        if let Some(value) = value {
            coerced.insert(definition.name.as_str(), value);
        }
    }
    if coercion.errors.is_empty() { Ok(coerced) } else { Err(GraphResponse::refused(Stage::Coerce, coercion.errors)) }
}

struct Coercion<'a> {
    schema: &'a Schema,
    gate: Option<&'a Gate>,
    locale: Locale,
    errors: Vec<GraphError>,
}

impl Coercion<'_> {
    fn error(&mut self, key: &str, path: &[String], ty: &str) {
        // A list of a thousand wrong values does not get a thousand answers.
        const ERRORS_MAX: usize = 20;
        if self.errors.len() < ERRORS_MAX {
            let path = path.join(".");
            let message = words().text(self.locale, key, &[("path", path.as_str().into()), ("type", ty.into())]);
            self.errors.push(GraphError { variable: Some(path), ..GraphError::new(Code::BadUserInput, message) });
        }
    }

    fn is_too_long(&self, items: usize) -> bool {
        let Some(gate) = self.gate else { return false };
        let weighed = gate.weigh(Limit::ListItems, items, self.locale);
        if weighed == Ok(true) {
            gate.scale.count_measured(&[Limit::ListItems]);
        }
        weighed.is_err()
    }

    fn value(&mut self, value: Value, ty: &Type, path: &mut Vec<String>) -> Option<Data> {
        match (ty, value) {
            (Type::NonNullType(_), Value::Null) => {
                self.error("variable-null", path, &ty.to_string());
                None
            }
            (Type::NonNullType(inner), value) => self.value(value, inner, path),
            (_, Value::Null) => Some(Data::Null),
            (Type::ListType(_), Value::Array(items)) if self.is_too_long(items.len()) => {
                let max = self.gate.map_or(usize::MAX, |gate| gate.scale.limits().max(Limit::ListItems));
                self.error("variable-list", path, &max.to_string());
                None
            }
            (Type::ListType(inner), Value::Array(items)) => {
                let items = items.into_iter().enumerate().map(|(index, item)| {
                    path.push(index.to_string());
                    let item = self.value(item, inner, path);
                    path.pop();
                    item
                });
                items.collect::<Option<Vec<_>>>().map(Data::List)
            }
            // A single value stands for a list of one (GraphQL §3.11).
            (Type::ListType(inner), single) => self.value(single, inner, path).map(|item| Data::List(vec![item])),
            (Type::NamedType(name), value) => self.named(value, name, path),
        }
    }

    fn named(&mut self, value: Value, name: &str, path: &mut Vec<String>) -> Option<Data> {
        let schema = self.schema;
        match (schema.types.get(name).map(|entry| &entry.definition), value) {
            (Some(TypeDefinition::InputObject(input)), Value::Object(fields)) => self.object(fields, input, path),
            (Some(TypeDefinition::Enum(values)), Value::String(value)) if values.values.iter().any(|known| known.name == value) => {
                Some(Data::from(value))
            }
            // PostgreSQL's text cannot hold it, and no text needs it.
            (Some(TypeDefinition::Scalar(_)), Value::String(text)) if text.contains('\0') => {
                self.error("variable-nul", path, name);
                None
            }
            (Some(TypeDefinition::Scalar(_)), value) if fits(name, &value) => Some(as_input(name, value)),
            _ => {
                self.error("variable-type", path, name);
                None
            }
        }
    }

    fn object(&mut self, mut given: Map<String, Value>, input: &InputObjectType, path: &mut Vec<String>) -> Option<Data> {
        let errors_before = self.errors.len();
        let one_of = input.directives.iter().any(|directive| directive.name == "oneOf");
        if one_of && (given.len() != 1 || given.values().any(Value::is_null)) {
            self.error("variable-one-of", path, &input.name);
            return None;
        }
        let mut coerced = Fields::with_capacity(given.len());
        for field in &input.fields {
            path.push(field.name.clone());
            match given.swap_remove(&field.name) {
                Some(value) => {
                    if let Some(value) = self.value(value, &field.value_type, path) {
                        coerced.insert(field.name.as_str(), value);
                    }
                }
                // The subgraph knows its defaults.
                None if field.default_value.is_none() && field.value_type.is_non_null() => {
                    self.error("variable-missing", path, &field.value_type.to_string());
                }
                None => {}
            }
            path.pop();
        }
        for unknown in given.keys() {
            path.push(unknown.clone());
            self.error("variable-unknown", path, &input.name);
            path.pop();
        }
        (self.errors.len() == errors_before).then_some(Data::Object(coerced))
    }
}

/// Whether a value fits a scalar; a custom scalar is its subgraph's business.
fn fits(scalar: &str, value: &Value) -> bool {
    match scalar {
        "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "Float" => value.is_number(),
        "String" => value.is_string(),
        "Boolean" => value.is_boolean(),
        "ID" => value.is_string() || value.is_i64() || value.is_u64(),
        _ => true,
    }
}

fn as_input(scalar: &str, value: Value) -> Data {
    match value {
        Value::Number(number) if scalar == "ID" => Data::from(number.to_string()),
        value => value.into(),
    }
}
