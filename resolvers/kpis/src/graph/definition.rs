//! How an indicator is computed, as clients read and write it.

use async_graphql::{Context, Enum, ID, InputObject, Object, OneofObject};
use kernel::DatasetId;
use serde::Serialize;
use vocabulary::{Locale, LocalizedTextInput, Nullable, OrNull, UpdatePeriod, list_size};

use super::{
    loaders::{Code, indicators},
    types::{Dataset, Kpi},
};
use crate::model::{self, Source};

/// What sort of indicator it is.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq, Serialize)]
#[graphql(remote = "model::Kind")]
pub(crate) enum KpiKind {
    /// One input.
    Simple,
    /// A part of a whole; the parts of districts add up.
    Ratio,
    /// Counted from the beginning of the year.
    Cumulative,
    /// Computed from other indicators.
    Derived,
}

/// Where an input comes from.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum KpiInputSource {
    /// Measured over published rows.
    Dataset,
    /// Counted over reports of citizens.
    Feedback,
    /// Counted over the catalogue of datasets, as it stands now.
    Catalogue,
    /// The value of another indicator.
    Kpi,
    /// Recorded by an analyst.
    Recorded,
}

/// What is measured over rows. There is no mean: means of districts do not add up; divide a SUM by a COUNT.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq, Serialize)]
#[graphql(remote = "model::DatasetMeasure")]
pub(crate) enum KpiDatasetMeasure {
    /// How many rows, or with a column how many of them have a value.
    Count,
    /// The sum.
    Sum,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
}

/// What is counted over reports that were registered in a period.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq, Serialize)]
#[graphql(remote = "model::FeedbackMeasure")]
pub(crate) enum KpiFeedbackMeasure {
    /// All reports.
    Received,
    /// Those that were answered.
    Answered,
    /// Those that were answered by the day they were due.
    AnsweredOnTime,
    /// Those that are open and past due now.
    Overdue,
    /// Those whose closure was contested.
    Contested,
    /// The median of working days from registration to answer.
    MedianWorkingDays,
}

/// What is counted over the catalogue.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq, Serialize)]
#[graphql(remote = "model::CatalogueMeasure")]
pub(crate) enum KpiCatalogueMeasure {
    /// Datasets with at least one version.
    Published,
    /// Those of them that are not late.
    Fresh,
}

/// How an indicator is computed.
pub(crate) struct KpiDefinition(pub(super) model::Definition);

/// How an indicator is computed.
#[Object(tag = "public")]
impl KpiDefinition {
    /// What sort of indicator it is.
    async fn kind(&self) -> KpiKind {
        self.0.kind.into()
    }

    /// A CEL expression over the inputs' names with `+ - * /`, whole numbers and brackets, evaluated in exact decimals.
    async fn formula(&self) -> &str {
        &self.0.formula
    }

    /// To how many decimals a value is rounded, half away from zero.
    async fn decimals(&self) -> u32 {
        self.0.decimals
    }

    /// What is put into the formula.
    #[graphql(directive = list_size::apply(10))]
    async fn inputs(&self) -> Vec<KpiInput> {
        self.0.inputs.iter().cloned().map(KpiInput).collect()
    }

    /// Whether the house computes it, every night and whenever a dataset has a new version; otherwise an analyst records it.
    async fn computed(&self) -> bool {
        self.0.is_computed()
    }
}

/// A named input of a formula.
pub(crate) struct KpiInput(model::Input);

/// A named input of a formula.
#[Object(tag = "public")]
impl KpiInput {
    /// The name in the formula.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it comes from.
    async fn source(&self) -> KpiInputSource {
        match &self.0.source {
            Source::Dataset(_) => KpiInputSource::Dataset,
            Source::Feedback(_) => KpiInputSource::Feedback,
            Source::Catalogue(_) => KpiInputSource::Catalogue,
            Source::Kpi(_) => KpiInputSource::Kpi,
            Source::Recorded(_) => KpiInputSource::Recorded,
        }
    }

