//! What a client can mend.

use std::sync::OnceLock;

use kernel::{Error, Words};

use crate::model::SLUG_CHARS_MAX;

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}

pub(crate) fn slug_too_long() -> Error {
    Error::bad_input(words().localized("slug-too-long", &[("max", SLUG_CHARS_MAX.into())]))
}
