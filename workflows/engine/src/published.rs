//! Which versions are published, and that nobody has changed them since: `published.toml`, a list of digests.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use crate::{LoadError, VersionRef, load::Source};

/// The name of the list, beside the files or in a folder above them.
pub(crate) const FILE: &str = "published.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishedFile {
    format: Spanned<String>,
    /// Whose next versions two persons publish, by id, e.g. `appeal`.
    #[serde(default)]
    two_persons: BTreeSet<String>,
    /// By name, e.g. `appeal.v1`, the SHA-256 of the file's bytes in hexadecimal.
    versions: BTreeMap<Spanned<String>, String>,
}

/// A version that no list names yet: it may still change, so no case may begin on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The file.
    pub file: String,
    /// Its name, e.g. `appeal.v2`.
    pub name: String,
    /// The digest that publishes it as it is.
    pub digest: String,
}

/// What a list says of files that have no other mistake.
pub(crate) struct Compared {
    /// Those that were changed, and those that are gone.
    pub(crate) faults: Vec<LoadError>,
    /// Those that it does not name.
    pub(crate) drafts: Vec<Draft>,
    /// Whose next versions two persons publish.
    pub(crate) two_persons: BTreeSet<String>,
}

/// Holds a list against the files.
pub(crate) fn compare(list: Source<'_>, files: &[Source<'_>]) -> Result<Compared, LoadError> {
    let read: PublishedFile = list.parse()?;
    if read.format.get_ref() != "published" {
        return Err(list.error(read.format.span(), "a list of digests begins with format = \"published\""));
    }
    let (mut faults, mut drafts) = (Vec::new(), Vec::new());
    for file in files {
        let (name, digest) = (name(file.file), digest(file.text));
        match read.versions.iter().find(|(listed, _)| listed.get_ref() == name) {
            Some((_, listed)) if *listed == digest => {}
            Some(_) => {
                let next = next(name);
                let reason = format!("{name} is published, and was changed since: restore it, and make the change in {next}.toml");
                faults.push(file.error(0..0, reason));
            }
            None => drafts.push(Draft { file: file.file.to_owned(), name: name.to_owned(), digest }),
        }
    }
    for listed in read.versions.keys().filter(|listed| !files.iter().any(|file| name(file.file) == listed.get_ref())) {
        let reason = format!("{} is published, and its file is gone: running cases need it; restore it", listed.get_ref());
        faults.push(list.error(listed.span(), reason));
    }
    Ok(Compared { faults, drafts, two_persons: read.two_persons })
}

/// `definitions/appeal.v1.toml` is `appeal.v1`.
pub(crate) fn name(file: &str) -> &str {
    let base = file.rsplit('/').next().unwrap_or(file);
    base.strip_suffix(".toml").unwrap_or(base)
}

/// The version after `appeal.v1`.
fn next(name: &str) -> String {
    let version =
        name.rsplit_once(".v").and_then(|(id, version)| Some(VersionRef { id: id.to_owned(), version: version.parse::<u32>().ok()? + 1 }));
    version.map_or_else(|| "a new file".to_owned(), |version| version.to_string())
}

pub(crate) fn digest(text: &str) -> String {
    kernel::hex(&Sha256::digest(text))
}
