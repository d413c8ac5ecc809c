//! The rows of a version: filtered, ordered and paged by the database.

use kernel::{Error, Page, PageRequest, Result};
use sea_orm::{
    ConnectionTrait, ExprTrait, QueryResult,
    sea_query::{Alias, Cond, Condition, Expr, Func, Order, Query, SelectStatement},
};
use serde::{Deserialize, Serialize};

use super::Store;
use crate::{
    error,
    model::{Column, ColumnType, Comparison, Direction, Key, Predicate, TableSchema, Value, Version},
};

/// The column that numbers the rows. No declared name begins with an underscore.
pub(super) const NUMBER: &str = "_row";

/// A row: its number in the version, from 1, and its values in the order of the schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) number: i32,
    pub(crate) values: Vec<Option<Value>>,
}

/// Which rows, in which order.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowQuery {
    pub(crate) filter: Option<Predicate>,
    pub(crate) keys: Vec<Key>,
}

/// A position among rows: the order that it belongs to, the values of its keys, and the row's number.
#[derive(Serialize, Deserialize)]
struct RowCursor {
    version: i32,
    order: Vec<String>,
    keys: Vec<Option<String>>,
    row: i32,
}

/// The version in which a list of rows was begun, so that its next page is of the same version.
///
/// # Errors
/// `BAD_USER_INPUT` when the cursor was not given out for rows.
pub(crate) fn version_of_cursor(page: &PageRequest) -> Result<Option<i32>> {
    page.after.as_ref().map(|after| after.decode::<RowCursor>().map(|cursor| cursor.version)).transpose()
}

impl Store {
    /// One page of rows.
    pub(crate) async fn rows(&self, schema: &TableSchema, version: &Version, query: &RowQuery, page: &PageRequest) -> Result<Page<Row>> {
        let order = order_words(schema, &query.keys);
        let mut select = Query::select();
        select.column(NUMBER).columns(schema.columns.iter().map(|column| Alias::new(&column.name))).from(Alias::new(version.table()));
        if let Some(filter) = &query.filter {
            select.cond_where(condition(schema, filter, false));
        }
        if let Some(after) = &page.after {
            let cursor: RowCursor = after.decode()?;
            if cursor.version != version.number || cursor.order != order {
                return Err(error::cursor_of_another_list());
            }
            select.cond_where(after_keys(schema, &query.keys, &read_keys(schema, &query.keys, &cursor.keys)?, Some(cursor.row)));
        }
        for key in &query.keys {
            order_by(&mut select, schema, *key);
        }
        select.order_by(NUMBER, Order::Asc).limit(page.limit());
        let rows = self.reader().query_all(&select).await.map_err(journal::fault)?;
        let rows = rows.iter().map(|row| read_row(schema, row)).collect::<Result<_>>()?;
        Page::cut(page, rows, |row: &Row| RowCursor {
            version: version.number,
            order: order.clone(),
            keys: query.keys.iter().map(|key| write(schema, key.column, row.values[key.column].as_ref())).collect(),
            row: row.number,
        })
    }
}

/// An order as words, by which a cursor is recognised.
pub(super) fn order_words(schema: &TableSchema, keys: &[Key]) -> Vec<String> {
    keys.iter()
        .map(|key| {
            let sign = if key.direction == Direction::Ascending { '+' } else { '-' };
            format!("{sign}{}", schema.columns[key.column].name)
        })
        .collect()
}

pub(super) fn write(schema: &TableSchema, column: usize, value: Option<&Value>) -> Option<String> {
    value.map(|value| schema.columns[column].write(value))
}

/// Reads the values of a cursor's keys.
pub(super) fn read_keys(schema: &TableSchema, keys: &[Key], written: &[Option<String>]) -> Result<Vec<Option<Value>>> {
    if keys.len() != written.len() {
        return Err(error::cursor_of_another_list());
    }
    keys.iter()
        .zip(written)
        .map(|(key, text)| match text {
            None => Ok(None),
            Some(text) => schema.columns[key.column].read_value(text).map(Some).map_err(|_| error::cursor_of_another_list()),
        })
        .collect()
}

fn column(schema: &TableSchema, position: usize) -> Expr {
    Expr::col(Alias::new(&schema.columns[position].name))
}

/// Empty cells last when ascending, first when descending, on every database.
pub(super) fn order_by(select: &mut SelectStatement, schema: &TableSchema, key: Key) {
    let order = if key.direction == Direction::Ascending { Order::Asc } else { Order::Desc };
    if !schema.columns[key.column].required {
        select.order_by_expr(column(schema, key.column).is_null(), order.clone());
    }
    select.order_by_expr(column(schema, key.column), order);
}

