//! Files in a folder: each in a file of its own, which is whole or not there.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use kernel::{Code, Error, FileDigest, FileStream, Files, Result};
use tempfile::Builder;
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt},
};

/// How much is read at once.
const PIECE_BYTES: usize = 64 * 1024;
/// What a file is called while it is written. A process that dies then leaves it behind, where nobody reaches it, and `delete` removes it.
const ARRIVING: &str = ".arriving-";

/// A folder that files are kept in.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(folder: PathBuf) -> Folder {
        Folder(folder)
    }

    /// Files stand in 256 folders by the first digits of their digests, so that none of them becomes slow to list.
    fn path(&self, digest: FileDigest) -> PathBuf {
        let name = digest.to_string();
        self.0.join(&name[..2]).join(name)
    }
}

#[async_trait]
impl Files for Folder {
    async fn put(&self, digest: FileDigest, bytes: Vec<u8>) -> Result<()> {
        let (root, path) = (self.0.clone(), self.path(digest));
        apart(move || write(&root, &path, &bytes)).await
    }

    async fn get(&self, digest: FileDigest) -> Result<Option<FileStream>> {
        match File::open(self.path(digest)).await {
            Ok(file) => Ok(Some(pieces(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(away(&error)),
        }
    }

    async fn delete(&self, digest: FileDigest) -> Result<()> {
        let path = self.path(digest);
        apart(move || remove(&path)).await
    }
}

/// Writes a file beside its place, brings it to the disk, and then gives it its name: whoever finds the name finds all of the file.
fn write(root: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let Some(folder) = path.parent() else { return Err(ErrorKind::InvalidInput.into()) };
    if path.exists() {
        return Ok(());
    }
    if !folder.exists() {
        fs::create_dir_all(folder)?;
        sync(Some(root))?;
    }
    let mut file = Builder::new().prefix(&arriving(path)).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync(Some(folder))
}

fn arriving(path: &Path) -> String {
    format!("{ARRIVING}{}-", path.file_name().unwrap_or_default().display())
}

/// Removes a file, and what a process that died while it wrote the same one left behind.
fn remove(path: &Path) -> std::io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| folder.exists()) else { return Ok(()) };
    let remains = arriving(path);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path() == path || entry.file_name().to_string_lossy().starts_with(&remains) {
            fs::remove_file(entry.path())?;
        }
    }
    sync(Some(folder))
}

/// Brings a folder's list of names to the disk.
fn sync(folder: Option<&Path>) -> std::io::Result<()> {
    folder.map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}

/// A file, piece by piece.
fn pieces(file: impl AsyncRead + Send + Unpin + 'static) -> FileStream {
    let read = |mut file| async move {
        let mut piece = vec![0; PIECE_BYTES];
        match AsyncReadExt::read(&mut file, &mut piece).await {
            Ok(0) => None,
            Ok(length) => {
                piece.truncate(length);
                Some((Ok(piece), file))
            }
            Err(error) => Some((Err(away(&error)), file)),
        }
    };
    stream::unfold(file, read).boxed()
}

/// Waits for the disk where nobody else waits with it.
async fn apart(work: impl FnOnce() -> std::io::Result<()> + Send + 'static) -> Result<()> {
    let done = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    done.map_err(|error| away(&error))
}

/// A disk that is full or gone is no fault of the house.
fn away(error: &std::io::Error) -> Error {
    Error::coded(Code::SubgraphUnavailable, format!("the folder of files: {error}"))
}
