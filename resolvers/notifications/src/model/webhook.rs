//! Webhooks: who is told of what happens to reports by HTTP, and how they know that it is the city that tells them.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, Mac};
use kernel::{PartyId, Personal, WebhookId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;
use uuid::Uuid;

words! {
    /// Whether a webhook is told of what happens.
    WebhookState {
        /// It is.
        Active = "active",
        /// Its receiver said that it is gone for good.
        Gone = "gone",
    }
}

/// Somebody who is told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Webhook {
    pub(crate) id: WebhookId,
    /// Whose cases it is told of; all when there is none.
    pub(crate) party: Option<PartyId>,
    /// Where it listens. The address may hold a secret of its receiver.
    pub(crate) url: Personal<String>,
    pub(crate) state: WebhookState,
    /// How many tries failed since the last one that did not.
    pub(crate) failures: i32,
    pub(crate) attempted_at: Option<DateTime<Utc>>,
    pub(crate) delivered_at: Option<DateTime<Utc>>,
    /// The status of the last answer.
    pub(crate) reply_status: Option<i16>,
    pub(crate) created_at: DateTime<Utc>,
}

/// Something that happened to a report, without anything about a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Announcement {
    /// In the past tense, e.g. `answered`.
    pub(crate) event: String,
    /// The number of the report.
    pub(crate) reference: String,
    /// Whose case it is.
    pub(crate) party: Option<Uuid>,
    /// Who supervises that party.
    pub(crate) supervisor: Option<Uuid>,
    /// When it happened.
    pub(crate) at: DateTime<Utc>,
}

impl Announcement {
    /// The body of Standard Webhooks 1.0 ("Payload structure"). It is the same at every try.
    pub(crate) fn body(&self) -> Vec<u8> {
        let body = json!({
            "type": format!("feedback.{}", self.event),
            "timestamp": self.at.to_rfc3339_opts(SecondsFormat::Secs, true),
            "data": { "reference": self.reference, "party": self.party.map(|party| PartyId::from_uuid(party).global()) },
        });
        body.to_string().into_bytes()
    }
}

/// How a try to tell a webhook ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) at: DateTime<Utc>,
    pub(crate) taken: bool,
    pub(crate) status: Option<i16>,
}

/// Derives the secrets of webhooks, so that none is stored.
#[derive(Clone, Debug)]
pub(crate) struct WebhookKeys(Personal<[u8; 32]>);

impl WebhookKeys {
    pub(crate) fn new(secret: Personal<[u8; 32]>) -> WebhookKeys {
        WebhookKeys(secret)
    }

    fn key(&self, id: WebhookId) -> [u8; 32] {
        mac(self.0.reveal(), &[b"webhook\0", id.uuid().as_bytes()])
    }

    /// The secret as receivers' libraries take it (Standard Webhooks 1.0, "Signature scheme").
    pub(crate) fn secret(&self, id: WebhookId) -> String {
        format!("whsec_{}", STANDARD.encode(self.key(id)))
    }

    /// The header `webhook-signature`: HMAC-SHA256 over id, seconds and body.
    pub(crate) fn signature(&self, id: WebhookId, message: &str, at: DateTime<Utc>, body: &[u8]) -> String {
        let content = [message.as_bytes(), b".", at.timestamp().to_string().as_bytes(), b".", body].concat();
        format!("v1,{}", STANDARD.encode(mac(&self.key(id), &[&content])))
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn the_example_of_standard_webhooks_is_signed_as_its_library_signs_it() {
        // The vector of the reference libraries' own tests.
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let content = b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        assert_eq!(STANDARD.encode(mac(&key, &[content])), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_a_webhook_s_own_and_an_installation_s_own() {
        let (one, other) = (WebhookId::of_slug("one"), WebhookId::of_slug("other"));
        let keys = WebhookKeys::new(Personal::new([7; 32]));
        assert_eq!(keys.secret(one), WebhookKeys::new(Personal::new([7; 32])).secret(one));
        assert_ne!(keys.secret(one), keys.secret(other));
        assert_ne!(keys.secret(one), WebhookKeys::new(Personal::new([8; 32])).secret(one));
        let at = Utc.with_ymd_and_hms(2026, 11, 24, 5, 0, 0).unwrap();
        assert_ne!(keys.signature(one, "msg_1", at, b"{}"), keys.signature(one, "msg_1", at, b"{ }"));
    }

    #[test]
    fn a_body_tells_what_happened_to_which_report_and_nothing_else() {
        let at = Utc.with_ymd_and_hms(2026, 11, 24, 5, 0, 0).unwrap();
        let (event, reference) = ("answered".to_owned(), "TK-2026-000123".to_owned());
        let party = PartyId::of_slug("water-arys");
        let told = Announcement { event, reference, party: Some(party.uuid()), supervisor: None, at };
        let expected = format!(
            r#"{{"type":"feedback.answered","timestamp":"2026-11-24T05:00:00Z","data":{{"reference":"TK-2026-000123","party":"{}"}}}}"#,
            party.global()
        );
        assert_eq!(String::from_utf8(told.body()).unwrap(), expected);
    }
}
