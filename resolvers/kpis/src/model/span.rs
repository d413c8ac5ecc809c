//! The periods for which an indicator has values.

use chrono::{Datelike, Days, Months, NaiveDate};
use vocabulary::UpdatePeriod;

/// A span of days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
}

impl Span {
    /// The whole span of a frequency that a day lies in; the day itself when there is no fixed span.
    pub(crate) fn around(frequency: UpdatePeriod, day: NaiveDate) -> Option<Span> {
        let months = match frequency {
            UpdatePeriod::Daily | UpdatePeriod::OnChange => return Some(Span { from: day, to: day }),
            UpdatePeriod::Weekly => {
                let from = day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into()))?;
                return Some(Span { from, to: from.checked_add_days(Days::new(6))? });
            }
            UpdatePeriod::Monthly => 1,
            UpdatePeriod::Quarterly => 3,
            UpdatePeriod::Yearly => 12,
        };
        let from = NaiveDate::from_ymd_opt(day.year(), day.month0() / months * months + 1, 1)?;
        Some(Span { from, to: from.checked_add_months(Months::new(months))?.pred_opt()? })
    }

    /// The whole spans of a frequency that ended before `today`, newest first.
    pub(crate) fn complete(frequency: UpdatePeriod, today: NaiveDate) -> impl Iterator<Item = Span> {
        let before = move |day: NaiveDate| Span::around(frequency, day.pred_opt()?);
        let present = match frequency {
            UpdatePeriod::OnChange => None,
            _ => Span::around(frequency, today),
        };
        std::iter::successors(present.and_then(|span| before(span.from)), move |span| before(span.from))
    }

    /// The same span, begun with its year.
    pub(crate) fn since_new_year(self) -> Span {
        Span { from: NaiveDate::from_ymd_opt(self.to.year(), 1, 1).unwrap_or(self.from), to: self.to }
    }
}

/// How many whole spans are computed back: enough for a trend, and what came late is restated.
pub(crate) fn lookback(frequency: UpdatePeriod) -> usize {
    match frequency {
        UpdatePeriod::Daily => 30,
        UpdatePeriod::Weekly => 8,
        UpdatePeriod::Monthly => 12,
        UpdatePeriod::Quarterly => 4,
        UpdatePeriod::Yearly => 2,
        UpdatePeriod::OnChange => 0,
    }
}
