//! The messengers of a city: to whoever takes short messages to people, or into folders.

use std::sync::Arc;

use journal::{Courier, Messenger, Messengers};
use kernel::{Clock, Personal, Result, Rng};
use runner::{FolderMessenger, PushKey, WebPush};

use crate::settings::Settings;

/// Opens the messengers. Whatever goes to an address that a person named goes by the courier that looks at addresses.
pub(crate) fn open(
    settings: &Settings,
    courier: &Arc<dyn Courier>,
    secret: &Personal<[u8; 32]>,
    clock: &Arc<dyn Clock>,
    rng: &Arc<dyn Rng>,
) -> Result<Messengers> {
    let folder = |channel: &'static str| Arc::new(FolderMessenger::new(settings.data_dir.join(channel), channel)) as Arc<dyn Messenger>;
    let (push, push_key) = match &settings.messengers.push_contact {
        Some(contact) => {
            let key = PushKey::derive(secret, contact)?;
            let public = key.public();
            (Arc::new(WebPush::new(Arc::clone(courier), key, Arc::clone(clock), Arc::clone(rng))) as Arc<dyn Messenger>, Some(public))
        }
        None => (folder("push"), None),
    };
    Ok(Messengers { push, push_key })
}
