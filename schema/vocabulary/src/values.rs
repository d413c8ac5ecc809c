use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use chrono::{Datelike, NaiveDate};

use crate::{Date, Decimal, Locale};

/// How often a thing is renewed.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub enum UpdatePeriod {
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every quarter.
    Quarterly,
    /// Every year.
    Yearly,
    /// When something changes.
    OnChange,
}

/// A span of days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(complex, shareable)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

#[ComplexObject]
impl Period {
    /// The span in words: a year, a quarter, a month, or its two ends.
    #[graphql(shareable)]
    async fn label(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> String {
        self.label_in(crate::context::locale(ctx, locale))
    }
}

impl Period {
    /// The span in words, for any reader.
    #[must_use]
    pub fn label_in(&self, locale: kernel::Locale) -> String {
        let (from, to) = (self.from.0, self.to.0);
        let next = to.succ_opt().unwrap_or(to);
        let whole_months = from.day() == 1 && next.day() == 1;
        let months = (next.year() - from.year()) * 12 + i32::try_from(next.month()).unwrap_or(0) - i32::try_from(from.month()).unwrap_or(0);
        match (whole_months, months, from.month()) {
            (true, 12, 1) => from.year().to_string(),
            (true, 3, 1 | 4 | 7 | 10) => quarter(from, locale),
            (true, 1, _) => format!("{:02}.{}", from.month(), from.year()),
            _ => format!("{} – {}", from.format("%d.%m.%Y"), to.format("%d.%m.%Y")),
        }
    }
}

fn quarter(from: NaiveDate, locale: kernel::Locale) -> String {
    let number = from.month().div_ceil(3);
    kernel::Words::kernel().text(locale, "period-quarter", &[("number", number.into()), ("year", from.year().to_string().into())])
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(shareable)]
pub struct Money {
    /// The exact amount.
    pub amount: Decimal,
    /// ISO 4217, e.g. `KZT`.
    pub currency: String,
}
