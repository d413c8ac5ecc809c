//! The installation's two keys: 32 bytes of chance each, in the settings or in files of the data folder that only their owner can read.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{Error, Personal, Result, Rng};

use crate::settings::Settings;

type Key = Personal<[u8; 32]>;

/// The keys of an installation.
pub(crate) struct Keys {
    /// The seed of the issuer's Ed25519 key (RFC 8032 §5.1.5).
    pub(crate) issuer: Key,
    /// What coupon keys are derived from.
    pub(crate) secret: Key,
}

impl Keys {
    /// Reads the keys; those that are nowhere yet are made and written down.
    pub(crate) fn open(settings: &Settings, rng: &dyn Rng) -> Result<Keys> {
        let key = |set: &Option<Personal<String>>, name: &str| match set {
            Some(text) => decode(text.reveal(), name),
            None => open_file(&settings.data_dir.join(format!("{name}.key")), rng),
        };
        Ok(Keys { issuer: key(&settings.issuer_key, "issuer")?, secret: key(&settings.secret, "secret")? })
    }

    /// The seed of an issuer's key that the settings name; nothing is made.
    pub(crate) fn given_issuer(settings: &Settings) -> Result<Option<Key>> {
        settings.issuer_key.as_ref().map(|text| decode(text.reveal(), "issuer")).transpose()
    }

    /// Whether the keys are there already.
    pub(crate) fn exist(settings: &Settings) -> bool {
        let there = |set: &Option<Personal<String>>, name: &str| set.is_some() || settings.data_dir.join(name).exists();
        there(&settings.issuer_key, "issuer.key") && there(&settings.secret, "secret.key")
    }
}

/// Keys that are written nowhere: for printing schemas and for checks.
pub(crate) fn ephemeral(rng: &dyn Rng) -> Keys {
    Keys { issuer: fresh(rng), secret: fresh(rng) }
}

fn fresh(rng: &dyn Rng) -> Key {
    let mut key = [0; 32];
    rng.fill(&mut key);
    Personal::new(key)
}

fn decode(text: &str, name: &str) -> Result<Key> {
    let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.map(Personal::new).ok_or_else(|| Error::internal(format!("{name}: a key is 32 bytes in base64")))
}

fn open_file(path: &Path, rng: &dyn Rng) -> Result<Key> {
    let shown = path.display();
    let failed = |error: std::io::Error| Error::internal(format!("{shown}: {error}"));
    match fs::read_to_string(path) {
        Ok(text) => return decode(&text, &shown.to_string()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    // Written in full beside its place and then linked there: a kill leaves no half of a key, and of two processes the first one wins.
    let mut suffix = [0; 8];
    rng.fill(&mut suffix);
    let draft = path.with_extension(format!("{:016x}", u64::from_le_bytes(suffix)));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(failed)?;
    let written = file.write_all(STANDARD.encode(fresh(rng).reveal()).as_bytes()).and_then(|()| file.sync_all());
    let placed = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft).map_err(failed)?;
    match placed {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(failed(error)),
        _ => decode(&fs::read_to_string(path).map_err(failed)?, &shown.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("issuer.key");
        let rng = kernel::SeededRng::new(1);
        let first = open_file(&path, &rng).unwrap();
        assert!(first == open_file(&path, &rng).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_damaged_key_is_refused_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("issuer.key");
        fs::write(&path, "not a key").unwrap();
        assert!(open_file(&path, &kernel::SeededRng::new(1)).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "not a key");
    }
}
