//! The engine's own words: why a case came to a desk, how a date came to be, what happened to a case.

use std::sync::OnceLock;

use kernel::Words;

/// A part of a definition that has words of its own.
#[derive(Clone, Copy)]
pub(crate) enum Named {
    /// An event, by what people do.
    Act,
    /// A kind or an urgency of cases.
    Case,
    /// A process.
    Process,
    /// A state.
    State,
}

impl Named {
    /// The message that names it: the act `answer_question` is `act-answer-question`.
    pub(crate) fn key(self, name: &str) -> String {
        let name = name.to_lowercase().replace('_', "-");
        match self {
            Named::Act => format!("act-{name}"),
            Named::Case => format!("case-{name}"),
            Named::Process => format!("process-{name}"),
            Named::State => format!("state-{name}"),
        }
    }
}

/// The engine's messages in three languages.
#[must_use]
pub fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}
