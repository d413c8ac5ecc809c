//! Aggregates over the rows of a version. Sums are exact on both databases: a SUM of BIGINT overflows on SQLite, so it is taken in two
//! halves and put together as a decimal.

use std::str::FromStr;

use kernel::{Error, Page, PageRequest, Result};
use rust_decimal::{Decimal, RoundingStrategy};
use sea_orm::{
    ConnectionTrait, ExprTrait, QueryResult,
    sea_query::{Alias, Asterisk, Expr, Func, Query},
};
use serde::{Deserialize, Serialize};

use super::{
    Store,
    rows::{after_keys, condition, order_by, order_words, read_cell, read_keys, write},
};
use crate::{
    error,
    model::{ColumnType, Direction, Function, Key, Measure, Predicate, TableSchema, Value, Version},
};

/// A sum is taken in multiples of this and in rests.
const HALF: i64 = 1_000_000_000;
/// How many decimals a mean has beyond those of its column.
const MEAN_DECIMALS: u32 = 6;

/// What is measured over which groups of which rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct AggregateQuery {
    pub(crate) filter: Option<Predicate>,
    pub(crate) group_by: Vec<usize>,
    pub(crate) measures: Vec<Measure>,
}

/// A group of rows: the values that they share, how many they are, and what was measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) keys: Vec<Option<Value>>,
    pub(crate) row_count: i64,
    pub(crate) measured: Vec<Measured>,
}

/// What one measure gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Measured {
    Nothing,
    Number(Decimal),
    Value(Value),
}

#[derive(Serialize, Deserialize)]
struct GroupCursor {
    version: i32,
    order: Vec<String>,
    keys: Vec<Option<String>>,
}

/// The version in which a list of groups was begun.
///
/// # Errors
/// `BAD_USER_INPUT` when the cursor was not given out for groups.
pub(crate) fn version_of_cursor(page: &PageRequest) -> Result<Option<i32>> {
    page.after.as_ref().map(|after| after.decode::<GroupCursor>().map(|cursor| cursor.version)).transpose()
}

impl Store {
    /// One page of groups, in the order of their keys. Without keys there is one group, of all rows.
    pub(crate) async fn aggregate(
        &self,
        schema: &TableSchema,
        version: &Version,
        query: &AggregateQuery,
        page: &PageRequest,
    ) -> Result<Page<Group>> {
        let keys: Vec<Key> = query.group_by.iter().map(|column| Key { column: *column, direction: Direction::Ascending }).collect();
        let order = order_words(schema, &keys);
        let mut select = Query::select();
        select.from(Alias::new(version.table()));
        for key in &keys {
            let name = Alias::new(&schema.columns[key.column].name);
            select.column(name.clone()).group_by_col(name);
        }
        select.expr(count(Expr::col(Asterisk)));
        for measure in &query.measures {
            for part in parts(schema, *measure) {
                select.expr(part);
            }
        }
        if let Some(filter) = &query.filter {
            select.cond_where(condition(schema, filter, false));
        }
        if let Some(after) = &page.after {
            let cursor: GroupCursor = after.decode()?;
            if cursor.version != version.number || cursor.order != order {
                return Err(error::cursor_of_another_list());
            }
            select.cond_where(after_keys(schema, &keys, &read_keys(schema, &keys, &cursor.keys)?, None));
        }
        for key in &keys {
            order_by(&mut select, schema, *key);
        }
        select.limit(page.limit());
        let rows = self.reader().query_all(&select).await.map_err(journal::fault)?;
        let groups = rows.iter().map(|row| read_group(schema, query, row)).collect::<Result<_>>()?;
        Page::cut(page, groups, |group: &Group| GroupCursor {
            version: version.number,
            order: order.clone(),
            keys: keys.iter().zip(&group.keys).map(|(key, value)| write(schema, key.column, value.as_ref())).collect(),
        })
    }
}

/// The expressions by which the database takes one measure.
fn parts(schema: &TableSchema, measure: Measure) -> Vec<Expr> {
    let Some(position) = measure.column else { return vec![count(Expr::col(Asterisk))] };
    let cell = || Expr::col(Alias::new(&schema.columns[position].name));
    // As text: PostgreSQL adds BIGINTs up to a NUMERIC, SQLite to an INTEGER.
    let sum = |of: Expr| Expr::from(Func::sum(of)).cast_as("TEXT");
    match measure.function {
        Function::Count => vec![count(cell())],
        Function::Min => vec![Func::min(cell()).into()],
        Function::Max => vec![Func::max(cell()).into()],
        Function::Sum | Function::Mean => vec![sum(cell().div(HALF)), sum(cell().modulo(HALF)), count(cell())],
    }
}

fn count(of: Expr) -> Expr {
    Expr::from(Func::count(of)).cast_as("BIGINT")
}

fn read_group(schema: &TableSchema, query: &AggregateQuery, row: &QueryResult) -> Result<Group> {
    let mut at = 0;
    let mut keys = Vec::with_capacity(query.group_by.len());
    for column in &query.group_by {
        keys.push(read_cell(schema.columns[*column].kind, row, at)?);
        at += 1;
    }
    let row_count = row.try_get_by_index(at).map_err(Error::internal)?;
    at += 1;
    let mut measured = Vec::with_capacity(query.measures.len());
    for measure in &query.measures {
        measured.push(read_measured(schema, *measure, row, at)?);
        at += parts(schema, *measure).len();
    }
    Ok(Group { keys, row_count, measured })
}

fn read_measured(schema: &TableSchema, measure: Measure, row: &QueryResult, at: usize) -> Result<Measured> {
    let Some(column) = measure.column.map(|position| &schema.columns[position]) else { return read_count(row, at) };
    match measure.function {
        Function::Count => read_count(row, at),
        Function::Min | Function::Max => Ok(read_cell(column.kind, row, at)?.map_or(Measured::Nothing, Measured::Value)),
        Function::Sum | Function::Mean => {
            let scale = if column.kind == ColumnType::Decimal { column.scale } else { 0 };
            let (Some(halves), Some(rests)) = (read_integer(row, at)?, read_integer(row, at + 1)?) else { return Ok(Measured::Nothing) };
            let too_large = || Error::internal("a sum is larger than a decimal holds");
            let units = halves.checked_mul(Decimal::from(HALF)).and_then(|halves| halves.checked_add(rests)).ok_or_else(too_large)?;
            let sum = units.checked_mul(Decimal::new(1, scale)).ok_or_else(too_large)?;
            if measure.function == Function::Sum {
                return Ok(Measured::Number(sum));
            }
            let count: i64 = row.try_get_by_index(at + 2).map_err(Error::internal)?;
            let mean = sum.checked_div(Decimal::from(count));
            let decimals = scale + MEAN_DECIMALS;
            Ok(mean.map_or(Measured::Nothing, |mean| {
                Measured::Number(mean.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero))
            }))
        }
    }
}

fn read_count(row: &QueryResult, at: usize) -> Result<Measured> {
    let count: i64 = row.try_get_by_index(at).map_err(Error::internal)?;
    Ok(Measured::Number(count.into()))
}

fn read_integer(row: &QueryResult, at: usize) -> Result<Option<Decimal>> {
    let text: Option<String> = row.try_get_by_index(at).map_err(Error::internal)?;
    text.map(|text| Decimal::from_str(&text).map_err(Error::internal)).transpose()
}
