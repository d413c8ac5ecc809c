//! Whether a dataset keeps its promise of being renewed.

use chrono::{Days, Months, NaiveDate};
use vocabulary::UpdatePeriod;

/// How fresh a dataset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FreshnessStatus {
    Fresh,
    Late,
    Unknown,
}

/// How fresh, and the day by which the next version is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Freshness {
    pub(crate) status: FreshnessStatus,
    pub(crate) due_on: Option<NaiveDate>,
}

impl Freshness {
    /// Judges by the day of the newest version. The next is due one period later, and late when a grace has passed as well: a tenth of the
    /// period, at least a day. The grace is the city's own rule; the law names none.
    pub(crate) fn of(period: UpdatePeriod, published_on: Option<NaiveDate>, today: NaiveDate) -> Freshness {
        let due = published_on.and_then(|day| next(period, day));
        let status = match due {
            None => FreshnessStatus::Unknown,
            Some((due_on, grace)) if today > due_on + grace => FreshnessStatus::Late,
            Some(_) => FreshnessStatus::Fresh,
        };
        Freshness { status, due_on: due.map(|(due_on, _)| due_on) }
    }
}

fn next(period: UpdatePeriod, from: NaiveDate) -> Option<(NaiveDate, Days)> {
    let (due_on, grace_days) = match period {
        UpdatePeriod::Daily => (from.checked_add_days(Days::new(1)), 1),
        UpdatePeriod::Weekly => (from.checked_add_days(Days::new(7)), 1),
        UpdatePeriod::Monthly => (from.checked_add_months(Months::new(1)), 3),
        UpdatePeriod::Quarterly => (from.checked_add_months(Months::new(3)), 9),
        UpdatePeriod::Yearly => (from.checked_add_months(Months::new(12)), 36),
        UpdatePeriod::OnChange => (None, 0),
    };
    due_on.map(|day| (day, Days::new(grace_days)))
}
