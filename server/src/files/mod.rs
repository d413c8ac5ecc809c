//! Files that people send: what of them is kept, and where.

mod bucket;
mod clean;
mod folder;
mod metadata;
mod picture;
#[cfg(test)]
pub(crate) mod tests;

use std::{path::PathBuf, sync::Arc};

use kernel::{Clock, Error, FileDigest, Files, Result};
use sha2::{Digest, Sha256};
use url::Url;

pub(crate) use bucket::Bucket;
pub(crate) use clean::{Clean, FILE_BYTES_MAX, Media, PIXELS_MAX, Unfit, clean};
pub(crate) use folder::Folder;

/// Where files are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a folder of this machine, or one that several share.
    Folder(PathBuf),
    /// In a bucket of an S3-compatible store, below a prefix; empty, or ending with a slash.
    Bucket {
        /// Its name.
        name: String,
        /// What the names of files begin with.
        prefix: String,
    },
}

impl Place {
    /// Reads `file:///folder` or `s3://bucket/prefix`.
    pub(crate) fn parse(text: &str) -> Result<Place> {
        let wrong = || Error::internal(format!("`{text}` is no place for files: write file:///folder or s3://bucket/prefix"));
        let url = Url::parse(text).map_err(|_| wrong())?;
        match url.scheme() {
            "file" => url.to_file_path().map(Place::Folder).map_err(|()| wrong()),
            "s3" => {
                let name = url.host_str().filter(|_| url.query().is_none() && url.username().is_empty()).ok_or_else(wrong)?.to_owned();
                let prefix = url.path().trim_matches('/');
                Ok(Place::Bucket { name, prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") } })
            }
            _ => Err(wrong()),
        }
    }

    /// The same as it is set. A folder is named from the root, for a URL knows no other way.
    pub(crate) fn url(&self) -> String {
        match self {
            Place::Folder(folder) => format!("file://{}", std::path::absolute(folder).as_ref().unwrap_or(folder).display()),
            Place::Bucket { name, prefix } => format!("s3://{name}/{prefix}"),
        }
    }
}

/// Opens the place where files are kept. What a bucket is reached with comes from the usual variables, `AWS_…`.
pub(crate) fn open(place: &Place, clock: Arc<dyn Clock>) -> Result<Arc<dyn Files>> {
    Ok(match place {
        Place::Folder(folder) => Arc::new(Folder::new(folder.clone())),
        Place::Bucket { name, prefix } => Arc::new(Bucket::from_environment(name, prefix, clock)?),
    })
}

/// The digest under which a file is kept.
pub(crate) fn digest(bytes: &[u8]) -> FileDigest {
    FileDigest::from_bytes(Sha256::digest(bytes).into())
}
