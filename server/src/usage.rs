//! Whom a change of the graph touches: the trusted documents that use what changes, their owners, and the mail that tells them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use federation::{Change, Deprecation, Usage};
use journal::{JobError, Mail, Mailer};
use kernel::{Error, Letter, Locale, Personal, Result};
use sha2::{Digest, Sha256};

use crate::{
    manifest::{Entry, Manifest},
    words::words,
};

/// A document with all that it uses of the graph.
struct Used {
    entry: Entry,
    coordinates: BTreeSet<String>,
}

/// The trusted documents beside an older and the present graph.
pub(crate) struct Touched {
    old: Usage,
    used: Vec<Used>,
    deprecations: Vec<Deprecation>,
}

impl Touched {
    /// Reads the manifest and what its documents use. A document may be older or newer than one of the graphs, but not strange to both.
    pub(crate) fn read(manifest: &Path, old: &str, new: &str) -> Result<Touched> {
        let old = Usage::of(old).map_err(Error::internal)?;
        let new = Usage::of(new).map_err(Error::internal)?;
        let used = Manifest::read(manifest)?.0.into_iter().map(|entry| {
            let text = entry.document.text();
            let coordinates = old.uses(text).or_else(|_| new.uses(text)).map_err(|errors| {
                let reasons: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
                Error::internal(format!("trusted document {} fits neither graph: {}", entry.document.id(), reasons.join("; ")))
            })?;
            Ok(Used { coordinates, entry })
        });
        Ok(Touched { used: used.collect::<Result<_>>()?, deprecations: new.deprecated_since(&old), old })
    }

    /// The documents that a breaking change touches, a line each.
    pub(crate) fn by(&self, change: &Change) -> Vec<String> {
        self.used.iter().filter(|used| self.old.touches(change, &used.coordinates)).map(|used| line(&used.entry)).collect()
    }

    /// What is newly deprecated, with the documents that use it.
    pub(crate) fn deprecated(&self) -> impl Iterator<Item = (&Deprecation, Vec<String>)> {
        self.deprecations.iter().map(|deprecation| (deprecation, self.users(deprecation).map(|used| line(&used.entry)).collect()))
    }

    fn users<'a>(&'a self, deprecation: &'a Deprecation) -> impl Iterator<Item = &'a Used> {
        self.used.iter().filter(|used| used.coordinates.contains(&deprecation.coordinate))
    }

    /// Mails every owner once about each element that is newly deprecated and that their documents use; gives the number of mails.
    pub(crate) async fn tell(&self, mailer: &dyn Mailer) -> Result<usize> {
        let mut sent = 0;
        for deprecation in &self.deprecations {
            let mut owners: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
            for used in self.users(deprecation) {
                owners.entry(used.entry.mail.reveal()).or_default().push(&used.entry);
            }
            for (address, documents) in owners {
                mailer.send(&mail(deprecation, address, &documents)).await.map_err(|error| {
                    let (JobError::Retry(reason) | JobError::Fail(reason)) = error;
                    Error::internal(format!("the owner of {}: {reason}", documents[0].document.id()))
                })?;
                sent += 1;
            }
        }
        Ok(sent)
    }
}

fn line(entry: &Entry) -> String {
    format!("  used by {} ({})", entry.document.id(), entry.owner)
}

