//! The bytes of an event that the log holds: exactly what is stored, so that no part of it can change unseen.

use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

/// The first line of every entry.
pub(crate) const HEAD: &str = "turkistan event v1";

/// How many lines an entry has.
const LINES: usize = 9;

/// An event as it is stored. Its JSON is kept as the text that it is, not as the value that it means.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Entry {
    /// Which kind of stream.
    pub stream: String,
    /// What it happened to.
    pub stream_id: Uuid,
    /// Its place in its stream, from 1.
    pub number: i32,
    /// In the past tense.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub actor: String,
    /// What else there is to know, as JSON.
    pub payload: String,
    /// The versions that it was judged by, as JSON.
    pub versions: String,
}

/// The columns of table `event`, here `e`, that make an entry.
pub(crate) const COLUMNS: &str =
    "e.stream, e.stream_id, e.number, e.kind, e.at, e.actor, CAST(e.payload AS TEXT) AS payload, CAST(e.versions AS TEXT) AS versions";

impl Entry {
    /// Reads the columns of a row.
    pub(crate) fn of(row: &QueryResult) -> Result<Entry, DbErr> {
        Entry::from_query_result(row, "")
    }

    /// Its bytes: nine lines of UTF-8 with `\n` between them.
    #[must_use]
    pub fn text(&self) -> String {
        let at = instant(self.at);
        let (id, number) = (self.stream_id, self.number);
        [HEAD, &self.stream, &id.to_string(), &number.to_string(), &self.kind, &at, &self.actor, &self.versions, &self.payload].join("\n")
    }

    /// Reads what [`Entry::text`] wrote, and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Entry> {
        let lines: Vec<&str> = text.split('\n').collect();
        let [HEAD, stream, stream_id, number, kind, at, actor, versions, payload] = lines[..] else { return None };
        let entry = Entry {
            stream: stream.to_owned(),
            stream_id: stream_id.parse().ok()?,
            number: number.parse().ok()?,
            kind: kind.to_owned(),
            at: DateTime::parse_from_rfc3339(at).ok()?.to_utc(),
            actor: actor.to_owned(),
            payload: payload.to_owned(),
            versions: versions.to_owned(),
        };
        (entry.text() == text).then_some(entry)
    }

    /// Whether each field keeps to its line. One that does not could lend its end to the next.
    pub(crate) fn is_well_formed(&self) -> bool {
        self.text().split('\n').count() == LINES
    }
}

/// An instant as entries and promises write it: RFC 3339 in UTC, to the nanosecond, though clocks and PostgreSQL end at the microsecond:
/// SQLite keeps what it is given, and a changed digit must show.
#[must_use]
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            stream: "feedback".to_owned(),
            stream_id: Uuid::from_u128(7),
            number: 1,
            kind: "submitted".to_owned(),
            at: DateTime::from_timestamp(1_795_503_600, 1_000).unwrap_or_default(),
            actor: "anonymous".to_owned(),
            payload: "{\"a\":\"\\n\"}".to_owned(),
            versions: "null".to_owned(),
        }
    }

    #[test]
    fn an_entry_is_nine_lines_that_read_back() {
        let text = "turkistan event v1\nfeedback\n00000000-0000-0000-0000-000000000007\n1\nsubmitted\n2026-11-24T07:00:00.000001000Z\n\
                    anonymous\nnull\n{\"a\":\"\\n\"}";
        assert_eq!(entry().text(), text);
        assert_eq!(Entry::parse(text), Some(entry()));
        for wrong in [format!("{text}\n"), text.replace(" v1", " v2"), text.replace("\n1\n", "\n01\n"), text.replace("Z", "+00:00")] {
            assert_eq!(Entry::parse(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_field_cannot_lend_its_end_to_the_next() {
        assert!(entry().is_well_formed());
        let moved = Entry { versions: "null\n{}".to_owned(), ..entry() };
        assert!(!moved.is_well_formed());
    }
}
