//! Who may file reports by Open311: the table `[open311]` of the file, and keys from the environment.

use std::collections::BTreeMap;

use kernel::{Error, Personal, Result};
use serde::Deserialize;

/// A shorter key could be guessed.
const KEY_CHARS_MIN: usize = 24;

/// The city as other programs know it, and the programs that may file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Open311 {
    /// The `jurisdiction_id` [default: turkistan].
    pub(crate) jurisdiction: Option<String>,
    /// The key of each program, by its name.
    #[serde(default)]
    pub(crate) keys: BTreeMap<String, Personal<String>>,
}

impl Open311 {
    /// Adds the keys of the environment, `name=key,name=key`, and checks all of them.
    pub(super) fn gather(mut self, more: Option<&Personal<String>>) -> Result<Open311> {
        for pair in more.into_iter().flat_map(|text| text.reveal().split(',')) {
            let pair = pair.split_once('=').map(|(name, key)| (name.trim().to_owned(), Personal::new(key.trim().to_owned())));
            // The text itself is a secret.
            let (name, key) = pair.ok_or_else(|| Error::internal("TURKISTAN_OPEN311_KEYS: write name=key,name=key"))?;
            self.keys.insert(name, key);
        }
        for (name, key) in &self.keys {
            let fits = key.reveal().len() >= KEY_CHARS_MIN && key.reveal().bytes().all(|byte| byte.is_ascii_graphic());
            if name.is_empty() || !fits {
                let reason = format!("open311.keys: the key of `{name}` must be {KEY_CHARS_MIN} letters, digits and signs at least");
                return Err(Error::internal(reason));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_the_file_and_the_environment_and_are_long() {
        const LONG: &str = "0123456789abcdefghijklmn";
        fn check(file: &str, environment: Option<&str>, expected: Result<&[&str], &str>) {
            let table: Open311 = toml::from_str(file).unwrap();
            let environment = environment.map(|text| Personal::new(text.to_owned()));
            let told = match table.gather(environment.as_ref()) {
                Ok(open311) => Ok(open311.keys.into_keys().collect::<Vec<_>>()),
                Err(error) => Err(error.internal_text().to_owned()),
            };
            match (told, expected) {
                (Ok(names), Ok(expected)) => assert_eq!(names, expected),
                (Err(told), Err(reason)) => assert!(told.contains(reason) && !told.contains("hunter2"), "{told}"),
                (told, expected) => panic!("{told:?} instead of {expected:?}"),
            }
        }
        check("", None, Ok(&[]));
        check(&format!("[keys]\nbus = \"{LONG}\""), Some(&format!("map={LONG}, taxi={LONG}=")), Ok(&["bus", "map", "taxi"]));
        check("[keys]\nbus = \"hunter2\"", None, Err("the key of `bus`"));
        check("[keys]\nbus = \"hunter2 hunter2 hunter2 hunter2\"", None, Err("the key of `bus`"));
        check("", Some("hunter2"), Err("write name=key"));
        check("", Some(&format!("={LONG}")), Err("the key of ``"));
    }
}
