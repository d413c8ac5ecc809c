//! Mail that came back: the mark in its return path, and what a report of its failure says (RFC 3464).

use journal::{JobError, secret};
use kernel::{MessageId, Personal, hex};
use uuid::Uuid;

use super::{Ending, Outcome, Reason, reply_code};

/// How many bytes of the HMAC stand in a mark.
const PROOF_BYTES: usize = 10;

/// Derives and reads the marks of return paths.
///
/// A mark is a message's id and its HMAC: only who was handed the mail, such as the server that gives it back, knows it. So it names nobody, and
/// nobody can say of another's mail that it came back. It is in lower case and short, for a local part has 64 characters (RFC 5321 §4.5.3.1.1)
/// and some servers fold its case.
#[derive(Clone, Debug)]
pub(crate) struct BounceMarks(Personal<[u8; 32]>);

impl BounceMarks {
    pub(crate) fn new(secret: Personal<[u8; 32]>) -> BounceMarks {
        BounceMarks(secret)
    }

    /// The mark of a message: `<id>.<proof>`, 53 characters.
    pub(crate) fn mark(&self, id: MessageId) -> String {
        format!("{}.{}", id.uuid().simple(), self.proof(id))
    }

    /// The message whose mark it is, in constant time where it matters.
    pub(crate) fn read(&self, mark: &str) -> Option<MessageId> {
        let mark = mark.to_ascii_lowercase();
        let (id, proof) = mark.split_once('.')?;
        let id = MessageId::from_uuid(Uuid::try_parse(id).ok()?);
        secret::same(self.proof(id).as_bytes(), proof.as_bytes()).then_some(id)
    }

    fn proof(&self, id: MessageId) -> String {
        let proof: [u8; PROOF_BYTES] = secret::derive(&self.0, &[b"bounce\0", id.uuid().as_bytes()]);
        hex(&proof)
    }
}

/// What a server said of a mail that it had taken.
#[derive(Clone, Debug)]
pub(crate) struct Bounce {
    pub(crate) message: MessageId,
    /// It will never arrive; otherwise it is late.
    pub(crate) permanent: bool,
    /// The address itself takes no mail.
    pub(crate) by_address: bool,
    pub(crate) reply_code: Option<i16>,
}

impl Bounce {
    pub(crate) fn ending(&self) -> Ending {
        let (outcome, reason) =
            if self.permanent { (Outcome::Bounced, Reason::MailRefused) } else { (Outcome::Deferred, Reason::Unavailable) };
        Ending { outcome, reason: Some(reason), reply_code: self.reply_code }
    }
}

/// Whether a mail server refused a mail because of the address that it is for.
pub(crate) fn is_refusal_of_address(error: &JobError) -> bool {
    match error {
        JobError::Fail(text) if Reason::of(text) == Reason::MailRefused => {
            let status = text.split_once(": smtp ").and_then(|(_, reply)| reply.split_once(' ')).map(|(_, status)| status);
            is_of_address(status, reply_code(text))
        }
        JobError::Retry(_) | JobError::Fail(_) => false,
    }
}

/// Whether the address is why: it does not exist (RFC 3463 §3.2), or its mailbox is closed (§3.3). What is wrong with the sender's address, a full
/// mailbox, or a server that is away, says nothing of the next mail; a server that gives no status says 550 or 553 of addresses (RFC 5321
/// §4.2.3).
pub(crate) fn is_of_address(status: Option<&str>, reply_code: Option<i16>) -> bool {
    match status {
        Some("5.1.7" | "5.1.8") => false,
        Some(status) => status.starts_with("5.1.") || status == "5.2.1",
        None => matches!(reply_code, Some(550 | 553)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_blamed_for_what_is_its_own() {
        for (status, code, blamed) in [
            (Some("5.1.1"), Some(550), true),
            (Some("5.1.10"), None, true),
            (Some("5.2.1"), None, true),
            (Some("5.1.8"), Some(550), false),
            (Some("5.2.2"), Some(552), false),
            (Some("4.4.1"), None, false),
            (Some("5.7.1"), Some(550), false),
            (None, Some(550), true),
            (None, Some(554), false),
            (None, None, false),
        ] {
            assert_eq!(is_of_address(status, code), blamed, "{status:?} {code:?}");
        }
    }

    #[test]
    fn a_refusal_of_a_mail_is_one_of_its_address_or_of_something_else() {
        for (error, blamed) in [
            ("MAIL_REFUSED: smtp 550", true),
            ("MAIL_REFUSED: smtp 550 5.1.1", true),
            ("MAIL_REFUSED: smtp 550 5.7.1", false),
            ("MAIL_REFUSED: smtp 554", false),
            ("MAIL_REFUSED: the id is malformed", false),
            ("REFUSED: http 550", false),
        ] {
            assert_eq!(is_refusal_of_address(&JobError::Fail(error.to_owned())), blamed, "{error}");
            assert!(!is_refusal_of_address(&JobError::Retry(error.to_owned())), "{error}");
        }
    }

    #[test]
    fn a_mark_is_of_one_message_of_one_installation_whatever_its_case() {
        let marks = BounceMarks::new(Personal::new([7; 32]));
        let (mine, other) = (MessageId::from_uuid(Uuid::from_u128(1)), MessageId::from_uuid(Uuid::from_u128(2)));
        let mark = marks.mark(mine);
        assert_eq!((mark.len(), marks.read(&mark), marks.read(&mark.to_uppercase())), (53, Some(mine), Some(mine)));
        let forged = marks.mark(other).replace(&other.uuid().simple().to_string(), &mine.uuid().simple().to_string());
        let elsewhere = BounceMarks::new(Personal::new([8; 32])).mark(mine);
        for wrong in ["", ".", "x", &mark[1..], &mark[..52], &format!("{mark}0"), &forged, &elsewhere] {
            assert_eq!(marks.read(wrong), None, "{wrong}");
        }
    }
}
