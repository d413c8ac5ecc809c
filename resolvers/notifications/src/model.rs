//! Messages, their deliveries, and dead letters.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use journal::JobError;
use kernel::{Locale, MessageId, Personal, Refusal};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::preference::Channel;
use crate::{error, recipient::Recipient};

/// RFC 5321 §4.5.3.1.3, without the brackets.
const EMAIL_BYTES: RangeInclusive<usize> = 3..=254;
const SUBJECT_CHARS: RangeInclusive<usize> = 1..=200;
const ABOUT_CHARS_MAX: usize = 200;
const TEXT_CHARS: RangeInclusive<usize> = 1..=50_000;
/// What stands in a text in place of the coupon's key.
pub(crate) const KEY_MARK: &str = "{coupon-key}";
/// What stands in a text in place of the code that confirms the address.
pub(crate) const CODE_MARK: &str = "{confirmation-code}";

/// A closed list whose words are kept in the database.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub(crate) enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            pub(crate) const ALL: &[$name] = &[$($name::$variant,)*];

            pub(crate) fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            pub(crate) fn from_word(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|known| known.word() == word)
            }
        }
    };
}

pub(crate) mod bounce;
pub(crate) mod endpoint;
pub(crate) mod preference;
pub(crate) mod webhook;

words! {
    /// What a message is about.
    Topic {
        /// The receipt of a report, with the key that opens it.
        Coupon = "coupon",
        /// An officer has a new case.
        Assignment = "assignment",
        /// The report went to another body.
        Forwarded = "forwarded",
        /// There is an answer.
        Answer = "answer",
        /// A deadline comes near.
        Reminder = "reminder",
        /// A deadline has passed: to those who work the case or supervise it.
        Overdue = "overdue",
        /// The reporter is asked for something.
        Question = "question",
        /// The term of the answer was made longer.
        Extension = "extension",
        /// Something happened to a report that somebody joined.
        Followed = "followed",
        /// A deadline has passed without an answer: to the reporter.
        Silence = "silence",
        /// The reporter may rate the answer.
        Rating = "rating",
        /// What is new in areas that somebody subscribed to.
        Area = "area",
        /// The code that confirms an address.
        Confirmation = "confirmation",
    }
}

words! {
    /// Where a message is on its way.
    State {
        /// It waits for its first or its next try.
        Queued = "queued",
        /// The mail server has taken it.
        Sent = "sent",
        /// It was given up.
        Dead = "dead",
        /// What it said, and to whom, is erased.
        Erased = "erased",
        /// Its reader wants no messages of its topic; what it said, and to whom, is erased.
        Unwanted = "unwanted",
        /// Its reader left no mail address: it goes to their endpoints only, and what it said is not kept.
        Unaddressed = "unaddressed",
        /// A mail server refused it because of its address, or had taken it and gave it back; or none tried because its address gives mail back.
        Bounced = "bounced",
    }
}

words! {
    /// How a try ended.
    Outcome {
        /// The mail server has taken the message.
        Sent = "sent",
        /// It may work later.
        Deferred = "deferred",
        /// It never will.
        Refused = "refused",
        /// The mail server had taken it, and gave it back.
        Bounced = "bounced",
    }
}

words! {
    /// Why something was not done, without its inner details.
    Reason {
        /// The mail server refuses the message or the address.
        MailRefused = "mail-refused",
        /// Somebody who was needed did not answer.
        Unavailable = "unavailable",
        /// A room refused what the house asked of it.
        Refused = "refused",
        /// Whoever it was for refuses it, or their address is not one that the house goes to.
        ReceiverRefused = "receiver-refused",
        /// Mail to this address came back not long ago.
        AddressBounces = "address-bounces",
        /// Anything else; the log knows more.
        Other = "other",
    }
}

