//! What is promised of a comment: the log holds its salted digest, and whoever gave it holds the key that has it erased.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use journal::log::{Erasable, SALT_BYTES, digest, digest_text};
use kernel::{Personal, RatingId};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// What of a rating can be erased. The digest in the log says from then on that there was a comment, and no longer what it said.
pub(crate) const ERASABLE: Erasable = Erasable { table: "rating", salt: "salt", emptied: &[], removed: &["comment"] };

/// How many bytes of the HMAC make a key.
const KEY_BYTES: usize = 20;

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

/// Derives and checks the keys of ratings: HMAC-SHA256 (RFC 2104) of the rating's id under the installation's secret, cut to 160 bits. They are
/// shown once, to whoever rates, and never stored.
#[derive(Clone, Debug)]
pub(crate) struct RatingKeys(Personal<[u8; 32]>);

impl RatingKeys {
    pub(crate) fn new(secret: Personal<[u8; 32]>) -> RatingKeys {
        RatingKeys(secret)
    }

    /// The key of one rating.
    pub(crate) fn derive(&self, rating: RatingId) -> Personal<String> {
        Personal::new(URL_SAFE_NO_PAD.encode(self.bytes(rating)))
    }

    /// Whether this is the key of that rating, in constant time.
    pub(crate) fn fits(&self, rating: RatingId, presented: &str) -> bool {
        let presented = URL_SAFE_NO_PAD.decode(presented).unwrap_or_default();
        self.bytes(rating).as_slice().ct_eq(&presented).into()
    }

    fn bytes(&self, rating: RatingId) -> [u8; KEY_BYTES] {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(self.0.reveal()).expect("HMAC takes a key of any length");
        mac.update(b"rating\0");
        mac.update(rating.uuid().as_bytes());
        let mut key = [0; KEY_BYTES];
        key.copy_from_slice(&mac.finalize().into_bytes()[..KEY_BYTES]);
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_its_own_rating_in_its_own_city_only() {
        let keys = RatingKeys::new(Personal::new([7; 32]));
        let (mine, other) = (RatingId::of_slug("a"), RatingId::of_slug("b"));
        let key = keys.derive(mine).into_inner();
        assert!(keys.fits(mine, &key));
        assert!(!keys.fits(other, &key) && !RatingKeys::new(Personal::new([8; 32])).fits(mine, &key));
        for wrong in ["", "x", &key[1..]] {
            assert!(!keys.fits(mine, wrong), "{wrong}");
        }
    }
}
