//! Rows and aggregates: what a client may ask for, checked against the schema before it reaches the database.

use std::collections::HashSet;

use async_graphql::{Context, Enum, InputObject, Object, OneofObject, Result, SimpleObject};
use kernel::{Page, PageRequest};
use vocabulary::{Connection, OrFault, connection, list_size};

use super::loaders::catalogue;
use crate::{
    error,
    model::{
        self, Column, ColumnType, Comparison, Dataset, Direction, KEYS_MAX, Key, MEASURES_MAX, Measure, Predicate, TableSchema, Value,
    },
    store::{AggregateQuery, Group, Measured, RowQuery, Store, groups_begun_in, rows_begun_in},
};

/// How many conditions one filter holds.
const CONDITIONS_MAX: usize = 50;
/// How deep a filter nests.
const DEPTH_MAX: usize = 8;

/// Which rows: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub(crate) enum RowFilter {
    /// Every one of these holds.
    All(Vec<RowFilter>),
    /// At least one of these holds.
    Any(Vec<RowFilter>),
    /// This does not hold.
    Not(Box<RowFilter>),
    /// The value in a column.
    Column(ColumnFilter),
}

/// Compares the value in a column. Values are written as in CSV; all comparisons that are given must hold. An empty cell fails every
/// comparison but `empty`.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ColumnFilter {
    /// The column's name.
    name: String,
    /// Is this value.
    equals: Option<String>,
    /// Is one of these values.
    #[graphql(name = "in")]
    one_of: Option<Vec<String>>,
    /// Is less, or earlier.
    less_than: Option<String>,
    /// Is not more, or not later.
    at_most: Option<String>,
    /// Is more, or later.
    more_than: Option<String>,
    /// Is not less, or not earlier.
    at_least: Option<String>,
    /// Begins with this text, letter case included; for TEXT.
    starts_with: Option<String>,
    /// Whether the cell is empty.
    empty: Option<bool>,
}

/// One key of an order. Empty cells come last; first when descending.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RowOrder {
    /// The column's name.
    column: String,
    /// From the largest, or latest, down.
    #[graphql(default = false)]
    descending: bool,
}

/// What is measured over a group of rows.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::Function")]
pub(crate) enum MeasureFunction {
    /// How many rows, or with a column how many of them have a value.
    Count,
    /// The sum of an INTEGER or DECIMAL column.
    Sum,
    /// The smallest, or earliest, value.
    Min,
    /// The largest, or latest, value.
    Max,
    /// The mean of an INTEGER or DECIMAL column, rounded to six decimals more than the column has.
    Mean,
}

/// One measure.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct MeasureInput {
    /// What to take.
    function: MeasureFunction,
    /// Over which column; only COUNT can do without.
    column: Option<String>,
}

/// The value of one column in one row.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct Cell {
    /// The column's name.
    column: String,
    /// The value as text, as CSV would have it; null when the cell is empty.
    value: Option<String>,
}

/// A row of a version.
pub(crate) struct Row {
    number: i32,
    cells: Vec<Cell>,
}

/// A row of a version.
#[Object(tag = "public")]
impl Row {
    /// Its number in the version, from 1.
    async fn number(&self) -> i32 {
        self.number
    }

    /// Its values in the order of the schema.
    #[graphql(directive = list_size::apply(20))]
    async fn values(
        &self,
        #[graphql(desc = "Only these columns, in this order; by default all.")] columns: Option<Vec<String>>,
    ) -> Result<Vec<Cell>> {
        match columns {
            None => Ok(self.cells.clone()),
            Some(columns) => Ok(columns.iter().filter_map(|name| self.find(name).cloned()).collect()),
        }
    }

    /// The value in one column; with an alias it reads like a field: `district: cell(column: "district")`. Null when the cell is empty, or
    /// when there is no such column.
    async fn cell(&self, #[graphql(desc = "The column's name.")] column: String) -> Option<&str> {
        self.find(&column)?.value.as_deref()
    }
}

impl Row {
    fn find(&self, name: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.column == name)
    }
}

/// What one measure gave.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct MeasureValue {
    /// What was taken.
    function: MeasureFunction,
    /// Over which column; null when over the rows.
    column: Option<String>,
    /// The exact value as text; null when no row of the group has a value.
    value: Option<String>,
}

