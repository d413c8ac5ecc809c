//! Whether a mail address belongs to whoever gave it. Whoever has no account may type any address; until its reader has confirmed it, only the
//! receipt that the law asks for goes there, without the coupon's key, or a bare word with the code, so that nobody subscribes a stranger or
//! tells them of a report.

use chrono::{DateTime, TimeDelta, Utc};
use journal::secret;
use kernel::{Actor, FeedbackId, Personal, hex};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    entity::confirmation::{ActiveModel, Model},
    model::Contact,
};

/// How long a code counts.
pub(crate) const CODE_HOURS: i64 = 72;
/// After so many wrong codes a new one must be asked for: one in a hundred million is right.
pub(crate) const TRIES_MAX: i32 = 5;
/// How long one waits before one asks for a new code.
pub(crate) const AGAIN_MINUTES: i64 = 10;
/// How many codes are sent for one report as often as they are asked for, and at all for one address that joined it. After that many a report's
/// key gives one a day: whoever spoils codes by wrong ones, for which a number is enough, does not spoil the address for good.
pub(crate) const CODES_MAX: i32 = 5;
/// How many times a day a code is sent to one address that confirms none of them: what else is filed or subscribed with it waits, and its
/// reader is left in peace.
pub(crate) const UNCONFIRMED_A_DAY: u64 = 5;
/// Digits of a code.
const DIGITS: u32 = 8;

/// The one table of what goes to an address before it is confirmed.
const TO_ANYBODY: [(&str, bool); 8] = [
    // APPC Art. 64: the applicant gets number, date and time of the registration.
    ("COUPON", true),
    // These tell what the report is about, and a stranger must not learn it. That the law asks for some of them (APPC Art. 65, 76, 91) does not
    // make the address the applicant's: they are read with the number and the key, and told as soon as the address is confirmed.
    ("ANSWER", false),
    ("EXTENSION", false),
    ("FORWARDED", false),
    ("QUESTION", false),
    ("SILENCE", false),
    ("REMINDER", false),
    ("RATING", false),
];

/// Whether a message to the reporter goes to an address that nobody has confirmed.
pub(crate) fn goes_to_anybody(topic: &str) -> bool {
    TO_ANYBODY.iter().any(|(known, goes)| *known == topic && *goes)
}

impl Model {
    /// Whether its reader has confirmed the address.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.confirmed_at.is_some()
    }

    /// Whether a code can still be given.
    pub(crate) fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.tries < TRIES_MAX && now < self.sent_at + TimeDelta::hours(CODE_HOURS)
    }
}

/// Derives codes and digests of addresses; nothing of it is stored but the digests.
#[derive(Clone, Debug)]
pub(crate) struct ContactKeys(Personal<[u8; 32]>);

impl ContactKeys {
    pub(crate) fn new(secret: Personal<[u8; 32]>) -> ContactKeys {
        ContactKeys(secret)
    }

    /// What waits for confirmation when somebody files; nothing for whoever is known by their account, or left no address.
    pub(crate) fn wanted(&self, feedback: FeedbackId, contact: &Contact, actor: &Actor, now: DateTime<Utc>) -> Option<ActiveModel> {
        let email = contact.email.as_ref().filter(|_| *actor == Actor::Anonymous)?;
        Some(self.first_round(feedback.uuid(), email, now))
    }

    /// The first code for an address that was given for something.
    pub(crate) fn first_round(&self, subject: Uuid, email: &Personal<String>, now: DateTime<Utc>) -> ActiveModel {
        ActiveModel {
            subject: Set(subject),
            address: Set(self.address(email)),
            round: Set(1),
            sent_at: Set(now),
            tries: Set(0),
            confirmed_at: Set(None),
        }
    }

    /// The code that counts: HMAC-SHA256 (RFC 2104) of report, address and round, as eight digits.
    pub(crate) fn code(&self, confirmation: &Model) -> Personal<String> {
        let round = confirmation.round.to_be_bytes();
        let parts = [b"confirmation\0".as_slice(), confirmation.subject.as_bytes(), &round, confirmation.address.as_bytes()];
        secret::code(&self.0, &parts, DIGITS)
    }

    /// Whether this is the code that counts, in constant time; spaces do not matter.
    pub(crate) fn fits(&self, confirmation: &Model, presented: &str) -> bool {
        let presented: String = presented.chars().filter(|c| !c.is_whitespace()).collect();
        secret::same(self.code(confirmation).reveal().as_bytes(), presented.as_bytes())
    }

    /// Whoever gets one message for all areas that they subscribed to: an address, or a person at one, as a digest.
    pub(crate) fn subscriber(&self, person: Option<Uuid>, email: &Personal<String>) -> String {
        match person {
            None => self.address(email),
            Some(person) => {
                let address = self.address(email);
                let parts = [b"area-subscriber\0".as_slice(), person.as_bytes(), address.as_bytes()];
                hex(&secret::derive::<20>(&self.0, &parts))
            }
        }
    }

