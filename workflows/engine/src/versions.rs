use serde::{Deserialize, Serialize};

/// What an event was judged by: every recorded event carries it, so that replay and audit use the same rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// The workflow definition, e.g. `request@1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// The decision table, e.g. `routing@1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
    /// The calendar, e.g. `kz@1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
}
