//! The desk of the officer of the demo city. Whatever day and hour the city is loaded at, there is work on it: reports whose term of 24 hours is
//! running, some of them hardly there, and answers that were contested.

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{Error, Result};

use crate::reference::{Category, District, find_category, find_district};

/// Whose desk it is: the water utility that the persona “officer” works for.
pub(super) const PARTY: &str = "water-turkistan-city";

/// How a case of the desk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// It has just been routed.
    New,
    /// Somebody works on it.
    Worked,
    /// It was answered, and the reporter says that it is not fixed.
    Contested,
}

/// How each of them stands, and how many minutes ago it came in.
const CASES: [(Stands, i64); 14] = [
    (Stands::New, 12),
    (Stands::New, 45),
    (Stands::New, 125),
    (Stands::Worked, 90),
    (Stands::Worked, 150),
    (Stands::Worked, 200),
    (Stands::Worked, 260),
    (Stands::Worked, 330),
    (Stands::Worked, 420),
    (Stands::Worked, 540),
    (Stands::Worked, 700),
    (Stands::Worked, 900),
    (Stands::Contested, 3 * 24 * 60),
    (Stands::Contested, 6 * 24 * 60 + 200),
];

/// How many cases it has.
pub(super) const COUNT: u64 = CASES.len() as u64;

/// When each case came in, and how it stands.
pub(super) fn cases(now: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, Option<Stands>)> {
    CASES.into_iter().map(move |(stands, minutes)| (now - TimeDelta::minutes(minutes), Some(stands)))
}

/// What a case is about, and where: what the party is responsible for.
pub(super) fn subject(at: DateTime<Utc>) -> Result<(&'static Category, Option<&'static District>)> {
    let slug = if at.timestamp() / 60 % 3 == 0 { "sewage" } else { "water-supply" };
    let category = find_category(slug).ok_or_else(|| Error::internal(format!("no category {slug}")))?;
    Ok((category, find_district("turkistan-city")))
}
