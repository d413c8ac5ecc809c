//! Refusals of this room, in words.

use std::sync::OnceLock;

use kernel::{Fact, Refusal, RefusalCode, Words};

/// The room's words.
pub(crate) fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}

pub(crate) fn refusal(code: RefusalCode, message: &str, facts: &[Fact<'_>]) -> Refusal {
    Refusal::new(code, words().localized(message, facts))
}

/// The idempotency key was used for something else.
pub(crate) fn key_reused() -> Refusal {
    refusal(RefusalCode::KeyReused, "refusal-key-reused", &[]).at("input.idempotencyKey")
}

/// There is no such service, or none that may be seen.
pub(crate) fn service_unknown() -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-service-unknown", &[]).at("input.service")
}

/// There is no such report, or the key is not its own.
pub(crate) fn report_unknown() -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-report-unknown", &[]).at("input.reference")
}

/// There is no answer to rate yet, or it is contested.
pub(crate) fn not_answered() -> Refusal {
    refusal(RefusalCode::WrongState, "refusal-not-answered", &[]).at("input.reference")
}

/// There is no such rating, or it is another's.
pub(crate) fn rating_unknown() -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-rating-unknown", &[]).at("input.rating")
}

/// One rating for one answer.
pub(crate) fn answer_rated() -> Refusal {
    refusal(RefusalCode::WrongState, "refusal-answer-rated", &[]).at("input.reference")
}

/// The person rated this service not long ago.
pub(crate) fn rated_recently(days: i64) -> Refusal {
    refusal(RefusalCode::LimitReached, "refusal-rated-recently", &[("days", days.into())]).at("input.service")
}
