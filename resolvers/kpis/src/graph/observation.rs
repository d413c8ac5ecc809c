//! Values of indicators, and how they came about.

use async_graphql::{Context, ID, Object, Result};
use vocabulary::{Date, DateTime, Decimal, Nullable, OrNull, Period, list_size};

use super::{
    loaders::indicators,
    types::{self, Dataset, DatasetVersion, District, Kpi, TargetStatus},
};
use crate::model::{self, Observation};

/// One value of an indicator. It never changes: a correction is a further revision.
pub(crate) struct KpiObservation {
    pub(crate) observation: Observation,
    pub(crate) cursor: Option<String>,
}

impl From<Observation> for KpiObservation {
    fn from(observation: Observation) -> Self {
        KpiObservation { observation, cursor: None }
    }
}

/// One value of an indicator. It never changes: a correction is a further revision.
#[Object(tag = "public")]
impl KpiObservation {
    /// Opaque, and the same for good.
    pub(super) async fn id(&self) -> ID {
        ID(self.observation.id.global())
    }

    /// Resumes `kpiChanged` after this value; null where it was not heard by that subscription.
    async fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Of which indicator.
    async fn kpi(&self, ctx: &Context<'_>) -> Nullable<Kpi> {
        types::kpi(ctx, self.observation.kpi).await
    }

    /// For which days.
    async fn period(&self) -> Period {
        Period { from: Date(self.observation.draft.span.from), to: Date(self.observation.draft.span.to) }
    }

    /// For which district; null for the whole region.
    async fn district(&self) -> Option<District> {
        self.observation.draft.district.map(|district| District { id: ID(district.global()) })
    }

    /// The part above the line, without a constant factor; null when the formula is not a ratio. Districts add up: add their numerators
    /// and their denominators, never their values.
    async fn numerator(&self) -> Option<Decimal> {
        self.observation.draft.numerator.map(Decimal)
    }

    /// The part below the line; null when the formula is not a ratio.
    async fn denominator(&self) -> Option<Decimal> {
        self.observation.draft.denominator.map(Decimal)
    }

    /// The value in the indicator's unit, rounded half away from zero to the decimals of the definition.
    async fn value(&self) -> Decimal {
        Decimal(self.observation.draft.value)
    }

    /// How it stands to the target that holds on the last day of its period.
    async fn status(&self, ctx: &Context<'_>) -> Result<TargetStatus> {
        types::status(ctx, &self.observation).await
    }

    /// Which revision of the period's value this is, from 1. More than 1 means that the value was restated.
    async fn revision(&self) -> i32 {
        self.observation.revision
    }

    /// When this revision was recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.observation.recorded_at)
    }

    /// Whether it was invented for the demonstration, or computed from rows that were.
    async fn synthetic(&self) -> bool {
        self.observation.draft.synthetic
    }

    /// How it came about. With the trace a reader computes the value again: each input from its dataset's version with its filter and
    /// measure, then the formula.
    async fn trace(&self) -> KpiTrace {
        KpiTrace(self.observation.draft.trace.clone())
    }
}

/// How a value came about.
pub(crate) struct KpiTrace(model::Trace);

/// How a value came about.
#[Object(tag = "public")]
impl KpiTrace {
    /// The formula as it was when the value was recorded: CEL over the inputs' names, in exact decimals.
    async fn formula(&self) -> &str {
        &self.0.formula
    }

    /// To how many decimals the result was rounded, half away from zero.
    async fn decimals(&self) -> u32 {
        self.0.decimals
    }

    /// What was put into the formula.
    #[graphql(directive = list_size::apply(10))]
    async fn inputs(&self) -> Vec<KpiTraceInput> {
        self.0.inputs.iter().cloned().map(KpiTraceInput).collect()
    }
}

/// What was put into a formula under one name.
pub(crate) struct KpiTraceInput(model::TraceInput);

/// What was put into a formula under one name.
#[Object(tag = "public")]
impl KpiTraceInput {
    /// The name in the formula.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The exact value.
    async fn value(&self) -> Decimal {
        Decimal(self.0.value)
    }

    /// The dataset that it was measured over; null when it does not come from rows.
    async fn dataset(&self) -> Option<Dataset> {
        self.0.dataset.map(|dataset| Dataset { id: ID(dataset.global()) })
    }

    /// The immutable version that it was measured over; null when it does not come from rows.
    async fn version(&self) -> Option<DatasetVersion> {
        self.0.version.map(|version| DatasetVersion { id: ID(version.global()) })
    }

    /// Which rows or reports, as JSON: of rows, the `where` of `Dataset.aggregate`; of reports, the arguments of `feedbackStatistics`.
    async fn filter(&self) -> Option<&str> {
        self.0.filter.as_deref()
    }

    /// What was measured: of rows, the function of `Dataset.aggregate`; of reports, the field of `feedbackStatistics`; of the catalogue,
    /// which datasets were counted.
    async fn measure(&self) -> Option<&str> {
        self.0.measure.as_deref()
    }

    /// The column that was measured; null when rows were counted, or when it does not come from rows.
    async fn column(&self) -> Option<&str> {
        self.0.column.as_deref()
    }

    /// How many rows, reports or datasets were looked at.
    async fn row_count(&self) -> Option<i64> {
        self.0.row_count
    }

    /// The value of another indicator that this input is; the trace goes on there.
    async fn observation(&self, ctx: &Context<'_>) -> Nullable<KpiObservation> {
        indicators(ctx).load_one(self.0.observation?).await.map(|found| found.map(KpiObservation::from)).or_null(ctx)
    }
}
