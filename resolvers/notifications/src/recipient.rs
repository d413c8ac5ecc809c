//! Whoever is written to, without a name or an address, and the token by which a mail's reader is known again.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use journal::{Destination, secret};
use kernel::{PersonId, Personal, hex};
use uuid::Uuid;

use crate::model::{endpoint, preference::Subscription};

/// How many bytes of the HMAC name a recipient.
const BYTES: usize = 20;

/// A person or an address as a digest that means nothing without the installation's secret: HMAC-SHA256 (RFC 2104), cut to 160 bits, in
/// hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Recipient(pub(crate) String);

/// Derives recipients.
#[derive(Clone, Debug)]
pub(crate) struct RecipientKeys(Personal<[u8; 32]>);

impl RecipientKeys {
    pub(crate) fn new(secret: Personal<[u8; 32]>) -> RecipientKeys {
        RecipientKeys(secret)
    }

    /// Somebody with an account.
    pub(crate) fn person(&self, id: PersonId) -> Recipient {
        Recipient(hex(&self.mac(&[b"recipient-person\0", id.uuid().as_bytes()])))
    }

    /// Somebody of whom the address alone is known. Upper and lower case do not make two people, though RFC 5321 §2.4 would allow it: no
    /// large provider tells them apart, and whoever unsubscribed means all spellings.
    pub(crate) fn address(&self, email: &str) -> Recipient {
        Recipient(hex(&self.mac(&[b"recipient-address\0", email.trim().to_lowercase().as_bytes()])))
    }

    /// What stands in the address by which a mail's reader ends a subscription: `reminder.<recipient>.<proof>`. Nobody makes one without
    /// the installation's secret; it names nobody and opens nothing else.
    pub(crate) fn token(&self, recipient: &Recipient, subscription: Subscription) -> String {
        let word = subscription.word();
        format!("{word}.{}.{}", recipient.0, self.proof(&recipient.0, word))
    }

    /// Reads a token, in constant time where it matters.
    pub(crate) fn read(&self, token: &str) -> Option<(Recipient, Subscription)> {
        let (word, rest) = token.split_once('.')?;
        let (recipient, proof) = rest.split_once('.')?;
        let is_ours: bool = secret::same(self.proof(recipient, word).as_bytes(), proof.as_bytes());
        is_ours.then(|| Some((Recipient(recipient.to_owned()), Subscription::from_word(word)?))).flatten()
    }

    /// Where somebody is reached, as a digest by which the same place is known again.
    pub(crate) fn place(&self, to: &Destination) -> String {
        hex(&self.mac(&[b"endpoint\0", endpoint::channel(to).word().as_bytes(), b"\0", endpoint::address(to).as_bytes()]))
    }

    /// The code of six digits that proves that somebody holds a telephone.
    pub(crate) fn code(&self, id: Uuid) -> Personal<String> {
        secret::code(&self.0, &[b"phone-code\0", id.as_bytes()], 6)
    }

    /// A code that somebody wrote, as the digest that a key of an act may hold: the code itself is soon guessed from an unkeyed one.
    pub(crate) fn written(&self, code: &str) -> String {
        hex(&self.mac(&[b"written-code\0", code.as_bytes()]))
    }

    /// What the city's bot is told to link a chat to a person until an instant: `start` takes 64 characters of base64url at most.
    pub(crate) fn link(&self, recipient: &Recipient, until: DateTime<Utc>) -> String {
        let until = u32::try_from(until.timestamp()).unwrap_or(u32::MAX).to_be_bytes();
        let digest = unhex(&recipient.0).unwrap_or_default();
        let proof = self.mac(&[b"telegram-link\0", &digest, &until]);
        URL_SAFE_NO_PAD.encode([digest.as_slice(), &until, &proof].concat())
    }

