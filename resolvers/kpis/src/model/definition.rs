//! How an indicator is computed: a formula over named inputs, and where each input comes from.

use std::{collections::HashSet, sync::LazyLock};

use kernel::{Locale, LocalizedText};
use regex::Regex;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use vocabulary::UpdatePeriod;

use super::{
    formula::{Formula, FormulaFlaw},
    observation::{Draft, Trace, TraceInput},
    span::Span,
};

/// The most inputs of a formula.
const INPUTS_MAX: usize = 10;
/// The most decimals of a value.
const DECIMALS_MAX: u32 = 6;
/// An indicator's code.
static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("^[a-z][a-z0-9-]{1,59}$").ok());
/// The name of an input in a formula.
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("^[a-z][a-z0-9_]{0,39}$").ok());

/// What sort of indicator it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// One input.
    Simple,
    /// A part of a whole; the parts of districts add up.
    Ratio,
    /// Counted from the beginning of the year.
    Cumulative,
    /// Computed from other indicators.
    Derived,
}

/// A named input and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) source: Source,
}

/// Where an input comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// Measured over published rows.
    Dataset(DatasetSource),
    /// Counted over reports of citizens.
    Feedback(FeedbackSource),
    /// Counted over the catalogue of datasets.
    Catalogue(CatalogueMeasure),
    /// The value of another indicator for the same period and place, by its code.
    Kpi(String),
    /// Told by somebody; the text says by whom.
    Recorded(LocalizedText),
}

/// A measure over the rows of a dataset that fall into a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DatasetSource {
    pub(crate) dataset: String,
    pub(crate) measure: DatasetMeasure,
    #[serde(default)]
    pub(crate) column: Option<String>,
    /// A row filter as the graph takes it.
    #[serde(default)]
    pub(crate) filter: Option<serde_json::Value>,
    /// The column with the day to which a row belongs.
    pub(crate) date: String,
    /// How long a span one row stands for: with MONTHLY the day is the month's first.
    pub(crate) covers: UpdatePeriod,
    /// The column with the district's short name.
    #[serde(default)]
    pub(crate) district: Option<String>,
}

/// What is measured. There is no mean: means of districts do not add up; divide a SUM by a COUNT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DatasetMeasure {
    Count,
    Sum,
    Min,
    Max,
}

/// A count over the reports that were registered in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FeedbackSource {
    pub(crate) measure: FeedbackMeasure,
    /// Count the reports of this many days up to the period's end, and not those of the period.
    #[serde(default)]
    pub(crate) days: Option<u32>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeedbackMeasure {
    Received,
    Answered,
    AnsweredOnTime,
    Overdue,
    Contested,
    MedianWorkingDays,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CatalogueMeasure {
    /// Datasets with at least one version.
    Published,
    /// Those of them that are not late.
    Fresh,
}

impl Source {
    /// Whether the house computes it; otherwise an analyst records it.
    pub(crate) fn is_computed(&self) -> bool {
        !matches!(self, Source::Recorded(_))
    }

    /// Whether it tells how things stand now and cannot be asked of the past.
    pub(crate) fn is_snapshot(&self) -> bool {
        match self {
            Source::Catalogue(_) => true,
            Source::Feedback(source) => source.measure == FeedbackMeasure::Overdue,
            Source::Dataset(_) | Source::Kpi(_) | Source::Recorded(_) => false,
        }
    }
}

/// How an indicator is computed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Definition {
    pub(crate) kind: Kind,
    pub(crate) formula: String,
    pub(crate) decimals: u32,
    pub(crate) inputs: Vec<Input>,
}

/// Why a definition cannot be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DefinitionFlaw {
    Formula(FormulaFlaw),
    InputCount {
        max: usize,
    },
    /// The input's name is not a word, or is there twice.
    InputName {
        input: usize,
    },
    /// The kind asks for another shape of formula or other inputs.
    Kind,
    /// Recorded and computed inputs, or snapshots and others, do not mix.
    MixedInputs,
    /// COUNT alone can do without a column.
    Column {
        input: usize,
    },
    Decimals {
        max: u32,
    },
}

impl Definition {
    /// Whether the house computes it.
    pub(crate) fn is_computed(&self) -> bool {
        self.inputs.iter().all(|input| input.source.is_computed())
    }

