//! GraphQL literals as data.

use graphql_tools::static_graphql::query::Value as Literal;
use kernel::{Data, Fields};
use serde_json::Number;

/// The value of a literal, its variables replaced. A variable without a value is null.
pub fn resolve(literal: &Literal, variables: &Fields) -> Data {
    match literal {
        Literal::Variable(name) => variables.get(name).cloned().unwrap_or_default(),
        Literal::Int(number) => number.as_i64().map_or(Data::Null, |number| Data::Number(number.into())),
        Literal::Float(number) => Number::from_f64(*number).map_or(Data::Null, Data::Number),
        Literal::String(text) | Literal::Enum(text) => Data::from(text.as_str()),
        Literal::Boolean(flag) => Data::Bool(*flag),
        Literal::Null => Data::Null,
        Literal::List(items) => items.iter().map(|item| resolve(item, variables)).collect(),
        Literal::Object(fields) => Data::Object(fields.iter().map(|(name, value)| (name.as_str(), resolve(value, variables))).collect()),
    }
}
