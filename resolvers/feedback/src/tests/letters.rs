//! Whatever people and offices wrote, a mail says the same in text and in HTML, and the same facts in every language.

use chrono::{NaiveDate, TimeDelta};
use engine::words as engine_words;
use journal::Event;
use kernel::{Fact, Letter, Locale};
use proptest::{prelude::*, sample::select};
use scratch::reading::{facts_in, words_of};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{error::words, timeline};

/// Values that have broken other people's mails, and plain ones.
const HOSTILE: [&str; 14] = [
    "",
    "Құбыр жөнделді, 3 үйге су берілді.",
    "<script>alert(1)</script>",
    "</title></main><img src=x onerror=alert(2)>",
    "\"><a href=\"https://evil.example/?a=1&b=2\">",
    "one\r\nBcc: all@example.kz\r\n\r\n<b>two</b>",
    "\n\n.\n--=_0199c0de\nContent-Type: text/html\n\n",
    "\u{202E}txt.exe\u{202C} \u{2066}77\u{2069}",
    "a\u{0}b\u{7}c\tд",
    "{ $due } {coupon-key} { mail-answer-text } %s %n",
    "https://egov.kz/cms/kk?x=1&y=%3C2%3E",
    "&lt;b&gt; &amp; &#39;",
    "\u{2028}line\u{2029}paragraph\u{85}next",
    "😀 ІҢҒҮҰҚӨҺӘ 5 000 теңге — 12,5 %",
];

/// What one mail speaks of.
#[derive(Debug)]
struct Context {
    event: Event,
    numbers: (u32, u32),
    days: (NaiveDate, NaiveDate),
    written: [String; 9],
}

fn written() -> impl Strategy<Value = String> {
    let mixed = prop::collection::vec(select(&HOSTILE), 1..4).prop_map(|parts| parts.concat());
    prop_oneof![select(&HOSTILE).prop_map(str::to_owned), mixed, any::<String>()]
}

/// Names of events in the words of the room and of the engine.
fn events() -> Vec<String> {
    let both = words().keys().chain(engine_words().keys());
    both.filter(|key| key.starts_with("event-")).map(str::to_owned).collect()
}

fn context() -> impl Strategy<Value = Context> {
    let day = || (0..4_000_i64).prop_map(|days| NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + TimeDelta::days(days));
    let event = (select(events()), written(), 0..60_u32, day()).prop_map(|(message, party, days, until)| Event {
        stream_id: Uuid::nil(),
        number: 1,
        kind: "answered".to_owned(),
        at: chrono::DateTime::UNIX_EPOCH,
        actor: "system".to_owned(),
        payload: json!({ "message": message, "facts": {
            "party": { "kk": party, "ru": party, "en": party }, "days": days, "until": until.format("%d.%m.%Y").to_string(),
        } }),
        versions: None,
    });
    let numbers = (2024..2100_u32, 0..1_000_000_u32);
    let texts = [written(), written(), written(), written(), written(), written(), written(), written(), written()];
    (event, numbers, (day(), day()), texts).prop_map(|(event, numbers, days, written)| Context { event, numbers, days, written })
}

impl Context {
    fn facts(&self, locale: Locale) -> Vec<Fact<'_>> {
        let day = |day: NaiveDate| day.format("%d.%m.%Y").to_string();
        let [category, district, answer, question, decision, reason, task, news, incident] = &self.written;
        vec![
            ("reference", format!("TK-{}-{:06}", self.numbers.0, self.numbers.1).into()),
            ("event", timeline::text(&self.event, locale).into()),
            ("category", category.as_str().into()),
            ("district", district.as_str().into()),
            ("registered", day(self.days.0).into()),
            ("due", day(self.days.1).into()),
            ("answer", answer.as_str().into()),
            ("question", question.as_str().into()),
            ("decision", decision.as_str().into()),
            ("reason", reason.as_str().into()),
            ("task", task.as_str().into()),
            ("news", news.as_str().into()),
            ("incident", incident.as_str().into()),
            ("part", format!("TK-{}-{:06}", self.numbers.0, self.numbers.1).into()),
            ("until", day(self.days.0).into()),
            ("key", "c2VjcmV0LWtleQ".into()),
            ("code", "12345678".into()),
            ("hours", 72.into()),
            ("subscription", "QXJlYVN1YnNjcmlwdGlvbg".into()),
            ("reports", news.as_str().into()),
            ("place", district.as_str().into()),
            ("count", 3.into()),
        ]
    }
}

fn check(key: &str, context: &Context) -> Result<(), TestCaseError> {
    let mut facts = Vec::new();
    for locale in Locale::ALL {
        let worded = words().text(locale, key, &context.facts(locale));
        let letter = Letter::of(&worded);
        let (text, page) = (letter.text(), letter.html(locale, &worded));
        let begins = page.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{}\"", locale.tag()));
        prop_assert!(begins, "{}", page);
        let seen = words_of(&page, |tag| matches!(tag, "p" | "/p" | "br")).map_err(TestCaseError::fail)?;
        prop_assert!(seen.split_whitespace().eq(text.split_whitespace()), "{} {}:\n{}\n{}", key, locale.tag(), text, page);
        let stray = |c: &char| (c.is_control() && *c != '\n') || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        prop_assert_eq!((text.chars().find(stray), page.chars().find(stray)), (None, None));
        facts.push(facts_in(&text));
    }
    prop_assert!(facts.iter().all(|of_one| *of_one == facts[0]), "{}: {:?}", key, facts);
    Ok(())
}

#[test]
fn every_mail_says_the_same_in_text_and_html_and_the_same_facts_in_every_language() {
    let keys: Vec<&str> = words().keys().filter(|key| key.starts_with("mail-")).collect();
    assert!(keys.iter().filter(|key| key.ends_with("-text")).count() >= 8, "{keys:?}");
    proptest!(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() }, |(context in context())| {
        for key in &keys {
            check(key, &context)?;
        }
    });
}

#[test]
fn each_mail_needs_no_other_facts_than_it_is_given() {
    let context = Context {
        event: Event {
            stream_id: Uuid::nil(),
            number: 1,
            kind: "answered".to_owned(),
            at: chrono::DateTime::UNIX_EPOCH,
            actor: "system".to_owned(),
            payload: Value::Null,
            versions: None,
        },
        numbers: (2026, 123),
        days: (NaiveDate::MIN, NaiveDate::MAX),
        written: Default::default(),
    };
    for key in words().keys().filter(|key| key.starts_with("mail-")) {
        for locale in Locale::ALL {
            let text = words().text(locale, key, &context.facts(locale));
            assert!(!text.contains("{$") && text != key, "{key}: {text}");
        }
    }
}
