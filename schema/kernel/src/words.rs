//! Fluent messages in three languages. Words live beside their reason: each room loads its own `words/{kk,ru,en}.ftl`.

use std::{borrow::Cow, collections::BTreeSet, sync::OnceLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use crate::{Locale, LocalizedText};

/// A named fact that a message speaks of: text or a number, which decides the plural.
pub type Fact<'a> = (&'static str, FluentValue<'a>);

/// One room's messages in all languages.
pub struct Words {
    bundles: [FluentBundle<FluentResource>; 3],
    keys: BTreeSet<String>,
}

impl Words {
    /// Loads the three files of a room. They are part of the program, so a mistake in them is a defect of the build.
    ///
    /// # Panics
    /// When a file is not well-formed Fluent, or when the three do not hold the same messages.
    #[must_use]
    pub fn new(kk: &'static str, ru: &'static str, en: &'static str) -> Words {
        let keys = message_keys(kk);
        for (locale, source) in [(Locale::Ru, ru), (Locale::En, en)] {
            let other = message_keys(source);
            let missing: Vec<_> = keys.symmetric_difference(&other).collect();
            assert!(missing.is_empty(), "words differ between kk and {}: {missing:?}", locale.tag());
        }
        Words { bundles: [bundle(Locale::Kk, kk), bundle(Locale::Ru, ru), bundle(Locale::En, en)], keys }
    }

    /// The kernel's own words: faults and paging.
    pub fn kernel() -> &'static Words {
        static WORDS: OnceLock<Words> = OnceLock::new();
        WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
    }

    /// The names of all messages.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(String::as_str)
    }

    /// Whether there is such a message.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    /// One message in one language. A missing key shows as the key itself; tests look for that.
    #[must_use]
    pub fn text(&self, locale: Locale, key: &str, facts: &[Fact<'_>]) -> String {
        let bundle = &self.bundles[locale as usize];
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { return key.to_owned() };
        let mut args = FluentArgs::with_capacity(facts.len());
        for (name, value) in facts {
            args.set(Cow::Borrowed(*name), value.clone());
        }
        bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }

    /// One message in all languages.
    #[must_use]
    pub fn localized(&self, key: &str, facts: &[Fact<'_>]) -> LocalizedText {
        LocalizedText::from_fn(|locale| self.text(locale, key, facts))
    }
}

fn bundle(locale: Locale, source: &'static str) -> FluentBundle<FluentResource> {
    let language: LanguageIdentifier = locale.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolation marks (U+2068) would be copied with a reference number into a search box.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source.to_owned())
        .unwrap_or_else(|(_, errors)| panic!("{} words are not well-formed: {errors:?}", locale.tag()));
    bundle.add_resource(resource).unwrap_or_else(|errors| panic!("{} words repeat a message: {errors:?}", locale.tag()));
    bundle
}

fn message_keys(source: &str) -> BTreeSet<String> {
    source
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| line.split_once('=').map(|(key, _)| key.trim().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::Code;

    use super::*;

    #[test]
    fn every_fault_has_words_in_three_languages() {
        for code in Code::ALL {
            let text = code.text();
            for locale in Locale::ALL {
                assert!(!text.get(locale).starts_with("fault-"), "{} lacks {}", code.as_str(), locale.tag());
            }
        }
    }

    #[test]
    fn russian_plurals_have_three_forms() {
        let words = Words::new(
            "days = { $n } күн",
            "days = { $n ->\n    [one] { $n } день\n    [few] { $n } дня\n   *[many] { $n } дней\n}",
            "days = { $n ->\n    [one] { $n } day\n   *[other] { $n } days\n}",
        );
        for (n, expected) in [(1, "1 день"), (3, "3 дня"), (15, "15 дней"), (21, "21 день")] {
            assert_eq!(words.text(Locale::Ru, "days", &[("n", n.into())]), expected);
        }
    }
}
