//! Reads a citizen's text and proposes what it is about.
//!
//! Three questions are answered, each from the text alone: which category ([`Suggester`]), how pressing ([`urgency`]) and where
//! ([`district`]). The answers are proposals: the person's own choice always wins, and an official confirms what was routed on a
//! proposal. The module is pure: no files, no clock, no network; what it knows is built into the binary.

mod corpus;
mod district;
mod features;
mod fold;
mod model;
#[cfg(test)]
mod tests;
mod urgency;

use std::sync::OnceLock;

use corpus::Corpus;
pub use district::district;
use model::Model;
pub use urgency::{UrgencyWords, urgency};

/// Proposes categories for a text.
pub struct Suggester {
    categories: Vec<&'static str>,
    model: Model,
}

/// A proposed category.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Slug of the category.
    pub category: &'static str,
    /// Probability that the category is right, 0 to 1.
    pub confidence: f32,
    /// Up to three words of the text, as typed, that speak for the category most; the strongest first.
    pub words: Vec<String>,
}

/// The seed of training; another seed gives another, equally good model.
const SEED: u64 = 109;

impl Suggester {
    /// At or above this confidence a text may be routed provisionally, before a person has looked: above it at least nine
    /// proposals of ten are right on the sample appeals, below it the operator decides.
    pub const THRESHOLD: f32 = 0.5;

    /// Categories proposed at most.
    pub const MOST: usize = 5;

    /// The suggester trained on the phrases built into the binary; trained at first use.
    pub fn embedded() -> &'static Suggester {
        static EMBEDDED: OnceLock<Suggester> = OnceLock::new();
        EMBEDDED.get_or_init(|| Suggester::trained(&Corpus::embedded()))
    }

    fn trained(corpus: &Corpus) -> Suggester {
        Suggester { categories: corpus.categories.clone(), model: Model::train(corpus, SEED) }
    }

    /// The version of phrases and method, kept with every event that rests on a proposal, so that it can be told later which
    /// suggester spoke. Raise it with every change that can change an answer.
    pub fn version() -> i32 {
        1
    }

    /// The likeliest categories, best first; none when the text has no word that was met in training.
    pub fn suggest(&self, text: &str) -> Vec<Suggestion> {
        let words = fold::words(text);
        let seen = self.model.read(&words);
        if seen.is_empty() {
            return Vec::new();
        }
        let mut ranked: Vec<(usize, f32)> = self.model.probabilities(&seen).into_iter().enumerate().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked
            .into_iter()
            .take(Suggester::MOST)
            .map(|(class, confidence)| Suggestion {
                category: self.categories[class],
                confidence,
                words: strongest(&words, &self.model.shares(&seen, class, words.len())),
            })
            .collect()
    }
}

/// Words shown as the reason of a proposal, at most.
const REASONS: usize = 3;

fn strongest(words: &[fold::Word<'_>], shares: &[f32]) -> Vec<String> {
    let mut ranked: Vec<(&fold::Word<'_>, f32)> = words.iter().zip(shares.iter().copied()).filter(|(_, share)| *share > 0.0).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut reasons: Vec<&fold::Word<'_>> = Vec::with_capacity(REASONS);
    for (word, _) in ranked {
        if reasons.len() < REASONS && !reasons.iter().any(|reason| reason.folded == word.folded) {
            reasons.push(word);
        }
    }
    reasons.into_iter().map(|word| word.typed.to_owned()).collect()
}