/// What comes after the given keys: the first key is further, or it is equal and the second is further, and so on.
pub(super) fn after_keys(schema: &TableSchema, keys: &[Key], values: &[Option<Value>], row: Option<i32>) -> Condition {
    let mut after = Cond::any();
    let mut equal = Cond::all();
    for (key, value) in keys.iter().zip(values) {
        let cell = || column(schema, key.column);
        let (same, further) = match (value, key.direction) {
            (Some(value), Direction::Ascending) => (cell().eq(bind(value)), cell().gt(bind(value)).or(cell().is_null())),
            (Some(value), Direction::Descending) => (cell().eq(bind(value)), cell().lt(bind(value))),
            (None, Direction::Ascending) => (cell().is_null(), Expr::value(false)),
            (None, Direction::Descending) => (cell().is_null(), cell().is_not_null()),
        };
        after = after.add(equal.clone().add(further));
        equal = equal.add(same);
    }
    match row {
        Some(row) => after.add(equal.add(Expr::col(NUMBER).gt(row))),
        None => after,
    }
}

/// A filter as SQL. Negation is carried to the comparisons, so that SQL's third truth value never decides.
pub(super) fn condition(schema: &TableSchema, filter: &Predicate, negated: bool) -> Condition {
    match filter {
        Predicate::Not(inner) => condition(schema, inner, !negated),
        Predicate::All(parts) | Predicate::Any(parts) => {
            let all = matches!(filter, Predicate::All(_)) != negated;
            let parts = parts.iter().map(|part| condition(schema, part, negated));
            // An empty list of conditions says nothing in SQL; here `all` of nothing holds and `any` of nothing does not.
            let start = if all { Cond::all().add(Expr::value(true)) } else { Cond::any().add(Expr::value(false)) };
            parts.fold(start, Condition::add)
        }
        Predicate::Column { column: position, comparison } => {
            let cell = || column(schema, *position);
            let holds = compare(&cell, comparison);
            if !negated {
                return Cond::all().add(holds);
            }
            match comparison {
                Comparison::Empty => Cond::all().add(cell().is_not_null()),
                _ => Cond::any().add(holds.not()).add(cell().is_null()),
            }
        }
    }
}

fn compare(cell: &impl Fn() -> Expr, comparison: &Comparison) -> Expr {
    match comparison {
        Comparison::Equals(value) => cell().eq(bind(value)),
        Comparison::OneOf(values) if values.is_empty() => Expr::value(false),
        Comparison::OneOf(values) => cell().is_in(values.iter().map(bind)),
        Comparison::LessThan(value) => cell().lt(bind(value)),
        Comparison::AtMost(value) => cell().lte(bind(value)),
        Comparison::MoreThan(value) => cell().gt(bind(value)),
        Comparison::AtLeast(value) => cell().gte(bind(value)),
        Comparison::StartsWith(start) => {
            // LIKE ignores case on SQLite and heeds it on PostgreSQL.
            let chars = i32::try_from(start.chars().count()).unwrap_or(i32::MAX);
            Func::cust("SUBSTR").args([cell(), Expr::value(1), Expr::value(chars)]).eq(start.as_str())
        }
        Comparison::Empty => cell().is_null(),
    }
}

/// A value as a parameter of a statement.
pub(super) fn bind(value: &Value) -> sea_orm::Value {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Integer(number) | Value::Units(number) => (*number).into(),
        Value::Date(day) => (*day).into(),
        Value::DateTime(at) => (*at).into(),
        Value::Boolean(yes) => (*yes).into(),
    }
}

/// No value, of the column's type.
pub(super) fn bind_nothing(column: &Column) -> sea_orm::Value {
    match column.kind {
        ColumnType::Text => Option::<String>::None.into(),
        ColumnType::Integer | ColumnType::Decimal => Option::<i64>::None.into(),
        ColumnType::Date => Option::<chrono::NaiveDate>::None.into(),
        ColumnType::DateTime => Option::<chrono::DateTime<chrono::Utc>>::None.into(),
        ColumnType::Boolean => Option::<bool>::None.into(),
    }
}

fn read_row(schema: &TableSchema, row: &QueryResult) -> Result<Row> {
    let number = row.try_get_by_index(0).map_err(Error::internal)?;
    let values = schema.columns.iter().zip(1..).map(|(column, at)| read_cell(column.kind, row, at)).collect::<Result<_>>()?;
    Ok(Row { number, values })
}

/// Reads one cell of an answer.
pub(super) fn read_cell(kind: ColumnType, row: &QueryResult, at: usize) -> Result<Option<Value>> {
    let value = match kind {
        ColumnType::Text => row.try_get_by_index::<Option<String>>(at).map(|cell| cell.map(Value::Text)),
        ColumnType::Integer => row.try_get_by_index::<Option<i64>>(at).map(|cell| cell.map(Value::Integer)),
        ColumnType::Decimal => row.try_get_by_index::<Option<i64>>(at).map(|cell| cell.map(Value::Units)),
        ColumnType::Date => row.try_get_by_index::<Option<chrono::NaiveDate>>(at).map(|cell| cell.map(Value::Date)),
        ColumnType::DateTime => row.try_get_by_index::<Option<chrono::DateTime<chrono::Utc>>>(at).map(|cell| cell.map(Value::DateTime)),
        ColumnType::Boolean => row.try_get_by_index::<Option<bool>>(at).map(|cell| cell.map(Value::Boolean)),
    };
    value.map_err(Error::internal)
}
