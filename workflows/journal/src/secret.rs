//! What follows from the installation's secret, so that it need not be stored: HMAC-SHA256 (RFC 2104), cut to as many bytes as a use needs.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use kernel::Personal;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// How many bytes of the HMAC make a key: 160 bits.
const KEY_BYTES: usize = 20;

/// The first `N` bytes of the HMAC of the parts, one after the other. The first part tells one use of the secret from every other and ends with
/// a zero byte; where several parts have no fixed length, so do they.
#[must_use]
pub fn derive<const N: usize>(secret: &Personal<[u8; 32]>, parts: &[&[u8]]) -> [u8; N] {
    const { assert!(N <= 32, "HMAC-SHA256 has 32 bytes") };
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.reveal()).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    let mut bytes = [0; N];
    bytes.copy_from_slice(&mac.finalize().into_bytes()[..N]);
    bytes
}

/// A code of `digits` decimal digits, for people to copy: the first 64 bits of the HMAC of the parts, modulo a power of ten.
#[must_use]
pub fn code(secret: &Personal<[u8; 32]>, parts: &[&[u8]], digits: u32) -> Personal<String> {
    let number = u64::from_be_bytes(derive(secret, parts)) % 10_u64.pow(digits);
    Personal::new(format!("{number:0width$}", width = digits as usize))
}

/// Whether two secrets are the same, in a time that tells nothing of where they differ.
#[must_use]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// Derives and checks the keys that open one kind of thing, each by its id.
#[derive(Clone, Debug)]
pub struct Keys {
    secret: Personal<[u8; 32]>,
    purpose: &'static [u8],
}

impl Keys {
    /// Keys for one purpose, which ends with a zero byte.
    #[must_use]
    pub fn new(secret: Personal<[u8; 32]>, purpose: &'static [u8]) -> Keys {
        Keys { secret, purpose }
    }

    /// The key of one thing, in base64url.
    #[must_use]
    pub fn derive(&self, id: Uuid) -> Personal<String> {
        Personal::new(URL_SAFE_NO_PAD.encode(self.bytes(id)))
    }

    /// Whether this is the key of that thing, in constant time.
    #[must_use]
    pub fn fits(&self, id: Uuid, presented: &str) -> bool {
        same(&self.bytes(id), &URL_SAFE_NO_PAD.decode(presented).unwrap_or_default())
    }

    fn bytes(&self, id: Uuid) -> [u8; KEY_BYTES] {
        derive(&self.secret, &[self.purpose, id.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(secret: u8, purpose: &'static [u8]) -> Keys {
        Keys::new(Personal::new([secret; 32]), purpose)
    }

    #[test]
    fn a_key_opens_one_thing_for_one_purpose_in_one_city() {
        let (mine, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (city, key) = (keys(7, b"coupon\0"), keys(7, b"coupon\0").derive(mine));
        assert!(city.fits(mine, key.reveal()));
        assert!(!city.fits(other, key.reveal()), "another thing");
        assert!(!keys(7, b"rating\0").fits(mine, key.reveal()), "another purpose");
        assert!(!keys(8, b"coupon\0").fits(mine, key.reveal()), "another city");
        for wrong in ["", "x", &key.reveal()[1..], &key.reveal().to_lowercase()] {
            assert!(!city.fits(mine, wrong), "{wrong}");
        }
        assert!(!format!("{city:?} {key:?}").contains(key.reveal().as_str()));
    }

    #[test]
    fn what_was_given_away_stays_valid() {
        // HMAC-SHA256 of "coupon\0" and sixteen bytes that end with 1, under 32 bytes of 7, as Python's hmac has it.
        let key = keys(7, b"coupon\0").derive(Uuid::from_u128(1));
        assert_eq!(key.reveal(), "tIg7_3m0rsm8-J-6G-lNFDe4LpU");
    }
}
