//! Reads a citizen's text and proposes what it is about.
//!
//! Two questions are answered, each from the text alone: which category ([`Suggester`]) and how pressing ([`urgency`]). The answers are
//! proposals: the person's own choice always wins, and an official confirms what was routed on a proposal.
//!
//! **Invariants:** what is proposed follows from the text alone: no files, no clock, no network; the model is built into the program, and no
//! text of a person is in it.

pub mod corpus;
mod features;
mod fold;
mod model;
#[cfg(test)]
mod tests;
pub mod training;
mod urgency;

use std::sync::OnceLock;

pub use fold::{Word, fold, words};
use model::Model;
pub use urgency::{UrgencyWords, urgency};

/// The model that `cargo run --release -p suggester --example suggester -- train` wrote.
static EMBEDDED: &[u8] = include_bytes!("../model.bin");

/// Proposes categories for a text.
pub struct Suggester<'m> {
    categories: Vec<&'m str>,
    model: Model<'m>,
}

/// A proposed category.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion<'m> {
    /// Slug of the category.
    pub category: &'m str,
    /// Probability that the category is right, 0 to 1.
    pub confidence: f32,
    /// Up to three words of the text, as typed, that speak for the category most; the strongest first.
    pub words: Vec<String>,
}

impl Suggester<'static> {
    /// The suggester that is built into the program.
    pub fn embedded() -> &'static Suggester<'static> {
        static READ: OnceLock<Suggester<'static>> = OnceLock::new();
        READ.get_or_init(|| Suggester::read(EMBEDDED).unwrap_or(Suggester { categories: Vec::new(), model: Model::NOTHING }))
    }

    /// The version of phrases and method, kept with every event that rests on a proposal, so that it can be told later which
    /// suggester spoke. Raise it with every change that can change an answer.
    #[must_use]
    pub fn version() -> i32 {
        2
    }
}

impl<'m> Suggester<'m> {
    /// At or above this confidence a text may be routed provisionally, before a person has looked.
    pub const THRESHOLD: f32 = 0.7;

    /// Categories proposed at most.
    pub const MOST: usize = 5;

    /// Reads a trained model; none when the bytes are not one.
    #[must_use]
    pub fn read(bytes: &'m [u8]) -> Option<Suggester<'m>> {
        let model = Model::read(bytes)?;
        Some(Suggester { categories: model.slugs().collect(), model })
    }

    /// The categories that it knows.
    #[must_use]
    pub fn categories(&self) -> &[&'m str] {
        &self.categories
    }

    /// The SHA-256 of the corpus that the model was trained on.
    #[must_use]
    pub fn corpus(&self) -> &'m [u8] {
        self.model.corpus()
    }

    /// The probabilities that the text tells of an emergency, and of something that cannot wait; zero when it has no word that was met in
    /// training.
    #[must_use]
    pub fn dangers(&self, text: &str) -> [f32; 2] {
        let seen = self.model.look(&features::features(&words(text)));
        if seen.is_empty() { [0.0; 2] } else { self.model.dangers(&seen) }
    }

    /// The likeliest categories, best first; none when the text has no word that was met in training.
    #[must_use]
    pub fn suggest(&self, text: &str) -> Vec<Suggestion<'m>> {
        let words = words(text);
        let seen = self.model.look(&features::features(&words));
        if seen.is_empty() {
            return Vec::new();
        }
        let mut ranked: Vec<(usize, f32)> = self.model.probabilities(&seen).into_iter().enumerate().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        let proposed = ranked.into_iter().take(Suggester::MOST).map(|(category, confidence)| Suggestion {
            category: self.categories[category],
            confidence,
            words: strongest(&words, &self.model.shares(&seen, category, words.len())),
        });
        proposed.collect()
    }
}

/// Words shown as the reason of a proposal, at most.
const REASONS: usize = 3;

fn strongest(words: &[Word<'_>], shares: &[f32]) -> Vec<String> {
    let mut ranked: Vec<(&Word<'_>, f32)> = words.iter().zip(shares.iter().copied()).filter(|(_, share)| *share > 0.0).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut reasons: Vec<&Word<'_>> = Vec::with_capacity(REASONS);
    for (word, _) in ranked {
        if reasons.len() < REASONS && !reasons.iter().any(|reason| reason.folded == word.folded) {
            reasons.push(word);
        }
    }
    reasons.into_iter().map(|word| word.typed.to_owned()).collect()
}
