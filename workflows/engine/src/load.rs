//! How definition files are read: TOML with a place for every mistake, so that an official finds the line to mend.

use std::{fmt, ops::Range};

use chrono::NaiveDate;
use kernel::Locale;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use toml::Spanned;

/// No file of law is near this long; a longer one is refused before it is parsed.
const FILE_BYTES_MAX: usize = 512 * 1024;

/// A mistake in a definition file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct LoadError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// So that whoever finds several mistakes can also give up at one.
impl From<LoadError> for Vec<LoadError> {
    fn from(error: LoadError) -> Vec<LoadError> {
        vec![error]
    }
}

/// How sure the house is of a rule of law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Read in a source of law.
    Confirmed,
    /// Well known, or one indirect source.
    Likely,
    /// Not checked, or a rule of our own.
    Unverified,
}

/// Where a rule comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Law {
    /// The article, e.g. `APPC Art. 76`.
    pub source: String,
    /// How sure the house is of it.
    pub status: Status,
}

impl Law {
    /// Where the rule is written, in one language. A source without words of its own is quoted as it is.
    #[must_use]
    pub fn text(&self, locale: Locale) -> String {
        let words = crate::words();
        match self.source.as_str() {
            "service level of the city" => words.text(locale, "law-service-level", &[]),
            "rule of the city" => words.text(locale, "law-city-rule", &[]),
            source => match source.strip_prefix("APPC Art. ") {
                Some(article) => words.text(locale, "law-appc", &[("n", article.into())]),
                None => source.to_owned(),
            },
        }
    }
}

/// One version of one file: `request`, 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VersionRef {
    /// The file's id.
    pub id: String,
    /// Its version, from 1.
    pub version: u32,
}

impl fmt::Display for VersionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.v{}", self.id, self.version)
    }
}

/// A file's text, and the way from a place in it to a [`LoadError`].
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
}

/// What every file begins with.
#[derive(Deserialize)]
pub(crate) struct Head {
    pub(crate) format: Spanned<String>,
    id: String,
    version: Spanned<u32>,
}

/// The first word of every file.
#[derive(Deserialize)]
struct Format {
    format: String,
}

impl Source<'_> {
    /// The format of a file; none when it does not say.
    pub(crate) fn format(&self) -> Option<String> {
        toml::from_str::<Format>(self.text).ok().map(|format| format.format)
    }

    /// Reads the head and compares it with the file's name, `<id>.v<version>.toml`.
    pub(crate) fn head(&self) -> Result<(Head, VersionRef), LoadError> {
        if self.text.len() > FILE_BYTES_MAX {
            return Err(self.error(0..0, format!("the file is longer than {FILE_BYTES_MAX} bytes")));
        }
        let head: Head = self.parse()?;
        let named = VersionRef { id: head.id.clone(), version: *head.version.get_ref() };
        let base = self.file.rsplit('/').next().unwrap_or(self.file);
        if base != format!("{named}.toml") {
            return Err(self.error(head.version.span(), format!("the file must be named {named}.toml")));
        }
        Ok((head, named))
    }

    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, LoadError> {
        toml::from_str(self.text).map_err(|error| self.error(error.span().unwrap_or(0..0), error.message()))
    }

    pub(crate) fn error(&self, at: Range<usize>, reason: impl Into<String>) -> LoadError {
        LoadError { file: self.file.to_owned(), line: self.line(at.start), reason: reason.into() }
    }

    /// The line of a place, from 1.
    pub(crate) fn line(&self, place: usize) -> usize {
        self.text.as_bytes().iter().take(place).filter(|byte| **byte == b'\n').count() + 1
    }

    /// A law must say where it is written. What counts as more than unverified names an article, where anybody can look it up.
    pub(crate) fn law(&self, source: &Spanned<String>, status: Status) -> Result<Law, LoadError> {
        let written = source.get_ref().trim();
        if written.is_empty() {
            return Err(self.error(source.span(), "the source of the rule is empty: name the article"));
        }
        if status != Status::Unverified && !names_article(written) {
            let reason =
                format!("`{written}` names no article: write e.g. `APPC Art. 76`, or status = \"unverified\" for a rule of our own");
            return Err(self.error(source.span(), reason));
        }
        Ok(Law { source: source.get_ref().clone(), status })
    }

    /// The law of a term that binds the state: always an article, however sure the house is of it.
    pub(crate) fn statute(&self, source: &Spanned<String>, status: Status) -> Result<Law, LoadError> {
        if !names_article(source.get_ref()) {
            let reason =
                format!("`{}` names no article, and the term of an appeal is a term of law: write e.g. `APPC Art. 76`", source.get_ref());
            return Err(self.error(source.span(), reason));
        }
        self.law(source, status)
    }

    /// A message must have words in all languages; [`kernel::Words`] has all or none.
    pub(crate) fn message(&self, key: &Spanned<String>) -> Result<String, LoadError> {
        if !crate::words().has(key.get_ref()) {
            return Err(self.error(
                key.span(),
                format!("message `{}` has no words in kk, ru and en: add it to the engine's words, or name one of theirs", key.get_ref()),
            ));
        }
        Ok(key.get_ref().clone())
    }
}

/// Whether a source is one of law: `… Art. 76`.
fn names_article(source: &str) -> bool {
    source.split("Art. ").skip(1).any(|article| article.starts_with(|first: char| first.is_ascii_digit()))
}

/// A TOML local date.
pub(crate) fn day<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
    let value = toml::value::Datetime::deserialize(from)?;
    value
        .date
        .filter(|_| value.time.is_none())
        .and_then(|date| NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day)))
        .ok_or_else(|| serde::de::Error::custom("a day is written 2026-03-21"))
}
