//! Checks a response against its questionnaire, and counts it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use kernel::{DistrictId, Error, PartyId, Personal, Refusal, Result as Fallible};
use serde::Serialize;

use crate::{
    condition::{Condition, Fact, Facts},
    error::{invalid, refusal, unanswered},
    model::{Choice, Question, QuestionType, TEXT_CHARS_MAX},
};

/// What was answered to one question.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Value {
    Mark(i32),
    Choice(String),
    Choices(Vec<String>),
    YesNo(bool),
    Number(i32),
    Date(NaiveDate),
    Text(Personal<String>),
    Ranking(Vec<String>),
    Marks(Vec<(String, i32)>),
    District(DistrictId),
    Department(PartyId),
    /// A district or department whose id is malformed or names another type.
    Unreadable,
}

/// One answer, and its place in the input.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) place: usize,
    pub(crate) question: String,
    pub(crate) value: Value,
}

/// One thing that is counted: a question, an option or a row of it where it has such, and what was said. The answer as a whole is counted
/// under an empty item and an empty value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Cell {
    pub(crate) question: String,
    pub(crate) item: String,
    pub(crate) value: String,
}

/// A questionnaire whose conditions are ready.
pub(crate) struct Form<'q> {
    pub(crate) questions: &'q [Question],
    pub(crate) conditions: Vec<Option<Condition>>,
}

impl<'q> Form<'q> {
    /// Reads the conditions of a questionnaire that was checked when it was saved.
    pub(crate) fn new(questions: &'q [Question]) -> Fallible<Form<'q>> {
        let condition = |(n, question): (usize, &Question)| {
            let Some(text) = &question.visible_if else { return Ok(None) };
            let parsed = Condition::parse(text, &questions[..n]);
            parsed.map(Some).map_err(|why| Error::internal(format!("condition of {}: {why:?}", question.slug)))
        };
        let conditions = questions.iter().enumerate().map(condition).collect::<Fallible<_>>()?;
        Ok(Form { questions, conditions })
    }

    /// Whether the question at a place is asked, given the answers before it.
    pub(crate) fn asks(&self, n: usize, facts: &Facts) -> bool {
        self.conditions[n].as_ref().is_none_or(|condition| condition.holds(facts))
    }

    /// Checks a response. All that is wrong with it is told at once, each with its place in the input.
    pub(crate) fn check(&self, answers: Vec<Answer>) -> Result<Vec<Answer>, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let mut given: HashMap<&str, &Answer> = HashMap::new();
        for answer in &answers {
            let field = place(answer);
            if !self.questions.iter().any(|question| question.slug == answer.question) {
                refusals.push(refusal(kernel::RefusalCode::NotFound, "refusal-question-unknown", &[]).at(&field));
            } else if given.insert(&answer.question, answer).is_some() {
                refusals.push(invalid("refusal-answered-twice", &[], &field));
            }
        }
        let mut facts = Facts::new();
        // A question whose answer is wrong, and those that depend on it: nothing can be said of whether they are asked.
        let mut unsettled: BTreeSet<&str> = BTreeSet::new();
        for (n, question) in self.questions.iter().enumerate() {
            let depends =
                self.conditions[n].as_ref().is_some_and(|condition| condition.questions().iter().any(|on| unsettled.contains(on.as_str())));
            let asked = depends || self.asks(n, &facts);
            match given.get(question.slug.as_str()) {
                Some(answer) if !asked => refusals.push(invalid("refusal-not-asked", &[], &place(answer))),
                Some(answer) => match fault(question, &answer.value) {
                    Some(refusal) => {
                        refusals.push(refusal.at(&place(answer)));
                        unsettled.insert(&question.slug);
                    }
                    None => facts.extend(fact(&answer.value).map(|fact| (question.slug.clone(), fact))),
                },
                None if asked && question.required && !depends => refusals.push(unanswered(&question.text)),
                None => {}
            }
            if depends {
                unsettled.insert(&question.slug);
            }
        }
        if refusals.is_empty() { Ok(answers) } else { Err(refusals) }
    }
}

fn place(answer: &Answer) -> String {
    format!("input.answers.{}", answer.place)
}

