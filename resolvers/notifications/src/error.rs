//! Refusals of this room, in words.

use std::sync::OnceLock;

use kernel::{Fact, LocalizedText, Refusal, RefusalCode, Words};

/// The room's words.
pub(crate) fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}

fn refusal(code: RefusalCode, message: &str, facts: &[Fact<'_>]) -> Refusal {
    Refusal::new(code, words().localized(message, facts))
}

/// The idempotency key is no UUID.
pub(crate) fn key_malformed() -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-key-not-uuid", &[]).at("input.idempotencyKey")
}

/// The idempotency key was used for something else.
pub(crate) fn key_reused() -> Refusal {
    refusal(RefusalCode::KeyReused, "refusal-key-reused", &[]).at("input.idempotencyKey")
}

/// It cannot be an address.
pub(crate) fn email_malformed() -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-email", &[]).at("input.email")
}

/// Empty, too long, or more than one line.
pub(crate) fn subject_unfit(chars_max: usize) -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-subject", &[("max", chars_max.into())]).at("input.subject")
}

/// Empty or too long.
pub(crate) fn text_unfit(chars_max: usize) -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-text", &[("max", chars_max.into())]).at("input.text")
}

/// The key of which report?
pub(crate) fn report_missing() -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-report-missing", &[]).at("input.about")
}

/// There is no such dead letter, or it has another life already.
pub(crate) fn dead_letter_unknown() -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-dead-letter-unknown", &[]).at("input.id")
}

/// It names no person.
pub(crate) fn person_unknown() -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-person", &[]).at("input.person")
}

/// Preferences are somebody's: whose?
pub(crate) fn not_signed_in() -> Refusal {
    refusal(RefusalCode::NotAllowed, "refusal-not-signed-in", &[])
}

/// The law asks for messages of this topic.
pub(crate) fn topic_statutory(law: &LocalizedText) -> Refusal {
    let message = LocalizedText::from_fn(|locale| words().text(locale, "refusal-statutory", &[("law", law.get(locale).into())]));
    Refusal::new(RefusalCode::NotAllowed, message).at("input.delivery")
}

/// Nobody was sent such a token.
pub(crate) fn token_unknown() -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-token", &[]).at("input.token")
}

/// No mail has such a mark in its return path.
pub(crate) fn mark_unknown() -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-mark", &[]).at("input.mark")
}

/// Messages of this topic do not wait for the daily one.
pub(crate) fn topic_not_daily() -> Refusal {
    refusal(RefusalCode::NotAllowed, "refusal-not-daily", &[]).at("input.delivery")
}

/// Messages of this topic answer what somebody is about to do.
pub(crate) fn topic_asked_for() -> Refusal {
    refusal(RefusalCode::NotAllowed, "refusal-asked-for", &[]).at("input.delivery")
}

/// By other ways than mail nothing is collected for a day.
pub(crate) fn channel_not_daily() -> Refusal {
    refusal(RefusalCode::NotAllowed, "refusal-channel-not-daily", &[]).at("input.delivery")
}

/// Other ways than mail are for those who sign in.
pub(crate) fn channel_of_account() -> Refusal {
    refusal(RefusalCode::NotAllowed, "refusal-channel-of-account", &[]).at("input.channel")
}

/// The city has no key by which browsers would know it.
pub(crate) fn push_absent() -> Refusal {
    refusal(RefusalCode::NotAllowed, "refusal-push-absent", &[])
}

/// No browser makes such a subscription.
pub(crate) fn subscription_unfit() -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-subscription", &[]).at("input.endpoint")
}

/// The city has no bot.
pub(crate) fn telegram_absent() -> Refusal {
    refusal(RefusalCode::NotAllowed, "refusal-telegram-absent", &[])
}

/// The link to the bot is none of ours, has run out, or has served another chat.
pub(crate) fn link_unknown() -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-link-unknown", &[]).at("input.token")
}

/// It is no chat's number.
pub(crate) fn chat_malformed() -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-chat", &[]).at("input.chat")
}

/// It is no telephone's number.
pub(crate) fn number_malformed() -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-number", &[]).at("input.number")
}

/// The number is not one of a mobile telephone of Kazakhstan.
pub(crate) fn number_foreign() -> Refusal {
    refusal(RefusalCode::NotAllowed, "refusal-number-foreign", &[]).at("input.number")
}

/// Enough codes for a day.
pub(crate) fn codes_many(max: u64) -> Refusal {
    refusal(RefusalCode::LimitReached, "refusal-codes-many", &[("max", max.into())]).at("input.number")
}

/// It is not the code that was sent.
pub(crate) fn code_wrong() -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-code", &[]).at("input.code")
}

/// The code ran out, or was tried too often.
pub(crate) fn code_over() -> Refusal {
    refusal(RefusalCode::TooLate, "refusal-code-over", &[]).at("input.code")
}

/// There is no such endpoint, or it is another's.
pub(crate) fn endpoint_unknown() -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-endpoint-unknown", &[]).at("input.endpoint")
}

/// A person has as many endpoints as they may have.
pub(crate) fn endpoints_many(max: usize) -> Refusal {
    refusal(RefusalCode::LimitReached, "refusal-endpoints-many", &[("max", max.into())])
}

/// Webhooks listen at no such address.
pub(crate) fn url_unfit() -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-webhook-url", &[]).at("input.url")
}

/// It names no party.
pub(crate) fn party_unknown() -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-party", &[]).at("input.party")
}

/// Cases of that party are not the actor's to tell of.
pub(crate) fn party_foreign() -> Refusal {
    refusal(RefusalCode::NotAllowed, "refusal-webhook-party", &[]).at("input.party")
}

/// There is no such webhook, or it is another's.
pub(crate) fn webhook_unknown() -> Refusal {
    refusal(RefusalCode::NotFound, "refusal-webhook-unknown", &[]).at("input.webhook")
}

/// There are as many webhooks as there may be.
pub(crate) fn webhooks_many(max: u64) -> Refusal {
    refusal(RefusalCode::LimitReached, "refusal-webhooks-many", &[("max", max.into())]).at("input.party")
}

/// The hours are not two different times of a day.
pub(crate) fn hours_malformed() -> Refusal {
    refusal(RefusalCode::Invalid, "refusal-quiet-hours", &[]).at("input.hours")
}

/// The article of the Administrative Procedural and Process-Related Code, as the law's readers cite it.
pub(crate) fn law(article: &str) -> LocalizedText {
    engine::words().localized("law-appc", &[("n", article.to_owned().into())])
}
