//! Whose reports are taken, and for which city.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use journal::secret;
use kernel::{Locale, Personal, hex};
use uuid::Uuid;

use super::{Parameters, answer::Refused};
use crate::settings::Settings;

/// The city as other programs know it, and the programs that may file.
#[derive(Clone, Debug)]
pub(crate) struct Open311 {
    /// The `jurisdiction_id`.
    pub(crate) jurisdiction: String,
    /// The key of each program, by its name.
    keys: BTreeMap<String, Personal<String>>,
}

impl Default for Open311 {
    fn default() -> Open311 {
        Open311 { jurisdiction: "turkistan".to_owned(), keys: BTreeMap::new() }
    }
}

impl Open311 {
    /// As the settings have it.
    pub(crate) fn of(settings: &Settings) -> Open311 {
        let jurisdiction = settings.open311.jurisdiction.clone().unwrap_or_else(|| Open311::default().jurisdiction);
        Open311 { jurisdiction, keys: settings.open311.keys.clone() }
    }

    /// Lets one more program file.
    pub(crate) fn admit(&mut self, name: &str, key: Personal<String>) {
        self.keys.insert(name.to_owned(), key);
    }

    /// Who files. All keys are compared, each in constant time, so that nothing is learnt from how long it takes.
    pub(super) fn client(&self, form: &Parameters, locale: Locale) -> Result<&str, Refused> {
        let given = form.get("api_key").ok_or_else(|| Refused::new(StatusCode::FORBIDDEN, locale, "open311-key-missing"))?;
        let fits = |key: &Personal<String>| secret::same(key.reveal().as_bytes(), given.as_bytes());
        let found = self.keys.iter().fold(None, |found, (name, key)| if fits(key) { Some(name.as_str()) } else { found });
        found.ok_or_else(|| Refused::new(StatusCode::FORBIDDEN, locale, "open311-key-unknown"))
    }

    /// Refuses what is meant for another city. Where there is one city its name may be left out.
    pub(super) fn check_jurisdiction(&self, asked: &Parameters, locale: Locale) -> Result<(), Refused> {
        match asked.get("jurisdiction_id") {
            Some(name) if name != self.jurisdiction => Err(Refused::new(StatusCode::NOT_FOUND, locale, "open311-jurisdiction")),
            _ => Ok(()),
        }
    }
}

/// The key of the demo city's one program, of the installation's own secret.
pub(crate) fn demo_key(secret: &Personal<[u8; 32]>) -> Personal<String> {
    let key: [u8; 20] = secret::derive(secret, &[b"open311-demo\0"]);
    Personal::new(hex(&key))
}

/// The key of an act, of what the program itself calls it: the same for the same, and nobody else can tell it beforehand.
pub(super) fn act_key(secret: &Personal<[u8; 32]>, client: &str, named: &str) -> Uuid {
    let bytes = secret::derive(secret, &[b"open311-act\0", client.as_bytes(), b"\0", named.as_bytes(), b"\0"]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_program_and_no_other_key_names_any() {
        let mut open311 = Open311::default();
        open311.admit("map", Personal::new("first-key".to_owned()));
        open311.admit("bus", Personal::new("second-key".to_owned()));
        for (form, expected) in [
            ("api_key=first-key", Ok("map")),
            ("api_key=second-key", Ok("bus")),
            ("api_key=first-ke", Err(403)),
            ("api_key=", Err(403)),
            ("key=first-key", Err(403)),
        ] {
            let form = Parameters::read(form.as_bytes());
            assert_eq!(open311.client(&form, Locale::Kk).map_err(|refused| refused.status.as_u16()), expected);
        }
        assert!(!format!("{open311:?}").contains("first-key"));
    }

    #[test]
    fn the_same_name_of_an_act_is_another_act_for_another_program() {
        let secret = Personal::new([7; 32]);
        let key = act_key(&secret, "map", "1");
        assert_eq!(key, act_key(&secret, "map", "1"));
        for other in [act_key(&secret, "bus", "1"), act_key(&secret, "map", "2"), act_key(&Personal::new([8; 32]), "map", "1")] {
            assert_ne!(key, other);
        }
        assert_eq!(key.get_version_num(), 8);
    }
}
