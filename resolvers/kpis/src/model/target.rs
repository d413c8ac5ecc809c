//! What an indicator should be, and how a value stands to it.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    HigherIsBetter,
    LowerIsBetter,
}

/// A target that holds from a day until the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) from: NaiveDate,
    pub(crate) value: Decimal,
    /// Up to here a missed target is only at risk.
    pub(crate) at_risk: Option<Decimal>,
    pub(crate) synthetic: bool,
}

/// How a value stands to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Met,
    AtRisk,
    Missed,
    NoTarget,
    NoData,
}

impl Direction {
    /// The word under which it is stored.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Direction::HigherIsBetter => "higher_is_better",
            Direction::LowerIsBetter => "lower_is_better",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Direction> {
        [Direction::HigherIsBetter, Direction::LowerIsBetter].into_iter().find(|direction| direction.word() == word)
    }

    /// Whether a value is at least as good as a bound.
    pub(crate) fn reaches(self, value: Decimal, bound: Decimal) -> bool {
        match self {
            Direction::HigherIsBetter => value >= bound,
            Direction::LowerIsBetter => value <= bound,
        }
    }
}

impl Target {
    /// The target that holds on a day, of targets in any order.
    pub(crate) fn on(targets: &[Target], day: NaiveDate) -> Option<&Target> {
        targets.iter().filter(|target| target.from <= day).max_by_key(|target| target.from)
    }
}

impl Status {
    /// Judges a value.
    pub(crate) fn of(direction: Direction, value: Decimal, target: Option<&Target>) -> Status {
        match target {
            None => Status::NoTarget,
            Some(target) if direction.reaches(value, target.value) => Status::Met,
            Some(target) if target.at_risk.is_some_and(|bound| direction.reaches(value, bound)) => Status::AtRisk,
            Some(_) => Status::Missed,
        }
    }
}
