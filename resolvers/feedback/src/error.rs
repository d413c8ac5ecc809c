//! Refusals of this room, in words.

use std::sync::OnceLock;

use kernel::{Fact, Refusal, RefusalCode, Words};

/// The room's words.
pub(crate) fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}

pub(crate) fn refusal(code: RefusalCode, message: &'static str, facts: &[Fact<'_>]) -> Refusal {
    Refusal::new(code, words().localized(message, facts))
}

/// There is no such thing, or the actor may not know that there is.
pub(crate) fn not_found(field: &str) -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-not-found", &[]).at(field)
}

/// The idempotency key was used for something else.
pub(crate) fn key_reused() -> Refusal {
    refusal(RefusalCode::KeyReused, "refusal-key-reused", &[]).at("input.idempotencyKey")
}

/// Somebody changed the case meanwhile.
pub(crate) fn stale(seen: i32, current: i32) -> Refusal {
    let versions = [("seen", seen.to_string().into()), ("current", current.to_string().into())];
    refusal(RefusalCode::StaleVersion, "refusal-stale", &versions).at("input.version").with_current(current)
}
