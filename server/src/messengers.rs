//! The messengers of a city: to whoever takes short messages to people, or into folders.

use std::sync::Arc;

use journal::{Courier, Handler, Messenger, Messengers};
use kernel::{Clock, Error, Personal, Result, Rng};
use runner::{Bot, BotAddress, FolderMessenger, PushKey, Sms, WebPush, bot_secret};
use url::Url;

use crate::{
    courier::HttpCourier,
    settings::{self, Settings},
};

/// What the bot listens to, below the city's address.
pub(crate) const BOT_PATH: &str = "/telegram";

/// What stands for the messengers of a city.
pub(crate) struct Opened {
    pub(crate) messengers: Messengers,
    /// What tells Telegram where the city listens.
    pub(crate) bot_address: Option<Arc<dyn Handler>>,
    /// By what Telegram proves itself; nothing in a city without a bot.
    pub(crate) bot_secret: Option<Personal<String>>,
}

/// Opens the messengers. Whatever goes to an address that a person named goes by the courier that looks at addresses.
pub(crate) fn open(
    settings: &Settings,
    courier: &Arc<dyn Courier>,
    secret: &Personal<[u8; 32]>,
    clock: &Arc<dyn Clock>,
    rng: &Arc<dyn Rng>,
) -> Result<Opened> {
    let folder = |channel: &'static str| Arc::new(FolderMessenger::new(settings.data_dir.join(channel), channel)) as Arc<dyn Messenger>;
    let (push, push_key) = match &settings.messengers.push_contact {
        Some(contact) => {
            let key = PushKey::derive(secret, contact)?;
            let public = key.public();
            (Arc::new(WebPush::new(Arc::clone(courier), key, Arc::clone(clock), Arc::clone(rng))) as Arc<dyn Messenger>, Some(public))
        }
        None => (folder("push"), None),
    };
    let bot = settings.messengers.telegram.as_ref().map(bot).transpose()?;
    let proof = bot.as_ref().map(|_| bot_secret(secret));
    // Without an address of its own the city hears nothing; whoever runs it may pass on what the bot is told.
    let told = bot.clone().zip(settings.public_url.as_ref()).zip(proof.clone());
    let bot_address = told.map(|((bot, url), proof)| Arc::new(BotAddress::new(bot, format!("{url}{BOT_PATH}"), proof)) as Arc<dyn Handler>);
    let sms = match &settings.messengers.sms {
        Some(set) => Arc::new(Sms::new(courier_to(&set.url)?, Personal::new(set.url.clone()), set.token.clone())) as Arc<dyn Messenger>,
        None => folder("sms"),
    };
    let telegram = bot.map_or_else(|| folder("telegram"), |bot| Arc::new(bot) as Arc<dyn Messenger>);
    let telegram_bot = settings.messengers.telegram.as_ref().map(|set| set.bot.clone());
    let messengers = Messengers { push, push_key, telegram, telegram_bot, sms };
    Ok(Opened { messengers, bot_address, bot_secret: proof })
}

fn bot(set: &settings::Telegram) -> Result<Bot> {
    Bot::new(courier_to(&set.api)?, &set.api, &set.token)
}

/// A courier to an address that its operator chose, and so to that host wherever it is.
fn courier_to(url: &str) -> Result<Arc<dyn Courier>> {
    let url = Url::parse(url).map_err(Error::internal)?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    Ok(Arc::new(HttpCourier::new(&[host])?))
}
