//! Indicators as plain values and rules.

mod definition;
mod formula;
mod observation;
mod span;
mod target;

use chrono::{DateTime, Utc};
use kernel::{KpiId, LocalizedText, PartyId};
use vocabulary::UpdatePeriod;

pub(crate) use definition::{
    CatalogueMeasure, DatasetMeasure, DatasetSource, Definition, DefinitionFlaw, FeedbackMeasure, FeedbackSource, Input, Kind, Source,
    is_code, is_complete,
};
pub(crate) use formula::{Formula, FormulaFlaw};
pub(crate) use observation::{Draft, Observation, Trace, TraceInput};
pub(crate) use span::{Span, lookback};
pub(crate) use target::{Direction, Status, Target};

/// The longest text that is searched for.
pub(crate) const QUERY_CHARS_MAX: usize = 100;

/// An indicator.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kpi {
    pub(crate) id: KpiId,
    pub(crate) code: String,
    pub(crate) title: LocalizedText,
    pub(crate) unit: String,
    pub(crate) direction: Direction,
    pub(crate) frequency: UpdatePeriod,
    pub(crate) owner: Option<PartyId>,
    /// The international or national standard that it follows.
    pub(crate) standard: Option<String>,
    pub(crate) definition: Definition,
    pub(crate) defined_at: DateTime<Utc>,
}

/// Which indicators a list shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct KpiFilter {
    pub(crate) words: Vec<String>,
    pub(crate) owner: Option<PartyId>,
}
