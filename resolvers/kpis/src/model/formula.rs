//! Formulas: CEL expressions over named inputs, evaluated in exact decimals.
//!
//! The crate `cel` evaluates in 64-bit floats, so only its parser is used. What it parses is taken over into [`Term`], which knows the four
//! operations and nothing else: a formula always ends, and gives the same digits everywhere.

use std::collections::{BTreeMap, BTreeSet};

use cel::{
    IdedExpr, Program,
    common::ast::{CallExpr, Expr, LiteralValue, operators},
};
use rust_decimal::Decimal;

/// A formula is a line, not a program.
const FORMULA_BYTES_MAX: usize = 500;

/// A parsed formula.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Formula {
    term: Term,
}

#[derive(Clone, Debug, PartialEq)]
enum Term {
    Number(Decimal),
    Input(String),
    Negative(Box<Term>),
    Operation(Operation, Box<Term>, Box<Term>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Why a text is not a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FormulaFlaw {
    TooLong {
        max: usize,
    },
    /// Not a CEL expression.
    Syntax,
    /// Something other than whole numbers, inputs, `+ - * /` and brackets.
    NotArithmetic,
    /// A name that is not an input.
    UnknownInput {
        name: String,
    },
    /// An input that the formula does not use.
    UnusedInput {
        name: String,
    },
}

/// What a formula gave: its value, and the two parts of a ratio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) value: Decimal,
    pub(crate) numerator: Option<Decimal>,
    pub(crate) denominator: Option<Decimal>,
}

impl Formula {
    /// Parses a formula over these inputs; each of them must be used.
    pub(crate) fn parse<'a>(text: &str, inputs: impl IntoIterator<Item = &'a str>) -> Result<Formula, FormulaFlaw> {
        if text.len() > FORMULA_BYTES_MAX {
            return Err(FormulaFlaw::TooLong { max: FORMULA_BYTES_MAX });
        }
        let program = Program::compile(text).map_err(|_| FormulaFlaw::Syntax)?;
        let term = term(program.expression())?;
        let mut used = BTreeSet::new();
        term.names(&mut used);
        let inputs: BTreeSet<&str> = inputs.into_iter().collect();
        if let Some(name) = used.iter().find(|name| !inputs.contains(*name)) {
            return Err(FormulaFlaw::UnknownInput { name: (*name).to_owned() });
        }
        if let Some(name) = inputs.iter().find(|name| !used.contains(*name)) {
            return Err(FormulaFlaw::UnusedInput { name: (*name).to_owned() });
        }
        Ok(Formula { term })
    }

    /// Whether the formula divides one thing by another at its outermost, apart from a constant factor.
    pub(crate) fn is_ratio(&self) -> bool {
        self.term.ratio().is_some()
    }

    /// Evaluates the formula. Nothing comes of a division by zero, of a missing input, or of a number beyond 28 digits.
    pub(crate) fn evaluate(&self, inputs: &BTreeMap<&str, Decimal>) -> Option<Outcome> {
        let value = self.term.value(inputs)?;
        let parts = self.term.ratio().and_then(|(above, below)| Some((above.value(inputs)?, below.value(inputs)?)));
        let (numerator, denominator) = parts.unzip();
        Some(Outcome { value, numerator, denominator })
    }
}

impl Term {
    fn names<'a>(&'a self, into: &mut BTreeSet<&'a str>) {
        match self {
            Term::Number(_) => {}
            Term::Input(name) => {
                into.insert(name);
            }
            Term::Negative(inner) => inner.names(into),
            Term::Operation(_, left, right) => {
                left.names(into);
                right.names(into);
            }
        }
    }

    fn value(&self, inputs: &BTreeMap<&str, Decimal>) -> Option<Decimal> {
        match self {
            Term::Number(number) => Some(*number),
            Term::Input(name) => inputs.get(name.as_str()).copied(),
            Term::Negative(inner) => Some(-inner.value(inputs)?),
            Term::Operation(operation, left, right) => {
                let (left, right) = (left.value(inputs)?, right.value(inputs)?);
                match operation {
                    Operation::Add => left.checked_add(right),
                    Operation::Subtract => left.checked_sub(right),
                    Operation::Multiply => left.checked_mul(right),
                    Operation::Divide => left.checked_div(right),
                }
            }
        }
    }

    /// What stands above and below the line, without a constant factor: `100 * a / b`, `100 * (a / b)` and `a / b` are all of `a` to `b`.
    fn ratio(&self) -> Option<(&Term, &Term)> {
        match self {
            Term::Operation(Operation::Divide, above, below) => Some((above.without_factor(), below)),
            Term::Operation(Operation::Multiply, factor, ratio) if matches!(**factor, Term::Number(_)) => ratio.ratio(),
            _ => None,
        }
    }

    fn without_factor(&self) -> &Term {
        match self {
            Term::Operation(Operation::Multiply, factor, rest) if matches!(**factor, Term::Number(_)) => rest,
            other => other,
        }
    }
}

fn term(expr: &IdedExpr) -> Result<Term, FormulaFlaw> {
    match &expr.expr {
        Expr::Ident(name) => Ok(Term::Input(name.clone())),
        // A literal with decimals is a float in CEL, and no float is exact.
        Expr::Literal(LiteralValue::Int(number)) => Ok(Term::Number(Decimal::from(*number.inner()))),
        Expr::Call(call) => operation(call),
        _ => Err(FormulaFlaw::NotArithmetic),
    }
}

fn operation(call: &CallExpr) -> Result<Term, FormulaFlaw> {
    let args = call.args.iter().map(term).collect::<Result<Vec<_>, _>>()?;
    let operation = match call.func_name.as_str() {
        operators::ADD => Operation::Add,
        operators::SUBSTRACT => Operation::Subtract,
        operators::MULTIPLY => Operation::Multiply,
        operators::DIVIDE => Operation::Divide,
        operators::NEGATE => {
            let [inner] = <[Term; 1]>::try_from(args).map_err(|_| FormulaFlaw::NotArithmetic)?;
            return Ok(Term::Negative(Box::new(inner)));
        }
        _ => return Err(FormulaFlaw::NotArithmetic),
    };
    let [left, right] = <[Term; 2]>::try_from(args).map_err(|_| FormulaFlaw::NotArithmetic)?;
    Ok(Term::Operation(operation, Box::new(left), Box::new(right)))
}
