//! By which messengers short messages go.

use std::ffi::OsString;

use kernel::{Error, Personal, Result};
use url::Url;

/// Telegram's own servers.
const TELEGRAM_API: &str = "https://api.telegram.org";

/// The messengers of a city; what is not set is a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Messengers {
    /// Where push services write to when something is wrong; without it no browser is asked for a subscription.
    pub(crate) push_contact: Option<String>,
    /// The city's Telegram bot.
    pub(crate) telegram: Option<Telegram>,
    /// Whoever sends text messages for the city.
    pub(crate) sms: Option<Sms>,
}

/// A Telegram bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Telegram {
    /// Its name, without its `@`.
    pub(crate) bot: String,
    pub(crate) token: Personal<String>,
    /// Where the Bot API is.
    pub(crate) api: String,
}

/// A gateway of text messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sms {
    pub(crate) url: String,
    pub(crate) token: Option<Personal<String>>,
}

/// What was said of them, wherever.
#[derive(Default)]
pub(super) struct Said {
    pub(super) push_contact: Option<String>,
    pub(super) telegram_bot: Option<String>,
    pub(super) telegram_api: Option<String>,
    pub(super) telegram_token: Option<Personal<String>>,
    pub(super) sms_url: Option<String>,
    pub(super) sms_token: Option<Personal<String>>,
}

impl Said {
    pub(super) fn gather(self) -> Result<Messengers> {
        let telegram = match (self.telegram_bot, self.telegram_token) {
            (Some(bot), Some(token)) => {
                Some(Telegram { bot: name(&bot)?, token, api: address(self.telegram_api.as_deref().unwrap_or(TELEGRAM_API))? })
            }
            (Some(_), None) => return Err(Error::internal("telegram_bot says nothing without its token: set TURKISTAN_TELEGRAM_TOKEN")),
            // One environment may serve several commands.
            (None, _) => None,
        };
        let sms = self.sms_url.map(|url| address(&url).map(|url| Sms { url, token: self.sms_token })).transpose()?;
        Ok(Messengers { push_contact: self.push_contact, telegram, sms })
    }
}

/// Bots' names are of letters, digits and underscores.
fn name(bot: &str) -> Result<String> {
    let name = bot.strip_prefix('@').unwrap_or(bot);
    let fits = (5..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if fits { Ok(name.to_owned()) } else { Err(Error::internal(format!("`{bot}` is not the name of a Telegram bot"))) }
}

/// An address that its operator chose may be within the city's network, and speak plain HTTP there.
fn address(text: &str) -> Result<String> {
    let fits = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
    // It may hold a password.
    if fits { Ok(text.to_owned()) } else { Err(Error::internal("telegram_api and sms_url are addresses: https://host/path")) }
}

impl Messengers {
    /// The same for another process of this program.
    pub(super) fn environment(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        let (telegram, sms) = (self.telegram.as_ref(), self.sms.as_ref());
        let set = [
            ("TURKISTAN_PUSH_CONTACT", self.push_contact.as_ref()),
            ("TURKISTAN_TELEGRAM_BOT", telegram.map(|telegram| &telegram.bot)),
            ("TURKISTAN_TELEGRAM_API", telegram.map(|telegram| &telegram.api)),
            ("TURKISTAN_TELEGRAM_TOKEN", telegram.map(|telegram| telegram.token.reveal())),
            ("TURKISTAN_SMS_URL", sms.map(|sms| &sms.url)),
            ("TURKISTAN_SMS_TOKEN", sms.and_then(|sms| sms.token.as_ref()).map(Personal::reveal)),
        ];
        set.into_iter().filter_map(|(name, value)| Some((name, value?.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(bot: &str, token: Option<&str>, sms: Option<&str>) -> Result<Messengers> {
        let token = token.map(|token| Personal::new(token.to_owned()));
        Said { telegram_bot: Some(bot.to_owned()), telegram_token: token, sms_url: sms.map(str::to_owned), ..Said::default() }.gather()
    }

    #[test]
    fn a_bot_has_a_name_and_a_token_and_a_gateway_an_address() {
        let set = said("@turkistan_bot", Some("1:a"), Some("http://sms.internal/send")).unwrap();
        let telegram = set.telegram.clone().unwrap();
        assert_eq!((telegram.bot.as_str(), telegram.api.as_str()), ("turkistan_bot", TELEGRAM_API));
        assert!(!format!("{telegram:?}").contains("1:a"));
        assert_eq!(set.environment().count(), 4);
        assert!(said("turkistan_bot", None, None).is_err());
        assert!(said("bot/../x", Some("1:a"), None).is_err());
        let error = said("turkistan_bot", Some("1:a"), Some("hunter2")).unwrap_err();
        assert!(!error.internal_text().contains("hunter2"));
    }
}
