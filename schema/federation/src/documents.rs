//! Trusted documents: operations that clients ask for by name (GraphQL over HTTP, appendix "Persisted Documents"), and that alone are
//! answered where nothing else is. They come from the operator, never from a client.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use sha2::{Digest, Sha256};

/// The prefix of an id that is the digest of its document.
const DIGEST: &str = "sha256:";

/// The longest id that is not a digest.
const ID_BYTES_MAX: usize = 128;

/// An operation that clients may ask for by name.
#[derive(Debug)]
pub struct TrustedDocument {
    id: String,
    digest: String,
    text: String,
    operation: Option<String>,
    used: AtomicU64,
}

/// Why something is no trusted document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentFault {
    /// The id is neither `sha256:` with 64 hexadecimal digits nor up to 128 letters, digits, `-`, `_`, `.` and `/`.
    Id,
    /// The id is the digest of another text; this is the right one.
    Digest(String),
    /// Another document has this id or this text.
    Repeated(String),
}

impl TrustedDocument {
    /// A document; without an id its digest is its name. `operation` says which is meant, when there are several.
    ///
    /// # Errors
    /// When the id cannot be one.
    pub fn new(id: Option<String>, text: String, operation: Option<String>) -> Result<TrustedDocument, DocumentFault> {
        let digest = digest(&text);
        let own = format!("{DIGEST}{digest}");
        let id = match id {
            None => own,
            Some(id) if id.starts_with(DIGEST) && id == own => id,
            Some(id) if id.starts_with(DIGEST) => return Err(DocumentFault::Digest(own)),
            Some(id) if is_plain(&id) => id,
            Some(_) => return Err(DocumentFault::Id),
        };
        Ok(TrustedDocument { id, digest, text, operation, used: AtomicU64::new(0) })
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Which of its operations is meant, when the operator says so.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// How often it was asked for since the start.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Counts one more request for it.
    pub fn count_use(&self) {
        self.used.fetch_add(1, Ordering::Relaxed);
    }
}

/// An id becomes a label of metrics. A colon would make it a prefix of the appendix's.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.len() <= ID_BYTES_MAX && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
}

pub(crate) fn digest(text: &str) -> String {
    kernel::hex(&Sha256::digest(text))
}

/// How a client names a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentName {
    /// The request parameter `documentId`.
    Id(String),
    /// Apollo's `extensions.persistedQuery.sha256Hash`.
    Digest(String),
}

/// All trusted documents, by whatever a client may know of them.
#[derive(Debug, Default)]
pub struct Documents {
    all: Vec<Arc<TrustedDocument>>,
    by_id: HashMap<String, Arc<TrustedDocument>>,
    by_digest: HashMap<String, Arc<TrustedDocument>>,
    by_text: HashMap<String, Arc<TrustedDocument>>,
}

impl Documents {
    /// Puts documents together.
    ///
    /// # Errors
    /// The id of a document whose id or text another one has.
    pub fn new(all: Vec<Arc<TrustedDocument>>) -> Result<Documents, DocumentFault> {
        let mut documents = Documents::default();
        for document in &all {
            let doubled = documents.by_id.insert(document.id.clone(), Arc::clone(document)).is_some()
                || documents.by_digest.insert(document.digest.clone(), Arc::clone(document)).is_some();
            if doubled {
                return Err(DocumentFault::Repeated(document.id.clone()));
            }
            documents.by_text.insert(document.text.clone(), Arc::clone(document));
        }
        documents.all = all;
        Ok(documents)
    }

    /// All of them, in the operator's order.
    #[must_use]
    pub fn all(&self) -> &[Arc<TrustedDocument>] {
        &self.all
    }

    pub(crate) fn find(&self, name: &DocumentName) -> Option<&Arc<TrustedDocument>> {
        match name {
            DocumentName::Id(id) => {
                let by_digest = || self.by_digest.get(&id.strip_prefix(DIGEST)?.to_ascii_lowercase());
                self.by_id.get(id).or_else(by_digest)
            }
            DocumentName::Digest(digest) => self.by_digest.get(&digest.to_ascii_lowercase()),
        }
    }

    /// A client that sends the very text may be unaware that it is trusted.
    pub(crate) fn find_text(&self, text: &str) -> Option<&Arc<TrustedDocument>> {
        if self.all.is_empty() { None } else { self.by_text.get(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_plain_or_the_digest_of_its_text() {
        // sha256("{a}")
        let own = "sha256:e5cb8c2ba2ddd9b9bd8b9d8dc2ba43d8ff0b1d3f0c6d2a3d8f3b0f2a7b6a5c4d";
        let digest = format!("sha256:{}", digest("{a}"));
        for (id, fault) in [
            (None, None),
            (Some(digest.as_str()), None),
            (Some(own), Some(DocumentFault::Digest(digest.clone()))),
            (Some("sha256:1"), Some(DocumentFault::Digest(digest.clone()))),
            (Some("portal/Services.v1"), None),
            (Some(""), Some(DocumentFault::Id)),
            (Some("two words"), Some(DocumentFault::Id)),
            (Some("x-portal:1"), Some(DocumentFault::Id)),
            (Some("\"}"), Some(DocumentFault::Id)),
        ] {
            let made = TrustedDocument::new(id.map(str::to_owned), "{a}".to_owned(), None);
            assert_eq!(made.err(), fault, "{id:?}");
        }
    }

    #[test]
    fn a_document_is_found_by_its_id_its_digest_and_its_text() {
        let document = |id: Option<&str>, text: &str| Arc::new(TrustedDocument::new(id.map(str::to_owned), text.to_owned(), None).unwrap());
        let documents = Documents::new(vec![document(Some("a"), "{a}"), document(None, "{b}")]).unwrap();
        let digest_of_a = digest("{a}");
        for name in [
            DocumentName::Id("a".to_owned()),
            DocumentName::Id(format!("sha256:{digest_of_a}")),
            DocumentName::Id(format!("sha256:{}", digest_of_a.to_ascii_uppercase())),
            DocumentName::Digest(digest_of_a.clone()),
        ] {
            assert_eq!(documents.find(&name).map(|document| document.text()), Some("{a}"), "{name:?}");
        }
        assert!(documents.find(&DocumentName::Id(digest_of_a)).is_none());
        assert_eq!(documents.find_text("{b}").map(|document| document.id().len()), Some(71));
        for second in [document(Some("a"), "{c}"), document(Some("c"), "{a}")] {
            assert!(Documents::new(vec![document(Some("a"), "{a}"), second]).is_err());
        }
    }
}
