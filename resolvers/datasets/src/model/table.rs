//! A whole table: every value fits, or nothing is published.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::{
    csv,
    schema::TableSchema,
    value::{Misreading, Value},
};

/// How many misfits are told at once: enough to mend a file, not a second file.
const MISFITS_MAX: usize = 20;

/// Rows that fit their schema.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Vec<Option<Value>>>,
}

/// Where a value stands: the row counted from 1 without the header, and the column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) row: usize,
    pub(crate) column: usize,
}

/// Why rows cannot be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// Not CSV from this row on; 0 is the header.
    Csv { row: usize },
    /// The header does not name the schema's columns, each once.
    Header,
    /// There are no rows.
    NoRows,
    /// A row has another number of fields than the header.
    Width { row: usize, found: usize },
    /// A value does not fit its column.
    Value { place: Place, misreading: Misreading },
    /// A value that must be unique was there before.
    Repeated { place: Place, before: usize },
}

impl Table {
    /// Reads CSV whose header names the columns in any order.
    pub(crate) fn read(schema: &TableSchema, text: &str) -> Result<Table, Vec<Misfit>> {
        let records = csv::records(text).map_err(|csv::Malformed { record }| vec![Misfit::Csv { row: record }])?;
        let mut records = records.into_iter();
        let order = records.next().and_then(|header| order(schema, &header)).ok_or_else(|| vec![Misfit::Header])?;
        let mut misfits = Vec::new();
        let mut rows = Vec::with_capacity(records.len());
        for (row, record) in (1..).zip(records) {
            if misfits.len() >= MISFITS_MAX {
                break;
            }
            if record.len() == order.len() {
                rows.push(read_row(schema, row, &order, &record, &mut misfits));
            } else {
                misfits.push(Misfit::Width { row, found: record.len() });
            }
        }
        if rows.is_empty() && misfits.is_empty() {
            misfits.push(Misfit::NoRows);
        }
        let table = Table { rows };
        if misfits.is_empty() {
            misfits = table.repetitions(schema);
        }
        misfits.truncate(MISFITS_MAX);
        if misfits.is_empty() { Ok(table) } else { Err(misfits) }
    }

    /// The values of unique columns that are there twice.
    fn repetitions(&self, schema: &TableSchema) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        for (column, _) in schema.columns.iter().enumerate().filter(|(_, column)| column.unique) {
            let mut seen: HashMap<String, usize> = HashMap::new();
            for (row, values) in (1..).zip(&self.rows) {
                let Some(value) = &values[column] else { continue };
                if let Some(before) = seen.insert(schema.columns[column].write(value), row) {
                    misfits.push(Misfit::Repeated { place: Place { row, column }, before });
                }
            }
        }
        misfits
    }

    /// How many cells hold a value.
    pub(crate) fn filled_cells(&self) -> usize {
        self.rows.iter().flatten().filter(|value| value.is_some()).count()
    }

    /// SHA-256, in hexadecimal, of the rows as canonical CSV: UTF-8 with a header, LF after every line, quotes only where RFC 4180 needs
    /// them, values as the graph shows them, an empty field for no value. A reader who pages through the rows computes the same.
    pub(crate) fn checksum(&self, schema: &TableSchema) -> String {
        let mut digest = Sha256::new();
        let mut line = schema.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(",");
        line.push('\n');
        for values in &self.rows {
            for (position, (column, value)) in schema.columns.iter().zip(values).enumerate() {
                if position > 0 {
                    line.push(',');
                }
                if let Some(value) = value {
                    csv::write_field(&mut line, &column.write(value));
                }
            }
            line.push('\n');
            digest.update(line.as_bytes());
            line.clear();
        }
        digest.update(line.as_bytes());
        kernel::hex(&digest.finalize())
    }
}

/// For each column of the schema, where the header has it.
fn order(schema: &TableSchema, header: &[String]) -> Option<Vec<usize>> {
    if header.len() != schema.columns.len() {
        return None;
    }
    schema.columns.iter().map(|column| header.iter().position(|name| name.trim() == column.name)).collect()
}

fn read_row(schema: &TableSchema, row: usize, order: &[usize], record: &[String], misfits: &mut Vec<Misfit>) -> Vec<Option<Value>> {
    let mut values = Vec::with_capacity(order.len());
    for (column, at) in order.iter().enumerate() {
        match schema.columns[column].read(&record[*at]) {
            Ok(value) => values.push(value),
            Err(misreading) => misfits.push(Misfit::Value { place: Place { row, column }, misreading }),
        }
    }
    values
}