/// A group of rows with what was measured.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct AggregateRow {
    /// The values that the group's rows share, in the order of `groupBy`.
    #[graphql(directive = list_size::apply(4))]
    keys: Vec<Cell>,
    /// What was measured, in the order of `measures`.
    #[graphql(directive = list_size::apply(10))]
    values: Vec<MeasureValue>,
    /// How many rows the group has.
    row_count: i32,
}

/// Reads a page of rows.
pub(crate) async fn rows(
    ctx: &Context<'_>,
    dataset: &Dataset,
    version: Option<i32>,
    filter: Option<RowFilter>,
    order: Vec<RowOrder>,
    page: &PageRequest,
) -> Result<Connection<Row>> {
    let schema = &dataset.schema;
    let filter = filter.map(|filter| filter.check(schema)).transpose().or_fault(ctx)?;
    let keys = order.iter().map(|order| order.check(schema)).collect::<kernel::Result<Vec<_>>>().or_fault(ctx)?;
    check_keys(keys.iter().map(|key| key.column)).or_fault(ctx)?;
    let begun_in = rows_begun_in(page).or_fault(ctx)?;
    let Some(version) = find_version(ctx, dataset, version.or(begun_in)).await? else { return Ok(Connection::new(false, false)) };
    let store = ctx.data_unchecked::<Store>();
    let page = store.rows(schema, &version, &RowQuery { filter, keys }, page).await.or_fault(ctx)?;
    Ok(connection(page, |row| Row { number: row.number, cells: cells(&schema.columns, &row.values) }))
}

/// Reads a page of groups.
pub(crate) async fn aggregate(
    ctx: &Context<'_>,
    dataset: &Dataset,
    version: Option<i32>,
    filter: Option<RowFilter>,
    group_by: Vec<String>,
    measures: Vec<MeasureInput>,
    page: &PageRequest,
) -> Result<Connection<AggregateRow>> {
    let schema = &dataset.schema;
    let filter = filter.map(|filter| filter.check(schema)).transpose().or_fault(ctx)?;
    let group_by = group_by.iter().map(|name| position(schema, name)).collect::<kernel::Result<Vec<_>>>().or_fault(ctx)?;
    check_keys(group_by.iter().copied()).or_fault(ctx)?;
    if measures.is_empty() || measures.len() > MEASURES_MAX {
        return Err(error::measure_count()).or_fault(ctx);
    }
    let measures = measures.iter().map(|measure| measure.check(schema)).collect::<kernel::Result<Vec<_>>>().or_fault(ctx)?;
    let begun_in = groups_begun_in(page).or_fault(ctx)?;
    let Some(version) = find_version(ctx, dataset, version.or(begun_in)).await? else { return Ok(Connection::new(false, false)) };
    let query = AggregateQuery { filter, group_by, measures };
    let store = ctx.data_unchecked::<Store>();
    let page: Page<Group> = store.aggregate(schema, &version, &query, page).await.or_fault(ctx)?;
    Ok(connection(page, |group| aggregate_row(schema, &query, group)))
}

/// The version that is asked for; none when nothing was published.
async fn find_version(ctx: &Context<'_>, dataset: &Dataset, number: Option<i32>) -> Result<Option<model::Version>> {
    if number.is_none() && dataset.latest == 0 {
        return Ok(None);
    }
    let number = number.unwrap_or(dataset.latest);
    match catalogue(ctx).load_one((dataset.id, number)).await.or_fault(ctx)? {
        Some(version) => Ok(Some(version)),
        None => Err(error::no_such_version(number)).or_fault(ctx),
    }
}

fn cells<'a>(columns: impl IntoIterator<Item = &'a Column>, values: &[Option<Value>]) -> Vec<Cell> {
    let written = |(column, value): (&Column, &Option<Value>)| Cell {
        column: column.name.clone(),
        value: value.as_ref().map(|value| column.write(value)),
    };
    columns.into_iter().zip(values).map(written).collect()
}

fn aggregate_row(schema: &TableSchema, query: &AggregateQuery, group: Group) -> AggregateRow {
    let values = query.measures.iter().zip(group.measured).map(|(measure, measured)| {
        let column = measure.column.map(|position| &schema.columns[position]);
        let value = match measured {
            Measured::Nothing => None,
            Measured::Number(number) => Some(number.to_string()),
            Measured::Value(value) => column.map(|column| column.write(&value)),
        };
        MeasureValue { function: measure.function.into(), column: column.map(|column| column.name.clone()), value }
    });
    AggregateRow {
        keys: cells(query.group_by.iter().map(|position| &schema.columns[*position]), &group.keys),
        values: values.collect(),
        row_count: i32::try_from(group.row_count).unwrap_or(i32::MAX),
    }
}

