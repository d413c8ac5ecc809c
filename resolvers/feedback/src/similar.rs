//! Reports on the same matter, before one more is filed.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{Actor, Result};

use crate::{
    entity::feedback::Model,
    masking,
    policy::{self, View},
    reference::{Cell, Point},
    search::terms,
    store::{Nearby, Store},
};

/// How long ago a report came in at most that still tells of the same matter.
const DAYS_BACK: i64 = 60;
/// How many squares away a report is at most.
const SQUARES: i32 = 3;
/// How much two texts have in common at least, where nobody says where (shared terms over all terms).
const LIKENESS: f64 = 0.25;
/// How many are told.
const MOST: usize = 3;

/// What somebody is about to file.
pub(crate) struct Draft<'a> {
    pub(crate) text: &'a str,
    /// Slug; nothing is alike while nobody knows it.
    pub(crate) category: Option<&'a str>,
    /// Slug.
    pub(crate) district: Option<&'a str>,
    pub(crate) point: Option<Point>,
}

/// A report that may be on the same matter.
pub(crate) struct Similar {
    pub(crate) row: Model,
    /// How far away, in whole squares; none when one of them says no point.
    pub(crate) meters: Option<i32>,
    /// Shared terms over all terms, 0 to 1, of what the asker may read of it; none where that is nothing.
    pub(crate) likeness: Option<f64>,
}

impl Store {
    /// Open requests on the subject of a draft that are near it, or in its district and alike in words; the likeliest first.
    ///
    /// Anybody may ask, with any text: so what is told never depends on a name or a number in a text that the asker may not read.
    pub(crate) async fn similar(&self, draft: &Draft<'_>, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<Similar>> {
        let Some(category) = draft.category else { return Ok(Vec::new()) };
        let cell = draft.point.map(Point::cell);
        let since = now - TimeDelta::days(DAYS_BACK);
        let nearby = Nearby { category, cell, squares: SQUARES, district: draft.district, since };
        let own = terms(draft.text);
        let mut similar: Vec<Similar> = Vec::new();
        for row in self.nearby(&nearby).await? {
            let meters = cell.zip(row.cell()).map(|(own, other)| own.meters_to(other));
            if meters.is_some() || likeness(&own, &matter(&row)?) >= LIKENESS {
                let readable = if policy::view(actor, &row) == View::Public { row.public_text.as_ref() } else { Some(&row.text) };
                let likeness = readable.map(|text| likeness(&own, &terms(text)));
                similar.push(Similar { row, meters, likeness });
            }
        }
        // What is near comes first; of what is as near, what is more alike.
        similar.sort_by(|a, b| {
            let near = |similar: &Similar| similar.meters.unwrap_or(i32::MAX);
            near(a)
                .cmp(&near(b))
                .then(b.likeness.unwrap_or_default().total_cmp(&a.likeness.unwrap_or_default()))
                .then(b.row.id.cmp(&a.row.id))
        });
        similar.truncate(MOST);
        Ok(similar)
    }
}

impl Model {
    /// The square of the map that it is in.
    pub(crate) fn cell(&self) -> Option<Cell> {
        Some(Cell { north: self.cell_north?, east: self.cell_east? })
    }
}

/// What a text is about: its terms without what is personal, and without numbers.
fn matter(row: &Model) -> Result<BTreeSet<String>> {
    let name = row.name()?;
    let text = masking::blank(&row.text, name.as_deref());
    Ok(terms(&text).into_iter().filter(|term| !term.chars().any(|c| c.is_ascii_digit())).collect())
}

fn likeness(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let (shared, all) = (one.intersection(other).count(), one.union(other).count());
    if all == 0 { 0.0 } else { f64::from(u32::try_from(shared).unwrap_or(0)) / f64::from(u32::try_from(all).unwrap_or(u32::MAX)) }
}
