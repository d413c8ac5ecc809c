//! Working days and hours. All of it is data in `workflows/calendars`, versioned, because a decree moves days every year.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use kernel::LocalizedText;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::{
    Law, LoadError, Status, VersionRef,
    load::{Source, day},
};

/// A day that a term passes over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayOff {
    /// The day.
    pub date: NaiveDate,
    /// The holiday's name; `None` for an ordinary weekend day.
    pub name: Option<LocalizedText>,
}

/// One version of a working calendar.
#[derive(Debug)]
pub struct Calendar {
    version: VersionRef,
    zone: Tz,
    covers: (NaiveDate, NaiveDate),
    shifts: Vec<(NaiveTime, NaiveTime)>,
    off: BTreeMap<NaiveDate, LocalizedText>,
    worked: BTreeSet<NaiveDate>,
    law: Law,
    hours_law: Law,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "id")]
    _id: String,
    #[serde(rename = "version")]
    _version: u32,
    zone: Spanned<String>,
    source: Spanned<String>,
    status: Status,
    covers: Spanned<Covers>,
    hours: Hours,
    names: BTreeMap<String, LocalizedText>,
    days: DaysTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Covers {
    #[serde(deserialize_with = "day")]
    from: NaiveDate,
    #[serde(deserialize_with = "day")]
    to: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hours {
    shifts: Spanned<Vec<(String, String)>>,
    source: Spanned<String>,
    status: Status,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DaysTable {
    worked: Vec<Spanned<Worked>>,
    off: Vec<Spanned<Off>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Worked {
    #[serde(deserialize_with = "day")]
    day: NaiveDate,
    #[serde(deserialize_with = "day")]
    instead_of: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Off {
    #[serde(deserialize_with = "day")]
    day: NaiveDate,
    name: String,
    /// A holiday that fell on a weekend, observed on this day.
    #[serde(default, rename = "transferred")]
    _transferred: bool,
    /// Follows the moon: the day may be moved by one.
    #[serde(default, rename = "estimated")]
    _estimated: bool,
}

impl Calendar {
    pub(crate) fn load(source: Source<'_>, version: VersionRef) -> Result<Calendar, LoadError> {
        let file: CalendarFile = source.parse()?;
        let zone = file.zone.get_ref().parse().map_err(|_| source.error(file.zone.span(), "no such time zone: write e.g. Asia/Almaty"))?;
        let law = source.law(&file.source, file.status)?;
        let hours_law = source.law(&file.hours.source, file.hours.status)?;
        let covers = (file.covers.get_ref().from, file.covers.get_ref().to);
        if covers.0 >= covers.1 {
            return Err(source.error(file.covers.span(), "the calendar ends before it begins: `from` is earlier than `to`"));
        }
        let mut off = BTreeMap::new();
        for item in &file.days.off {
            let Off { day, name, .. } = item.get_ref();
            let names = file
                .names
                .get(name)
                .ok_or_else(|| source.error(item.span(), format!("day off `{name}` has no name: add it to [names] in kk, ru and en")))?;
            if *day < covers.0 || *day > covers.1 {
                return Err(
                    source.error(item.span(), format!("{day} lies outside of what the calendar covers: correct the day, or [covers]"))
                );
            }
            if off.insert(*day, names.clone()).is_some() {
                return Err(source.error(item.span(), format!("{day} is listed twice: remove one of them")));
            }
        }
        let mut worked = BTreeSet::new();
        for item in &file.days.worked {
            let Worked { day, instead_of } = item.get_ref();
            if !is_weekend(*day) {
                return Err(source.error(item.span(), format!("{day} is no Saturday or Sunday, so it is worked anyway: remove it")));
            }
            if !off.contains_key(instead_of) {
                return Err(source.error(
                    item.span(),
                    format!("{day} is worked instead of {instead_of}, which is no day off: list that day as off, name = \"moved\""),
                ));
            }
            if !worked.insert(*day) {
                return Err(source.error(item.span(), format!("{day} is listed twice: remove one of them")));
            }
        }
        let shifts = shifts(source, &file.hours.shifts)?;
        Ok(Calendar { version, zone, covers, shifts, off, worked, law, hours_law })
    }

    /// Which version this is.
    #[must_use]
    pub fn version(&self) -> &VersionRef {
        &self.version
    }

    /// Where the days come from.
    #[must_use]
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// Where the hours come from.
    #[must_use]
    pub fn hours_law(&self) -> &Law {
        &self.hours_law
    }

    /// Whether the holidays of the day's year are known. Outside, only weekends are days off.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.covers.0 <= day && day <= self.covers.1
    }

    /// Whether people work on that day.
    #[must_use]
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        self.worked.contains(&day) || !(is_weekend(day) || self.off.contains_key(&day))
    }

    /// Every day that the calendar covers, and whether people work on it.
    pub fn days(&self) -> impl Iterator<Item = (NaiveDate, bool)> {
        let (from, to) = self.covers;
        from.iter_days().take_while(move |day| *day <= to).map(|day| (day, self.is_working_day(day)))
    }

    /// The days that another version sees otherwise, and whether people work on them by that version.
    pub fn changes<'a>(&'a self, newer: &'a Calendar) -> impl Iterator<Item = (NaiveDate, bool)> {
        newer.days().filter(|(day, worked)| self.is_working_day(*day) != *worked)
    }

    /// The first working day after `day`.
    #[must_use]
    pub fn next_working_day(&self, day: NaiveDate) -> NaiveDate {
        after(day).find(|day| self.is_working_day(*day)).unwrap_or(NaiveDate::MAX)
    }

    /// The last working day before `day`.
    #[must_use]
    pub fn previous_working_day(&self, day: NaiveDate) -> NaiveDate {
        std::iter::successors(day.pred_opt(), |day| day.pred_opt()).find(|day| self.is_working_day(*day)).unwrap_or(NaiveDate::MIN)
    }

    /// The `n`th working day after `day`. For 0: `day` itself when it is worked, else the next working day.
    #[must_use]
    pub fn add_working_days(&self, day: NaiveDate, n: u32) -> NaiveDate {
        match (n as usize).checked_sub(1) {
            None if self.is_working_day(day) => day,
            None => self.next_working_day(day),
            Some(others) => after(day).filter(|day| self.is_working_day(*day)).nth(others).unwrap_or(NaiveDate::MAX),
        }
    }

    /// How many working days lie after `from`, up to and with `to`.
    #[must_use]
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> u32 {
        after(from).take_while(|day| *day <= to).map(|day| u32::from(self.is_working_day(day))).sum()
    }

    /// The days off after `from`, up to and with `to`.
    #[must_use]
    pub fn days_off_between(&self, from: NaiveDate, to: NaiveDate) -> Vec<DayOff> {
        after(from)
            .take_while(|day| *day <= to)
            .filter(|day| !self.is_working_day(*day))
            .map(|date| DayOff { date, name: self.off.get(&date).cloned() })
            .collect()
    }

    /// The day on which an appeal that came in at `received_at` is registered: the same day, or the next working day when it came
    /// after working hours or on a day off (APPC Art. 64).
    #[must_use]
    pub fn registration_date(&self, received_at: DateTime<Utc>) -> NaiveDate {
        let local = received_at.with_timezone(&self.zone).naive_local();
        if self.is_working_day(local.date()) && local.time() <= self.closing_time() {
            local.date()
        } else {
            self.next_working_day(local.date())
        }
    }

    /// Working time from one instant to another, negative when `to` is the earlier: the "time left in working hours" of a desk.
    #[must_use]
    pub fn working_minutes_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        if to < from {
            return -self.working_minutes_between(to, from);
        }
        let (first, last) = (self.day_of(from), self.day_of(to));
        std::iter::once(first)
            .chain(after(first))
            .take_while(|day| *day <= last)
            .filter(|day| self.is_working_day(*day))
            .flat_map(|day| self.shifts.iter().map(move |(opens, closes)| (self.at(day, *opens), self.at(day, *closes))))
            .map(|(opens, closes)| (closes.min(to) - opens.max(from)).num_seconds().max(0))
            .sum::<i64>()
            / 60
    }

    /// The calendar day at an instant.
    #[must_use]
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// The instant at which the working day ends.
    #[must_use]
    pub fn closing_at(&self, day: NaiveDate) -> DateTime<Utc> {
        self.at(day, self.closing_time())
    }

    /// The last second of a day.
    #[must_use]
    pub fn end_of_day(&self, day: NaiveDate) -> DateTime<Utc> {
        self.at(day, NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default())
    }

    fn closing_time(&self) -> NaiveTime {
        self.shifts.last().map(|(_, closes)| *closes).unwrap_or_default()
    }

    fn at(&self, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        let local = day.and_time(time);
        self.zone.from_local_datetime(&local).earliest().map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc))
    }
}

fn shifts(source: Source<'_>, shifts: &Spanned<Vec<(String, String)>>) -> Result<Vec<(NaiveTime, NaiveTime)>, LoadError> {
    let time = |text: &String| {
        NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| source.error(shifts.span(), format!("`{text}` is no time of day like 09:00")))
    };
    let shifts_read =
        shifts.get_ref().iter().map(|(opens, closes)| Ok((time(opens)?, time(closes)?))).collect::<Result<Vec<_>, LoadError>>()?;
    let in_order = shifts_read.iter().flat_map(|(opens, closes)| [opens, closes]).is_sorted_by(|a, b| a < b);
    if shifts_read.is_empty() || !in_order {
        return Err(
            source.error(shifts.span(), "shifts must follow one another within the day: [[\"09:00\", \"13:00\"], [\"14:30\", \"18:30\"]]")
        );
    }
    Ok(shifts_read)
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn after(day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    (1..).map_while(move |n| day.checked_add_days(Days::new(n)))
}
