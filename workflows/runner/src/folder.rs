//! A folder in place of what a city has not: a mail server, or a messenger. A demonstration looks at it.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// A folder of whole files.
pub(crate) struct Folder {
    path: PathBuf,
    drafts: AtomicU64,
}

impl Folder {
    pub(crate) fn new(path: PathBuf) -> Folder {
        Folder { path, drafts: AtomicU64::new(0) }
    }

    /// Writes a file. The same name again is the same file; an error says what kind it is of and nothing else.
    pub(crate) async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), String> {
        let draft = self.path.join(format!("{name}.{}.draft", self.drafts.fetch_add(1, Ordering::Relaxed)));
        let (folder, path) = (self.path.clone(), self.path.join(name));
        match tokio::task::spawn_blocking(move || write(&folder, &draft, &path, &bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(format!("the folder: {}", error.kind())),
            Err(_) => Err("the folder".to_owned()),
        }
    }
}

/// Whoever sees the file sees all of it, also after a power loss.
fn write(folder: &Path, draft: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = File::create(draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(draft, path)?;
    File::open(folder)?.sync_all()
}
