//! What the model learns from: the categories' own names and examples, and the phrases written for it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The categories, their names and examples.
const CATEGORIES: &str = include_str!("../reference/categories.json");
/// More phrases of each category, and phrases that belong to none.
const PHRASES: &str = include_str!("phrases.txt");

/// The section of [`PHRASES`] that speaks for no category.
const ANYWHERE: &str = "anywhere";

/// Phrases with their categories.
pub(super) struct Corpus {
    /// Slugs, in the order of the categories' file.
    pub(super) categories: Vec<&'static str>,
    /// Phrase and the place of its category in `categories`.
    pub(super) phrases: Vec<(&'static str, usize)>,
    /// Phrases said of any matter.
    pub(super) anywhere: Vec<&'static str>,
}

#[derive(Deserialize)]
struct Category {
    #[serde(borrow)]
    slug: &'static str,
    #[serde(borrow)]
    name: BTreeMap<&'static str, &'static str>,
    #[serde(borrow)]
    phrases: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Corpus {
    /// Reads the two embedded files. A fault in them is a fault of the build: what cannot be read is left out, and the
    /// tests of this module fail.
    pub(super) fn embedded() -> Corpus {
        let read: Vec<Category> = serde_json::from_str(CATEGORIES).unwrap_or_default();
        let categories: Vec<&'static str> = read.iter().map(|category| category.slug).collect();
        let mut phrases = Vec::new();
        for (at, category) in read.iter().enumerate() {
            phrases.extend(category.name.values().map(|name| (*name, at)));
            phrases.extend(category.phrases.values().flatten().map(|phrase| (*phrase, at)));
        }
        let mut anywhere = Vec::new();
        for (section, phrase) in sectioned(PHRASES) {
            match categories.iter().position(|slug| *slug == section) {
                Some(at) => phrases.push((phrase, at)),
                None if section == ANYWHERE => anywhere.push(phrase),
                None => {}
            }
        }
        Corpus { categories, phrases, anywhere }
    }
}

/// The phrases of a text file of sections, each with its section's name.
fn sectioned(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut section = "";
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(move |line| {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name;
                return None;
            }
            line.split_once(": ").map(|(_, phrases)| (section, phrases))
        })
        .flat_map(|(section, phrases)| phrases.split(';').map(move |phrase| (section, phrase.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_of_the_phrases_is_a_category() {
        let corpus = Corpus::embedded();
        for (section, phrase) in sectioned(PHRASES) {
            assert!(section == ANYWHERE || corpus.categories.contains(&section), "{section}");
            assert!(!phrase.is_empty(), "an empty phrase in {section}");
        }
        assert_eq!(corpus.categories.len(), 42);
    }

    #[test]
    fn every_category_has_phrases_in_three_languages() {
        let corpus = Corpus::embedded();
        for slug in &corpus.categories {
            let lines: Vec<&str> = PHRASES
                .split_once(&format!("[{slug}]\n"))
                .map(|(_, rest)| rest.lines().take_while(|line| !line.is_empty()).collect())
                .unwrap_or_default();
            for language in ["kk: ", "ru: ", "en: "] {
                let phrases: usize = lines.iter().filter_map(|line| line.strip_prefix(language)).map(|l| l.split(';').count()).sum();
                assert!(phrases >= 10, "{slug} has {phrases} phrases in {language}");
            }
        }
    }
}
