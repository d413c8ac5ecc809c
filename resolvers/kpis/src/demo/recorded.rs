//! Synthetic values of indicators that the house cannot compute: seeded, with a trend, and such that the districts add up to the region.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use kernel::{DistrictId, Error, Result, Rng, city_instant};
use rust_decimal::Decimal;
use serde::Deserialize;
use vocabulary::UpdatePeriod;

use crate::model::{Draft, Kind, Kpi, Span, TraceInput};

/// The cities and districts with their rough share of the region's people.
const DISTRICTS: [(&str, i64); 17] = [
    ("turkistan-city", 10),
    ("arys", 4),
    ("kentau", 9),
    ("baidibek", 2),
    ("zhetisai", 9),
    ("keles", 7),
    ("kazygurt", 6),
    ("maktaaral", 7),
    ("ordabasy", 6),
    ("otyrar", 2),
    ("sairam", 11),
    ("saryagash", 10),
    ("sauran", 5),
    ("sozaq", 3),
    ("tolebi", 6),
    ("tulkibas", 5),
    ("shardara", 4),
];
/// How many days after a period's end its value was recorded.
const RECORDED_AFTER_DAYS: u64 = 10;

/// How the values of an indicator are made up.
#[derive(Deserialize)]
pub(super) struct Recipe {
    by_district: bool,
    inputs: Vec<Ingredient>,
}

/// How the values of one input are made up.
#[derive(Deserialize)]
struct Ingredient {
    name: String,
    /// A share of this other input; otherwise a number of its own.
    of: Option<String>,
    /// The newest value: for each share of the region's people, or the percentage.
    base: Decimal,
    /// What is added with each period: percent, or percentage points.
    trend: Decimal,
    decimals: u32,
}

/// When the values of one period were recorded, and what they were.
type Period = (DateTime<Utc>, Vec<Draft>);

impl Recipe {
    /// The values of the periods that were over and recorded by `today`, oldest first.
    pub(super) fn drafts(&self, kpi: &Kpi, rng: &dyn Rng, today: NaiveDate) -> Result<Vec<Period>> {
        let spans: Vec<(i64, Span)> = (0..).zip(Span::complete(kpi.frequency, today).take(periods(kpi.frequency))).collect();
        spans.into_iter().rev().map(|(age, span)| self.period(kpi, rng, age, span)).collect()
    }

    fn period(&self, kpi: &Kpi, rng: &dyn Rng, age: i64, span: Span) -> Result<Period> {
        let formula = kpi.definition.parse().map_err(|flaw| Error::internal(format!("{}: {flaw:?}", kpi.code)))?;
        // What is counted from the new year has grown with every period since.
        let (span, grown) = match kpi.definition.kind {
            Kind::Cumulative => (span.since_new_year(), periods_since_new_year(kpi.frequency, span)),
            _ => (span, 1),
        };
        let mut region: HashMap<&str, Decimal> = HashMap::new();
        let mut drafts = Vec::new();
        let districts = if self.by_district { DISTRICTS.as_slice() } else { &[] };
        for (slug, weight) in districts {
            let values = self.values(rng, age, Decimal::from(weight * grown));
            for (name, value) in &values {
                *region.entry(name).or_default() += value;
            }
            drafts
                .extend(self.draft(kpi, &formula, span, &values).map(|draft| Draft { district: Some(DistrictId::of_slug(slug)), ..draft }));
        }
        if !self.by_district {
            region = self.values(rng, age, Decimal::from(grown));
        }
        drafts.extend(self.draft(kpi, &formula, span, &region));
        let day = span.to.checked_add_days(Days::new(RECORDED_AFTER_DAYS)).unwrap_or(span.to);
        Ok((city_instant(day.and_time(NaiveTime::MIN)), drafts))
    }

    fn draft(&self, kpi: &Kpi, formula: &crate::model::Formula, span: Span, values: &HashMap<&str, Decimal>) -> Option<Draft> {
        let inputs = kpi.definition.inputs.iter().filter_map(|input| {
            let value = values.get(input.name.as_str())?.normalize();
            Some(TraceInput { name: input.name.clone(), value, ..TraceInput::default() })
        });
        let draft = kpi.definition.apply(formula, span, inputs.collect())?;
        Some(Draft { synthetic: true, ..draft })
    }

    /// The inputs of one place: first those that stand for themselves, then the shares of them.
    fn values(&self, rng: &dyn Rng, age: i64, weight: Decimal) -> HashMap<&str, Decimal> {
        let mut values: HashMap<&str, Decimal> = HashMap::new();
        let (shares, wholes): (Vec<_>, Vec<_>) = self.inputs.iter().partition(|ingredient| ingredient.of.is_some());
        for ingredient in wholes {
            let grown = Decimal::ONE_HUNDRED - ingredient.trend * Decimal::from(age) + noise(rng);
            let value = ingredient.base * weight * grown / Decimal::ONE_HUNDRED;
            values.insert(&ingredient.name, value.max(Decimal::ZERO).round_dp(ingredient.decimals));
        }
        for ingredient in shares {
            let whole = ingredient.of.as_deref().and_then(|of| values.get(of)).copied().unwrap_or_default();
            let percent = ingredient.base - ingredient.trend * Decimal::from(age);
            let percent = percent * (Decimal::ONE_HUNDRED + noise(rng)) / Decimal::ONE_HUNDRED;
            let value = whole * percent.clamp(Decimal::ZERO, Decimal::ONE_HUNDRED) / Decimal::ONE_HUNDRED;
            values.insert(&ingredient.name, value.round_dp(ingredient.decimals));
        }
        values
    }
}

/// How many periods of its year have passed with a span.
fn periods_since_new_year(frequency: UpdatePeriod, span: Span) -> i64 {
    let year = span.since_new_year();
    let passed = Span::complete(frequency, span.to + Days::new(1)).take_while(|passed| passed.from >= year.from).count();
    i64::try_from(passed).unwrap_or(1)
}

/// -3 to 3, by tenths.
fn noise(rng: &dyn Rng) -> Decimal {
    Decimal::new(i64::try_from(rng.below(61)).unwrap_or_default() - 30, 1)
}

/// How many periods the demonstration looks back.
fn periods(frequency: UpdatePeriod) -> usize {
    match frequency {
        UpdatePeriod::Yearly => 4,
        UpdatePeriod::Quarterly => 6,
        UpdatePeriod::Monthly => 12,
        UpdatePeriod::Weekly | UpdatePeriod::Daily | UpdatePeriod::OnChange => 14,
    }
}
