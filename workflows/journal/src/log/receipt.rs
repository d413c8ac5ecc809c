//! The receipt: what the city promised when something was filed, and, once a checkpoint is signed, the proof that it kept the promise.
//!
//! The promise is signed before the entry is in a checkpoint, as the SCT of RFC 6962 §3.2 is. What was filed is in neither: both hold a
//! digest over a salt and the content, so that the content can be erased and nothing else fails.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use ct_merkle::{InclusionProof, RootHash};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sha2_of_ct_merkle::Sha256 as TreeSha256;

use super::{
    checkpoint::Checkpoint,
    entry::{Entry, instant},
    note::{Signer, Verifier},
    proof::Proof,
    tree::Hash,
};

/// The first line of every promise. A checkpoint begins with the log's origin, so neither passes for the other.
const PROMISE: &str = "turkistan promise v1";

/// What every file of a receipt says of itself.
const FORMAT: &str = "turkistan receipt v1";

/// How many bytes of chance a salt has: too many to guess what was filed by trying.
pub const SALT_BYTES: usize = 32;

/// The digest of what was filed: SHA-256 over the salt and the content.
#[must_use]
pub fn digest(salt: &[u8; SALT_BYTES], content: &str) -> Hash {
    Sha256::new().chain_update(salt).chain_update(content).finalize().into()
}

/// A digest as promises and events write it: `sha256:` and 64 hexadecimal digits.
#[must_use]
pub fn digest_text(digest: &Hash) -> String {
    format!("sha256:{}", kernel::hex(digest))
}

/// What the city promises to have in its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The number, e.g. `TK-2026-000123`.
    pub reference: String,
    /// When it was filed.
    pub at: DateTime<Utc>,
    /// The digest of what was filed, as [`digest_text`] writes it.
    pub digest: String,
}

impl Promise {
    fn text(&self, origin: &str) -> String {
        format!("{PROMISE}\n{origin}\n{}\n{}\n{}\n", self.reference, instant(self.at), self.digest)
    }

    /// The signed note of the promise; the same each time.
    #[must_use]
    pub fn sign(&self, signer: &Signer) -> String {
        signer.sign(&self.text(signer.verifier().name()))
    }

    /// The promise of a note that the log signed; `None` for any other note.
    #[must_use]
    pub fn open(note: &str, verifier: &Verifier) -> Option<Promise> {
        let text = verifier.open(note)?;
        let lines: Vec<&str> = text.split('\n').collect();
        let [PROMISE, _, reference, at, digest, ""] = lines[..] else { return None };
        let at = DateTime::parse_from_rfc3339(at).ok()?.to_utc();
        let promise = Promise { reference: reference.to_owned(), at, digest: digest.to_owned() };
        (promise.text(verifier.name()) == text).then_some(promise)
    }

    /// Whether this entry is what was promised: the filing of this number, at this instant, with this digest.
    fn is_kept_by(&self, entry: &Entry) -> bool {
        let payload: Value = serde_json::from_str(&entry.payload).unwrap_or_default();
        let fact = |name: &str| payload.get("facts").and_then(|facts| facts.get(name)).and_then(Value::as_str);
        entry.number == 1
            && entry.at == self.at
            && fact("reference") == Some(self.reference.as_str())
            && fact("digest") == Some(self.digest.as_str())
    }
}

/// What was filed, with the salt of its digest.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The salt, in base64.
    pub salt: String,
    /// What was filed, in the room's canonical form.
    pub text: String,
}

/// A receipt as a file holds it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    format: String,
    /// The signed promise.
    pub promise: String,
    /// What was filed; none when it was erased, or is not to be shown.
    pub content: Option<Content>,
    /// The proof that the promise was kept; none before the next checkpoint.
    pub proof: Option<Proof>,
}

/// What a receipt that holds says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What was promised.
    pub promise: Promise,
    /// Whether the content is there, and is what was filed.
    pub has_content: bool,
    /// The place in the log, from 1, and the size of the log that the checkpoint signs; none before the checkpoint.
    pub place: Option<(u64, u64)>,
}

/// Why a receipt is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is no receipt, or not written as receipts are.
    Form,
    /// The promise was not signed by this log.
    Promise,
    /// The content is not what was filed.
    Content,
    /// The entry is not what was promised.
    Entry,
    /// The checkpoint was not signed by this log.
    Checkpoint,
    /// The entry is not in the log that the checkpoint signs.
    Path,
}

impl Receipt {
    /// A receipt of these parts.
    #[must_use]
    pub fn new(promise: String, content: Option<Content>, proof: Option<Proof>) -> Receipt {
        Receipt { format: FORMAT.to_owned(), promise, content, proof }
    }

    /// The file: JSON with two spaces before each step, and a line break at the end.
    ///
    /// # Errors
    /// When JSON cannot be written.
    pub fn file(&self) -> kernel::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n").map_err(kernel::Error::internal)
    }

    /// The same without the content and without any space: what fits a QR code.
    ///
    /// # Errors
    /// When JSON cannot be written.
    pub fn brief(&self) -> kernel::Result<String> {
        serde_json::to_string(&Receipt { content: None, ..self.clone() }).map_err(kernel::Error::internal)
    }

    /// Reads a receipt. There is one way to write each form, so no byte can change and mean nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Receipt> {
        let receipt: Receipt = serde_json::from_str(text).ok()?;
        let is_ours = receipt.format == FORMAT && (receipt.file().ok()? == text || receipt.brief().ok()? == text);
        is_ours.then_some(receipt)
    }

    /// Holds a receipt against the key of a log.
    ///
    /// # Errors
    /// The first flaw.
    pub fn verify(text: &str, verifier: &Verifier) -> Result<Verified, Flaw> {
        let receipt = Receipt::parse(text).ok_or(Flaw::Form)?;
        let promise = Promise::open(&receipt.promise, verifier).ok_or(Flaw::Promise)?;
        if let Some(content) = &receipt.content {
            let salt = STANDARD.decode(&content.salt).ok().and_then(|salt| salt.try_into().ok()).ok_or(Flaw::Content)?;
            if digest_text(&digest(&salt, &content.text)) != promise.digest {
                return Err(Flaw::Content);
            }
        }
        let place = receipt.proof.as_ref().map(|proof| held(proof, &promise, verifier)).transpose()?;
        Ok(Verified { promise, has_content: receipt.content.is_some(), place })
    }
}

/// The place of an entry, once its proof holds.
fn held(proof: &Proof, promise: &Promise, verifier: &Verifier) -> Result<(u64, u64), Flaw> {
    let entry = Entry::parse(&proof.entry).ok_or(Flaw::Entry)?;
    if !promise.is_kept_by(&entry) {
        return Err(Flaw::Entry);
    }
    let checkpoint = Checkpoint::open(&proof.checkpoint, verifier).ok_or(Flaw::Checkpoint)?;
    let path: Result<Vec<Vec<u8>>, _> = proof.path.iter().map(|node| STANDARD.decode(node)).collect();
    let path = path.ok().filter(|path| path.iter().all(|node| node.len() == 32)).ok_or(Flaw::Path)?;
    let path = InclusionProof::<TreeSha256>::try_from_bytes(path.concat()).map_err(|_| Flaw::Path)?;
    let root = RootHash::<TreeSha256>::new(checkpoint.root.into(), checkpoint.size);
    root.verify_inclusion(&proof.entry.as_bytes(), proof.index, &path).map_err(|_| Flaw::Path)?;
    Ok((proof.index + 1, checkpoint.size))
}