impl Reason {
    /// Reads the code before the colon of a job's error.
    pub(crate) fn of(error: &str) -> Reason {
        let code = error.split_once(':').map_or("", |(code, _)| code);
        // Refusals of a mutation come as a list of codes.
        match code.split(' ').next().unwrap_or_default() {
            "MAIL_REFUSED" => Reason::MailRefused,
            "DELIVERY_REFUSED" => Reason::ReceiverRefused,
            "MAIL_UNAVAILABLE" | "DELIVERY_UNAVAILABLE" | "SUBGRAPH_UNAVAILABLE" | "TIMEOUT" | "RATE_LIMITED" => Reason::Unavailable,
            "REFUSED" | "INVALID" | "NOT_FOUND" | "NOT_ALLOWED" | "STALE_VERSION" | "KEY_REUSED" | "WRONG_STATE" | "TOO_LATE"
            | "LIMIT_REACHED" => Reason::Refused,
            _ => Reason::Other,
        }
    }
}

/// The code of a mail server's reply (RFC 5321 §4.2), or the status of another's answer (RFC 9110 §15), from an error such as
/// `MAIL_REFUSED: smtp 550 5.1.1` or `DELIVERY_REFUSED: http 400`.
pub(crate) fn reply_code(error: &str) -> Option<i16> {
    let reply = error.split_once(": smtp ").or_else(|| error.split_once(": http "))?.1;
    reply.split(' ').next()?.parse().ok().filter(|code| (200..600).contains(code))
}

/// A message to one person.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    /// The address; empty when it is erased, or when its reader left none.
    pub(crate) email: Personal<String>,
    pub(crate) locale: Locale,
    pub(crate) topic: Topic,
    /// The number of the report.
    pub(crate) about: Option<String>,
    pub(crate) subject: Personal<String>,
    pub(crate) text: Personal<String>,
    pub(crate) with_coupon_key: bool,
    /// The person, when they have an account.
    pub(crate) recipient: Option<Recipient>,
    /// Whether the law governs the case that it is about.
    pub(crate) by_law: bool,
    /// Whether it is for whoever filed the report.
    pub(crate) to_reporter: bool,
    pub(crate) state: State,
    pub(crate) created_at: DateTime<Utc>,
}

/// What a room asks to be sent.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Draft {
    /// None goes to a person's endpoints only.
    pub(crate) email: Option<Personal<String>>,
    pub(crate) locale: Locale,
    pub(crate) topic: Topic,
    pub(crate) about: Option<String>,
    pub(crate) subject: Personal<String>,
    pub(crate) text: Personal<String>,
    pub(crate) with_coupon_key: bool,
    /// The person, when they have an account. No part of what makes a draft the same: a room that learned whose an address is may ask again.
    #[serde(skip)]
    pub(crate) recipient: Option<Recipient>,
    /// Whether the law governs the case that it is about; likewise.
    #[serde(skip)]
    pub(crate) by_law: bool,
    /// Whether it is for whoever filed the report; likewise.
    #[serde(skip)]
    pub(crate) to_reporter: bool,
}

impl Draft {
    /// Everything that keeps the draft from being sent.
    pub(crate) fn refusals(&self) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let reaches = self.email.as_ref().map_or(self.recipient.is_some(), |email| is_email(email.reveal()));
        if !reaches {
            refusals.push(error::email_malformed());
        }
        let subject = self.subject.reveal();
        if !SUBJECT_CHARS.contains(&subject.chars().count()) || subject.chars().any(char::is_control) {
            refusals.push(error::subject_unfit(*SUBJECT_CHARS.end()));
        }
        let text = self.text.reveal();
        if text.trim().is_empty() || !TEXT_CHARS.contains(&text.chars().count()) {
            refusals.push(error::text_unfit(*TEXT_CHARS.end()));
        }
        // It is a report's number, or an id: more is neither, and no index holds it.
        let unfit = |about: &String| about.chars().count() > ABOUT_CHARS_MAX;
        if self.about.as_ref().map_or(self.with_coupon_key, unfit) {
            refusals.push(error::report_missing());
        }
        refusals
    }
}