    /// Whom a link's token names, in constant time where it matters; nobody when it is not ours or has run out.
    pub(crate) fn linked(&self, token: &str, now: DateTime<Utc>) -> Option<Recipient> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == 2 * BYTES + 4)?;
        let (digest, rest) = bytes.split_at(BYTES);
        let (until, proof) = rest.split_at(4);
        let is_ours = secret::same(&self.mac(&[b"telegram-link\0", digest, until]), proof);
        let until = u32::from_be_bytes(until.try_into().ok()?);
        (is_ours && now.timestamp() < i64::from(until)).then(|| Recipient(hex(digest)))
    }

    fn proof(&self, recipient: &str, word: &str) -> String {
        hex(&self.mac(&[b"unsubscribe\0", word.as_bytes(), b"\0", recipient.as_bytes()]))
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; BYTES] {
        secret::derive(&self.0, parts)
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::model::Topic;

    #[test]
    fn a_recipient_is_the_same_for_every_spelling_and_another_elsewhere() {
        let keys = RecipientKeys::new(Personal::new([7; 32]));
        let aigul = keys.address("aigul@example.kz");
        assert_eq!(keys.address(" Aigul@Example.KZ "), aigul);
        assert_ne!(keys.address("asel@example.kz"), aigul);
        assert_ne!(RecipientKeys::new(Personal::new([8; 32])).address("aigul@example.kz"), aigul);
        assert_ne!(keys.person(PersonId::of_slug("a")), keys.person(PersonId::of_slug("b")));
        assert!(aigul.0.len() == 40 && !aigul.0.contains("aigul"), "{aigul:?}");
    }

    #[test]
    fn a_token_ends_one_subscription_of_one_recipient() {
        let keys = RecipientKeys::new(Personal::new([7; 32]));
        let (aigul, asel) = (keys.address("aigul@example.kz"), keys.address("asel@example.kz"));
        let (reminder, daily) = (Subscription::Topic(Topic::Reminder), Subscription::Daily);
        for subscription in [reminder, daily] {
            let token = keys.token(&aigul, subscription);
            assert_eq!(keys.read(&token), Some((aigul.clone(), subscription)));
            assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)), "{token}");
        }
        let token = keys.token(&aigul, reminder);
        let forged = [
            token.replace("reminder", "assignment"),
            token.replace(&aigul.0, &asel.0),
            token[..token.len() - 1].to_owned(),
            format!("{token}0"),
            token.to_uppercase(),
            String::new(),
            "..".to_owned(),
            RecipientKeys::new(Personal::new([8; 32])).token(&aigul, reminder),
        ];
        for forged in forged {
            assert_eq!(keys.read(&forged), None, "{forged}");
        }
    }

    #[test]
    fn a_link_names_one_person_until_it_runs_out_and_fits_telegram() {
        let keys = RecipientKeys::new(Personal::new([7; 32]));
        let (aigul, now) = (keys.person(PersonId::of_slug("aigul")), DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let token = keys.link(&aigul, now + TimeDelta::minutes(15));
        assert!(token.len() <= 64 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{token}");
        assert_eq!(keys.linked(&token, now + TimeDelta::seconds(899)), Some(aigul.clone()));
        assert_eq!(keys.linked(&token, now + TimeDelta::seconds(900)), None);
        let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for at in [0, BYTES, BYTES + 3, BYTES + 4, 2 * BYTES + 3] {
            bytes[at] ^= 1;
            assert_eq!(keys.linked(&URL_SAFE_NO_PAD.encode(&bytes), now), None, "{at}");
            bytes[at] ^= 1;
        }
        for forged in ["", "x", &token[1..], &RecipientKeys::new(Personal::new([8; 32])).link(&aigul, now + TimeDelta::minutes(15))] {
            assert_eq!(keys.linked(forged, now), None, "{forged}");
        }
    }

    #[test]
    fn a_code_has_six_digits_and_is_its_row_s_own() {
        let keys = RecipientKeys::new(Personal::new([7; 32]));
        let codes: std::collections::BTreeSet<_> = (0..50).map(|n| keys.code(Uuid::from_u128(n)).into_inner()).collect();
        assert!(
            codes.len() > 45 && codes.iter().all(|code| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())),
            "{codes:?}"
        );
    }
}
