//! Telephones, over whoever sends text messages for the city: `POST {to, text, id}` in JSON.

use std::sync::Arc;

use async_trait::async_trait;
use journal::{Courier, Destination, JobError, Landing, Messenger, Parcel, Ping};
use kernel::Personal;
use serde_json::json;

use super::{landing, refused};

/// A gateway of text messages.
pub struct Sms {
    courier: Arc<dyn Courier>,
    url: Personal<String>,
    token: Option<Personal<String>>,
}

impl Sms {
    /// The gateway at this address, which may ask for a token (RFC 6750 §2.1), by a courier that goes there.
    #[must_use]
    pub fn new(courier: Arc<dyn Courier>, url: Personal<String>, token: Option<Personal<String>>) -> Sms {
        Sms { courier, url, token }
    }
}

#[async_trait]
impl Messenger for Sms {
    fn accepts(&self, to: &Destination) -> bool {
        matches!(to, Destination::Phone(_))
    }

    async fn send(&self, ping: &Ping) -> Result<Landing, JobError> {
        let Destination::Phone(number) = ping.to.reveal() else { return Err(refused("it is no telephone")) };
        let body = json!({ "to": number, "text": ping.lines().join("\n"), "id": ping.id }).to_string();
        let mut headers = vec![
            ("content-type", Personal::new("application/json".to_owned())),
            // A second try is no second message, where the gateway knows the header.
            ("idempotency-key", Personal::new(ping.id.clone())),
        ];
        headers.extend(self.token.as_ref().map(|token| ("authorization", Personal::new(format!("Bearer {}", token.reveal())))));
        let parcel = Parcel { url: self.url.clone(), headers, body: Personal::new(body.into_bytes()) };
        landing(&self.courier.hand_over(parcel).await?)
    }
}
