//! How the house reaches a person beside mail: a short message to a browser, a chat or a phone.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Locale, Personal};
use serde::{Deserialize, Serialize};

use crate::JobError;

/// Where a short message goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// A browser, by its subscription at a push service.
    Browser(Subscription),
    /// A chat with the city's Telegram bot, by its number there.
    Chat(i64),
    /// A telephone, by its number in the form of E.164.
    Phone(String),
}

/// What a browser tells of its subscription (Push API, `PushSubscription`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Where its push service takes messages for it (RFC 8030 §5). Whoever knows it may send, so it is a secret.
    pub url: String,
    /// Its public key, a point of P-256 (RFC 8291 §3.1), in base64url.
    pub p256dh: String,
    /// The secret that it shares with whoever sends (RFC 8291 §3.2), in base64url.
    pub auth: String,
}

/// A short message to one person by one way.
#[derive(Clone, Debug)]
pub struct Ping {
    /// The same at every try, so that whoever takes it twice can tell.
    pub id: String,
    /// Where to.
    pub to: Personal<Destination>,
    /// The language.
    pub locale: Locale,
    /// One line.
    pub title: Personal<String>,
    /// What else there is to say.
    pub text: Personal<String>,
    /// Where more can be read.
    pub link: Option<String>,
}

impl Ping {
    /// All that it says, for those who have no other form than lines.
    #[must_use]
    pub fn lines(&self) -> Vec<&str> {
        let lines = [self.title.reveal().as_str(), self.text.reveal(), self.link.as_deref().unwrap_or_default()];
        lines.into_iter().filter(|line| !line.is_empty()).collect()
    }
}

/// What became of a short message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landing {
    /// How the other side took it.
    pub landed: Landed,
    /// Its status, when it speaks HTTP.
    pub status: Option<u16>,
}

/// How the other side takes a short message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landed {
    /// It has it.
    Taken,
    /// Nobody is there any more, for good.
    Gone,
    /// It asks to be left in peace for so many seconds.
    Busy(u32),
}

/// Takes short messages of one kind of destination to where they go. The runner implements each.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Whether a person may name this destination.
    fn accepts(&self, to: &Destination) -> bool;

    /// Takes one short message there.
    ///
    /// # Errors
    /// Whether to try again (`DELIVERY_UNAVAILABLE: …`) or to give up (`DELIVERY_REFUSED: …`). Of an answer only its status is told, as
    /// `http 400`.
    async fn send(&self, ping: &Ping) -> std::result::Result<Landing, JobError>;
}

/// The messengers of a city.
#[derive(Clone)]
pub struct Messengers {
    /// To browsers.
    pub push: Arc<dyn Messenger>,
    /// The public key by which browsers know the city (RFC 8292 §3.2), in base64url; without one it asks no browser for a subscription.
    pub push_key: Option<String>,
    /// To chats.
    pub telegram: Arc<dyn Messenger>,
    /// The name of the city's bot, without its `@`; without one it links no chat.
    pub telegram_bot: Option<String>,
    /// To telephones.
    pub sms: Arc<dyn Messenger>,
}