fn mail(deprecation: &Deprecation, address: &str, documents: &[&Entry]) -> Mail {
    let (owner, locale) = documents.first().map_or(("", Locale::default()), |entry| (entry.owner.as_str(), entry.locale));
    let names: Vec<_> = documents.iter().map(|entry| format!("- {}", entry.document.id())).collect();
    let facts = [
        ("coordinate", deprecation.coordinate.as_str().into()),
        ("reason", deprecation.reason.as_str().into()),
        ("owner", owner.into()),
        ("documents", names.join("\n").into()),
    ];
    // The same news to the same address is the same mail.
    let digest = Sha256::digest([&deprecation.coordinate, "\n", &deprecation.reason, "\n", address].concat());
    Mail {
        id: format!("deprecated-{}", kernel::hex(&digest[..16])),
        to: Personal::new(address.to_owned()),
        locale,
        subject: words().text(locale, "mail-deprecated-subject", &facts),
        letter: Personal::new(Letter::of(&words().text(locale, "mail-deprecated-text", &facts))),
        unsubscribe: None,
        return_mark: None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::SystemClock;
    use runner::{FolderMailer, Sender};

    use super::*;

    const OLD: &str = "type Query { service(code: String): Service kind: Kind filtered(by: Filter): Int }
        type Service { name: String title: String } enum Kind { A B } input Filter { kind: Kind }";
    const MANIFEST: &str = r#"
        [[documents]]
        id = "portal/Service"
        text = "query Service($code: String) { service(code: $code) { name title } }"
        owner = "Portal"
        mail = "portal@example.kz"
        locale = "ru"
        [[documents]]
        id = "portal/Name"
        text = "query Name { service { ...F } } fragment F on Service { title }"
        owner = "Portal"
        mail = "portal@example.kz"
        [[documents]]
        id = "bot/Kind"
        text = "query Kind($by: Filter) { kind filtered(by: $by) }"
        owner = "Bot"
        mail = "bot@example.kz"
    "#;

    fn touched(new: &str) -> Touched {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("documents.toml");
        std::fs::write(&path, MANIFEST).unwrap();
        Touched::read(&path, OLD, new).unwrap()
    }

    #[test]
    fn a_breaking_change_names_the_documents_and_owners_that_it_touches() {
        fn check(from: &str, to: &str, expected: &[&str]) {
            let new = OLD.replace(from, to);
            let (touched, changes) = (touched(&new), federation::breaking_changes(OLD, &new).unwrap());
            let lines: BTreeSet<_> = changes.iter().flat_map(|change| touched.by(change)).collect();
            assert_eq!(lines.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{from} -> {to}");
        }
        let (bot, name, service) = ("  used by bot/Kind (Bot)", "  used by portal/Name (Portal)", "  used by portal/Service (Portal)");
        check("name: String ", "", &[service]);
        check("title: String", "title: Int", &[name, service]);
        check("(code: String)", "", &[service]);
        check("(code: String)", "(code: String, place: ID!)", &[name, service]);
        check("A B", "A", &[bot]);
        check("kind: Kind }", "kind: Kind place: ID! }", &[bot]);
        check("kind: Kind filtered", "kind: Kind more: Int filtered", &[]);
    }

    #[tokio::test]
    async fn owners_are_told_once_what_of_theirs_is_newly_deprecated() {
        let new = OLD.replace("title: String", "title: String @deprecated(reason: \"Use name.\")");
        let touched = touched(&new);
        let folder = tempfile::tempdir().unwrap();
        let sender = Sender::new("city@example.kz", Arc::new(SystemClock)).unwrap();
        let mailer = FolderMailer::new(folder.path().to_owned(), sender).unwrap();
        for _ in 0..2 {
            assert_eq!(touched.tell(&mailer).await.unwrap(), 1, "one owner of two documents");
        }
        let mails: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
        let [mail] = mails.as_slice() else { panic!("{mails:?}") };
        let mail = std::fs::read_to_string(mail).unwrap();
        assert!(mail.contains("To: portal@example.kz") && mail.contains("Content-Language: ru"), "{mail}");
        assert_eq!(touched_twice(&new), 0, "what was deprecated before is no news");
    }

    fn touched_twice(sdl: &str) -> usize {
        Usage::of(sdl).unwrap().deprecated_since(&Usage::of(sdl).unwrap()).len()
    }

    #[test]
    fn the_mail_names_field_reason_and_documents_in_every_language() {
        let new = OLD.replace("title: String", "title: String @deprecated(reason: \"Use name.\")");
        let touched = touched(&new);
        for locale in Locale::ALL {
            let users: Vec<_> = touched.used.iter().map(|used| &used.entry).collect();
            let entries: Vec<Entry> = users
                .iter()
                .map(|entry| Entry { document: Arc::clone(&entry.document), owner: entry.owner.clone(), mail: entry.mail.clone(), locale })
                .collect();
            let mail = mail(&touched.deprecations[0], "portal@example.kz", &entries.iter().collect::<Vec<_>>());
            let text = mail.letter.reveal().text();
            for part in ["Service.title", "Use name.", "Portal", "- portal/Service\n- portal/Name"] {
                assert!(text.contains(part), "{part}: {text}");
            }
            assert!(mail.subject.contains("Service.title"), "{}", mail.subject);
        }
    }
}
