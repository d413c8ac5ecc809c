//! What clients send.

use async_graphql::{ID, InputObject, OneofObject};
use kernel::{DistrictId, PartyId, Personal};
use vocabulary::{Date, LocalizedTextInput};

use super::types::{Anonymity, Metric, QuestionType};
use crate::{
    answer::{Answer, Value},
    model::{Choice, Question},
};

/// A person asks for their ballot of a survey.
#[derive(InputObject)]
pub(crate) struct RequestBallotInput {
    /// A UUID that the client makes by chance and tells nobody. Sending it again gives the same ballot; another gives none.
    pub(crate) idempotency_key: String,
    /// The survey.
    pub(crate) survey: ID,
}

/// A response to a survey.
#[derive(InputObject)]
pub(crate) struct SubmitSurveyResponseInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same. Not the one that the ballot was asked with.
    pub(crate) idempotency_key: String,
    /// The survey.
    pub(crate) survey: ID,
    /// The ballot that `requestBallot` gave.
    pub(crate) ballot: String,
    /// One answer to each question that is asked and is required, and to others as one likes; 100 at most.
    pub(crate) answers: Vec<AnswerInput>,
}

/// An answer to one question.
#[derive(InputObject)]
pub(crate) struct AnswerInput {
    /// The question's slug.
    pub(crate) question: String,
    /// What is answered, in the field that fits the question's type.
    pub(crate) value: AnswerValueInput,
}

/// What is answered; exactly one field.
#[derive(OneofObject)]
pub(crate) enum AnswerValueInput {
    /// A mark on the question's scale: `RATING_5`, `EFFORT_7`, `NPS_0_10`.
    Mark(i32),
    /// The slug of an option: `SINGLE_CHOICE`.
    Option(String),
    /// The slugs of options: `MULTI_CHOICE`.
    Options(Vec<String>),
    /// Yes (true) or no (false): `YES_NO`.
    Yes(bool),
    /// A whole number: `NUMBER`.
    Number(i32),
    /// A day: `DATE`.
    Date(Date),
    /// Words of one's own: `TEXT`.
    Text(String),
    /// The slugs of all options, the most important first: `RANKING`.
    Ranking(Vec<String>),
    /// A mark for each row: `MATRIX_RATING_5`.
    Marks(Vec<RowMarkInput>),
    /// A city or district: `DISTRICT`.
    District(ID),
    /// A party: `DEPARTMENT`.
    Department(ID),
}

/// A mark for a row.
#[derive(InputObject)]
pub(crate) struct RowMarkInput {
    /// The row's slug.
    row: String,
    /// 1 to 5; 5 is best.
    mark: i32,
}

/// A draft of a survey.
#[derive(InputObject)]
pub(crate) struct SaveSurveyInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    pub(crate) idempotency_key: String,
    /// The draft to change; null for a new one.
    pub(crate) survey: Option<ID>,
    /// The version of the draft to change; null for a new one.
    pub(crate) version: Option<i32>,
    /// The short name in links: lower-case words with hyphens between them. It cannot be changed later.
    pub(crate) slug: String,
    /// What it is called.
    pub(crate) title: LocalizedTextInput,
    /// Whether responses are kept with the respondent.
    pub(crate) anonymity: Anonymity,
    /// The services that it asks about; 50 at most.
    #[graphql(default)]
    pub(crate) about: Vec<ID>,
    /// The questions in the order in which they are asked; 100 at most.
    pub(crate) questions: Vec<SurveyQuestionInput>,
}

