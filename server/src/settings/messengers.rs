//! By which messengers short messages go.

use std::ffi::OsString;

/// The messengers of a city; what is not set is a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Messengers {
    /// Where push services write to when something is wrong; without it no browser is asked for a subscription.
    pub(crate) push_contact: Option<String>,
}

impl Messengers {
    /// The same for another process of this program.
    pub(super) fn environment(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        let set = [("TURKISTAN_PUSH_CONTACT", &self.push_contact)];
        set.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?.into())))
    }
}
