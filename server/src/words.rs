//! What the edge says to clients.

use std::sync::OnceLock;

use kernel::Words;

pub(crate) fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}
