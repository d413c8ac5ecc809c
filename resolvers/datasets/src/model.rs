//! Datasets as plain values and rules.

mod csv;
mod filter;
mod freshness;
mod private;
mod schema;
mod table;
mod value;

use chrono::{DateTime, Utc};
use kernel::{DatasetId, DatasetVersionId, LocalizedText, PartyId};
use rust_decimal::Decimal;
use vocabulary::UpdatePeriod;

pub(crate) use filter::{Comparison, Predicate};
pub(crate) use freshness::{Freshness, FreshnessStatus};
pub(crate) use schema::{Column, ColumnType, Flaw, TableSchema, is_complete, is_slug};
pub(crate) use table::{Misfit, Place, Table};
pub(crate) use value::{Misreading, Value};

/// The longest text that is searched for.
pub(crate) const QUERY_CHARS_MAX: usize = 100;
/// The longest CSV text that one act publishes.
pub(crate) const CSV_BYTES_MAX: usize = 1_000_000;
/// The most columns that a row order, or a grouping, names.
pub(crate) const KEYS_MAX: usize = 4;
/// The most measures that one aggregate takes.
pub(crate) const MEASURES_MAX: usize = 10;

/// A published table: what it is about, and the schema that every version of it keeps to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dataset {
    pub(crate) id: DatasetId,
    pub(crate) slug: String,
    pub(crate) title: LocalizedText,
    pub(crate) description: LocalizedText,
    pub(crate) publisher: Option<PartyId>,
    pub(crate) licence: String,
    pub(crate) period: UpdatePeriod,
    pub(crate) synthetic: bool,
    pub(crate) schema: TableSchema,
    /// The number of the newest version; 0 before the first.
    pub(crate) latest: i32,
    pub(crate) created_at: DateTime<Utc>,
}

/// One immutable edition of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Version {
    pub(crate) id: DatasetVersionId,
    pub(crate) dataset: DatasetId,
    pub(crate) number: i32,
    pub(crate) published_at: DateTime<Utc>,
    pub(crate) row_count: i32,
    pub(crate) checksum: String,
    pub(crate) filled_cells: i64,
}

impl Version {
    /// The name of the table that holds this version's rows.
    pub(crate) fn table(&self) -> String {
        rows_table(self.id)
    }

    /// The share of filled cells among all cells, with three decimals; nothing when there are no cells.
    pub(crate) fn completeness(&self, schema: &TableSchema) -> Option<Decimal> {
        let cells = Decimal::from(self.row_count) * Decimal::from(schema.columns.len());
        Decimal::from(self.filled_cells).checked_div(cells).map(|share| share.round_dp(3))
    }
}

/// The name of the table that holds a version's rows: made of the id alone, never of what a person wrote.
pub(crate) fn rows_table(version: DatasetVersionId) -> String {
    format!("rows_{}", version.uuid().simple())
}

/// Which datasets a list shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct DatasetFilter {
    pub(crate) words: Vec<String>,
    pub(crate) publisher: Option<PartyId>,
    pub(crate) period: Option<UpdatePeriod>,
}

/// A direction of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

/// One key of an order of rows. Empty cells come last when ascending and first when descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) column: usize,
    pub(crate) direction: Direction,
}

/// What is measured over a group of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Count,
    Sum,
    Min,
    Max,
    Mean,
}

/// A measure over a column, or over the rows themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Measure {
    pub(crate) function: Function,
    pub(crate) column: Option<usize>,
}

impl Function {
    /// The function as clients and messages name it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Function::Count => "COUNT",
            Function::Sum => "SUM",
            Function::Min => "MIN",
            Function::Max => "MAX",
            Function::Mean => "MEAN",
        }
    }

    /// Whether the function can be taken over a column of this type.
    pub(crate) fn fits(self, kind: ColumnType) -> bool {
        match self {
            Function::Count => true,
            Function::Sum | Function::Mean => matches!(kind, ColumnType::Integer | ColumnType::Decimal),
            Function::Min | Function::Max => kind != ColumnType::Boolean,
        }
    }
}
