//! The timeline of a report is the journal, in words.

use engine::words as engine_words;
use journal::Event;
use kernel::{Fact, Locale, LocalizedText};
use serde_json::Value;

use crate::error::words;

/// Whether everybody may read the event; the others are the officers' own.
pub(crate) fn is_public(event: &Event) -> bool {
    event.payload.get("internal") != Some(&Value::Bool(true))
}

/// The event in one language.
pub(crate) fn text(event: &Event, locale: Locale) -> String {
    let Some(message) = event.payload.get("message").and_then(Value::as_str) else { return String::new() };
    let fact = |name: &'static str| -> Option<Fact<'static>> {
        let value = event.payload.get("facts")?.get(name)?;
        match value {
            Value::String(text) => Some((name, text.clone().into())),
            Value::Number(number) => Some((name, number.as_i64().unwrap_or_default().into())),
            Value::Object(_) => {
                let text: LocalizedText = serde_json::from_value(value.clone()).ok()?;
                Some((name, text.get(locale).to_owned().into()))
            }
            _ => None,
        }
    };
    let facts: Vec<Fact<'_>> = ["party", "days", "until"].into_iter().filter_map(fact).collect();
    let source = if words().has(message) { words() } else { engine_words() };
    source.text(locale, message, &facts)
}