/// What is wrong with an answer.
fn fault(question: &Question, value: &Value) -> Option<Refusal> {
    let (fits, message, facts) = match (question.question_type, value) {
        (QuestionType::Rating | QuestionType::Effort | QuestionType::Recommendation, Value::Mark(mark)) => {
            let marks = question.question_type.marks().unwrap_or(0..=0);
            (marks.contains(mark), "refusal-range", vec![("min", (*marks.start()).into()), ("max", (*marks.end()).into())])
        }
        (QuestionType::Number, Value::Number(number)) => {
            let (min, max) = (question.min.unwrap_or(i32::MIN), question.max.unwrap_or(i32::MAX));
            ((min..=max).contains(number), "refusal-range", vec![("min", min.into()), ("max", max.into())])
        }
        (QuestionType::SingleChoice, Value::Choice(option)) => (question.has_option(option), "refusal-option", vec![]),
        (QuestionType::MultiChoice, Value::Choices(options)) => {
            let all = question.options.len();
            let (min, max) = (question.min_choices.map_or(1, |min| min as usize), question.max_choices.map_or(all, |max| max as usize));
            let fits =
                are_distinct(options) && options.iter().all(|option| question.has_option(option)) && (min..=max).contains(&options.len());
            (fits, "refusal-choices", vec![("min", min.into()), ("max", max.into())])
        }
        (QuestionType::Ranking, Value::Ranking(options)) => (is_order_of(options, &question.options), "refusal-ranking", vec![]),
        (QuestionType::Matrix, Value::Marks(marks)) => {
            let rows: Vec<String> = marks.iter().map(|(row, _)| row.clone()).collect();
            let fits = is_order_of(&rows, &question.rows) && marks.iter().all(|(_, mark)| (1..=5).contains(mark));
            (fits, "refusal-marks", vec![("min", 1.into()), ("max", 5.into())])
        }
        (QuestionType::Text, Value::Text(text)) => {
            let max = question.max_length.map_or(TEXT_CHARS_MAX, |max| max as usize);
            let chars = text.reveal().trim().chars().count();
            ((1..=max).contains(&chars), "refusal-text", vec![("max", max.into())])
        }
        (QuestionType::YesNo, Value::YesNo(_))
        | (QuestionType::Date, Value::Date(_))
        | (QuestionType::District, Value::District(_))
        | (QuestionType::Department, Value::Department(_)) => (true, "", vec![]),
        _ => (false, "refusal-answer-type", vec![]),
    };
    (!fits).then(|| refusal(kernel::RefusalCode::Invalid, message, &facts))
}

fn are_distinct(slugs: &[String]) -> bool {
    slugs.iter().collect::<BTreeSet<_>>().len() == slugs.len()
}

fn is_order_of(slugs: &[String], choices: &[Choice]) -> bool {
    slugs.len() == choices.len() && are_distinct(slugs) && slugs.iter().all(|slug| choices.iter().any(|choice| choice.slug == *slug))
}

/// What a condition sees of an answer.
pub(crate) fn fact(value: &Value) -> Option<Fact> {
    match value {
        Value::Mark(number) | Value::Number(number) => Some(Fact::Int(i64::from(*number))),
        Value::YesNo(yes) => Some(Fact::Bool(*yes)),
        Value::Choice(option) => Some(Fact::Text(option.clone())),
        Value::Choices(options) => Some(Fact::Texts(options.clone())),
        _ => None,
    }
}

/// The word under which an answer of yes or no is counted.
pub(crate) fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// What a checked answer adds one to. Texts and dates are counted as answers only.
pub(crate) fn cells(answer: &Answer) -> Vec<Cell> {
    let cell = |item: &str, value: String| Cell { question: answer.question.clone(), item: item.to_owned(), value };
    let mut cells = vec![cell("", String::new())];
    match &answer.value {
        Value::Mark(number) | Value::Number(number) => cells.push(cell("", number.to_string())),
        Value::Choice(option) => cells.push(cell("", option.clone())),
        Value::Choices(options) => cells.extend(options.iter().map(|option| cell("", option.clone()))),
        Value::YesNo(yes) => cells.push(cell("", yes_no(*yes).to_owned())),
        // Of an order only the first place is counted: all places of all options together could not be kept from giving small ones away.
        Value::Ranking(options) => cells.extend(options.first().map(|option| cell("", option.clone()))),
        Value::Marks(marks) => cells.extend(marks.iter().map(|(row, mark)| cell(row, mark.to_string()))),
        Value::District(id) => cells.push(cell("", id.uuid().to_string())),
        Value::Department(id) => cells.push(cell("", id.uuid().to_string())),
        Value::Date(_) | Value::Text(_) | Value::Unreadable => {}
    }
    cells
}

/// How often each cell was counted.
pub(crate) type Tally = BTreeMap<Cell, u64>;
