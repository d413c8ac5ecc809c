//! What the suggester reads in a text.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};
use kernel::Actor;
use vocabulary::{Locale, list_size};

use super::types::{Category, Feedback};
use crate::{error, learning::Version, reference::find_category, similar::Similar};

/// What a text may be about, and the words that say so.
pub(crate) struct CategorySuggestion {
    pub(crate) suggestion: suggester::Suggestion<'static>,
    pub(crate) version: Version,
}

/// What a text may be about, and the words that say so.
#[Object(tag = "public")]
impl CategorySuggestion {
    /// The subject.
    async fn category(&self) -> Result<Category> {
        find_category(self.suggestion.category).map(Category).ok_or_else(|| "the suggester knows a category that the room does not".into())
    }

    /// The calibrated probability that it is right, 0 to 1.
    async fn confidence(&self) -> f64 {
        f64::from(self.suggestion.confidence)
    }

    /// The words of the text that spoke for it most, as they were typed.
    #[graphql(directive = list_size::apply(3))]
    async fn words(&self) -> &[String] {
        &self.suggestion.words
    }

    /// The version of the model that read the text, e.g. `2.7`: the built-in one and, after a point, what it learnt from officers.
    async fn model_version(&self) -> String {
        self.version.to_string()
    }
}

/// A request that may be on the same matter.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct SimilarFeedback {
    /// The request, as you may see it.
    feedback: Feedback,
    /// Metres to it, in hundreds; null when it, or you, said no point.
    meters: Option<i32>,
    /// How much the texts have in common, 0 to 1; null where you may read nothing of what was written.
    likeness: Option<f64>,
}

impl SimilarFeedback {
    pub(super) fn of(actor: &Actor, similar: Similar) -> SimilarFeedback {
        let Similar { row, meters, likeness } = similar;
        SimilarFeedback {
            feedback: Feedback::seen_by(actor, Arc::new(row)),
            meters,
            likeness: likeness.map(|likeness| (likeness * 100.0).round() / 100.0),
        }
    }
}

/// Whom to call before writing, because a text tells of danger to life.
pub(crate) struct EmergencyAdvice(pub(crate) suggester::UrgencyWords);

/// Whom to call before writing, because a text tells of danger to life. A report can be filed all the same.
#[Object(tag = "public")]
impl EmergencyAdvice {
    /// The number: `112`, which connects to firemen, police, ambulance and gas service.
    async fn call(&self) -> &str {
        "112"
    }

    /// In words.
    async fn text(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> String {
        error::words().text(vocabulary::locale(ctx, locale), "advice-call-first", &[])
    }

    /// The words of the text that spoke for it, as they were typed.
    #[graphql(directive = list_size::apply(5))]
    async fn words(&self) -> Vec<&str> {
        self.0.words.iter().take(5).map(String::as_str).collect()
    }
}
