//! Signed notes (C2SP signed-note): a text, and under it who signed it with Ed25519.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{Error, Personal, Result};
use sha2::{Digest, Sha256};

use crate::secret;

/// The type of an Ed25519 key in a signed note.
const ED25519_TYPE: u8 = 1;

/// What a signature line begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Signs notes in the name of the log.
pub struct Signer {
    key: Ed25519KeyPair,
    verifier: Verifier,
}

/// Tells a note of the log from any other: the log's name and public key. Written as `name+hash+key`, the form of signed-note's
/// verifier keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key: [u8; 32],
}

impl Signer {
    /// The signer of the log with this origin. Its key follows from the installation's secret (HMAC-SHA256, RFC 2104), so all processes
    /// that share the secret sign as one, and there is no second key to lose.
    ///
    /// # Errors
    /// When the origin cannot be the name of a key.
    pub fn derive(secret: &Personal<[u8; 32]>, origin: &str) -> Result<Signer> {
        let seed: [u8; 32] = secret::derive(secret, &[b"turkistan log key v1\0"]);
        let key = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(Error::internal)?;
        let public = key.public_key().as_ref().try_into().map_err(Error::internal)?;
        let verifier = Verifier::new(origin, public).ok_or_else(|| {
            Error::internal(format!("`{origin}` cannot be the origin of a log: write host/name, without spaces and without `+`"))
        })?;
        Ok(Signer { key, verifier })
    }

    /// Who can tell what this signer signs.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Signs a text whose every line ends with `\n`. The same text gives the same note (RFC 8032: Ed25519 needs no chance).
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let signature = [&self.verifier.hash()[..], self.key.sign(text.as_bytes()).as_ref()].concat();
        format!("{text}\n{DASH}{} {}\n", self.verifier.name, STANDARD.encode(signature))
    }
}

impl Verifier {
    fn new(name: &str, key: [u8; 32]) -> Option<Verifier> {
        let is_name = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+');
        is_name.then(|| Verifier { name: name.to_owned(), key })
    }

    /// Reads `name+hash+key`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Verifier> {
        let (name, rest) = text.trim().split_once('+')?;
        let (_, key) = rest.split_once('+')?;
        let key = STANDARD.decode(key).ok()?;
        let verifier = Verifier::new(name, key.strip_prefix(&[ED25519_TYPE])?.try_into().ok()?)?;
        (verifier.text() == text.trim()).then_some(verifier)
    }

    /// As `name+hash+key`: what a city publishes, so that outsiders can verify.
    #[must_use]
    pub fn text(&self) -> String {
        let hash = u32::from_be_bytes(self.hash());
        format!("{}+{hash:08x}+{}", self.name, STANDARD.encode([&[ED25519_TYPE][..], &self.key].concat()))
    }

    /// The log's name: its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256 over name, `\n`, type and key (C2SP signed-note).
    fn hash(&self) -> [u8; 4] {
        let digest = Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519_TYPE]).chain_update(self.key).finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// The text of a note that this log signed, and that nobody else signed besides; `None` for any other.
    #[must_use]
    pub fn open<'n>(&self, note: &'n str) -> Option<&'n str> {
        let (text, line) = note.rsplit_once(DASH)?;
        let text = text.strip_suffix('\n').filter(|text| text.ends_with('\n'))?;
        let signature = line.strip_suffix('\n')?.strip_prefix(&self.name)?.strip_prefix(' ')?;
        let signature = STANDARD.decode(signature).ok()?;
        let signature = signature.strip_prefix(&self.hash())?;
        UnparsedPublicKey::new(&ED25519, self.key).verify(text.as_bytes(), signature).ok()?;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> Signer {
        Signer::derive(&Personal::new([7; 32]), "turkistan.test/journal").unwrap()
    }

    #[test]
    fn a_note_opens_for_its_verifier_and_a_changed_byte_closes_it() {
        let signer = signer();
        let note = signer.sign("one\ntwo\n");
        assert_eq!(signer.verifier().open(&note), Some("one\ntwo\n"));
        for place in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[place] ^= 1;
            let changed = String::from_utf8_lossy(&bytes).into_owned();
            assert_eq!(signer.verifier().open(&changed), None, "byte {place}: {changed}");
        }
    }

    #[test]
    fn a_verifier_is_the_key_of_the_specification() {
        // C2SP signed-note: the hash of a known key, here PeterNeumann of its example.
        let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(Verifier::parse(text).map(|verifier| verifier.text()).as_deref(), Some(text));
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
                    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert!(Verifier::parse(text).unwrap().open(note).is_some());
        assert_eq!(Verifier::parse(&text.replace("c74f", "c74e")), None);
    }

    #[test]
    fn another_origin_or_secret_is_another_signer() {
        let note = signer().sign("one\n");
        for other in [
            Signer::derive(&Personal::new([8; 32]), "turkistan.test/journal").unwrap(),
            Signer::derive(&Personal::new([7; 32]), "other.test/journal").unwrap(),
        ] {
            assert_eq!(other.verifier().open(&note), None);
        }
        for origin in ["", "a b", "a+b", "a\nb"] {
            assert!(Signer::derive(&Personal::new([7; 32]), origin).is_err(), "{origin}");
        }
    }
}
