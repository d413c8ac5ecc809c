//! What conditions speak of: named values, each text, yes or no, or a whole number.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// A fact is a slug, a word or a number.
pub(crate) const FACT_BYTES_MAX: usize = 200;

/// What kind of value a fact has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactType {
    /// A slug or a word; empty when not known.
    Text,
    /// Yes or no; no when not known.
    Bool,
    /// A whole number; 0 when not known.
    Int,
}

/// A fact's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A slug or a word.
    Text(String),
}

impl FactValue {
    fn is_a(&self, of: FactType) -> bool {
        matches!(
            (self, of),
            (FactValue::Text(_), FactType::Text) | (FactValue::Bool(_), FactType::Bool) | (FactValue::Int(_), FactType::Int)
        )
    }

    /// Whether the fact says nothing: empty, no, or 0.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            FactValue::Text(text) => text.is_empty(),
            FactValue::Bool(yes) => !yes,
            FactValue::Int(number) => *number == 0,
        }
    }

    /// The text of a text fact; empty for others.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            FactValue::Text(text) => text,
            FactValue::Bool(_) | FactValue::Int(_) => "",
        }
    }
}

impl From<bool> for FactValue {
    fn from(value: bool) -> FactValue {
        FactValue::Bool(value)
    }
}

impl From<i64> for FactValue {
    fn from(value: i64) -> FactValue {
        FactValue::Int(value)
    }
}

impl From<&str> for FactValue {
    fn from(value: &str) -> FactValue {
        FactValue::Text(value.to_owned())
    }
}

impl From<String> for FactValue {
    fn from(value: String) -> FactValue {
        FactValue::Text(value)
    }
}

/// Named values that conditions speak of. A fact that is not given is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(BTreeMap<String, FactValue>);

impl Facts {
    /// No facts.
    #[must_use]
    pub fn new() -> Facts {
        Facts::default()
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<FactValue>) -> Facts {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Removes a fact.
    #[must_use]
    pub fn without(mut self, name: &str) -> Facts {
        self.0.remove(name);
        self
    }

    /// A fact's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&FactValue> {
        self.0.get(name)
    }

    /// The text of a fact; empty when it is not known or not a text.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.get(name).map(FactValue::text).unwrap_or_default()
    }

    /// All facts in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FactValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl<N: Into<String>, V: Into<FactValue>> FromIterator<(N, V)> for Facts {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(facts: I) -> Facts {
        Facts(facts.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// As a condition writes them: `category == 'heating', urgent`.
impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing is known");
        }
        for (n, (name, value)) in self.iter().enumerate() {
            f.write_str(if n == 0 { "" } else { ", " })?;
            match value {
                FactValue::Bool(yes) => write!(f, "{}{name}", if *yes { "" } else { "!" })?,
                FactValue::Int(number) => write!(f, "{name} == {number}")?,
                FactValue::Text(text) => write!(f, "{name} == '{text}'")?,
            }
        }
        Ok(())
    }
}

/// The facts that a file's conditions may speak of. A fact's place in this order is how conditions refer to it.
pub(crate) type Declared = BTreeMap<String, FactType>;

/// A value that is borrowed, so that evaluating a condition copies nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Bool(bool),
    Int(i64),
    Text(&'a str),
}

impl<'a> From<&'a FactValue> for Value<'a> {
    fn from(value: &'a FactValue) -> Value<'a> {
        match value {
            FactValue::Bool(yes) => Value::Bool(*yes),
            FactValue::Int(number) => Value::Int(*number),
            FactValue::Text(text) => Value::Text(text),
        }
    }
}

impl Value<'_> {
    pub(crate) fn is_unknown(self) -> bool {
        matches!(self, Value::Bool(false) | Value::Int(0) | Value::Text(""))
    }

    pub(crate) fn to_fact(self) -> FactValue {
        match self {
            Value::Bool(yes) => FactValue::Bool(yes),
            Value::Int(number) => FactValue::Int(number),
            Value::Text(text) => FactValue::Text(text.to_owned()),
        }
    }

    fn nothing(of: FactType) -> Value<'static> {
        match of {
            FactType::Text => Value::Text(""),
            FactType::Bool => Value::Bool(false),
            FactType::Int => Value::Int(0),
        }
    }
}

/// The values of all declared facts, in the order of their names. `None` is a value that is still open while a proof looks for one; what
/// nobody gave has the value of its type for "not known".
pub(crate) struct Known<'a>(pub(crate) Vec<Option<Value<'a>>>);

impl<'a> Known<'a> {
    /// # Errors
    /// When a fact is not declared, has another type, or is too long: the caller is at fault.
    pub(crate) fn of(declared: &Declared, facts: &'a Facts) -> kernel::Result<Known<'a>> {
        let mut known: Vec<Option<Value<'a>>> = declared.values().map(|of| Some(Value::nothing(*of))).collect();
        // Both are in the order of their names, so one walk finds every place.
        let mut places = declared.iter().enumerate();
        for (name, value) in facts.iter() {
            let place = places.find(|(_, (declared, _))| declared.as_str() >= name).filter(|(_, (declared, _))| *declared == name);
            match place {
                None => return Err(kernel::Error::internal(format!("fact `{name}` is not declared"))),
                Some((_, (_, of))) if !value.is_a(*of) => {
                    return Err(kernel::Error::internal(format!("fact `{name}` is not of type {of:?}")));
                }
                Some(_) if value.text().len() > FACT_BYTES_MAX => {
                    return Err(kernel::Error::internal(format!("fact `{name}` is too long")));
                }
                Some((place, _)) => known[place] = Some(value.into()),
            }
        }
        Ok(Known(known))
    }

    /// Sets a declared fact; one that is not declared is left out.
    pub(crate) fn set(&mut self, declared: &Declared, name: &str, value: Value<'a>) {
        if let Some(place) = place_of(declared, name) {
            self.0[place] = Some(value);
        }
    }

    /// The value in a place becomes that of "not known"; gives back what it was.
    pub(crate) fn forget(&mut self, place: usize) -> Option<Value<'a>> {
        let nothing = match self.0[place] {
            Some(Value::Text(_)) => Value::Text(""),
            Some(Value::Bool(_)) => Value::Bool(false),
            Some(Value::Int(_)) | None => Value::Int(0),
        };
        self.0[place].replace(nothing)
    }

    /// The text in a place; empty when there is none.
    pub(crate) fn text(&self, place: usize) -> &'a str {
        match self.0.get(place) {
            Some(Some(Value::Text(text))) => text,
            _ => "",
        }
    }
}

/// Where a declared fact stands in the order of names.
pub(crate) fn place_of(declared: &Declared, name: &str) -> Option<usize> {
    declared.keys().position(|declared| declared == name)
}
