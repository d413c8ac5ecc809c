//! Conditions that officials write, in CEL, over declared facts. The crate `cel` checks no types, so this module does when a file is
//! loaded: a condition that names an unknown fact or compares text with a number never reaches a case.

use std::collections::BTreeMap;

use cel::{
    Context, IdedExpr, Program, Value,
    common::ast::{CallExpr, Expr, LiteralValue, operators},
};
use serde::{Deserialize, Serialize};

/// A condition is a line, not a program.
const CONDITION_BYTES_MAX: usize = 1_000;
/// A fact is a slug, a word or a number.
const FACT_BYTES_MAX: usize = 200;

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
    fn unknown(of: FactType) -> FactValue {
        match of {
            FactType::Text => FactValue::Text(String::new()),
            FactType::Bool => FactValue::Bool(false),
            FactType::Int => FactValue::Int(0),
        }
    }

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

/// The facts that a file's conditions may speak of.
pub(crate) type Declared = BTreeMap<String, FactType>;

/// What conditions are evaluated in: every declared fact has a value.
///
/// # Errors
/// When a fact is not declared, has another type, or is too long: the caller is at fault.
pub(crate) fn context(declared: &Declared, facts: &Facts) -> kernel::Result<Context<'static, 'static>> {
    for (name, value) in facts.iter() {
        match declared.get(name) {
            None => return Err(kernel::Error::internal(format!("fact `{name}` is not declared"))),
            Some(of) if !value.is_a(*of) => return Err(kernel::Error::internal(format!("fact `{name}` is not of type {of:?}"))),
            Some(_) if value.text().len() > FACT_BYTES_MAX => return Err(kernel::Error::internal(format!("fact `{name}` is too long"))),
            Some(_) => {}
        }
    }
    let mut context = Context::default();
    for (name, of) in declared {
        match facts.get(name).cloned().unwrap_or_else(|| FactValue::unknown(*of)) {
            FactValue::Bool(value) => context.add_variable_from_value(name.clone(), value),
            FactValue::Int(value) => context.add_variable_from_value(name.clone(), value),
            FactValue::Text(value) => context.add_variable_from_value(name.clone(), value),
        }
    }
    Ok(context)
}

/// A parsed and checked condition.
pub(crate) struct Condition {
    text: String,
    program: Program,
}

impl Condition {
    pub(crate) fn parse(text: &str, declared: &Declared) -> Result<Condition, String> {
        if text.len() > CONDITION_BYTES_MAX {
            return Err(format!("a condition has at most {CONDITION_BYTES_MAX} bytes"));
        }
        let program = Program::compile(text).map_err(|errors| {
            errors.errors.first().map_or_else(|| "not a condition".to_owned(), |error| format!("not CEL: {}", error.msg))
        })?;
        match type_of(program.expression(), declared)? {
            Type::Is(FactType::Bool) => Ok(Condition { text: text.to_owned(), program }),
            other => Err(format!("a condition answers yes or no, this one is {}", other.name())),
        }
    }

