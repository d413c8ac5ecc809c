//! Results: what has passed the gate.

use async_graphql::{Context, Object};
use vocabulary::{Decimal, Locale, SafeCount, SafeShare, Threshold, list_size};

use super::types::{District, Party, SurveyQuestion};
use crate::{
    answer::Tally,
    model::Survey,
    results::{self, Label, Results},
};

/// What the responses say, in numbers that name nobody: groups of fewer than 10 are not shown.
pub(crate) struct SurveyResults(Results);

impl SurveyResults {
    pub(crate) fn of(survey: &Survey, tally: &Tally) -> SurveyResults {
        SurveyResults(Results::of(survey, tally, Threshold::default()))
    }
}

/// What the responses say, in numbers that name nobody: groups of fewer than 10 are not shown.
#[Object(tag = "scoped")]
impl SurveyResults {
    /// How many responded.
    async fn responses(&self) -> SafeCount {
        self.0.responses
    }

    /// Question by question.
    #[graphql(directive = list_size::apply(20))]
    async fn questions(&self) -> Vec<QuestionResult> {
        self.0.questions.iter().cloned().map(QuestionResult).collect()
    }
}

/// What the responses say to one question.
pub(crate) struct QuestionResult(results::QuestionResult);

/// What the responses say to one question.
#[Object(tag = "scoped")]
impl QuestionResult {
    /// The question.
    async fn question(&self) -> SurveyQuestion {
        SurveyQuestion(self.0.question.clone())
    }

    /// How many answered it. Of a question under a condition it is hidden too when fewer than 10 were not asked; then nothing of its
    /// answers is shown.
    async fn answered(&self) -> SafeCount {
        self.0.answered
    }

    /// How many said what: one for each mark, option, yes and no, or for each district or department that was named. Of a ranking, how many
    /// put the option first. Empty for numbers, dates, texts and matrices.
    #[graphql(directive = list_size::apply(20))]
    async fn options(&self) -> Vec<OptionCount> {
        self.0.options.iter().cloned().map(OptionCount).collect()
    }

    /// How many gave which mark to each row of a matrix; empty for other types.
    #[graphql(directive = list_size::apply(10))]
    async fn rows(&self) -> Vec<RowResult> {
        self.0.rows.iter().cloned().map(RowResult).collect()
    }

    /// Customer satisfaction: the share of 4 and 5 of 5; null where it is not the question's metric.
    async fn csat(&self) -> Option<SafeShare> {
        self.0.csat
    }

    /// Customer effort score: the share of 5 to 7 of 7; null where it is not the question's metric.
    async fn ces(&self) -> Option<SafeShare> {
        self.0.ces
    }

    /// Net promoter score: percent of 9 and 10 minus percent of 0 to 6, in whole points from -100 to 100; null where it is not the question's
    /// metric, and for fewer than 10 answers.
    async fn nps(&self) -> Option<Decimal> {
        self.0.nps.map(Decimal)
    }

    /// The mean of a number, to one decimal; null for other types, and for fewer than 10 answers.
    async fn mean(&self) -> Option<Decimal> {
        self.0.mean.map(Decimal)
    }
}

/// How many said one thing.
pub(crate) struct OptionCount(results::OptionCount);

/// How many said one thing.
#[Object(tag = "scoped")]
impl OptionCount {
    /// The option's slug, the mark, `yes` or `no`, or the id of a district or party within its type.
    async fn option(&self) -> &str {
        &self.0.option
    }

    /// What is shown for it; null for a district or a department, which have names of their own.
    async fn label(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> Option<&str> {
        match &self.0.label {
            Label::Text(text) => Some(text.get(vocabulary::locale(ctx, locale))),
            Label::Mark => Some(&self.0.option),
            Label::District(_) | Label::Party(_) => None,
        }
    }

    /// The district that was named; null for other types.
    async fn district(&self) -> Option<District> {
        match self.0.label {
            Label::District(id) => Some(District(id)),
            _ => None,
        }
    }

    /// The department that was named; null for other types.
    async fn department(&self) -> Option<Party> {
        match self.0.label {
            Label::Party(id) => Some(Party(id)),
            _ => None,
        }
    }

    /// How many.
    async fn count(&self) -> SafeCount {
        self.0.count
    }
}

/// What the responses say to one row of a matrix.
pub(crate) struct RowResult(results::RowResult);

/// What the responses say to one row of a matrix.
#[Object(tag = "scoped")]
impl RowResult {
    /// The row's slug.
    async fn row(&self) -> &str {
        &self.0.row
    }

    /// What is shown for it.
    async fn label(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.text.get(vocabulary::locale(ctx, locale))
    }

    /// How many gave which mark, 1 to 5.
    #[graphql(directive = list_size::apply(5))]
    async fn marks(&self) -> Vec<OptionCount> {
        self.0.marks.iter().cloned().map(OptionCount).collect()
    }

    /// The share of 4 and 5.
    async fn csat(&self) -> SafeShare {
        self.0.csat
    }
}
