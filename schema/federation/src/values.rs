//! GraphQL literals as JSON.

use graphql_tools::static_graphql::query::Value as Literal;
use serde_json::{Map, Number, Value};

/// The JSON value of a literal, its variables replaced. A variable without a value is null.
pub fn resolve(literal: &Literal, variables: &Map<String, Value>) -> Value {
    match literal {
        Literal::Variable(name) => variables.get(name).cloned().unwrap_or_default(),
        Literal::Int(number) => number.as_i64().map_or(Value::Null, Value::from),
        Literal::Float(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        Literal::String(text) | Literal::Enum(text) => Value::String(text.clone()),
        Literal::Boolean(flag) => Value::Bool(*flag),
        Literal::Null => Value::Null,
        Literal::List(items) => items.iter().map(|item| resolve(item, variables)).collect(),
        Literal::Object(fields) => Value::Object(fields.iter().map(|(name, value)| (name.clone(), resolve(value, variables))).collect()),
    }
}
