//! A folder of `.eml` files in place of a mail server.

use std::path::PathBuf;

use async_trait::async_trait;
use journal::{JobError, Mail, Mailer};
use kernel::{Error, Result};

use super::compose::{Sender, unavailable};
use crate::folder::Folder;

/// Writes each mail to `<id>.eml`. The same mail sent twice is one file.
pub struct FolderMailer {
    folder: Folder,
    sender: Sender,
}

impl FolderMailer {
    /// A mailer into this folder, which is created when absent.
    ///
    /// # Errors
    /// When the folder cannot be created.
    pub fn new(folder: PathBuf, sender: Sender) -> Result<FolderMailer> {
        std::fs::create_dir_all(&folder).map_err(Error::internal)?;
        Ok(FolderMailer { folder: Folder::new(folder), sender })
    }
}

#[async_trait]
impl Mailer for FolderMailer {
    async fn send(&self, mail: &Mail) -> std::result::Result<(), JobError> {
        let text = self.sender.compose(mail)?.text;
        self.folder.put(&format!("{}.eml", mail.id), text).await.map_err(|error| unavailable(&error))
    }
}
