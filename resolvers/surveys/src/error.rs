//! Refusals of this room, in words.

use std::sync::OnceLock;

use kernel::{Fact, LocalizedText, Refusal, RefusalCode, Words};

/// The room's words.
pub(crate) fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}

pub(crate) fn refusal(code: RefusalCode, message: &str, facts: &[Fact<'_>]) -> Refusal {
    Refusal::new(code, words().localized(message, facts))
}

pub(crate) fn invalid(message: &str, facts: &[Fact<'_>], field: &str) -> Refusal {
    refusal(RefusalCode::Invalid, message, facts).at(field)
}

pub(crate) fn too_many(message: &str, max: usize, field: &str) -> Refusal {
    refusal(RefusalCode::LimitReached, message, &[("max", max.into())]).at(field)
}

/// The idempotency key was used for something else.
pub(crate) fn key_reused() -> Refusal {
    refusal(RefusalCode::KeyReused, "refusal-key-reused", &[]).at("input.idempotencyKey")
}

/// There is no such survey, or none that may be seen.
pub(crate) fn survey_unknown() -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-survey-unknown", &[]).at("input.survey")
}

/// There is no such service.
pub(crate) fn service_unknown(n: usize) -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-service-unknown", &[]).at(&format!("input.about.{n}"))
}

/// There is no such district or department.
pub(crate) fn place_unknown(n: usize) -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-place-unknown", &[]).at(&format!("input.answers.{n}"))
}

/// The survey is not in a state for this.
pub(crate) fn wrong_state(message: &str) -> Refusal {
    refusal(RefusalCode::WrongState, message, &[]).at("input.survey")
}

/// Somebody changed the survey meanwhile.
pub(crate) fn stale(current: i32) -> Refusal {
    refusal(RefusalCode::StaleVersion, "refusal-stale", &[]).at("input.version").with_current(current)
}

/// The person has had a ballot of this survey.
pub(crate) fn ballot_given() -> Refusal {
    refusal(RefusalCode::LimitReached, "refusal-ballot-given", &[]).at("input.survey")
}

/// The ballot is none, or another's.
pub(crate) fn ballot_unknown() -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-ballot-unknown", &[]).at("input.ballot")
}

/// The ballot was used.
pub(crate) fn ballot_used() -> Refusal {
    refusal(RefusalCode::WrongState, "refusal-ballot-used", &[]).at("input.ballot")
}

/// A question that must be answered was not. There is no answer to point at, so the message quotes the question.
pub(crate) fn unanswered(question: &LocalizedText) -> Refusal {
    let message = LocalizedText::from_fn(|locale| words().text(locale, "refusal-unanswered", &[("question", question.get(locale).into())]));
    Refusal::new(RefusalCode::Invalid, message).at("input.answers")
}
