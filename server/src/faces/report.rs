//! A request of the public list, as the faces ask the graph for it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) reference: String,
    pub(super) open: bool,
    pub(super) text: Option<String>,
    pub(super) category: Option<Category>,
    pub(super) place: Option<Place>,
    pub(super) responsible: Option<Named>,
    pub(super) latest: Option<Latest>,
    pub(super) deadline: Option<Deadline>,
    pub(super) received_at: DateTime<Utc>,
}

#[derive(Deserialize)]
pub(super) struct Category {
    pub(super) slug: String,
    pub(super) name: String,
}

#[derive(Default, Deserialize)]
pub(super) struct Place {
    pub(super) district: Option<Named>,
    /// The middle of its square of the map.
    pub(super) near: Option<Near>,
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) name: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) struct Near {
    pub(super) lat: f64,
    pub(super) lon: f64,
}

#[derive(Deserialize)]
pub(super) struct Latest {
    pub(super) at: DateTime<Utc>,
    pub(super) text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Deadline {
    pub(super) due_at: DateTime<Utc>,
    pub(super) due_on: NaiveDate,
}
