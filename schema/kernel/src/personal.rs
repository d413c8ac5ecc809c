//! Personal data as a type, so that it reaches no log by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something about a person. Its `Debug` shows nothing, and it has no `Display`; only [`Personal::reveal`] opens it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Wraps a personal value.
    pub const fn new(value: T) -> Personal<T> {
        Personal(value)
    }

    /// Opens the value, for storing it, or for showing it to someone who may see it.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// Opens the value and gives it away.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_person() {
        assert_eq!(format!("{:?}", Some(Personal::new("Айгүл"))), "Some([personal])");
    }
}
