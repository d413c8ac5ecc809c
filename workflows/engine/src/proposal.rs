//! A change of the rules on its way: files of next versions, proved among today's, under one digest.

use std::{collections::BTreeMap, fmt::Write};

use sha2::{Digest, Sha256};

use crate::{Library, LoadError, Migration, load::Source, published};

/// Files that would change the rules, and the rules that they would lead to.
pub struct Proposal {
    files: BTreeMap<String, String>,
    library: Library,
    digest: String,
    persons: usize,
}

impl Proposal {
    /// Proves files, by name and text, among today's rules.
    ///
    /// # Errors
    /// Every mistake: what the check finds, and a version that is not the next one.
    pub fn of(today: &Library, files: &[(&str, &str)]) -> Result<Proposal, Vec<LoadError>> {
        let mut faults: Vec<LoadError> = files.iter().filter_map(|(file, text)| misplaced(today, Source { file, text })).collect();
        if files.is_empty() {
            faults.push(LoadError { file: published::FILE.to_owned(), line: 1, reason: "no file was proposed".to_owned() });
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let (library, faults, _) = Library::read(today.clone(), files);
        if !faults.is_empty() {
            return Err(faults);
        }
        let files: BTreeMap<String, String> = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
        let ids = files.keys().filter_map(|file| id(published::name(file)));
        let persons = ids.map(|id| today.persons(id)).max().unwrap_or(1);
        Ok(Proposal { digest: digest(today, &files), files, library, persons })
    }

    /// The files, texts by names.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// The rules that they would lead to: today's and these.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// SHA-256, in hexadecimal, of the files and of the rules that they were proved among: what was found for one digest holds for nothing
    /// else.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// How many persons must publish it.
    #[must_use]
    pub fn persons(&self) -> usize {
        self.persons
    }

    /// The maps among its files.
    pub fn migrations(&self) -> impl Iterator<Item = &Migration> {
        self.library.migrations().filter(|map| self.files.contains_key(&map.file()))
    }
}

/// What is wrong with a file's name: a proposal adds the next version of something, or a map, and changes nothing that is there.
fn misplaced(today: &Library, file: Source<'_>) -> Option<LoadError> {
    let reason = match file.file.strip_suffix(".toml").map(|name| (name, id(name))) {
        Some((name, Some(id))) if !name.contains(['/', '\\']) => {
            if file.format().as_deref() == Some("migration") && !today.digests().contains_key(name) {
                return None;
            }
            let next = format!("{id}.v{}", newest(today, id) + 1);
            if name == next {
                return None;
            }
            format!("the next version is {next}: name the file {next}.toml")
        }
        _ => "a file is named as what it holds, e.g. routing.v2.toml".to_owned(),
    };
    Some(file.error(0..0, reason))
}

/// `appeal.v1` and `appeal.v1-v2` are of `appeal`.
fn id(name: &str) -> Option<&str> {
    name.rsplit_once(".v").map(|(id, _)| id).filter(|id| !id.is_empty())
}

fn newest(today: &Library, id: &str) -> u32 {
    let versions = today.digests().keys().filter_map(|name| name.strip_prefix(id)?.strip_prefix(".v")?.parse().ok());
    versions.max().unwrap_or(0)
}

fn digest(today: &Library, files: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    for (name, digest) in today.digests() {
        // Writing to a text does not fail.
        let _ = writeln!(text, "today {name} {digest}");
    }
    for (file, content) in files {
        let _ = writeln!(text, "draft {file} {}", published::digest(content));
    }
    kernel::hex(&Sha256::digest(text))
}
