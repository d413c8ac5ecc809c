//! What the model learns from, and what it is tested on. All of it was written for this purpose; none is of a real person.
//!
//! - `train/a`, `train/b`: messages by two writers, a file a category, lines of language, style, urgency and text;
//! - `train/*.five`: messages that tell of danger, and such that only use its words; lines with the category before the rest;
//! - `phrases.txt`: phrases of each category, and such that are said of any matter;
//! - `test`: messages by a third writer, who saw none of the others.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The section of `phrases.txt` that speaks for no category.
const ANYWHERE: &str = "anywhere";

/// How pressing a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressing {
    /// It can wait for the ordinary term.
    No,
    /// It cannot.
    Urgent,
    /// Life is in danger.
    Emergency,
}

/// A message whose category is known.
#[derive(Clone, Debug)]
pub struct Message {
    /// The place of its category in [`Corpus::categories`].
    pub category: usize,
    /// `kk`, `ru`, `en`, or `mix`.
    pub language: String,
    /// How it is written, e.g. `indirect`; `phrase` for a phrase.
    pub style: String,
    /// How pressing it is; a phrase does not say.
    pub pressing: Option<Pressing>,
    /// What was written.
    pub text: String,
    /// Who wrote it: the name of the folder or file.
    pub writer: String,
}

/// Messages and phrases with their categories.
pub struct Corpus {
    /// Slugs, in the order of the categories' file.
    pub categories: Vec<String>,
    /// What is learnt from.
    pub train: Vec<Message>,
    /// What it is tested on.
    pub test: Vec<Message>,
    /// Phrases said of any matter.
    pub anywhere: Vec<String>,
    /// The SHA-256 of all that is learnt from.
    pub digest: [u8; 32],
}

#[derive(Deserialize, Serialize)]
struct Category {
    slug: String,
    name: std::collections::BTreeMap<String, String>,
    phrases: std::collections::BTreeMap<String, Vec<String>>,
}

impl Corpus {
    /// Reads the corpus in a folder, with the categories of a file of JSON.
    ///
    /// # Errors
    /// When a file cannot be read, or a line is not one.
    pub fn read(folder: &Path, categories: &Path) -> io::Result<Corpus> {
        let mut digest = Sha256::new();
        // Of the categories' file only what is learnt from: a new field of theirs asks for no new model.
        let known: Vec<Category> = serde_json::from_str(&fs::read_to_string(categories)?)?;
        digest.update(serde_json::to_vec(&known)?);
        let mut text = |path: &Path| -> io::Result<String> {
            let text = fs::read_to_string(path)?;
            digest.update(&text);
            Ok(text)
        };
        let slugs: Vec<String> = known.iter().map(|category| category.slug.clone()).collect();
        let mut corpus = Corpus { categories: slugs, train: Vec::new(), test: Vec::new(), anywhere: Vec::new(), digest: [0; 32] };
        for (category, known) in known.iter().enumerate() {
            let named = known.name.iter();
            let said = known.phrases.iter().flat_map(|(language, phrases)| phrases.iter().map(move |phrase| (language, phrase)));
            corpus.train.extend(named.chain(said).map(|(language, phrase)| phrase_of(category, language, phrase)));
        }
        corpus.read_phrases(&text(&folder.join("phrases.txt"))?)?;
        for writer in ["a", "b"] {
            let messages = corpus.read_folder(&folder.join("train").join(writer), writer, &mut text)?;
            corpus.train.extend(messages);
        }
        for name in ["emergencies", "calm"] {
            let messages = corpus.read_five(&text(&folder.join("train").join(format!("{name}.five")))?, name)?;
            corpus.train.extend(messages);
        }
        corpus.digest = digest.finalize().into();
        let mut unread = |path: &Path| fs::read_to_string(path);
        corpus.test = corpus.read_folder(&folder.join("test"), "test", &mut unread)?;
        for name in ["emergencies", "calm"] {
            let messages = corpus.read_five(&fs::read_to_string(folder.join("test").join(format!("{name}.five")))?, name)?;
            corpus.test.extend(messages);
        }
        Ok(corpus)
    }

    fn place(&self, slug: &str) -> io::Result<usize> {
        self.categories.iter().position(|known| known == slug).ok_or_else(|| io::Error::other(format!("no category {slug}")))
    }

    fn read_phrases(&mut self, text: &str) -> io::Result<()> {
        let mut section = "";
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name;
                continue;
            }
            let (language, phrases) = line.split_once(": ").ok_or_else(|| io::Error::other(format!("not phrases: {line}")))?;
            let phrases = phrases.split(';').map(str::trim);
            if section == ANYWHERE {
                self.anywhere.extend(phrases.map(str::to_owned));
            } else {
                let category = self.place(section)?;
                self.train.extend(phrases.map(|phrase| phrase_of(category, language, phrase)));
            }
        }
        Ok(())
    }

    fn read_folder(&self, folder: &Path, writer: &str, read: &mut impl FnMut(&Path) -> io::Result<String>) -> io::Result<Vec<Message>> {
        let mut messages = Vec::new();
        for (category, slug) in self.categories.iter().enumerate() {
            let text = read(&folder.join(format!("{slug}.tsv")))?;
            for line in text.lines() {
                messages.push(message(category, line, writer)?);
            }
        }
        Ok(messages)
    }

    fn read_five(&self, text: &str, writer: &str) -> io::Result<Vec<Message>> {
        let line = |line: &str| {
            let (slug, rest) = line.split_once('\t').ok_or_else(|| io::Error::other(format!("not a message: {line}")))?;
            message(self.place(slug)?, rest, writer)
        };
        text.lines().map(line).collect()
    }
}

fn phrase_of(category: usize, language: &str, phrase: &str) -> Message {
    Message {
        category,
        language: language.to_owned(),
        style: "phrase".to_owned(),
        pressing: None,
        text: phrase.to_owned(),
        writer: "phrases".to_owned(),
    }
}

fn message(category: usize, line: &str, writer: &str) -> io::Result<Message> {
    let fault = || io::Error::other(format!("not a message: {line}"));
    let [language, style, pressing, text] = line.split('\t').collect::<Vec<_>>()[..] else { return Err(fault()) };
    let pressing = match pressing {
        "-" => Pressing::No,
        "urgent" => Pressing::Urgent,
        "emergency" => Pressing::Emergency,
        _ => return Err(fault()),
    };
    let [language, style, text, writer] = [language, style, text, writer].map(str::to_owned);
    Ok(Message { category, language, style, pressing: Some(pressing), text, writer })
}