    /// With DATASET: the dataset.
    async fn dataset(&self) -> Option<Dataset> {
        match &self.0.source {
            Source::Dataset(source) => Some(Dataset { id: ID(DatasetId::of_slug(&source.dataset).global()) }),
            _ => None,
        }
    }

    /// With KPI: the indicator.
    async fn kpi(&self, ctx: &Context<'_>) -> Nullable<Kpi> {
        let Source::Kpi(code) = &self.0.source else { return None };
        indicators(ctx).load_one(Code(code.clone())).await.map(|found| found.map(Kpi)).or_null(ctx)
    }

    /// What is measured, as in a trace; null for other indicators and recorded inputs.
    async fn measure(&self) -> Option<&str> {
        match &self.0.source {
            Source::Dataset(source) => Some(source.measure.word()),
            Source::Feedback(source) => Some(source.measure.field()),
            Source::Catalogue(measure) => Some(measure.word()),
            Source::Kpi(_) | Source::Recorded(_) => None,
        }
    }

    /// With DATASET: the column that is measured; null when rows are counted.
    async fn column(&self) -> Option<&str> {
        match &self.0.source {
            Source::Dataset(source) => source.column.as_deref(),
            _ => None,
        }
    }

    /// With DATASET: which rows of the period, as JSON for the `where` of `Dataset.rows`; null for all.
    async fn filter(&self) -> Option<String> {
        match &self.0.source {
            Source::Dataset(source) => source.filter.as_ref().map(ToString::to_string),
            _ => None,
        }
    }

    /// With RECORDED: by whom, or from which paper.
    async fn recorded_from(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> Option<&str> {
        match &self.0.source {
            Source::Recorded(text) => Some(text.get(vocabulary::locale(ctx, locale))),
            _ => None,
        }
    }
}

/// A named input to define.
#[derive(InputObject, Serialize)]
pub(crate) struct KpiInputInput {
    /// The name in the formula: up to 40 lower-case Latin letters, digits and underscores.
    pub(super) name: String,
    /// Where it comes from.
    pub(super) source: KpiSourceInput,
}

/// Where an input comes from: exactly one of these.
#[derive(OneofObject, Serialize)]
pub(crate) enum KpiSourceInput {
    /// Measured over published rows.
    Dataset(KpiDatasetSourceInput),
    /// Counted over reports of citizens.
    Feedback(KpiFeedbackSourceInput),
    /// Counted over the catalogue of datasets.
    Catalogue(KpiCatalogueMeasure),
    /// The value of another indicator, by its code.
    Kpi(String),
    /// Recorded by an analyst: by whom it is told, or in which paper.
    Recorded(LocalizedTextInput),
}

/// A measure over the rows that fall into a period.
#[derive(InputObject, Serialize)]
pub(crate) struct KpiDatasetSourceInput {
    /// The dataset's short name.
    pub(super) dataset: String,
    /// What is measured.
    pub(super) measure: KpiDatasetMeasure,
    /// Over which column; only COUNT can do without.
    pub(super) column: Option<String>,
    /// Which rows, as JSON for the `where` of `Dataset.rows`; by default all.
    #[graphql(name = "where")]
    #[serde(rename = "where")]
    pub(super) filter: Option<String>,
    /// The DATE column with the day to which a row belongs.
    pub(super) date: String,
    /// How long a span one row stands for: with MONTHLY the day is the month's first.
    pub(super) covers: UpdatePeriod,
    /// The TEXT column with the district's short name; without it there are values of the whole region only.
    pub(super) district: Option<String>,
}

/// A count over reports.
#[derive(InputObject, Serialize)]
pub(crate) struct KpiFeedbackSourceInput {
    /// What is counted.
    pub(super) measure: KpiFeedbackMeasure,
    /// Count the reports of this many days up to the period's end, and not those of the period.
    pub(super) days: Option<u32>,
}
