//! The data of answers and variables: JSON whose objects keep their fields in a row.
//!
//! A router reads an answer once, walks it a few times in the order in which it was asked for, and writes it. Maps that hash their keys
//! pay for look-ups that nobody makes; here a field is mostly found where it is expected, and short texts need no memory of their own.

mod fields;
mod json;
mod wire;

use std::{
    fmt::{self, Display, Formatter},
    ops,
};

use serde_json::Number;

pub use fields::{Field, Fields, Finder};

/// A text; up to 24 bytes, which most keys and ids have, are kept in place.
pub type Text = compact_str::CompactString;

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Data {
    /// Nothing.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(Text),
    /// Values in a row.
    List(Vec<Data>),
    /// Named values.
    Object(Fields),
}

static NULL: Data = Data::Null;

impl Data {
    /// Leaves null in its place.
    #[must_use]
    pub fn take(&mut self) -> Data {
        std::mem::take(self)
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Data::Null)
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Data::Number(_))
    }

    /// Whether it is a text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Data::Text(_))
    }

    /// Whether it is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        matches!(self, Data::Object(_))
    }

    /// The text that it is.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value that it is.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Data::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The whole number that it is, when it is in the range.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Data::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The whole number that it is, when it is in the range.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Data::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// The object that it is.
    #[must_use]
    pub fn as_object(&self) -> Option<&Fields> {
        match self {
            Data::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// The list that it is.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Data]> {
        match self {
            Data::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a field of the object that it is.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Data> {
        self.as_object()?.get(key)
    }

    /// The value of a field of the object that it is.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Data> {
        match self {
            Data::Object(fields) => fields.get_mut(key),
            _ => None,
        }
    }

    /// The item of the list that it is.
    #[must_use]
    pub fn item(&self, index: usize) -> Option<&Data> {
        self.as_list()?.get(index)
    }
}

/// What is not there is null.
impl ops::Index<&str> for Data {
    type Output = Data;

    fn index(&self, key: &str) -> &Data {
        self.get(key).unwrap_or(&NULL)
    }
}

/// What is not there is null.
impl ops::Index<usize> for Data {
    type Output = Data;

    fn index(&self, index: usize) -> &Data {
        self.item(index).unwrap_or(&NULL)
    }
}

/// JSON without spaces.
impl Display for Data {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl From<bool> for Data {
    fn from(value: bool) -> Data {
        Data::Bool(value)
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Data {
        Data::Text(Text::new(text))
    }
}

impl From<String> for Data {
    fn from(text: String) -> Data {
        Data::Text(Text::from(text))
    }
}

impl From<Fields> for Data {
    fn from(fields: Fields) -> Data {
        Data::Object(fields)
    }
}

impl FromIterator<Data> for Data {
    fn from_iter<I: IntoIterator<Item = Data>>(items: I) -> Data {
        Data::List(items.into_iter().collect())
    }
}
