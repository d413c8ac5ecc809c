//! Whatever other rooms worded, this room's mails say the same in text and in HTML, and all that it says the same facts in every language.

use chrono::DateTime;
use kernel::{Fact, Letter, Locale, MessageId, Personal};
use proptest::{prelude::*, sample::select};
use scratch::reading::{facts_in, words_of};
use uuid::Uuid;

use super::house::CITY;
use crate::{
    error::{law, words},
    letters,
    model::{Message, State, Topic, preference::Subscription},
};

/// Texts that have broken other people's mails, and plain ones.
const HOSTILE: [&str; 8] = [
    "",
    "Құбыр жөнделді, 3 үйге су берілді.\n\n12.11.2026 дейін",
    "</title></main><img src=x onerror=alert(2)>",
    "\"><a href=\"https://evil.example/?a=1&b=2\">",
    "one\r\nBcc: all@example.kz\r\n\r\n<b>two</b>",
    "\u{202E}txt.exe\u{202C} \u{2066}77\u{2069}",
    "{ $count } {coupon-key} { note-always } %s %n",
    "https://egov.kz/cms/kk?x=1&y=%3C2%3E &lt;b&gt; &#39;",
];

/// What one mail, or one short message, speaks of.
#[derive(Debug)]
struct Context {
    messages: Vec<Message>,
    count: usize,
    minutes: i64,
    code: String,
    article: u16,
    /// Where a subscription is ended.
    url: String,
}

fn written() -> impl Strategy<Value = String> {
    prop_oneof![select(&HOSTILE).prop_map(str::to_owned), any::<String>()]
}

fn message() -> impl Strategy<Value = Message> {
    let about = prop::option::of((2024..2100_u32, 0..1_000_000_u32).prop_map(|(year, number)| format!("TK-{year}-{number:06}")));
    (select(Topic::ALL), about, written(), written(), any::<bool>()).prop_map(|(topic, about, subject, text, by_law)| Message {
        id: MessageId::from_uuid(Uuid::nil()),
        email: Personal::new("aigul@example.kz".to_owned()),
        locale: Locale::Kk,
        topic,
        about,
        subject: Personal::new(subject),
        text: Personal::new(text),
        with_coupon_key: false,
        recipient: None,
        by_law,
        to_reporter: true,
        state: State::Queued,
        created_at: DateTime::UNIX_EPOCH,
    })
}

fn context() -> impl Strategy<Value = Context> {
    let counts = (prop_oneof![0..130_usize, 0..1_000_000_usize], prop_oneof![0..130_i64, 0..1_000_000_i64]);
    (prop::collection::vec(message(), 1..5), counts, 0..1_000_000_u32, 1..200_u16, "[0-9a-f]{40}").prop_map(
        |(messages, (count, minutes), code, article, token)| {
            let (code, url) = (format!("{code:06}"), format!("{CITY}/unsubscribe/daily.{token}"));
            Context { messages, count, minutes, code, article, url }
        },
    )
}

/// The same facts in every language.
fn agree(what: &str, text: impl Fn(Locale) -> Result<String, TestCaseError>) -> Result<(), TestCaseError> {
    let mut facts = Vec::new();
    for locale in Locale::ALL {
        let text = text(locale)?;
        let stray = |c: &char| (c.is_control() && *c != '\n') || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        prop_assert_eq!(text.chars().find(stray), None, "{}", what);
        facts.push(facts_in(&text));
    }
    prop_assert!(facts.iter().all(|of_one| *of_one == facts[0]), "{}: {:?}", what, facts);
    Ok(())
}

/// A mail's text, when its page says the same.
fn text_of(letter: &Letter, locale: Locale, subject: &str, url: &str) -> Result<String, TestCaseError> {
    let (text, page) = (letter.text(), letter.html(locale, subject));
    let begins = page.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{}\"", locale.tag()));
    prop_assert!(begins, "{}", page);
    let link = format!("a href=\"{url}\" style=");
    let is_ours = |tag: &str| {
        matches!(tag, "p" | "/p" | "br" | "/h2" | "/a") || ["p style=", "h2 style=", &link].iter().any(|own| tag.starts_with(own))
    };
    let seen = words_of(&page, is_ours).map_err(TestCaseError::fail)?;
    prop_assert!(seen.split_whitespace().eq(text.split_whitespace()), "{}:\n{}\n{}", locale.tag(), text, page);
    Ok(text)
}

