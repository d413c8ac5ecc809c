//! The manifest of trusted documents: which operations clients may ask for by name, and who answers for each.

use std::{path::Path, sync::Arc};

use federation::{DocumentFault, Documents, Federation, TrustedDocument};
use kernel::{Error, Locale, Personal, Result};
use serde::Deserialize;

use crate::settings::from_toml;

/// The file as it is written, in TOML or, when its name ends so, JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    documents: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Without one the document's digest is its name.
    id: Option<String>,
    text: String,
    /// Which operation is meant, when the text holds several.
    operation: Option<String>,
    owner: String,
    mail: Personal<String>,
    /// The language in which the owner reads mail.
    #[serde(default)]
    locale: Locale,
}

/// A document and who answers for it.
pub(crate) struct Entry {
    /// The document.
    pub(crate) document: Arc<TrustedDocument>,
    /// A team or a person, as they call themselves.
    pub(crate) owner: String,
    /// Where they are reached.
    pub(crate) mail: Personal<String>,
    /// The language that they read.
    pub(crate) locale: Locale,
}

/// All of them, in the order of the file.
pub(crate) struct Manifest(pub(crate) Vec<Entry>);

impl Manifest {
    /// Reads a manifest. Whether its documents fit the graph is still to be seen.
    pub(crate) fn read(path: &Path) -> Result<Manifest> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
        let file: File = if path.extension().is_some_and(|extension| extension == "json") {
            serde_json::from_str(&text).map_err(|error| Error::internal(format!("{}: {error}", path.display())))?
        } else {
            from_toml(path, &text)?
        };
        let entries = file.documents.into_iter().enumerate();
        entries.map(|(index, written)| entry(index, written)).collect::<Result<_>>().map(Manifest)
    }

    /// The documents alone.
    pub(crate) fn documents(&self) -> Result<Documents> {
        let all = self.0.iter().map(|entry| Arc::clone(&entry.document)).collect();
        Documents::new(all).map_err(|fault| Error::internal(explain(&fault)))
    }
}

fn entry(index: usize, written: Written) -> Result<Entry> {
    let name = written.id.clone().unwrap_or_else(|| format!("number {}", index + 1));
    let refused = |why: &str| Error::internal(format!("trusted document {name}: {why}"));
    if written.owner.trim().is_empty() {
        return Err(refused("it has no owner"));
    }
    let is_address = written.mail.reveal().split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    if !is_address || written.mail.reveal().contains(char::is_whitespace) {
        return Err(refused("its mail is not an address"));
    }
    let document = TrustedDocument::new(written.id, written.text, written.operation);
    let document = document.map_err(|fault| refused(&explain(&fault)))?;
    Ok(Entry { document: Arc::new(document), owner: written.owner, mail: written.mail, locale: written.locale })
}

fn explain(fault: &DocumentFault) -> String {
    match fault {
        DocumentFault::Id => "its id is neither sha256: with the digest nor up to 128 letters, digits, -, _, . and /".to_owned(),
        DocumentFault::Digest(right) => format!("its id is not the digest of its text, which is {right}"),
        DocumentFault::Repeated(id) => format!("trusted document {id}: another one has the same id or the same text"),
    }
}

/// A document that does not fit the graph would fail in the hands of a reader.
pub(crate) fn check(graph: &Federation) -> Result<()> {
    graph.documents().iter().try_for_each(|document| check_one(graph, document))
}

/// Whether one document fits the graph.
pub(crate) fn check_one(graph: &Federation, document: &TrustedDocument) -> Result<()> {
    graph.check_trusted(document).map_err(|errors| {
        let reasons: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
        Error::internal(format!("trusted document {} does not fit the graph: {}", document.id(), reasons.join("; ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cli::{Installation, Serving},
        schema,
        settings::Settings,
    };

    fn read(name: &str, text: &str) -> Result<Manifest> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Manifest::read(&path)
    }

    #[test]
    fn a_manifest_is_written_in_toml_or_json() {
        let toml = "[[documents]]\nid = \"a\"\ntext = \"{ a }\"\nowner = \"Portal\"\nmail = \"portal@example.kz\"\n";
        let json = r#"{"documents":[{"id":"a","text":"{ a }","owner":"Portal","mail":"portal@example.kz","locale":"ru"}]}"#;
        for (name, text, locale) in [("documents.toml", toml, Locale::Kk), ("documents.json", json, Locale::Ru)] {
            let manifest = read(name, text).unwrap();
            let [entry] = manifest.0.as_slice() else { panic!("{name}") };
            assert_eq!((entry.document.id(), entry.document.text(), entry.owner.as_str()), ("a", "{ a }", "Portal"), "{name}");
            assert_eq!((entry.mail.reveal().as_str(), entry.locale), ("portal@example.kz", locale), "{name}");
        }
    }

    #[tokio::test]
    async fn a_document_that_does_not_fit_the_graph_is_named_with_its_reason() {
        let settings = Settings::gather(Installation::default(), &Serving::default()).unwrap();
        let graph = schema::build(&settings).await.unwrap().graph;
        for (text, reason) in [
            ("{ viewer { roles } }", None),
            ("{ nothing }", Some("trusted document a does not fit the graph: Cannot query field \"nothing\" on type \"Query\".")),
            ("{ viewer", Some("trusted document a does not fit the graph: The document cannot be parsed")),
            ("query A { __typename } query B { __typename }", Some("several operations: name one")),
        ] {
            let document = TrustedDocument::new(Some("a".to_owned()), text.to_owned(), None).unwrap();
            match (check_one(&graph, &document), reason) {
                (Ok(()), None) => {}
                (Err(error), Some(reason)) => assert!(error.internal_text().contains(reason), "{}", error.internal_text()),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn a_broken_manifest_is_refused_with_its_document_and_reason() {
        let one = |id: &str, text: &str, owner: &str, mail: &str| {
            format!("[[documents]]\nid = \"{id}\"\ntext = \"{text}\"\nowner = \"{owner}\"\nmail = \"{mail}\"\n")
        };
        let good = one("a", "{a}", "Portal", "portal@example.kz");
        for (text, reason) in [
            (one("two words", "{a}", "Portal", "p@example.kz"), "trusted document two words: its id is neither"),
            (one("sha256:1", "{a}", "Portal", "p@example.kz"), "its id is not the digest of its text, which is sha256:"),
            (one("b", "{a}", " ", "p@example.kz"), "trusted document b: it has no owner"),
            (one("b", "{a}", "Portal", "nobody"), "trusted document b: its mail is not an address"),
            (good.clone() + &good, "trusted document a: another one has the same id"),
            (good.clone() + "contact = 1\n", "documents.toml:6: unknown field `contact`"),
            ("[[documents]]\nid = \"b\"\n".to_owned(), "missing field `text`"),
        ] {
            let refused = read("documents.toml", &text).and_then(|manifest| manifest.documents().map(drop));
            let Err(error) = refused else { panic!("accepted: {text}") };
            assert!(error.internal_text().contains(reason), "{reason}: {}", error.internal_text());
        }
    }
}
