//! What opens a file: the claim by which an upload becomes part of a report, and the token in the address of one that may be looked at.
//!
//! Both are HMAC-SHA256 (RFC 2104) under the installation's secret, cut to 128 bits, and stored nowhere. Neither says anything of a person.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use journal::secret;
use kernel::Personal;
use uuid::Uuid;

/// How many bytes of the HMAC are told.
const MAC_BYTES: usize = 16;
/// An address is valid for an hour from the ten minutes in which it was made: within them it is the same, so that browsers keep the file.
const VALID_SECONDS: i64 = 3600;
const STEP_SECONDS: i64 = 600;

/// Makes and reads claims and tokens.
#[derive(Clone, Debug)]
pub(crate) struct FileKeys(Personal<[u8; 32]>);

/// Which picture of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it is kept.
    Whole = 0,
    /// Small.
    Thumbnail = 1,
}

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) id: Uuid,
    pub(crate) form: Form,
    pub(crate) until: DateTime<Utc>,
}

impl FileKeys {
    pub(crate) fn new(secret: Personal<[u8; 32]>) -> FileKeys {
        FileKeys(secret)
    }

    /// The claim to an upload: whoever sent the bytes has it, and nobody else.
    pub(crate) fn claim(&self, upload: Uuid) -> Personal<String> {
        let id = upload.as_bytes();
        Personal::new(URL_SAFE_NO_PAD.encode([id.as_slice(), &self.mac(b"upload\0", id)].concat()))
    }

    /// The upload that a claim is to; `None` when it is no claim of this installation.
    pub(crate) fn read_claim(&self, claim: &str) -> Option<Uuid> {
        Uuid::from_slice(&self.proved(b"upload\0", claim)?).ok()
    }

    /// The token of a file's address.
    pub(crate) fn token(&self, id: Uuid, form: Form, now: DateTime<Utc>) -> String {
        let until = now.timestamp().div_euclid(STEP_SECONDS) * STEP_SECONDS + VALID_SECONDS;
        let told = [id.as_bytes().as_slice(), &[form as u8], &until.to_be_bytes()].concat();
        let mac = self.mac(b"file\0", &told);
        URL_SAFE_NO_PAD.encode([told.as_slice(), &mac].concat())
    }

    /// What a token opens now; `None` when it is none of ours, or its time is over.
    pub(crate) fn read_token(&self, token: &str, now: DateTime<Utc>) -> Option<Opened> {
        let told = self.proved(b"file\0", token)?;
        let (id, rest) = told.split_at_checked(16)?;
        let (form, until) = rest.split_first()?;
        let until = DateTime::from_timestamp(i64::from_be_bytes(until.try_into().ok()?), 0)?;
        let form = if *form == Form::Whole as u8 { Form::Whole } else { Form::Thumbnail };
        Some(Opened { id: Uuid::from_slice(id).ok()?, form, until }).filter(|opened| now < opened.until)
    }

    fn mac(&self, purpose: &[u8], told: &[u8]) -> [u8; MAC_BYTES] {
        secret::derive(&self.0, &[purpose, told])
    }

    /// What stands before the HMAC, when that is right; compared in constant time.
    fn proved(&self, purpose: &[u8], text: &str) -> Option<Vec<u8>> {
        let mut told = URL_SAFE_NO_PAD.decode(text).ok()?;
        let mac = told.split_off(told.len().checked_sub(MAC_BYTES)?);
        secret::same(&self.mac(purpose, &told), &mac).then_some(told)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn keys(secret: u8) -> FileKeys {
        FileKeys::new(Personal::new([secret; 32]))
    }

    #[test]
    fn a_claim_is_to_one_upload_of_one_installation() {
        let (mine, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let claim = keys(7).claim(mine).into_inner();
        assert_eq!(keys(7).read_claim(&claim), Some(mine));
        assert_ne!(keys(7).claim(other).reveal(), &claim);
        let token = keys(7).token(mine, Form::Whole, DateTime::UNIX_EPOCH);
        for wrong in ["", "x", &claim[1..], &claim.to_lowercase(), &format!("{claim}AAAA"), &token, &keys(8).claim(mine).into_inner()] {
            assert_eq!(keys(7).read_claim(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_token_opens_one_form_of_one_file_for_an_hour() {
        let (id, now) = (Uuid::from_u128(1), DateTime::UNIX_EPOCH + TimeDelta::minutes(25));
        let token = keys(7).token(id, Form::Thumbnail, now);
        let until = DateTime::UNIX_EPOCH + TimeDelta::minutes(80);
        assert_eq!(keys(7).read_token(&token, now), Some(Opened { id, form: Form::Thumbnail, until }));
        assert_eq!(keys(7).token(id, Form::Thumbnail, now + TimeDelta::minutes(4)), token, "a browser keeps it");
        assert_ne!(keys(7).token(id, Form::Whole, now), token);
        assert_eq!(keys(7).read_token(&token, until - TimeDelta::seconds(1)).map(|opened| opened.id), Some(id));
        for (wrong, at) in [(token.as_str(), until), (&token[1..], now), ("", now), (keys(7).claim(id).reveal().as_str(), now)] {
            assert_eq!(keys(7).read_token(wrong, at), None, "{wrong}");
        }
        assert_eq!(keys(8).read_token(&token, now), None);
    }
}
