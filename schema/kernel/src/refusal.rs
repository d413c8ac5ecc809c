//! A refusal: the house understood, and says no. Data, not a fault.

use serde::{Deserialize, Serialize};

use crate::LocalizedText;

/// Why an act was refused. The closed list that clients switch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefusalCode {
    /// The input itself cannot be.
    Invalid,
    /// There is no such thing, or the actor may not know that there is.
    NotFound,
    /// The actor sees the thing but may not do this to it.
    NotAllowed,
    /// Somebody changed the thing since the actor read it.
    StaleVersion,
    /// The idempotency key was used for another input.
    KeyReused,
    /// The thing is in a state in which this cannot be done.
    WrongState,
    /// The time for this has passed.
    TooLate,
    /// There is too much of it.
    LimitReached,
}

/// One refusal. `path` names the input field, outermost first, e.g. `["input", "place", "point"]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub code: RefusalCode,
    /// What the person reads.
    pub message: LocalizedText,
    /// The input field, when one is to blame.
    pub path: Vec<String>,
    /// With [`RefusalCode::StaleVersion`]: the version that is current now.
    pub current: Option<i32>,
}

impl Refusal {
    /// A refusal of a whole act.
    #[must_use]
    pub fn new(code: RefusalCode, message: LocalizedText) -> Refusal {
        Refusal { code, message, path: Vec::new(), current: None }
    }

    /// Names the input field, e.g. `"input.place.point"`.
    #[must_use]
    pub fn at(mut self, path: &str) -> Refusal {
        self.path = path.split('.').map(str::to_owned).collect();
        self
    }

    /// Adds the current version.
    #[must_use]
    pub fn with_current(mut self, version: i32) -> Refusal {
        self.current = Some(version);
        self
    }
}
