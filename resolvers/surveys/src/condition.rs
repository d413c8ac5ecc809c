//! When a question is asked: a condition in CEL over earlier answers, e.g. `q1 <= 3 || 'queue' in q6`. The crate `cel` checks no types, so
//! this module does when a survey is saved. A condition over a question that was not asked or not answered does not hold.

use std::collections::{BTreeMap, BTreeSet};

use cel::{
    Context, IdedExpr, Program, Value,
    common::ast::{CallExpr, Expr, LiteralValue, operators},
};

use crate::model::{Question, QuestionType};

/// A condition is a line, not a program.
const CONDITION_BYTES_MAX: usize = 500;

/// What an answer is to a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FactType {
    Bool,
    Int,
    Text,
    Texts,
}

impl FactType {
    /// What the answers to a question are; `None` where conditions cannot speak of them.
    pub(crate) fn of(question: &Question) -> Option<FactType> {
        match question.question_type {
            QuestionType::Rating | QuestionType::Effort | QuestionType::Recommendation | QuestionType::Number => Some(FactType::Int),
            QuestionType::YesNo => Some(FactType::Bool),
            QuestionType::SingleChoice => Some(FactType::Text),
            QuestionType::MultiChoice => Some(FactType::Texts),
            _ => None,
        }
    }
}

/// An answer as a condition sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fact {
    Bool(bool),
    Int(i64),
    Text(String),
    Texts(Vec<String>),
}

/// The answers so far.
pub(crate) type Facts = BTreeMap<String, Fact>;

/// Why a condition cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// It is too long, not CEL, or uses more than comparisons of answers, or compares what cannot be compared.
    Malformed,
    /// It speaks of what is no earlier question, or of one whose answers it cannot compare.
    Unknown(String),
}

/// A parsed and checked condition.
#[derive(Debug)]
pub(crate) struct Condition {
    program: Program,
    questions: BTreeSet<String>,
}

/// The literals of a condition: the values at which it can change its mind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Literals {
    pub(crate) ints: BTreeSet<i64>,
    pub(crate) texts: BTreeSet<String>,
}

impl Condition {
    /// Reads a condition over the questions before it.
    pub(crate) fn parse(text: &str, earlier: &[Question]) -> Result<Condition, Unusable> {
        if text.len() > CONDITION_BYTES_MAX {
            return Err(Unusable::Malformed);
        }
        let program = Program::compile(text).map_err(|_| Unusable::Malformed)?;
        let mut questions = BTreeSet::new();
        match type_of(program.expression(), earlier, &mut questions)? {
            FactType::Bool => Ok(Condition { program, questions }),
            FactType::Int | FactType::Text | FactType::Texts => Err(Unusable::Malformed),
        }
    }

    /// The questions that it speaks of.
    pub(crate) fn questions(&self) -> &BTreeSet<String> {
        &self.questions
    }

    /// Whether it holds for these answers.
    pub(crate) fn holds(&self, facts: &Facts) -> bool {
        if !self.questions.iter().all(|question| facts.contains_key(question)) {
            return false;
        }
        let mut context = Context::default();
        for question in &self.questions {
            match facts.get(question).cloned() {
                Some(Fact::Bool(value)) => context.add_variable_from_value(question.clone(), value),
                Some(Fact::Int(value)) => context.add_variable_from_value(question.clone(), value),
                Some(Fact::Text(value)) => context.add_variable_from_value(question.clone(), value),
                Some(Fact::Texts(value)) => context.add_variable_from_value(question.clone(), value),
                None => return false,
            }
        }
        // Its types were checked, so it answers yes or no.
        matches!(self.program.execute(&context), Ok(Value::Bool(true)))
    }

    /// Adds its literals.
    pub(crate) fn collect_literals(&self, literals: &mut Literals) {
        collect(self.program.expression(), literals);
    }
}

fn collect(expr: &IdedExpr, literals: &mut Literals) {
    match &expr.expr {
        Expr::Literal(LiteralValue::Int(value)) => {
            literals.ints.insert(*value.inner());
        }
        Expr::Literal(LiteralValue::String(value)) => {
            literals.texts.insert(value.inner().to_string());
        }
        Expr::List(list) => list.elements.iter().for_each(|element| collect(element, literals)),
        Expr::Call(call) => call.target.iter().map(AsRef::as_ref).chain(&call.args).for_each(|expr| collect(expr, literals)),
        _ => {}
    }
}

fn type_of(expr: &IdedExpr, earlier: &[Question], seen: &mut BTreeSet<String>) -> Result<FactType, Unusable> {
    match &expr.expr {
        Expr::Ident(name) => {
            let question = earlier.iter().find(|question| question.slug == *name);
            let fact_type = question.and_then(FactType::of).ok_or_else(|| Unusable::Unknown(name.clone()))?;
            seen.insert(name.clone());
            Ok(fact_type)
        }
        Expr::Literal(LiteralValue::Boolean(_)) => Ok(FactType::Bool),
        Expr::Literal(LiteralValue::Int(_)) => Ok(FactType::Int),
        Expr::Literal(LiteralValue::String(_)) => Ok(FactType::Text),
        Expr::List(list) => {
            for element in &list.elements {
                if type_of(element, earlier, seen)? != FactType::Text {
                    return Err(Unusable::Malformed);
                }
            }
            Ok(FactType::Texts)
        }
        Expr::Call(call) => type_of_call(call, earlier, seen),
        _ => Err(Unusable::Malformed),
    }
}

fn type_of_call(call: &CallExpr, earlier: &[Question], seen: &mut BTreeSet<String>) -> Result<FactType, Unusable> {
    let operands = call.target.iter().map(AsRef::as_ref).chain(&call.args);
    let given = operands.map(|expr| type_of(expr, earlier, seen)).collect::<Result<Vec<_>, _>>()?;
    let all = |of: FactType| given.iter().all(|found| *found == of);
    let fits = match (call.func_name.as_str(), given.as_slice()) {
        (operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT, _) => all(FactType::Bool),
        (operators::EQUALS | operators::NOT_EQUALS, [left, right]) => left == right && *left != FactType::Texts,
        (operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS, _) => all(FactType::Int),
        (operators::IN, [FactType::Text, FactType::Texts]) => true,
        _ => false,
    };
    if fits { Ok(FactType::Bool) } else { Err(Unusable::Malformed) }
}