    /// Whether it tells how things stand now.
    pub(crate) fn is_snapshot(&self) -> bool {
        self.inputs.iter().any(|input| input.source.is_snapshot())
    }

    /// The datasets that it counts on.
    pub(crate) fn datasets(&self) -> HashSet<&str> {
        let slugs = self.inputs.iter().filter_map(|input| match &input.source {
            Source::Dataset(source) => Some(source.dataset.as_str()),
            _ => None,
        });
        slugs.collect()
    }

    /// The indicators that it is derived from.
    pub(crate) fn kpis(&self) -> HashSet<&str> {
        let codes = self.inputs.iter().filter_map(|input| match &input.source {
            Source::Kpi(code) => Some(code.as_str()),
            _ => None,
        });
        codes.collect()
    }

    /// The parsed formula.
    pub(crate) fn parse(&self) -> Result<Formula, FormulaFlaw> {
        Formula::parse(&self.formula, self.inputs.iter().map(|input| input.name.as_str()))
    }

    /// What is wrong with it.
    pub(crate) fn flaws(&self) -> Vec<DefinitionFlaw> {
        if self.inputs.is_empty() || self.inputs.len() > INPUTS_MAX {
            return vec![DefinitionFlaw::InputCount { max: INPUTS_MAX }];
        }
        let mut flaws = Vec::new();
        let mut seen = HashSet::new();
        for (position, input) in self.inputs.iter().enumerate() {
            if !NAME.as_ref().is_some_and(|pattern| pattern.is_match(&input.name)) || !seen.insert(&input.name) {
                flaws.push(DefinitionFlaw::InputName { input: position });
            }
            if let Source::Dataset(source) = &input.source
                && source.column.is_none()
                && source.measure != DatasetMeasure::Count
            {
                flaws.push(DefinitionFlaw::Column { input: position });
            }
        }
        if self.decimals > DECIMALS_MAX {
            flaws.push(DefinitionFlaw::Decimals { max: DECIMALS_MAX });
        }
        let every_or_none = |is: fn(&Source) -> bool| {
            let count = self.inputs.iter().filter(|input| is(&input.source)).count();
            count == 0 || count == self.inputs.len()
        };
        if !every_or_none(Source::is_computed) || !every_or_none(Source::is_snapshot) {
            flaws.push(DefinitionFlaw::MixedInputs);
        }
        match self.parse() {
            Err(flaw) => flaws.push(DefinitionFlaw::Formula(flaw)),
            Ok(formula) if !self.kind_fits(&formula) => flaws.push(DefinitionFlaw::Kind),
            Ok(_) => {}
        }
        flaws
    }

    fn kind_fits(&self, formula: &Formula) -> bool {
        let derived = self.inputs.iter().all(|input| matches!(input.source, Source::Kpi(_)));
        let from_kpis = self.inputs.iter().any(|input| matches!(input.source, Source::Kpi(_)));
        match self.kind {
            Kind::Derived => derived,
            Kind::Simple => !from_kpis && self.inputs.len() == 1,
            Kind::Ratio => !from_kpis && formula.is_ratio(),
            Kind::Cumulative => !from_kpis,
        }
    }

    /// Applies the formula to one period and place; nothing comes of it when it divides by zero. A value is rounded half away from zero,
    /// the parts of a ratio are not rounded.
    pub(crate) fn apply(&self, formula: &Formula, span: Span, inputs: Vec<TraceInput>) -> Option<Draft> {
        let values = inputs.iter().map(|input| (input.name.as_str(), input.value)).collect();
        let outcome = formula.evaluate(&values)?;
        Some(Draft {
            span,
            district: None,
            numerator: outcome.numerator.map(|part| part.normalize()),
            denominator: outcome.denominator.map(|part| part.normalize()),
            value: rounded(outcome.value, self.decimals),
            synthetic: false,
            trace: Trace { formula: self.formula.clone(), decimals: self.decimals, inputs },
        })
    }
}

fn rounded(value: Decimal, decimals: u32) -> Decimal {
    let mut value = value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    value.rescale(decimals);
    value
}

/// Whether a text can be an indicator's code.
pub(crate) fn is_code(text: &str) -> bool {
    CODE.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Whether a text is there in every language.
pub(crate) fn is_complete(text: &LocalizedText) -> bool {
    Locale::ALL.into_iter().all(|locale| !text.get(locale).trim().is_empty())
}
