//! One value of an indicator, with all that is needed to compute it again.

use chrono::{DateTime, Utc};
use kernel::{DatasetId, DatasetVersionId, DistrictId, KpiId, ObservationId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::span::Span;

/// A value before it is recorded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub(crate) span: Span,
    /// Nothing for the whole region.
    pub(crate) district: Option<DistrictId>,
    pub(crate) numerator: Option<Decimal>,
    pub(crate) denominator: Option<Decimal>,
    pub(crate) value: Decimal,
    pub(crate) synthetic: bool,
    pub(crate) trace: Trace,
}

/// A recorded value. It never changes: a correction is a further revision.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Observation {
    pub(crate) id: ObservationId,
    pub(crate) kpi: KpiId,
    pub(crate) revision: i32,
    pub(crate) recorded_at: DateTime<Utc>,
    pub(crate) draft: Draft,
}

/// How a value came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trace {
    pub(crate) formula: String,
    pub(crate) decimals: u32,
    pub(crate) inputs: Vec<TraceInput>,
}

/// What one input was, and where it came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TraceInput {
    pub(crate) name: String,
    pub(crate) value: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dataset: Option<DatasetId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<DatasetVersionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) measure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) row_count: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) observation: Option<ObservationId>,
}

impl Draft {
    /// Whether it tells the same as what was recorded before. A new version of a dataset with the same sums is no news: the version in the
    /// recorded trace is immutable, and the value can still be computed from it.
    pub(crate) fn tells_the_same(&self, recorded: &Draft) -> bool {
        let told = |draft: &Draft| {
            let inputs: Vec<_> = draft.trace.inputs.iter().map(|input| (input.name.clone(), input.value)).collect();
            (draft.value, draft.numerator, draft.denominator, draft.synthetic, draft.trace.formula.clone(), inputs)
        };
        told(self) == told(recorded)
    }
}