/// A question of a draft.
#[derive(InputObject)]
pub(crate) struct SurveyQuestionInput {
    /// Its name in answers and conditions: lower-case letters, digits and `_`, e.g. `q1`.
    slug: String,
    /// What kind of answer it takes.
    #[graphql(name = "type")]
    question_type: QuestionType,
    /// What is asked.
    text: LocalizedTextInput,
    /// Whether whoever is asked it must answer.
    #[graphql(default = true)]
    required: bool,
    /// What the ends of the scale mean.
    scale_note: Option<LocalizedTextInput>,
    /// The figure that results tell of it: `CSAT` of `RATING_5`, `CES` of `EFFORT_7`, `NPS` of `NPS_0_10`.
    metric: Option<Metric>,
    /// What can be chosen or put in order, 2 to 50; only for `SINGLE_CHOICE`, `MULTI_CHOICE` and `RANKING`.
    #[graphql(default)]
    options: Vec<SurveyOptionInput>,
    /// What is marked, 1 to 50; only for `MATRIX_RATING_5`.
    #[graphql(default)]
    rows: Vec<SurveyOptionInput>,
    /// When it is asked: a condition in CEL over earlier answers, e.g. `q1 <= 3`; null when always.
    visible_if: Option<String>,
    /// The smallest number that may be given; only for `NUMBER`.
    min: Option<i32>,
    /// The greatest number that may be given; only for `NUMBER`.
    max: Option<i32>,
    /// How many options must be chosen at least; only for `MULTI_CHOICE`.
    min_choices: Option<u32>,
    /// How many options may be chosen at most; only for `MULTI_CHOICE`.
    max_choices: Option<u32>,
    /// How many characters the text may have, 2,000 at most; only for `TEXT`.
    max_length: Option<u32>,
}

/// Something to choose, or a row to mark.
#[derive(InputObject)]
pub(crate) struct SurveyOptionInput {
    /// Its name in answers and conditions.
    slug: String,
    /// What is shown.
    text: LocalizedTextInput,
}

/// A survey to open.
#[derive(InputObject)]
pub(crate) struct OpenSurveyInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    pub(crate) idempotency_key: String,
    /// The draft.
    pub(crate) survey: ID,
    /// Its version.
    pub(crate) version: i32,
}

/// A survey to close.
#[derive(InputObject)]
pub(crate) struct CloseSurveyInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    pub(crate) idempotency_key: String,
    /// The open survey.
    pub(crate) survey: ID,
    /// Its version.
    pub(crate) version: i32,
}

/// The answers with their places in the input.
pub(crate) fn answers(input: Vec<AnswerInput>) -> Vec<Answer> {
    let answer = |(place, answer): (usize, AnswerInput)| Answer { place, question: answer.question, value: answer.value.into() };
    input.into_iter().enumerate().map(answer).collect()
}

impl From<AnswerValueInput> for Value {
    fn from(input: AnswerValueInput) -> Value {
        match input {
            AnswerValueInput::Mark(mark) => Value::Mark(mark),
            AnswerValueInput::Option(option) => Value::Choice(option),
            AnswerValueInput::Options(options) => Value::Choices(options),
            AnswerValueInput::Yes(yes) => Value::YesNo(yes),
            AnswerValueInput::Number(number) => Value::Number(number),
            AnswerValueInput::Date(date) => Value::Date(date.0),
            AnswerValueInput::Text(text) => Value::Text(Personal::new(text.trim().to_owned())),
            AnswerValueInput::Ranking(options) => Value::Ranking(options),
            AnswerValueInput::Marks(marks) => Value::Marks(marks.into_iter().map(|mark| (mark.row, mark.mark)).collect()),
            AnswerValueInput::District(id) => DistrictId::from_global(&id).map_or(Value::Unreadable, Value::District),
            AnswerValueInput::Department(id) => PartyId::from_global(&id).map_or(Value::Unreadable, Value::Department),
        }
    }
}

impl From<SurveyQuestionInput> for Question {
    fn from(input: SurveyQuestionInput) -> Question {
        Question {
            slug: input.slug,
            question_type: input.question_type.into(),
            text: input.text.into(),
            required: input.required,
            scale_note: input.scale_note.map(Into::into),
            metric: input.metric.map(Into::into),
            options: input.options.into_iter().map(Into::into).collect(),
            rows: input.rows.into_iter().map(Into::into).collect(),
            visible_if: input.visible_if,
            min: input.min,
            max: input.max,
            min_choices: input.min_choices,
            max_choices: input.max_choices,
            max_length: input.max_length,
        }
    }
}

impl From<SurveyOptionInput> for Choice {
    fn from(input: SurveyOptionInput) -> Choice {
        Choice { slug: input.slug, text: input.text.into() }
    }
}
