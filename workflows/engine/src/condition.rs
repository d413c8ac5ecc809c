//! Conditions that officials write, in CEL, over declared facts. The crate `cel` reads them; it checks no types, so this module does when
//! a file is loaded: a condition that names an unknown fact or compares text with a number never reaches a case. What was checked is kept
//! in a form of its own, which evaluates without allocating and also with facts left open, as [`crate::proof`] needs it.

use cel::{
    IdedExpr, Program,
    common::ast::{CallExpr, Expr, LiteralValue, operators},
};

use crate::{
    FactType, FactValue,
    fact::{Declared, Known, Value, place_of},
};

/// A condition is a line, not a program.
const CONDITION_BYTES_MAX: usize = 1_000;
/// More facts, values and signs than this nobody can read.
const CONDITION_PARTS_MAX: usize = 200;

/// A parsed and checked condition.
pub(crate) struct Condition {
    text: String,
    pub(crate) term: Term,
}

/// A part of a condition.
#[derive(Debug)]
pub(crate) enum Term {
    /// A fact, by its place in the declared order.
    Fact(usize),
    Literal(FactValue),
    Call(Sign, Vec<Term>),
}

/// What joins parts. The first part of [`Sign::In`] is looked for among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    And,
    Or,
    Not,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    StartsWith,
    EndsWith,
    Contains,
}

impl Condition {
    pub(crate) fn parse(text: &str, declared: &Declared) -> Result<Condition, String> {
        if text.len() > CONDITION_BYTES_MAX {
            return Err(format!("a condition has at most {CONDITION_BYTES_MAX} bytes: divide it among several rows or transitions"));
        }
        let program = Program::compile(text).map_err(|errors| {
            errors.errors.first().map_or_else(|| "not a condition".to_owned(), |error| format!("not CEL: {}", error.msg))
        })?;
        let mut reader = Reader { declared, parts: 0 };
        match reader.read(program.expression())? {
            (term, Type::Is(FactType::Bool)) => Ok(Condition { text: text.to_owned(), term }),
            (_, other) => Err(format!("a condition answers yes or no, this one is {}", other.name())),
        }
    }

    /// The condition as it is written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn holds(&self, known: &Known<'_>) -> bool {
        // Every fact has a value and every type was checked, so there is an answer.
        self.answer(&known.0) == Some(true)
    }

    /// The answer as far as it follows from the facts that are not open.
    pub(crate) fn answer(&self, facts: &[Option<Value<'_>>]) -> Option<bool> {
        self.term.truth(facts)
    }
}

