//! What is asked about a subject, and what was answered.

use async_graphql::{Context, Enum, Object};
use vocabulary::{Locale, list_size};

use crate::{entity::feedback::Model, intake};

/// How a question is answered.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "intake::IntakeKind")]
pub(crate) enum IntakeKind {
    /// In one's own words, at most 200 characters.
    Text,
    /// By a number.
    Number,
    /// By a date, as `2026-11-24`.
    Date,
    /// By `yes` or `no`.
    YesNo,
    /// By the code of one choice.
    Choice,
    /// By the codes of one choice or more.
    Choices,
}

/// A question about a subject.
#[derive(Clone, Copy)]
pub(crate) struct IntakeQuestion(pub(crate) &'static intake::IntakeQuestion);

/// A question about a subject. Nobody has to answer it.
#[Object(tag = "public")]
impl IntakeQuestion {
    /// What an answer names it by, e.g. `water-since`; no other question of the city has it.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The question.
    async fn label(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.label.get(vocabulary::locale(ctx, locale))
    }

    /// How it is answered.
    async fn kind(&self) -> IntakeKind {
        self.0.kind.into()
    }

    /// What can be chosen; empty where one does not choose.
    #[graphql(directive = list_size::apply(5))]
    async fn choices(&self) -> Vec<IntakeChoice> {
        self.0.choices.iter().map(IntakeChoice).collect()
    }
}

/// A choice of a question.
pub(crate) struct IntakeChoice(&'static intake::IntakeChoice);

/// A choice of a question.
#[Object(tag = "public")]
impl IntakeChoice {
    /// What an answer names it by.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// In words.
    async fn label(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.label.get(vocabulary::locale(ctx, locale))
    }
}

/// What was answered to a question.
pub(crate) struct IntakeAnswer {
    question: IntakeQuestion,
    values: Vec<String>,
}

impl IntakeAnswer {
    /// The answers of a report. One to a question that is asked no more is left out.
    pub(crate) fn all(row: &Model) -> kernel::Result<Vec<IntakeAnswer>> {
        let answer = |stored: intake::IntakeAnswer| {
            let question = IntakeQuestion(intake::find_question(&stored.question)?);
            Some(IntakeAnswer { question, values: stored.values.into_inner() })
        };
        Ok(intake::stored(row)?.into_iter().filter_map(answer).collect())
    }
}

/// What was answered to a question about the subject.
#[Object(tag = "scoped")]
impl IntakeAnswer {
    /// The question.
    async fn question(&self) -> IntakeQuestion {
        self.question
    }

    /// As `SubmitFeedbackInput.answers` has it.
    #[graphql(directive = list_size::apply(5))]
    async fn values(&self) -> &[String] {
        &self.values
    }

    /// In words.
    async fn text(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> String {
        self.question.0.text(&self.values, vocabulary::locale(ctx, locale))
    }
}
