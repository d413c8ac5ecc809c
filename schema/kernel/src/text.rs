//! Text that people read, in the city's three languages.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A language of the city. Kazakh is the first, and what is missing elsewhere falls back to it, then to Russian, then to English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Қазақша.
    #[default]
    Kk,
    /// Русский.
    Ru,
    /// English.
    En,
}

impl Locale {
    /// All languages, in the order of fall-back.
    pub const ALL: [Locale; 3] = [Locale::Kk, Locale::Ru, Locale::En];

    /// The BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Locale::Kk => "kk",
            Locale::Ru => "ru",
            Locale::En => "en",
        }
    }

    /// Reads a BCP 47 tag by its primary subtag (`kk-KZ` is Kazakh); `None` for other languages.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Locale> {
        let primary = tag.split(['-', '_']).next()?.trim();
        Locale::ALL.into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(primary))
    }

    /// Chooses the best language of an `Accept-Language` header (RFC 9110 §12.5.4); Kazakh when none fits.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Locale {
        let mut best: Option<(Locale, f32)> = None;
        for range in accept_language.split(',') {
            let mut parts = range.split(';');
            let Some(locale) = parts.next().and_then(|tag| Locale::from_tag(tag.trim())) else { continue };
            let quality = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1.0, |value| value.parse().unwrap_or(0.0));
            if quality > 0.0 && best.is_none_or(|(_, seen)| quality > seen) {
                best = Some((locale, quality));
            }
        }
        best.map(|(locale, _)| locale).unwrap_or_default()
    }
}

/// One text in Kazakh, Russian and English. All three are there by construction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalizedText {
    /// Kazakh.
    pub kk: String,
    /// Russian.
    pub ru: String,
    /// English.
    pub en: String,
}

impl LocalizedText {
    /// The text in one language.
    #[must_use]
    pub fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::Kk => &self.kk,
            Locale::Ru => &self.ru,
            Locale::En => &self.en,
        }
    }

    /// Builds the text by asking for each language once.
    pub fn from_fn(mut text: impl FnMut(Locale) -> String) -> LocalizedText {
        LocalizedText { kk: text(Locale::Kk), ru: text(Locale::Ru), en: text(Locale::En) }
    }
}

/// Folds text for search: case, accents and spacing fall away, and Kazakh letters become the ones on a Russian keyboard, which many type
/// with: `Түркістан`, `туркистан` and `ТҮРКІСТАН` fold alike. What is stored for search and what is searched for are both folded here,
/// since the databases do not agree on the case of Cyrillic letters.
#[must_use]
pub fn fold(text: &str) -> String {
    let folded: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).map(russian_letter).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn russian_letter(letter: char) -> char {
    match letter {
        'ә' => 'а',
        'ғ' => 'г',
        'қ' => 'к',
        'ң' => 'н',
        'ө' => 'о',
        'ұ' | 'ү' => 'у',
        'һ' => 'х',
        'і' => 'и',
        other => other,
    }
}

/// Bytes in hexadecimal, two small digits each.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut digits, byte| {
        // Writing to a text does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_fold_alike() {
        for (spelling, folded) in [
            ("Түркістан су арнасы", "туркистан су арнасы"),
            ("  ТҮРКІСТАН\tСУ арнасы ", "туркистан су арнасы"),
            ("Türkistan", "turkistan"),
            ("Ёлка, район", "елка, раион"),
            ("и\u{306}од", "иод"),
        ] {
            assert_eq!(fold(spelling), fold(folded), "{spelling}");
        }
        assert_eq!(fold("Қазығұрт"), "казыгурт");
    }

    #[test]
    fn accept_language_is_negotiated_by_quality_and_falls_back_to_kazakh() {
        for (header, expected) in [
            ("", Locale::Kk),
            ("de", Locale::Kk),
            ("ru", Locale::Ru),
            ("en-GB,ru;q=0.8", Locale::En),
            ("en;q=0.5, ru;q=0.9", Locale::Ru),
            ("kk-KZ, ru;q=1.0", Locale::Kk),
            ("en;q=0, ru;q=0.1", Locale::Ru),
        ] {
            assert_eq!(Locale::negotiate(header), expected, "{header}");
        }
    }
}
