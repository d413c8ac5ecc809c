//! Checkpoints (C2SP tlog-checkpoint): the size and the root of the log, signed, in a file that the database does not reach.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use kernel::{Error, Result};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use super::{
    note::{Signer, Verifier},
    store::read_root,
    tree::Hash,
};
use crate::{Abort, Database, entity::log_checkpoint, latest_position};

/// What the log was when it had this size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many entries it had.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    fn text(&self, origin: &str) -> String {
        format!("{origin}\n{}\n{}\n", self.size, STANDARD.encode(self.root))
    }

    /// The checkpoint of a note that the log signed; `None` for any other note.
    #[must_use]
    pub fn open(note: &str, verifier: &Verifier) -> Option<Checkpoint> {
        let text = verifier.open(note)?;
        let mut lines = text.split('\n').skip(1);
        let (size, root) = (lines.next()?.parse().ok()?, STANDARD.decode(lines.next()?).ok()?);
        let checkpoint = Checkpoint { size, root: root.try_into().ok()? };
        (checkpoint.text(verifier.name()) == text).then_some(checkpoint)
    }
}

/// What a file of checkpoints holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoints {
    /// Those that the log signed, in the order in which they were written.
    pub signed: Vec<Checkpoint>,
    /// The lines, from 1, at which something stands that is no checkpoint of this log.
    pub foreign: Vec<usize>,
    /// The lines, from 1, at which a checkpoint begins that was never written to its end: a power cut leaves one.
    pub torn: Vec<usize>,
}

impl Checkpoints {
    /// Reads a file; one that is not there holds nothing.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(path: &Path, verifier: &Verifier) -> Result<Checkpoints> {
        match std::fs::read(path) {
            Ok(bytes) => Ok(Checkpoints::parse(&String::from_utf8_lossy(&bytes), verifier)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Checkpoints::default()),
            Err(error) => Err(Error::internal(format!("{}: {error}", path.display()))),
        }
    }

    /// A note is two paragraphs, text and signature, with an empty line between; another follows each.
    fn parse(text: &str, verifier: &Verifier) -> Checkpoints {
        let (mut found, mut line, mut waiting) = (Checkpoints::default(), 1, None::<(usize, &str)>);
        for paragraph in text.split("\n\n") {
            let begins = line + paragraph.len() - paragraph.trim_start_matches('\n').len();
            line += paragraph.matches('\n').count() + 2;
            let paragraph = paragraph.trim_matches('\n');
            if !paragraph.starts_with('\u{2014}') {
                found.torn.extend(waiting.take().map(|(begins, _)| begins));
                waiting = Some((begins, paragraph)).filter(|_| !paragraph.is_empty());
                continue;
            }
            let (begins, head) = waiting.take().unwrap_or((begins, ""));
            match Checkpoint::open(&format!("{head}\n\n{paragraph}\n"), verifier) {
                Some(checkpoint) => found.signed.push(checkpoint),
                None => found.foreign.push(begins),
            }
        }
        found.torn.extend(waiting.map(|(begins, _)| begins));
        found
    }
}

/// Signs what the log is now, and writes it down: first to the file, where the database cannot change it, then to the database, from where
/// receipts take it. The log is first held against what was signed last, so that no rewritten history is signed.
///
/// # Errors
/// When the log is not a continuation of the last checkpoint; when the file or the database cannot be written.
pub async fn checkpoint(database: &Database, signer: &Signer, path: &Path, now: DateTime<Utc>) -> Result<Checkpoint> {
    database.writer.sequence().await?;
    let size = latest_position(&database.reader).await?;
    let current = Checkpoint { size: size.unsigned_abs(), root: read_root(&database.reader, size.unsigned_abs()).await? };
    let last = Checkpoints::read(path, signer.verifier())?.signed.pop();
    if let Some(last) = &last {
        if last.size > current.size {
            return Err(Error::internal(format!("the log has {} entries, and {} were signed before", current.size, last.size)));
        }
        if read_root(&database.reader, last.size).await? != last.root {
            return Err(Error::internal(format!("the first {} entries of the log are not those that were signed before", last.size)));
        }
    }
    let note = signer.sign(&current.text(signer.verifier().name()));
    if last.as_ref() != Some(&current) {
        append(path, &note).map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
    }
    let row = log_checkpoint::ActiveModel { size: Set(size), at: Set(now), note: Set(note) };
    let keep = database.writer.write(move |txn| {
        async move {
            let once = OnConflict::column(log_checkpoint::Column::Size).do_nothing().to_owned();
            log_checkpoint::Entity::insert(row).on_conflict(once).exec_without_returning(txn).await?;
            Ok(())
        }
        .boxed()
    });
    keep.await.map_err(Abort::into_fault)?;
    Ok(current)
}

/// Adds a note and an empty line to the file, and waits until the disk has them. One write, so that processes that share a file do not mix
/// their notes.
fn append(path: &Path, note: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).read(true).create(true).mode(0o644).open(path)?;
    let mut end = [b'\n'; 2];
    if file.metadata()?.len() > 1 {
        file.seek(SeekFrom::End(-2))?;
        file.read_exact(&mut end)?;
    }
    // What a power cut left there ends here.
    let before = if end == *b"\n\n" { "" } else { "\n\n" };
    file.write_all(format!("{before}{note}\n").as_bytes())?;
    file.sync_all()?;
    // A new file is there after a power cut only when its folder says so.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use kernel::Personal;

    use super::*;

    #[test]
    fn a_file_gives_back_its_checkpoints_and_tells_what_is_none() {
        let signer = Signer::derive(&Personal::new([7; 32]), "turkistan.test/journal").unwrap();
        let other = Signer::derive(&Personal::new([8; 32]), "turkistan.test/journal").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoints");
        let first = Checkpoint { size: 1, root: [1; 32] };
        let second = Checkpoint { size: 2, root: [2; 32] };
        let text = |checkpoint: &Checkpoint| checkpoint.text("turkistan.test/journal");
        append(&path, &signer.sign(&text(&first))).unwrap();
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"turkistan.test/journal\n2").unwrap();
        append(&path, &signer.sign(&text(&second))).unwrap();
        append(&path, &other.sign(&text(&second))).unwrap();
        let found = Checkpoints::read(&path, signer.verifier()).unwrap();
        assert_eq!(found, Checkpoints { signed: vec![first, second], foreign: vec![16], torn: vec![7] });
        assert_eq!(Checkpoints::read(&folder.path().join("none"), signer.verifier()).unwrap(), Checkpoints::default());
    }
}
