//! What this room says itself, around and beside what other rooms worded.

use kernel::{Letter, Locale};

use crate::{
    error::{law, words},
    model::{Message, Topic, endpoint::summary, preference::Subscription},
};

/// What a message says, with why it comes whatever its reader wishes.
pub(crate) fn letter(message: &Message, text: &str) -> Letter {
    let letter = Letter::of(text);
    match message.topic.rule().article {
        Some(article) if message.by_law => {
            let law = law(article);
            letter.note(&words().text(message.locale, "note-statutory", &[("law", law.get(message.locale).into())]))
        }
        Some(_) => letter.note(&words().text(message.locale, "note-always", &[])),
        None => letter,
    }
}

/// The letter with where its reader ends a subscription.
pub(crate) fn ended_at(letter: Letter, locale: Locale, subscription: Subscription, url: &str) -> Letter {
    let label = match subscription {
        Subscription::Topic(own) => words().text(locale, "link-unsubscribe", &[("topic", topic(locale, own).into())]),
        Subscription::Daily => words().text(locale, "link-unsubscribe-daily", &[]),
    };
    letter.link(&label, url)
}

/// The subject of a daily message of so many messages.
pub(crate) fn daily_subject(locale: Locale, count: usize) -> String {
    words().text(locale, "digest-subject", &[("count", count.into())])
}

/// What a telephone is sent, to prove that somebody holds it.
pub(crate) fn code(locale: Locale, code: &str, minutes: i64) -> String {
    words().text(locale, "sms-code", &[("code", code.into()), ("minutes", minutes.into())])
}

/// What is said of a message elsewhere than in a mail, beside its subject.
pub(crate) fn short(message: &Message) -> String {
    summary(&topic(message.locale, message.topic), message.about.as_deref(), message.subject.reveal())
}

fn topic(locale: Locale, topic: Topic) -> String {
    words().text(locale, &format!("topic-{}", topic.word()), &[])
}
