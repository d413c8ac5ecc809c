//! Whoever is written to, without a name or an address, and the token by which a mail's reader is known again.

use hmac::{Hmac, Mac};
use journal::Destination;
use kernel::{PersonId, Personal, hex};
use sha2::Sha256;
use subtle::ConstantTimeEq;

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
        let is_ours: bool = self.proof(recipient, word).as_bytes().ct_eq(proof.as_bytes()).into();
        is_ours.then(|| Some((Recipient(recipient.to_owned()), Subscription::from_word(word)?))).flatten()
    }

    /// Where somebody is reached, as a digest by which the same place is known again.
    pub(crate) fn place(&self, to: &Destination) -> String {
        hex(&self.mac(&[b"endpoint\0", endpoint::channel(to).word().as_bytes(), b"\0", endpoint::address(to).as_bytes()]))
    }

    fn proof(&self, recipient: &str, word: &str) -> String {
        hex(&self.mac(&[b"unsubscribe\0", word.as_bytes(), b"\0", recipient.as_bytes()]))
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; BYTES] {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(self.0.reveal()).expect("HMAC takes a key of any length");
        parts.iter().for_each(|part| mac.update(part));
        let mut cut = [0; BYTES];
        cut.copy_from_slice(&mac.finalize().into_bytes()[..BYTES]);
        cut
    }
}

#[cfg(test)]
mod tests {
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
}