    /// The condition as it is written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn holds(&self, context: &Context<'_, '_>) -> kernel::Result<bool> {
        match self.program.execute(context) {
            Ok(Value::Bool(yes)) => Ok(yes),
            other => Err(kernel::Error::internal(format!("condition `{}` gave {other:?}", self.text))),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Type {
    Is(FactType),
    ListOf(FactType),
}

impl Type {
    fn name(self) -> String {
        match self {
            Type::Is(of) => format!("{of:?}").to_lowercase(),
            Type::ListOf(of) => format!("a list of {of:?}").to_lowercase(),
        }
    }
}

fn type_of(expr: &IdedExpr, declared: &Declared) -> Result<Type, String> {
    match &expr.expr {
        Expr::Ident(name) => declared.get(name).map(|of| Type::Is(*of)).ok_or_else(|| format!("unknown fact `{name}`")),
        Expr::Literal(LiteralValue::Boolean(_)) => Ok(Type::Is(FactType::Bool)),
        Expr::Literal(LiteralValue::Int(_)) => Ok(Type::Is(FactType::Int)),
        Expr::Literal(LiteralValue::String(_)) => Ok(Type::Is(FactType::Text)),
        Expr::List(list) => {
            let mut of = None;
            for element in &list.elements {
                match type_of(element, declared)? {
                    Type::Is(found) if of.is_none_or(|of| of == found) => of = Some(found),
                    found => return Err(format!("a list holds values of one type, here is {}", found.name())),
                }
            }
            of.map(Type::ListOf).ok_or_else(|| "an empty list".to_owned())
        }
        Expr::Call(call) => type_of_call(call, declared),
        _ => {
            Err("only facts, literals, lists, comparisons, `in`, `&&`, `||`, `!`, startsWith, endsWith and contains are allowed".to_owned())
        }
    }
}

fn type_of_call(call: &CallExpr, declared: &Declared) -> Result<Type, String> {
    let given =
        call.target.iter().map(AsRef::as_ref).chain(&call.args).map(|expr| type_of(expr, declared)).collect::<Result<Vec<_>, _>>()?;
    let all = |of: FactType| given.iter().all(|found| *found == Type::Is(of));
    let fits = match (call.func_name.as_str(), given.as_slice()) {
        (operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT, _) => all(FactType::Bool),
        (operators::EQUALS | operators::NOT_EQUALS, [Type::Is(left), Type::Is(right)]) => left == right,
        (operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS, _) => all(FactType::Int),
        (operators::IN, [Type::Is(element), Type::ListOf(of)]) => element == of,
        ("startsWith" | "endsWith" | "contains", [_, _]) => call.target.is_some() && all(FactType::Text),
        _ => false,
    };
    if fits {
        return Ok(Type::Is(FactType::Bool));
    }
    let types = given.into_iter().map(Type::name).collect::<Vec<_>>().join(", ");
    Err(format!("`{}` cannot be used on ({types})", call.func_name.trim_matches(['_', '@'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared() -> Declared {
        Declared::from([("category".into(), FactType::Text), ("urgent".into(), FactType::Bool), ("days".into(), FactType::Int)])
    }

    #[test]
    fn a_condition_is_checked_before_it_is_used() {
        for (text, expected) in [
            ("category == 'road-damage'", None),
            ("category in ['a', 'b'] && !urgent || days >= 3", None),
            ("category.startsWith('road')", None),
            ("true", None),
            ("urgnt", Some("unknown fact `urgnt`")),
            ("category == 3", Some("`==` cannot be used on (text, int)")),
            ("category < 'b'", Some("`<` cannot be used on (text, text)")),
            ("category", Some("a condition answers yes or no, this one is text")),
            ("days in ['a']", Some("`in` cannot be used on (int, a list of text)")),
            ("size(category) > 1", Some("`size` cannot be used on (text)")),
            ("[1, 2].all(x, x > 0)", Some("only facts, literals,")),
            ("category ==", Some("not CEL: ")),
            ("'a' in []", Some("an empty list")),
        ] {
            let error = Condition::parse(text, &declared()).err();
            match (expected, error) {
                (None, None) => {}
                (Some(expected), Some(error)) => assert!(error.starts_with(expected), "{text}: {error}"),
                (expected, error) => panic!("{text}: expected {expected:?}, got {error:?}"),
            }
        }
        assert!(Condition::parse(&format!("category == '{}'", "x".repeat(CONDITION_BYTES_MAX)), &declared()).is_err());
    }

    #[test]
    fn unknown_facts_are_empty_no_and_zero() {
        let condition = Condition::parse("category == '' && !urgent && days == 0", &declared()).unwrap();
        assert!(condition.holds(&context(&declared(), &Facts::new()).unwrap()).unwrap());
        assert!(!condition.holds(&context(&declared(), &Facts::new().with("days", 2)).unwrap()).unwrap());
    }

    #[test]
    fn a_fact_that_is_not_declared_or_too_long_is_refused() {
        for facts in [
            Facts::new().with("colour", "red"),
            Facts::new().with("days", "many"),
            Facts::new().with("category", "x".repeat(FACT_BYTES_MAX + 1)),
        ] {
            assert!(context(&declared(), &facts).is_err(), "{facts:?}");
        }
    }
}