impl Term {
    pub(crate) fn truth(&self, facts: &[Option<Value<'_>>]) -> Option<bool> {
        match self {
            Term::Fact(place) => facts.get(*place).copied().flatten().and_then(truth),
            Term::Literal(value) => truth(value.into()),
            Term::Call(Sign::And, parts) => all(parts, facts, true),
            Term::Call(Sign::Or, parts) => all(parts, facts, false),
            Term::Call(Sign::Not, parts) => parts.first()?.truth(facts).map(|yes| !yes),
            Term::Call(Sign::In, parts) => {
                let (wanted, among) = parts.split_first()?;
                let wanted = wanted.value(facts)?;
                let mut open = false;
                for part in among {
                    match part.value(facts) {
                        Some(value) if value == wanted => return Some(true),
                        Some(_) => {}
                        None => open = true,
                    }
                }
                (!open).then_some(false)
            }
            Term::Call(sign, parts) => {
                let [left, right] = parts.as_slice() else { return None };
                compare(*sign, left.value(facts)?, right.value(facts)?)
            }
        }
    }

    fn value<'a>(&'a self, facts: &[Option<Value<'a>>]) -> Option<Value<'a>> {
        match self {
            Term::Fact(place) => facts.get(*place).copied().flatten(),
            Term::Literal(value) => Some(value.into()),
            Term::Call(..) => self.truth(facts).map(Value::Bool),
        }
    }
}

/// Whether all parts are `wanted` (and), or any is (or, with `wanted` false: not all are false).
fn all(parts: &[Term], facts: &[Option<Value<'_>>], wanted: bool) -> Option<bool> {
    let mut answer = Some(wanted);
    for part in parts {
        match part.truth(facts) {
            Some(yes) if yes != wanted => return Some(!wanted),
            Some(_) => {}
            None => answer = None,
        }
    }
    answer
}

fn truth(value: Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(yes),
        Value::Int(_) | Value::Text(_) => None,
    }
}

fn compare(sign: Sign, left: Value<'_>, right: Value<'_>) -> Option<bool> {
    Some(match (sign, left, right) {
        (Sign::Equal, left, right) => left == right,
        (Sign::NotEqual, left, right) => left != right,
        (Sign::Less, Value::Int(left), Value::Int(right)) => left < right,
        (Sign::LessEqual, Value::Int(left), Value::Int(right)) => left <= right,
        (Sign::Greater, Value::Int(left), Value::Int(right)) => left > right,
        (Sign::GreaterEqual, Value::Int(left), Value::Int(right)) => left >= right,
        (Sign::StartsWith, Value::Text(text), Value::Text(part)) => text.starts_with(part),
        (Sign::EndsWith, Value::Text(text), Value::Text(part)) => text.ends_with(part),
        (Sign::Contains, Value::Text(text), Value::Text(part)) => text.contains(part),
        _ => return None,
    })
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

/// Reads the syntax tree of `cel`, checks its types, and makes a [`Term`] of it.
struct Reader<'a> {
    declared: &'a Declared,
    parts: usize,
}

impl Reader<'_> {
    fn read(&mut self, expr: &IdedExpr) -> Result<(Term, Type), String> {
        self.parts += 1;
        if self.parts > CONDITION_PARTS_MAX {
            return Err(format!("a condition has at most {CONDITION_PARTS_MAX} parts: divide it among several rows or transitions"));
        }
        let literal = |value: FactValue, of| Ok((Term::Literal(value), Type::Is(of)));
        match &expr.expr {
            Expr::Ident(name) => {
                let place = place_of(self.declared, name).zip(self.declared.get(name));
                place.map(|(place, of)| (Term::Fact(place), Type::Is(*of))).ok_or_else(|| format!("unknown fact `{name}`"))
            }
            Expr::Literal(LiteralValue::Boolean(yes)) => literal((**yes).into(), FactType::Bool),
            Expr::Literal(LiteralValue::Int(number)) => literal((**number).into(), FactType::Int),
            Expr::Literal(LiteralValue::String(text)) => literal(text.to_string().into(), FactType::Text),
            Expr::Call(call) => self.read_call(call),
            Expr::List(_) => Err("a list stands after `in` and nowhere else".to_owned()),
            _ => {
                Err("only facts, literals, lists, comparisons, `in`, `&&`, `||`, `!`, startsWith, endsWith and contains are allowed"
                    .to_owned())
            }
        }
    }

    fn read_list(&mut self, elements: &[IdedExpr]) -> Result<(Vec<Term>, Type), String> {
        let mut of = None;
        let mut terms = Vec::with_capacity(elements.len());
        for element in elements {
            match self.read(element)? {
                (term, Type::Is(found)) if of.is_none_or(|of| of == found) => {
                    of = Some(found);
                    terms.push(term);
                }
                (_, found) => return Err(format!("a list holds values of one type, here is {}", found.name())),
            }
        }
        of.map(|of| (terms, Type::ListOf(of))).ok_or_else(|| "an empty list".to_owned())
    }

    fn read_call(&mut self, call: &CallExpr) -> Result<(Term, Type), String> {
        let (mut terms, mut given) = (Vec::new(), Vec::new());
        for (n, expr) in call.target.iter().map(AsRef::as_ref).chain(&call.args).enumerate() {
            if let (Expr::List(list), operators::IN, 1) = (&expr.expr, call.func_name.as_str(), n) {
                let (listed, of) = self.read_list(&list.elements)?;
                terms.extend(listed);
                given.push(of);
                continue;
            }
            let (term, of) = self.read(expr)?;
            terms.push(term);
            given.push(of);
        }
        let all = |of: FactType| given.iter().all(|found| *found == Type::Is(of));
        let sign = match (call.func_name.as_str(), given.as_slice()) {
            (operators::LOGICAL_AND, _) if all(FactType::Bool) => Some(Sign::And),
            (operators::LOGICAL_OR, _) if all(FactType::Bool) => Some(Sign::Or),
            (operators::LOGICAL_NOT, [_]) if all(FactType::Bool) => Some(Sign::Not),
            (operators::EQUALS, [Type::Is(left), Type::Is(right)]) if left == right => Some(Sign::Equal),
            (operators::NOT_EQUALS, [Type::Is(left), Type::Is(right)]) if left == right => Some(Sign::NotEqual),
            (operators::LESS, [_, _]) if all(FactType::Int) => Some(Sign::Less),
            (operators::LESS_EQUALS, [_, _]) if all(FactType::Int) => Some(Sign::LessEqual),
            (operators::GREATER, [_, _]) if all(FactType::Int) => Some(Sign::Greater),
            (operators::GREATER_EQUALS, [_, _]) if all(FactType::Int) => Some(Sign::GreaterEqual),
            (operators::IN, [Type::Is(element), Type::ListOf(of)]) if element == of => Some(Sign::In),
            ("startsWith", [_, _]) if call.target.is_some() && all(FactType::Text) => Some(Sign::StartsWith),
            ("endsWith", [_, _]) if call.target.is_some() && all(FactType::Text) => Some(Sign::EndsWith),
            ("contains", [_, _]) if call.target.is_some() && all(FactType::Text) => Some(Sign::Contains),
            _ => None,
        };
        if let Some(sign) = sign {
            return Ok((Term::Call(sign, terms), Type::Is(FactType::Bool)));
        }
        let types = given.into_iter().map(Type::name).collect::<Vec<_>>().join(", ");
        Err(format!("`{}` cannot be used on ({types})", call.func_name.trim_matches(['_', '@'])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Facts, fact::FACT_BYTES_MAX};

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
            ("['a'] == ['a']", Some("a list stands after `in` and nowhere else")),
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
        let many = format!("days in [{}1]", "1,".repeat(CONDITION_PARTS_MAX));
        assert!(Condition::parse(&many, &declared()).is_err_and(|error| error.contains("at most 200 parts")));
    }

    #[test]
    fn unknown_facts_are_empty_no_and_zero() {
        let condition = Condition::parse("category == '' && !urgent && days == 0", &declared()).unwrap();
        assert!(condition.holds(&Known::of(&declared(), &Facts::new()).unwrap()));
        assert!(!condition.holds(&Known::of(&declared(), &Facts::new().with("days", 2)).unwrap()));
    }

    #[test]
    fn a_fact_that_is_not_declared_or_too_long_is_refused() {
        for facts in [
            Facts::new().with("colour", "red"),
            Facts::new().with("zeal", "red"),
            Facts::new().with("days", "many"),
            Facts::new().with("category", "x".repeat(FACT_BYTES_MAX + 1)),
        ] {
            assert!(Known::of(&declared(), &facts).is_err(), "{facts:?}");
        }
    }
}
