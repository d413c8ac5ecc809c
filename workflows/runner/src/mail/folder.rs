//! A folder of `.eml` files in place of a mail server.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use journal::{JobError, Mail, Mailer};
use kernel::{Error, Result};

use super::compose::{Sender, unavailable};

/// Writes each mail to `<id>.eml`. The same mail sent twice is one file.
pub struct FolderMailer {
    folder: PathBuf,
    sender: Sender,
    drafts: AtomicU64,
}

impl FolderMailer {
    /// A mailer into this folder, which is created when absent.
    ///
    /// # Errors
    /// When the folder cannot be created.
    pub fn new(folder: PathBuf, sender: Sender) -> Result<FolderMailer> {
        fs::create_dir_all(&folder).map_err(Error::internal)?;
        Ok(FolderMailer { folder, sender, drafts: AtomicU64::new(0) })
    }
}

#[async_trait]
impl Mailer for FolderMailer {
    async fn send(&self, mail: &Mail) -> std::result::Result<(), JobError> {
        let text = self.sender.compose(mail)?.text;
        let draft = self.folder.join(format!("{}.{}.draft", mail.id, self.drafts.fetch_add(1, Ordering::Relaxed)));
        let path = self.folder.join(format!("{}.eml", mail.id));
        let folder = self.folder.clone();
        let written = tokio::task::spawn_blocking(move || write(&folder, &draft, &path, &text)).await;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(unavailable(&format!("the folder: {}", error.kind()))),
            Err(_) => Err(unavailable("the folder")),
        }
    }
}

/// Whoever sees the file sees all of it, also after a power loss.
fn write(folder: &Path, draft: &Path, path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = File::create(draft)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(draft, path)?;
    File::open(folder)?.sync_all()
}
