//! One mail as RFC 5322 text, signed where the house has a key for that.

use std::{sync::Arc, time::SystemTime};

use journal::{JobError, Mail};
use kernel::{Clock, Error, Result, one_line};
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Body, Mailbox, MessageBuilder, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use super::Dkim;

/// The name beside the address: the same in all languages.
const SENDER: &str = "Smart Turkistan";
/// How many characters a mark has, and a local part at most (RFC 5321 §4.5.3.1.1).
const MARK_CHARS: usize = 53;
const LOCAL_PART_CHARS: usize = 64;

/// Whoever mail comes from.
pub struct Sender {
    from: Mailbox,
    returns: Option<Address>,
    dkim: Option<Dkim>,
    clock: Arc<dyn Clock>,
}

/// A mail as it goes over the wire.
pub(crate) struct Composed {
    pub(crate) envelope: Envelope,
    pub(crate) text: Vec<u8>,
}

impl Sender {
    /// The sender of this address, e.g. `Smart Turkistan <no-reply@turkistan.example>`.
    ///
    /// # Errors
    /// When the address is malformed.
    pub fn new(from: &str, clock: Arc<dyn Clock>) -> Result<Sender> {
        let mut from: Mailbox = from.parse().map_err(|error| Error::internal(format!("the sender of mail: {error}")))?;
        from.name.get_or_insert_with(|| SENDER.to_owned());
        Ok(Sender { from, returns: None, dkim: None, clock })
    }

    /// The domain of the address: a signature in its name is what DMARC looks for (RFC 7489 §3.1.1).
    #[must_use]
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// The same sender, whose mail is signed.
    #[must_use]
    pub fn signed(self, dkim: Dkim) -> Sender {
        Sender { dkim: Some(dkim), ..self }
    }

    /// The same sender, whose mail that cannot be delivered goes back to `address` with the mail's mark added (RFC 5233): `bounces@example.kz`
    /// becomes `bounces+<mark>@example.kz`.
    ///
    /// # Errors
    /// When the address is malformed, or its local part leaves a mark no room (RFC 5321 §4.5.3.1.1).
    pub fn returning(self, address: &str) -> Result<Sender> {
        let returns: Address = address.parse().map_err(|error| Error::internal(format!("the address of bounces: {error}")))?;
        marked(&returns, &"0".repeat(MARK_CHARS)).ok_or_else(|| {
            let chars = LOCAL_PART_CHARS - MARK_CHARS - 1;
            Error::internal(format!("the address of bounces: {chars} characters may stand before its @"))
        })?;
        Ok(Sender { returns: Some(returns), ..self })
    }

    pub(crate) fn compose(&self, mail: &Mail) -> std::result::Result<Composed, JobError> {
        let message = self.message(mail)?;
        let text = message.formatted();
        let text = match &self.dkim {
            Some(dkim) => dkim.sign(&text, self.clock.now())?,
            None => text,
        };
        let envelope = match (&self.returns, &mail.return_mark) {
            (Some(returns), Some(mark)) => {
                let from = marked(returns, mark).ok_or_else(|| refused("the mark of its return path is malformed"))?;
                Envelope::new(Some(from), message.envelope().to().to_vec()).map_err(|_| refused("the mail has no receiver"))?
            }
            _ => message.envelope().clone(),
        };
        Ok(Composed { envelope, text })
    }

    fn message(&self, mail: &Mail) -> std::result::Result<Message, JobError> {
        let to = mail.to.reveal().parse().map_err(|_| refused("the address is malformed"))?;
        // The id becomes a header and a file name.
        if mail.id.is_empty() || !mail.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(refused("the id is malformed"));
        }
        let (subject, letter) = (one_line(&mail.subject), mail.letter.reveal());
        // `=_` stands in no base64 (RFC 2045 §6.7 gives the like for quoted-printable), so no text can end its part. It follows from the id:
        // the same mail is the same bytes.
        let parts = MultiPart::alternative()
            .boundary(format!("=_{}", mail.id))
            .singlepart(part(ContentType::TEXT_PLAIN, letter.text())?)
            .singlepart(part(ContentType::TEXT_HTML, letter.html(mail.locale, &subject))?);
        let unsubscribe = mail.unsubscribe.as_ref().map(|url| one_click(url.reveal())).transpose()?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&subject)
            .date(SystemTime::from(self.clock.now()))
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Content-Language"), mail.locale.tag().to_owned()))
            // RFC 3834 §5: vacation notices do not answer it.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
        let message = unsubscribe.into_iter().flatten().fold(message, MessageBuilder::raw_header);
        message.multipart(parts).map_err(|_| refused("the mail cannot be written"))
    }
}

/// The address with a mark added; nothing when it would be none.
fn marked(address: &Address, mark: &str) -> Option<Address> {
    let local = format!("{}+{mark}", address.user());
    (local.len() <= LOCAL_PART_CHARS).then(|| Address::new(local, address.domain()).ok()).flatten()
}

/// The two headers of RFC 8058 §3.1. The address stands there whole: folded or encoded, few programs would find it.
fn one_click(url: &str) -> std::result::Result<[HeaderValue; 2], JobError> {
    if !url.starts_with("https://") || !url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b',')) {
        return Err(refused("the address for unsubscribing is malformed"));
    }
    let header = |name, value: String| HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value);
    Ok([header("List-Unsubscribe", format!("<{url}>")), header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned())])
}

fn part(content_type: ContentType, text: String) -> std::result::Result<SinglePart, JobError> {
    let body = Body::new_with_encoding(text, ContentTransferEncoding::Base64).map_err(|_| refused("the mail cannot be written"))?;
    Ok(SinglePart::builder().header(content_type).body(body))
}

pub(crate) fn refused(why: &str) -> JobError {
    JobError::Fail(format!("MAIL_REFUSED: {why}"))
}

pub(crate) fn unavailable(why: &str) -> JobError {
    JobError::Retry(format!("MAIL_UNAVAILABLE: {why}"))
}
