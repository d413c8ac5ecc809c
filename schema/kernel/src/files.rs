//! Where bytes are kept that are too large for a row: photos and documents, each under its digest.

use std::fmt;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Result, hex};

/// The SHA-256 (FIPS 180-4) of a file as it is kept: equal files have one digest, and are kept once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileDigest([u8; 32]);

impl FileDigest {
    /// Takes the digest that was computed.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> FileDigest {
        FileDigest(bytes)
    }

    /// Reads 64 hexadecimal digits in lower case; `None` for anything else, so that no other text becomes the name of a file.
    #[must_use]
    pub fn parse(text: &str) -> Option<FileDigest> {
        let digit =
            |byte: u8| (byte as char).to_digit(16).filter(|_| !byte.is_ascii_uppercase()).and_then(|digit| u8::try_from(digit).ok());
        let mut bytes = [0; 32];
        if text.len() != 2 * bytes.len() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(FileDigest(bytes))
    }
}

/// 64 hexadecimal digits in lower case.
impl fmt::Display for FileDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for FileDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileDigest({self})")
    }
}

impl Serialize for FileDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FileDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<FileDigest, D::Error> {
        let text = String::deserialize(deserializer)?;
        FileDigest::parse(&text).ok_or_else(|| de::Error::custom("a digest is 64 hexadecimal digits"))
    }
}

/// A file piece by piece.
pub type FileStream = BoxStream<'static, Result<Vec<u8>>>;

/// Keeps files under their digests. What refers to them is counted elsewhere: a file is put before anything refers to it, and deleted after
/// nothing does any more.
#[async_trait]
pub trait Files: Send + Sync {
    /// Keeps a file, and answers after it is on disk. One that is kept already stays as it is.
    ///
    /// # Errors
    /// `SUBGRAPH_UNAVAILABLE` when the store is away or full.
    async fn put(&self, digest: FileDigest, bytes: Vec<u8>) -> Result<()>;

    /// Reads a file; `None` when there is none.
    ///
    /// # Errors
    /// `SUBGRAPH_UNAVAILABLE` when the store is away.
    async fn get(&self, digest: FileDigest) -> Result<Option<FileStream>>;

    /// Deletes a file; nothing happens when there is none.
    ///
    /// # Errors
    /// `SUBGRAPH_UNAVAILABLE` when the store is away.
    async fn delete(&self, digest: FileDigest) -> Result<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_as_it_was_written_and_nothing_else_is_one() {
        let digest = FileDigest::from_bytes(std::array::from_fn(|at| u8::try_from(at * 7).unwrap_or_default()));
        assert_eq!(FileDigest::parse(&digest.to_string()), Some(digest));
        for wrong in ["", "00", &digest.to_string().to_uppercase(), &format!("{digest}0"), &format!("../{}", &digest.to_string()[3..])] {
            assert_eq!(FileDigest::parse(wrong), None, "{wrong}");
        }
    }
}
