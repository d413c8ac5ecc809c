//! The engine's own words: why a case came to a desk, how a date came to be, what happened to a case.

use std::sync::OnceLock;

use kernel::Words;

/// The message that names something of a definition: `act`, `answer_question` is `act-answer-question`.
pub(crate) fn key(what: &str, name: &str) -> String {
    format!("{what}-{}", name.to_lowercase().replace('_', "-"))
}

/// The engine's messages in three languages.
#[must_use]
pub fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}