fn position(schema: &TableSchema, name: &str) -> kernel::Result<usize> {
    schema.position(name).ok_or_else(|| error::no_such_column(name))
}

fn check_keys(columns: impl Iterator<Item = usize>) -> kernel::Result<()> {
    let columns: Vec<usize> = columns.collect();
    let distinct: HashSet<&usize> = columns.iter().collect();
    if columns.len() > KEYS_MAX || distinct.len() < columns.len() { Err(error::too_many_keys()) } else { Ok(()) }
}

impl RowOrder {
    fn check(&self, schema: &TableSchema) -> kernel::Result<Key> {
        let direction = if self.descending { Direction::Descending } else { Direction::Ascending };
        Ok(Key { column: position(schema, &self.column)?, direction })
    }
}

impl MeasureInput {
    fn check(&self, schema: &TableSchema) -> kernel::Result<Measure> {
        let function = model::Function::from(self.function);
        let column = self.column.as_deref().map(|name| position(schema, name)).transpose()?;
        match column.map(|position| &schema.columns[position]) {
            None if function != model::Function::Count => Err(error::measure_needs_column(function.word())),
            Some(column) if !function.fits(column.kind) => Err(error::measure_does_not_fit(function.word(), column)),
            _ => Ok(Measure { function, column }),
        }
    }
}

impl RowFilter {
    fn check(&self, schema: &TableSchema) -> kernel::Result<Predicate> {
        let mut conditions = 0;
        self.check_at(schema, 0, &mut conditions)
    }

    fn check_at(&self, schema: &TableSchema, depth: usize, conditions: &mut usize) -> kernel::Result<Predicate> {
        *conditions += 1;
        if *conditions > CONDITIONS_MAX || depth > DEPTH_MAX {
            return Err(error::filter_is_too_large(CONDITIONS_MAX));
        }
        let mut parts =
            |parts: &[RowFilter]| parts.iter().map(|part| part.check_at(schema, depth + 1, conditions)).collect::<kernel::Result<Vec<_>>>();
        match self {
            RowFilter::All(all) => Ok(Predicate::All(parts(all)?)),
            RowFilter::Any(any) => Ok(Predicate::Any(parts(any)?)),
            RowFilter::Not(not) => Ok(Predicate::Not(Box::new(not.check_at(schema, depth + 1, conditions)?))),
            RowFilter::Column(column) => column.check(schema, conditions),
        }
    }
}

impl ColumnFilter {
    fn check(&self, schema: &TableSchema, conditions: &mut usize) -> kernel::Result<Predicate> {
        let column = position(schema, &self.name)?;
        let declared = &schema.columns[column];
        let read = |text: &String| declared.read_value(text).map_err(|misreading| error::filter_value(declared, text, misreading));
        let mut comparisons = Vec::new();
        comparisons.extend(self.equals.as_ref().map(read).transpose()?.map(Comparison::Equals));
        comparisons.extend(self.less_than.as_ref().map(read).transpose()?.map(Comparison::LessThan));
        comparisons.extend(self.at_most.as_ref().map(read).transpose()?.map(Comparison::AtMost));
        comparisons.extend(self.more_than.as_ref().map(read).transpose()?.map(Comparison::MoreThan));
        comparisons.extend(self.at_least.as_ref().map(read).transpose()?.map(Comparison::AtLeast));
        if let Some(texts) = &self.one_of {
            *conditions += texts.len();
            comparisons.push(Comparison::OneOf(texts.iter().map(read).collect::<kernel::Result<_>>()?));
        }
        if let Some(start) = &self.starts_with {
            if declared.kind != ColumnType::Text {
                return Err(error::filter_needs_text(&self.name));
            }
            comparisons.push(Comparison::StartsWith(start.clone()));
        }
        let mut parts: Vec<Predicate> = comparisons.into_iter().map(|comparison| Predicate::Column { column, comparison }).collect();
        if let Some(empty) = self.empty {
            let is_empty = Predicate::Column { column, comparison: Comparison::Empty };
            parts.push(if empty { is_empty } else { Predicate::Not(Box::new(is_empty)) });
        }
        if *conditions > CONDITIONS_MAX {
            return Err(error::filter_is_too_large(CONDITIONS_MAX));
        }
        if parts.is_empty() { Err(error::filter_is_empty(&self.name)) } else { Ok(Predicate::All(parts)) }
    }
}