/// Reads the key that a client made for its act.
pub(crate) fn act_key(key: &str) -> Result<Uuid, Refusal> {
    Uuid::try_parse(key).map_err(|_| error::key_malformed())
}

/// The shape of an address; whether it exists, only its server knows.
fn is_email(email: &str) -> bool {
    let parts = email.rsplit_once('@');
    let whole = EMAIL_BYTES.contains(&email.len()) && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    whole
        && parts
            .is_some_and(|(local, domain)| !local.is_empty() && !local.contains('@') && domain.split('.').all(|label| !label.is_empty()))
}

/// Enough of an address to tell two apart, and too little to write to: `a***@e***.kz`.
pub(crate) fn mask(email: &str) -> String {
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    match domain.rsplit_once('.') {
        Some((name, top)) => format!("{}***@{}***.{top}", first(local), first(name)),
        None => format!("{}***@{}***", first(local), first(domain)),
    }
}

/// One try to deliver a message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delivery {
    pub(crate) message: MessageId,
    /// By which way.
    pub(crate) channel: Channel,
    /// From 1, through all lives of the message, for each way by itself.
    pub(crate) attempt: i32,
    pub(crate) at: DateTime<Utc>,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<Reason>,
    pub(crate) reply_code: Option<i16>,
}

/// How a try ended, before it is recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<Reason>,
    pub(crate) reply_code: Option<i16>,
}

impl Ending {
    pub(crate) const SENT: Ending = Ending { outcome: Outcome::Sent, reason: None, reply_code: None };
    /// Nothing was tried.
    pub(crate) const BOUNCES: Ending = Ending { outcome: Outcome::Refused, reason: Some(Reason::AddressBounces), reply_code: None };

    /// The end of a try by another way than mail.
    pub(crate) fn of(outcome: Outcome, reason: Option<Reason>, status: Option<u16>) -> Ending {
        Ending { outcome, reason, reply_code: status.and_then(|status| status.try_into().ok()) }
    }

    /// The end of a try that failed.
    pub(crate) fn failed(error: &JobError) -> Ending {
        let (outcome, text) = match error {
            JobError::Retry(text) => (Outcome::Deferred, text),
            JobError::Fail(text) => (Outcome::Refused, text),
        };
        Ending { outcome, reason: Some(Reason::of(text)), reply_code: reply_code(text) }
    }
}

/// Which messages a list holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct MessageFilter {
    pub(crate) topic: Option<Topic>,
    pub(crate) state: Option<State>,
    pub(crate) about: Option<String>,
}

/// A job that was given up, without its inner details.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DeadLetter {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) attempts: i32,
    pub(crate) reason: Reason,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) died_at: Option<DateTime<Utc>>,
    /// The message that was not delivered.
    pub(crate) message: Option<MessageId>,
}

/// Who sees to what the house could not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Whoever supervises the work.
    Supervisor,
    /// Whoever runs the house.
    Administrator,
}

impl Owner {
    /// Telling people is done by means that administrators mend; all other jobs move a case on, and without them it stands still.
    pub(crate) fn of_kind(kind: &str) -> Owner {
        let tells = ["deliver_", "notify_", "send_", "invite_", "announce_"];
        if tells.iter().any(|verb| kind.starts_with(verb)) { Owner::Administrator } else { Owner::Supervisor }
    }
}

impl DeadLetter {
    /// The opaque id's type. A dead letter is no node: it ends when it is given another life.
    pub(crate) const TYPE_NAME: &'static str = "DeadLetter";

    pub(crate) fn global(&self) -> String {
        kernel::GlobalId::encode(DeadLetter::TYPE_NAME, Uuid::from_u64_pair(0, self.id.unsigned_abs()))
    }

