//! Time is a parameter: whoever needs it takes a [`Clock`].

use std::sync::Mutex;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, SubsecRound, TimeDelta, TimeZone, Utc};
use chrono_tz::{Asia::Almaty, Tz};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock, in whole microseconds, which is what every database keeps.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that stands still until it is set: for tests, replay and simulation.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> ManualClock {
        ManualClock(Mutex::new(now))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: TimeDelta) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The wall clock of the city, Asia/Almaty (UTC+05:00 since 1 March 2024, +06:00 before).
#[must_use]
pub fn city_time(at: DateTime<Utc>) -> DateTime<Tz> {
    at.with_timezone(&Almaty)
}

/// The city's calendar day at an instant.
#[must_use]
pub fn city_day(at: DateTime<Utc>) -> NaiveDate {
    let local = city_time(at);
    NaiveDate::from_ymd_opt(local.year(), local.month(), local.day()).unwrap_or_default()
}

/// The instant of a wall-clock time in the city. In the hour that was repeated on 1 March 2024 the earlier instant is meant.
#[must_use]
pub fn city_instant(local: NaiveDateTime) -> DateTime<Utc> {
    Almaty.from_local_datetime(&local).earliest().map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc))
}