impl Context {
    fn in_language(&self, locale: Locale) -> Vec<Message> {
        self.messages.iter().map(|message| Message { locale, ..message.clone() }).collect()
    }

    fn facts(&self, locale: Locale) -> Vec<Fact<'static>> {
        vec![
            ("law", law(&self.article.to_string()).get(locale).to_owned().into()),
            ("topic", words().text(locale, "topic-answer", &[]).into()),
            ("count", self.count.into()),
            ("minutes", self.minutes.into()),
            ("code", self.code.clone().into()),
        ]
    }

    fn check(&self) -> Result<(), TestCaseError> {
        for key in words().keys().filter(|key| !key.starts_with("refusal-")) {
            agree(key, |locale| {
                let text = words().text(locale, key, &self.facts(locale));
                prop_assert!(text != key && !text.contains("{$"), "{}: {}", key, text);
                Ok(text)
            })?;
        }
        agree("the subject of a daily message", |locale| {
            let subject = letters::daily_subject(locale, self.count);
            prop_assert!(facts_in(&subject).contains(&self.count.to_string()), "{}", subject);
            Ok(subject)
        })?;
        agree("a code", |locale| {
            let text = letters::code(locale, &self.code, self.minutes);
            let (facts, said) = (facts_in(&text), [&self.code, &self.minutes.to_string()].map(String::clone));
            prop_assert!(said.iter().all(|fact| facts.contains(fact)), "{}", text);
            Ok(text)
        })?;
        agree("a daily message", |locale| self.daily(locale))?;
        for (n, first) in self.messages.iter().enumerate() {
            agree("a mail", |locale| {
                let message = &self.in_language(locale)[n];
                let letter = letters::letter(message, message.text.reveal());
                let letter = letters::ended_at(letter, locale, Subscription::Topic(first.topic), &self.url);
                text_of(&letter, locale, message.subject.reveal(), &self.url)
            })?;
            agree("a short message", |locale| Ok(letters::short(&self.in_language(locale)[n])))?;
        }
        Ok(())
    }

    fn daily(&self, locale: Locale) -> Result<String, TestCaseError> {
        let parts = self.in_language(locale);
        let parts = parts.iter().map(|part| letters::letter(part, part.text.reveal()).headed(part.subject.reveal()));
        let letter = letters::ended_at(parts.fold(Letter::default(), Letter::followed_by), locale, Subscription::Daily, &self.url);
        let text = text_of(&letter, locale, &letters::daily_subject(locale, self.messages.len()), &self.url)?;
        prop_assert!(facts_in(&text).contains(&self.url), "{}", text);
        Ok(text)
    }
}

#[test]
fn every_message_says_the_same_in_text_and_html_and_the_same_facts_in_every_language() {
    proptest!(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() }, |(context in context())| {
        context.check()?;
    });
}

#[test]
fn what_is_counted_stands_in_the_form_that_its_language_asks_for() {
    let counted =
        |text: String, count: usize| text.split(&format!("{count} ")).nth(1).unwrap().split([' ', '.']).next().unwrap().to_owned();
    for (count, messages, minutes) in [
        (1, ["хабарлама", "сообщение", "message"], ["минут", "минуту", "minute"]),
        (2, ["хабарлама", "сообщения", "messages"], ["минут", "минуты", "minutes"]),
        (5, ["хабарлама", "сообщений", "messages"], ["минут", "минут", "minutes"]),
        (11, ["хабарлама", "сообщений", "messages"], ["минут", "минут", "minutes"]),
        (21, ["хабарлама", "сообщение", "messages"], ["минут", "минуту", "minutes"]),
        (112, ["хабарлама", "сообщений", "messages"], ["минут", "минут", "minutes"]),
    ] {
        let of = |text: &dyn Fn(Locale) -> String| [Locale::Kk, Locale::Ru, Locale::En].map(|locale| counted(text(locale), count));
        assert_eq!(of(&|locale| letters::daily_subject(locale, count)), messages, "{count}");
        assert_eq!(of(&|locale| letters::code(locale, "000000", count.try_into().unwrap())), minutes, "{count}");
    }
}
