//! What is promised of a comment: the log holds its salted digest, and whoever gave it holds the key that has it erased.

use journal::{
    log::{Erasable, SALT_BYTES, digest, digest_text},
    secret::Keys,
};
use kernel::Personal;

/// What of a rating can be erased. The digest in the log says from then on that there was a comment, and no longer what it said.
pub(crate) const ERASABLE: Erasable = Erasable { table: "rating", salt: "salt", emptied: &[], removed: &["comment"] };

/// A comment with the salt of its digest.
pub(crate) struct Salted {
    pub(crate) salt: [u8; SALT_BYTES],
    /// As the event holds it.
    pub(crate) digest: String,
}

impl Salted {
    pub(crate) fn of(comment: &Personal<String>, salt: [u8; SALT_BYTES]) -> Salted {
        Salted { salt, digest: digest_text(&digest(&salt, comment.reveal())) }
    }
}

/// The keys of ratings, by their ids. Each is shown once, to whoever rates, and never stored.
pub(crate) fn keys(secret: Personal<[u8; 32]>) -> Keys {
    Keys::new(secret, b"rating\0")
}
