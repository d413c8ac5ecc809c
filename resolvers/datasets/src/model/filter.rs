//! Which rows: a filter whose columns and values were checked against the schema.
//!
//! A comparison with an empty cell is false, and its negation is true: there is no third answer.

use super::value::Value;

/// A checked filter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Predicate {
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    Column { column: usize, comparison: Comparison },
}

/// What a cell is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Comparison {
    Equals(Value),
    OneOf(Vec<Value>),
    LessThan(Value),
    AtMost(Value),
    MoreThan(Value),
    AtLeast(Value),
    StartsWith(String),
    Empty,
}