    /// Reads a client's id.
    pub(crate) fn row_from_global(id: &str) -> Option<i64> {
        let id = kernel::GlobalId::decode(id).filter(|id| id.type_name == DeadLetter::TYPE_NAME)?;
        match id.uuid.as_u64_pair() {
            (0, row) => i64::try_from(row).ok().filter(|row| *row > 0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_has_two_sides_and_no_space() {
        for (email, fits) in [
            ("aigul@example.kz", true),
            ("a@b", true),
            ("айгүл@мысал.қаз", true),
            ("", false),
            ("aigul", false),
            ("@example.kz", false),
            ("aigul@", false),
            ("aigul@example..kz", false),
            ("a@b@example.kz", false),
            ("aigul@example.kz\r\nBcc: x@y.kz", false),
            ("ai gul@example.kz", false),
        ] {
            assert_eq!(is_email(email), fits, "{email}");
        }
    }

    #[test]
    fn a_masked_address_shows_two_letters_and_the_country() {
        for (email, masked) in [
            ("aigul@example.kz", "a***@e***.kz"),
            ("aigul@mail.example.com", "a***@m***.com"),
            ("айгүл@мысал.қаз", "а***@м***.қаз"),
            ("root@localhost", "r***@l***"),
        ] {
            assert_eq!(mask(email), masked);
        }
    }

    #[test]
    fn an_error_is_told_by_its_code_alone() {
        for (error, reason, code) in [
            ("MAIL_REFUSED: smtp 550", Reason::MailRefused, Some(550)),
            ("MAIL_REFUSED: smtp 550 5.1.1", Reason::MailRefused, Some(550)),
            ("MAIL_UNAVAILABLE: smtp 451", Reason::Unavailable, Some(451)),
            ("MAIL_UNAVAILABLE: no connection", Reason::Unavailable, None),
            ("SUBGRAPH_UNAVAILABLE: feedback does not answer", Reason::Unavailable, None),
            ("DELIVERY_REFUSED: http 301", Reason::ReceiverRefused, Some(301)),
            ("DELIVERY_UNAVAILABLE: no answer", Reason::Unavailable, None),
            ("TIMEOUT: the handler took too long", Reason::Unavailable, None),
            ("REFUSED: it is too late", Reason::Refused, None),
            ("INVALID KEY_REUSED: submitFeedback refused", Reason::Refused, None),
            ("INTERNAL: the handler panicked", Reason::Other, None),
            ("MAIL_REFUSED: smtp 55000", Reason::MailRefused, None),
            ("aigul@example.kz", Reason::Other, None),
        ] {
            assert_eq!((Reason::of(error), reply_code(error)), (reason, code), "{error}");
        }
    }

    #[test]
    fn what_moves_a_case_is_seen_to_by_those_who_supervise_it() {
        for (kind, owner) in [
            ("deliver_message", Owner::Administrator),
            ("notify_officers", Owner::Administrator),
            ("send_coupon", Owner::Administrator),
            ("announce_event", Owner::Administrator),
            ("route_feedback", Owner::Supervisor),
            ("deadline_passed", Owner::Supervisor),
        ] {
            assert_eq!(Owner::of_kind(kind), owner, "{kind}");
        }
    }

    proptest! {
        #[test]
        fn no_mask_holds_more_than_the_first_letters(local in "[a-z]{3,20}", domain in "[a-z]{3,20}") {
            let masked = mask(&format!("{local}@{domain}.kz"));
            prop_assert!(!masked.contains(&local) && !masked.contains(&domain));
            prop_assert_eq!(masked.len(), "a***@b***.kz".len());
        }

        #[test]
        fn the_id_of_a_dead_letter_survives_the_round_trip(id in 1..=i64::MAX) {
            let letter = DeadLetter {
                id, kind: String::new(), attempts: 8, reason: Reason::Other, created_at: DateTime::UNIX_EPOCH, died_at: None, message: None,
            };
            prop_assert_eq!(DeadLetter::row_from_global(&letter.global()), Some(id));
        }
    }
}
