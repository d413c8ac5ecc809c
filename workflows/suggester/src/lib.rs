//! Reads a citizen's text and proposes what it is about.
//!
//! Two questions are answered, each from the text alone: which category ([`Suggester`]) and how pressing ([`urgency`]). The answers are
//! proposals: the person's own choice always wins, and an official confirms what was routed on a proposal.
//!
//! **Invariants:** what is proposed follows from the text, and from what was learnt from corrections ([`learning`]) where that is given; no
//! files, no clock, no network; the model is built into the program, and no text of a person is in it.

pub mod corpus;
mod features;
mod fold;
pub mod learning;
mod model;
#[cfg(test)]
mod tests;
pub mod training;
mod urgency;

use std::sync::{Arc, OnceLock};

use features::Feature;
pub use fold::{Word, fold, words};
use model::{Model, Seen, softmax};
pub use urgency::{UrgencyWords, urgency};

/// The model that `cargo run --release -p suggester --example suggester -- train` wrote.
static EMBEDDED: &[u8] = include_bytes!("../model.bin");

/// Proposes categories for a text.
#[derive(Clone)]
pub struct Suggester<'m> {
    categories: Vec<&'m str>,
    model: Model<'m>,
    /// What was learnt from corrections: a model whose scores are added.
    layer: Option<Arc<[u8]>>,
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
        READ.get_or_init(|| Suggester::read(EMBEDDED).unwrap_or(Suggester { categories: Vec::new(), model: Model::NOTHING, layer: None }))
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
        Some(Suggester { categories: model.slugs().collect(), model, layer: None })
    }

    /// The same with a layer that was learnt on top of this very model; none when the bytes are none, or one for another model.
    #[must_use]
    pub fn adjusted(&self, layer: Arc<[u8]>) -> Option<Suggester<'m>> {
        let read = Model::read(&layer)?;
        let fits = read.corpus() == self.model.corpus() && read.slugs().eq(self.categories.iter().copied());
        fits.then(|| Suggester { layer: Some(layer), ..self.clone() })
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
        let Some(look) = self.look(&features::features(&words)) else { return Vec::new() };
        let mut ranked: Vec<(usize, f32)> = look.probabilities().into_iter().enumerate().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        let proposed = ranked.into_iter().take(Suggester::MOST).map(|(category, confidence)| Suggestion {
            category: self.categories[category],
            confidence,
            words: strongest(&words, &look.shares(category, words.len())),
        });
        proposed.collect()
    }

    /// The likeliest category with its probability, without its reasons.
    pub(crate) fn first(&self, text: &str) -> Option<(&'m str, f32)> {
        let probabilities = self.look(&features::features(&words(text)))?.probabilities();
        let first = probabilities.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((self.categories[first.0], first.1))
    }

    /// What the built-in model alone says of a text; the same of all categories when it knows no word of it.
    pub(crate) fn built_in_logits(&self, text: &[Feature]) -> Vec<f32> {
        self.model.logits(&self.model.look(text))
    }

    /// Whether the built-in model knows a feature.
    pub(crate) fn knows(&self, hash: u32) -> bool {
        self.model.find(hash).is_some()
    }

    /// What of a text is known; none when no word is, neither to the model nor to the layer.
    fn look<'l>(&'l self, text: &[Feature]) -> Option<Look<'l>> {
        let mut parts = vec![(self.model, self.model.look(text))];
        parts.extend(self.layer.as_ref().and_then(|layer| Model::read(layer)).map(|layer| (layer, layer.look(text))));
        parts.iter().any(|(_, seen)| !seen.is_empty()).then_some(Look(parts))
    }
}

/// What of a text each part of a suggester knows.
struct Look<'l>(Vec<(Model<'l>, Vec<Seen>)>);

impl Look<'_> {
    /// The probability of each category.
    fn probabilities(&self) -> Vec<f32> {
        let mut sums = self.summed(|model, seen| model.logits(seen));
        softmax(&mut sums);
        sums
    }

    /// How much each word speaks for the category rather than for the others.
    fn shares(&self, category: usize, words: usize) -> Vec<f32> {
        self.summed(|model, seen| {
            let mut shares = model.shares(seen, category, words);
            shares.iter_mut().for_each(|share| *share *= model.sharpness());
            shares
        })
    }

    fn summed(&self, of: impl Fn(Model<'_>, &[Seen]) -> Vec<f32>) -> Vec<f32> {
        let mut sums: Vec<f32> = Vec::new();
        for (model, seen) in &self.0 {
            let values = of(*model, seen);
            sums.resize(values.len(), 0.0);
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
        sums
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