    /// What ends the subscription of an area without an account. Whoever subscribed is given it once, and it is stored nowhere.
    pub(crate) fn area_key(&self, subscription: Uuid) -> Personal<String> {
        Personal::new(hex(&secret::derive::<20>(&self.0, &[b"area-subscription\0", subscription.as_bytes()])))
    }

    /// Whether this is the key that ends a subscription, in constant time.
    pub(crate) fn ends(&self, subscription: Uuid, presented: &str) -> bool {
        secret::same(self.area_key(subscription).reveal().as_bytes(), presented.trim().as_bytes())
    }

    /// An address as a digest, the same for all spellings in upper and lower case.
    pub(crate) fn address(&self, email: &Personal<String>) -> String {
        let digest: [u8; 20] = secret::derive(&self.0, &[b"contact-address\0", email.reveal().trim().to_lowercase().as_bytes()]);
        hex(&digest)
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Locale, Person, PersonId};
    use uuid::Uuid;

    use super::*;

    fn confirmation(round: i32, address: &str) -> Model {
        let sent_at = DateTime::UNIX_EPOCH;
        Model { subject: Uuid::nil(), address: address.to_owned(), round, sent_at, tries: 0, confirmed_at: None }
    }

    #[test]
    fn a_code_is_of_one_round_of_one_report_and_one_address() {
        let keys = ContactKeys::new(Personal::new([7; 32]));
        let mine = confirmation(1, "a");
        let code = keys.code(&mine).into_inner();
        assert!(code.len() == 8 && code.chars().all(|c| c.is_ascii_digit()), "{code}");
        assert!(keys.fits(&mine, &format!(" {} {} ", &code[..4], &code[4..])));
        let another = Model { subject: Uuid::max(), ..confirmation(1, "a") };
        for other in [confirmation(2, "a"), confirmation(1, "b"), another] {
            assert!(!keys.fits(&other, &code));
        }
        assert!(!ContactKeys::new(Personal::new([8; 32])).fits(&mine, &code));
        for wrong in ["", "0", &code[1..], &format!("{code}0")] {
            assert!(!keys.fits(&mine, wrong), "{wrong}");
        }
    }

    #[test]
    fn only_who_has_no_account_and_left_an_address_confirms_it() {
        let keys = ContactKeys::new(Personal::new([7; 32]));
        let with = Contact { email: Some(Personal::new("A@b.kz ".to_owned())), ..Contact::default() };
        let person = Person { id: PersonId::of_slug("a"), roles: Vec::new(), party: None, locale: Locale::Kk };
        for (contact, actor, wanted) in [
            (&with, Actor::Anonymous, true),
            (&with, Actor::Person(person), false),
            (&with, Actor::System, false),
            (&Contact::default(), Actor::Anonymous, false),
        ] {
            let found = keys.wanted(FeedbackId::of_slug("a"), contact, &actor, DateTime::UNIX_EPOCH);
            assert_eq!(found.is_some(), wanted, "{actor:?}");
        }
        let digest = |email: &str| keys.address(&Personal::new(email.to_owned()));
        assert!(digest("A@b.kz ") == digest("a@B.kz") && digest("a@b.kz") != digest("c@b.kz"));
    }

    #[test]
    fn a_subscriber_is_an_address_or_a_person_at_one_and_a_key_ends_one_subscription() {
        let keys = ContactKeys::new(Personal::new([7; 32]));
        let of = |person: Option<u128>, email: &str| keys.subscriber(person.map(Uuid::from_u128), &Personal::new(email.to_owned()));
        assert_eq!(of(None, "A@b.kz "), of(None, "a@b.kz"));
        let four = [of(None, "a@b.kz"), of(Some(1), "a@b.kz"), of(Some(2), "a@b.kz"), of(Some(1), "c@b.kz")];
        assert_eq!(std::collections::BTreeSet::from(four.clone()).len(), 4, "{four:?}");
        let key = keys.area_key(Uuid::max()).into_inner();
        assert!(keys.ends(Uuid::max(), &key) && !keys.ends(Uuid::nil(), &key) && !keys.ends(Uuid::max(), ""));
    }

    #[test]
    fn a_code_counts_for_three_days_and_five_tries() {
        for (tries, hours, open) in [(0, 71, true), (4, 0, true), (5, 0, false), (0, 72, false)] {
            let confirmation = Model { tries, ..confirmation(1, "a") };
            assert_eq!(confirmation.is_open(DateTime::UNIX_EPOCH + TimeDelta::hours(hours)), open, "{tries} {hours}");
        }
    }
}
