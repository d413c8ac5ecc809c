use async_graphql::{ComplexObject, Context, Enum, InputObject, SimpleObject};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{Date, Decimal, Locale};

/// How often a thing is renewed.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

impl UpdatePeriod {
    /// All periods.
    pub const ALL: [UpdatePeriod; 6] = [
        UpdatePeriod::Daily,
        UpdatePeriod::Weekly,
        UpdatePeriod::Monthly,
        UpdatePeriod::Quarterly,
        UpdatePeriod::Yearly,
        UpdatePeriod::OnChange,
    ];

    /// The word under which it is stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            UpdatePeriod::Daily => "daily",
            UpdatePeriod::Weekly => "weekly",
            UpdatePeriod::Monthly => "monthly",
            UpdatePeriod::Quarterly => "quarterly",
            UpdatePeriod::Yearly => "yearly",
            UpdatePeriod::OnChange => "on_change",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<UpdatePeriod> {
        UpdatePeriod::ALL.into_iter().find(|period| period.word() == word)
    }
}

/// A text in the city's three languages.
#[derive(Clone, Debug, PartialEq, Eq, InputObject, Serialize)]
pub struct LocalizedTextInput {
    /// Қазақша.
    pub kk: String,
    /// Русский.
    pub ru: String,
    /// English.
    pub en: String,
}

impl From<LocalizedTextInput> for kernel::LocalizedText {
    fn from(input: LocalizedTextInput) -> Self {
        kernel::LocalizedText { kk: input.kk, ru: input.ru, en: input.en }
    }
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
