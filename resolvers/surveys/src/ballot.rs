//! Ballots: a person may respond once, and nobody can tell from what is stored which response is whose.
//!
//! The client makes a chance key (its idempotency key, which the house does not keep). From it the house derives, by HMAC-SHA256 (RFC 2104)
//! under its secret, the ballot's token and a proof. Kept are, in two tables that share no column, the proof beside the person, and a hash
//! of the token. The same key gives the same token again, so an answer that was lost on the way costs nobody their say; without the key
//! the two rows cannot be matched, not even with the secret.
//!
//! What this does not hide: whoever controls the running house could note both at the moment of asking, and on PostgreSQL the number of the
//! transaction that wrote both rows stays in them for a while. Blind signatures (RFC 9474), by which the house signs a ballot that it does
//! not see, will close this; they need a client that computes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use journal::secret;
use kernel::{Personal, SurveyId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Derives ballots.
#[derive(Clone, Debug)]
pub(crate) struct Ballots(Personal<[u8; 32]>);

/// A ballot before it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Ballot {
    /// What the respondent holds.
    pub(crate) token: Personal<String>,
    /// What is kept of it.
    pub(crate) hash: String,
    /// What is kept beside the person.
    pub(crate) proof: String,
}

impl Ballots {
    pub(crate) fn new(secret: Personal<[u8; 32]>) -> Ballots {
        Ballots(secret)
    }

    /// The ballot that belongs to a client's key.
    pub(crate) fn derive(&self, survey: SurveyId, key: Uuid) -> Ballot {
        let token = self.mac(b"ballot\0", survey, key);
        Ballot { hash: hash(&token), token: Personal::new(token), proof: self.mac(b"asked\0", survey, key) }
    }

    fn mac(&self, purpose: &[u8], survey: SurveyId, key: Uuid) -> String {
        let mac: [u8; 32] = secret::derive(&self.0, &[purpose, survey.uuid().as_bytes(), key.as_bytes()]);
        URL_SAFE_NO_PAD.encode(mac)
    }
}

/// What is kept of a token.
pub(crate) fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gives_one_ballot_of_one_survey() {
        let ballots = Ballots::new(Personal::new([7; 32]));
        let (survey, key) = (SurveyId::of_slug("a"), Uuid::from_u128(1));
        let first = ballots.derive(survey, key);
        assert_eq!(ballots.derive(survey, key).token, first.token);
        for other in [
            ballots.derive(SurveyId::of_slug("b"), key),
            ballots.derive(survey, Uuid::from_u128(2)),
            Ballots::new(Personal::new([8; 32])).derive(survey, key),
        ] {
            assert_ne!(other.token, first.token);
            assert_ne!(other.proof, first.proof);
        }
        assert_eq!(hash(first.token.reveal()), first.hash);
        assert!(![&first.hash, &first.proof].contains(&first.token.reveal()), "the token itself is not kept");
    }
}
