//! A folder in place of a messenger that the city has not.

use std::path::PathBuf;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use journal::{Destination, JobError, Landed, Landing, Messenger, Ping};
use kernel::hex;
use serde_json::json;

use crate::folder::Folder;

/// Writes each message to a file of JSON that is named after it: the same one sent twice is one file.
pub struct FolderMessenger {
    folder: Folder,
    channel: &'static str,
}

impl FolderMessenger {
    /// A messenger of a channel into this folder, which is created with the first message.
    #[must_use]
    pub fn new(folder: PathBuf, channel: &'static str) -> FolderMessenger {
        FolderMessenger { folder: Folder::new(folder), channel }
    }
}

#[async_trait]
impl Messenger for FolderMessenger {
    fn accepts(&self, _to: &Destination) -> bool {
        true
    }

    async fn send(&self, ping: &Ping) -> Result<Landing, JobError> {
        let text = json!({
            "to": ping.to.reveal(),
            "locale": ping.locale.tag(),
            "title": ping.title.reveal(),
            "text": ping.text.reveal(),
            "link": ping.link,
        });
        let name = format!("{}.json", hex(&digest(&SHA256, ping.id.as_bytes()).as_ref()[..16]));
        let written = self.folder.put(&name, text.to_string().into_bytes()).await;
        written.map_err(|error| JobError::Retry(format!("DELIVERY_UNAVAILABLE: {error}")))?;
        tracing::info!(channel = self.channel, "this city has no such messenger: the message lies in the data folder");
        Ok(Landing { landed: Landed::Taken, status: None })
    }
}

#[cfg(test)]
mod tests {
    use journal::Subscription;
    use kernel::{Locale, Personal};
    use serde_json::Value;

    use super::*;

    #[tokio::test]
    async fn a_message_sent_twice_is_one_file_that_its_id_cannot_lead_astray() {
        let folder = tempfile::tempdir().unwrap();
        let messenger = FolderMessenger::new(folder.path().join("push"), "push");
        let text = |text: &str| text.to_owned();
        let to = Personal::new(Destination::Browser(Subscription { url: text("u"), p256dh: text("p"), auth: text("a") }));
        let (title, said) = (Personal::new(text("Тақырып")), Personal::new(text("Мәтін")));
        let ping = Ping { id: text("../x"), to, locale: Locale::Kk, title, text: said, link: Some(text("https://city.example")) };
        for _ in 0..2 {
            assert_eq!(messenger.send(&ping).await, Ok(Landing { landed: Landed::Taken, status: None }));
        }
        let files: Vec<_> = std::fs::read_dir(folder.path().join("push")).unwrap().map(|file| file.unwrap().path()).collect();
        let [file] = files.as_slice() else { panic!("{files:?}") };
        let written: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        assert_eq!(
            (&written["title"], &written["text"], &written["to"]["browser"]["url"]),
            (&json!("Тақырып"), &json!("Мәтін"), &json!("u"))
        );
    }
}
