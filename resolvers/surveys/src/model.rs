//! Surveys and their questions.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use kernel::{LocalizedText, ServiceId, SurveyId};
use serde::{Deserialize, Serialize};

/// The longest text of an answer, in characters.
pub(crate) const TEXT_CHARS_MAX: usize = 2_000;

/// Where a survey is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Being written; only analysts see it.
    Draft,
    /// Takes responses; its questions do not change any more.
    Open,
    /// Over; its results are public.
    Closed,
}

impl Status {
    const ALL: [Status; 3] = [Status::Draft, Status::Open, Status::Closed];

    /// The stored word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Status::Draft => "draft",
            Status::Open => "open",
            Status::Closed => "closed",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// Whether responses are kept with the respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Anonymity {
    /// Nothing links a response to a person.
    Anonymous,
    /// The house keeps who responded.
    Named,
}

impl Anonymity {
    const ALL: [Anonymity; 2] = [Anonymity::Anonymous, Anonymity::Named];

    /// The stored word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Anonymity::Anonymous => "anonymous",
            Anonymity::Named => "named",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Anonymity> {
        Anonymity::ALL.into_iter().find(|anonymity| anonymity.word() == word)
    }
}

/// What kind of answer a question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum QuestionType {
    /// A mark from 1 to 5; 5 is best.
    #[serde(rename = "rating_5")]
    Rating,
    /// How easy it was, 1 to 7.
    #[serde(rename = "effort_7")]
    Effort,
    /// Whether one would recommend it, 0 to 10.
    #[serde(rename = "nps_0_10")]
    Recommendation,
    SingleChoice,
    MultiChoice,
    YesNo,
    /// A whole number.
    Number,
    Date,
    Text,
    /// All options in order of importance.
    Ranking,
    /// A mark from 1 to 5 for each row.
    #[serde(rename = "matrix_rating_5")]
    Matrix,
    District,
    Department,
}

impl QuestionType {
    /// The marks that may be given, for questions that ask for one.
    pub(crate) fn marks(self) -> Option<RangeInclusive<i32>> {
        match self {
            QuestionType::Rating | QuestionType::Matrix => Some(1..=5),
            QuestionType::Effort => Some(1..=7),
            QuestionType::Recommendation => Some(0..=10),
            _ => None,
        }
    }

    /// Whether the question lists options of its own.
    pub(crate) fn has_options(self) -> bool {
        matches!(self, QuestionType::SingleChoice | QuestionType::MultiChoice | QuestionType::Ranking)
    }
}

/// A figure that is told of a question's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Metric {
    /// Customer satisfaction: the share of 4 and 5 of 5.
    Csat,
    /// Customer effort score: the share of 5 to 7 of 7.
    Ces,
    /// Net promoter score: percent of 9 and 10 minus percent of 0 to 6.
    Nps,
}

impl Metric {
    /// The only type of question that it can be told of.
    pub(crate) fn question_type(self) -> QuestionType {
        match self {
            Metric::Csat => QuestionType::Rating,
            Metric::Ces => QuestionType::Effort,
            Metric::Nps => QuestionType::Recommendation,
        }
    }
}

/// Something to choose, or a row to mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) slug: String,
    pub(crate) text: LocalizedText,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// Its name in conditions and answers.
    pub(crate) slug: String,
    #[serde(rename = "type")]
    pub(crate) question_type: QuestionType,
    pub(crate) text: LocalizedText,
    /// Whether whoever sees it must answer it.
    pub(crate) required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scale_note: Option<LocalizedText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) metric: Option<Metric>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) options: Vec<Choice>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rows: Vec<Choice>,
    /// A CEL condition over earlier answers; without one the question is always asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) visible_if: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) min_choices: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_choices: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_length: Option<u32>,
}

impl Question {
    pub(crate) fn has_option(&self, slug: &str) -> bool {
        self.options.iter().any(|option| option.slug == slug)
    }
}

/// A questionnaire.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Survey {
    pub(crate) id: SurveyId,
    pub(crate) slug: String,
    pub(crate) title: LocalizedText,
    pub(crate) anonymity: Anonymity,
    pub(crate) status: Status,
    pub(crate) questions: Vec<Question>,
    /// How many events it has seen; the first is its first draft.
    pub(crate) version: i32,
    /// How many responses there are: a true count, which stays inside.
    pub(crate) responses: u64,
    pub(crate) opened_at: Option<DateTime<Utc>>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
    pub(crate) synthetic: bool,
}

/// What an analyst writes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Draft {
    pub(crate) slug: String,
    pub(crate) title: LocalizedText,
    pub(crate) anonymity: Anonymity,
    pub(crate) about: Vec<ServiceId>,
    pub(crate) questions: Vec<Question>,
}
