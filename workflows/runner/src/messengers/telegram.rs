//! Chats with the city's bot (Telegram Bot API).

use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use journal::{Commit, Courier, Destination, Handler, Job, JobError, Landed, Landing, Messenger, NewJob, Parcel, Ping, Receipt, secret};
use kernel::{Error, Personal, Result, hex};
use serde_json::{Value, json};

use super::{landing, refused};

/// The kind of the job.
const DELIVER_BOT_ADDRESS: &str = "deliver_bot_address";

/// The bot of a city, as Telegram's servers know it.
#[derive(Clone)]
pub struct Bot {
    courier: Arc<dyn Courier>,
    /// Where its methods are; the bot's token is a part of it.
    base: Personal<String>,
}

impl Bot {
    /// A bot with its token, by a courier that goes to this base address.
    ///
    /// # Errors
    /// When the token is none: it would name another method.
    pub fn new(courier: Arc<dyn Courier>, api: &str, token: &Personal<String>) -> Result<Bot> {
        let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-');
        if token.reveal().is_empty() || !token.reveal().chars().all(is_token) {
            return Err(Error::internal("the token of the Telegram bot is none: it looks like 123456:ABC-DEF"));
        }
        Ok(Bot { courier, base: Personal::new(format!("{}/bot{}", api.trim_end_matches('/'), token.reveal())) })
    }

    async fn call(&self, method: &str, body: &Value) -> std::result::Result<Receipt, JobError> {
        let headers = vec![("content-type", Personal::new("application/json".to_owned()))];
        let (url, body) = (Personal::new(format!("{}/{method}", self.base.reveal())), Personal::new(body.to_string().into_bytes()));
        self.courier.hand_over(Parcel { url, headers, body }).await
    }
}

#[async_trait]
impl Messenger for Bot {
    fn accepts(&self, to: &Destination) -> bool {
        matches!(to, Destination::Chat(_))
    }

    async fn send(&self, ping: &Ping) -> std::result::Result<Landing, JobError> {
        let Destination::Chat(chat) = ping.to.reveal() else { return Err(refused("it is no chat")) };
        // Plain text: nothing in it is read as a mark.
        let body = json!({ "chat_id": chat, "text": ping.lines().join("\n"), "link_preview_options": { "is_disabled": true } });
        read(&self.call("sendMessage", &body).await?)
    }
}

/// Telegram says in the body what its status leaves open.
fn read(receipt: &Receipt) -> std::result::Result<Landing, JobError> {
    let body: Value = serde_json::from_slice(&receipt.body).unwrap_or_default();
    let gone = Ok(Landing { landed: Landed::Gone, status: Some(receipt.status) });
    match receipt.status {
        // The bot was blocked, or its reader's account is no more.
        403 => gone,
        400 if body["description"].as_str().is_some_and(|text| text.contains("chat not found")) => gone,
        429 => {
            let asked = body["parameters"]["retry_after"].as_u64().and_then(|seconds| seconds.try_into().ok());
            landing(&Receipt { retry_after_seconds: receipt.retry_after_seconds.or(asked), ..receipt.clone() })
        }
        _ => landing(receipt),
    }
}

/// What Telegram sends with whatever a bot is told, so that the city knows that it is Telegram (Bot API, `setWebhook`): derived from the
/// installation's secret.
#[must_use]
pub fn bot_secret(secret: &Personal<[u8; 32]>) -> Personal<String> {
    Personal::new(hex(&secret::derive::<32>(secret, &[b"telegram-webhook\0"])))
}

/// Tells Telegram where the city listens to what its bot is told.
pub struct BotAddress {
    bot: Bot,
    address: String,
    secret: Personal<String>,
}

impl BotAddress {
    /// The bot listens at this address of the city, `https://…`.
    #[must_use]
    pub fn new(bot: Bot, address: String, secret: Personal<String>) -> BotAddress {
        BotAddress { bot, address, secret }
    }
}

#[async_trait]
impl Handler for BotAddress {
    fn kinds(&self) -> &'static [&'static str] {
        &[DELIVER_BOT_ADDRESS]
    }

    /// Once for an address and a secret: whoever moves the city moves its bot.
    fn beginning(&self) -> Vec<NewJob> {
        let what = [self.address.as_bytes(), b"\0", self.secret.reveal().as_bytes(), self.bot.base.reveal().as_bytes()].concat();
        let about = hex(&digest(&SHA256, &what).as_ref()[..16]);
        vec![NewJob::new(DELIVER_BOT_ADDRESS, about, json!({}), chrono::DateTime::UNIX_EPOCH)]
    }

    async fn perform(&self, _job: &Job) -> std::result::Result<Commit, JobError> {
        let body = json!({ "url": self.address, "secret_token": self.secret.reveal(), "allowed_updates": ["message"] });
        let receipt = self.bot.call("setWebhook", &body).await?;
        match read(&receipt)?.landed {
            Landed::Taken => Ok(journal::nothing()),
            Landed::Gone | Landed::Busy(_) => Err(JobError::Retry(format!("DELIVERY_UNAVAILABLE: http {}", receipt.status))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, expected: &std::result::Result<Landed, JobError>) {
        let receipt = Receipt { status, retry_after_seconds: None, body: body.as_bytes().to_vec() };
        assert_eq!(&read(&receipt).map(|landing| landing.landed), expected, "{status} {body}");
    }

    #[test]
    fn telegram_tells_who_blocked_the_bot_and_when_to_come_again() {
        check(200, r#"{"ok":true}"#, &Ok(Landed::Taken));
        check(403, r#"{"ok":false,"description":"Forbidden: bot was blocked by the user"}"#, &Ok(Landed::Gone));
        check(400, r#"{"ok":false,"description":"Bad Request: chat not found"}"#, &Ok(Landed::Gone));
        check(400, r#"{"ok":false,"description":"Bad Request: message is too long"}"#, &Err(refused("http 400")));
        check(429, r#"{"ok":false,"parameters":{"retry_after":7}}"#, &Ok(Landed::Busy(7)));
        check(429, "not JSON", &Ok(Landed::Busy(60)));
        check(401, r#"{"ok":false}"#, &Err(refused("http 401")));
        check(502, "", &Err(JobError::Retry("DELIVERY_UNAVAILABLE: http 502".to_owned())));
    }

    #[test]
    fn a_secret_is_an_installation_s_own_and_of_letters_that_telegram_takes() {
        let secret = bot_secret(&Personal::new([7; 32]));
        assert_ne!(secret, bot_secret(&Personal::new([8; 32])));
        assert!(secret.reveal().len() == 64 && secret.reveal().bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
