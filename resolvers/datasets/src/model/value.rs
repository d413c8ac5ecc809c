//! One value: read strictly as its column declares, never guessed, never rounded.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;

use super::{
    private,
    schema::{Column, ColumnType},
};

/// The longest text of one cell.
const TEXT_CHARS_MAX: usize = 2_000;
/// The largest number of a cell, counted in its smallest unit: sums of any table stay exact.
const UNITS_MAX: i64 = 1_000_000_000_000_000_000;

/// A value of a cell. A DECIMAL is held as whole units of its column's scale, so that both databases compare and add it exactly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Units(i64),
    Date(NaiveDate),
    DateTime(DateTime<Utc>),
    Boolean(bool),
}

/// Why a text is not a value of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misreading {
    /// The column is required.
    Empty,
    /// Not of the column's type.
    Type,
    /// A number written with a comma: `12,5`.
    DecimalComma,
    /// A number that begins with zeros: a code, which is text.
    LeadingZeros,
    /// More decimals than the column declares; rounding would change the number.
    TooManyDecimals,
    /// A number or a text that is too long.
    TooLong,
    /// A day written as `24.11.2026`.
    DayFirst,
    /// An instant without its offset from UTC.
    NoOffset,
    /// An individual identification number or a personal phone number: it is not published.
    Personal,
}

impl Column {
    /// Reads the text of one cell; an empty text is no value.
    pub(crate) fn read(&self, text: &str) -> Result<Option<Value>, Misreading> {
        if text.is_empty() {
            return if self.required { Err(Misreading::Empty) } else { Ok(None) };
        }
        if private::is_personal(text) {
            return Err(Misreading::Personal);
        }
        self.read_value(text).map(Some)
    }

    /// Reads a text as a value of this column.
    pub(crate) fn read_value(&self, text: &str) -> Result<Value, Misreading> {
        match self.kind {
            ColumnType::Text if text.chars().count() > TEXT_CHARS_MAX => Err(Misreading::TooLong),
            ColumnType::Text => Ok(Value::Text(text.to_owned())),
            ColumnType::Integer => units(text, 0).map(Value::Integer),
            ColumnType::Decimal => units(text, self.scale).map(Value::Units),
            ColumnType::Date => date(text).map(Value::Date),
            ColumnType::DateTime => instant(text).map(Value::DateTime),
            ColumnType::Boolean => match text {
                "true" => Ok(Value::Boolean(true)),
                "false" => Ok(Value::Boolean(false)),
                _ => Err(Misreading::Type),
            },
        }
    }

    /// Writes a value as [`Column::read`] reads it: the one canonical form.
    pub(crate) fn write(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Units(units) => Decimal::new(*units, self.scale).to_string(),
            Value::Date(day) => day.to_string(),
            Value::DateTime(at) => at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            Value::Boolean(yes) => yes.to_string(),
        }
    }
}

/// Reads digits with a point, as whole units of the scale.
fn units(text: &str, scale: u32) -> Result<i64, Misreading> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(whole, decimals)| (whole, Some(decimals)));
    if digits.contains(',') && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b',') {
        return Err(Misreading::DecimalComma);
    }
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || decimals.is_some_and(|decimals| !is_digits(decimals)) {
        return Err(Misreading::Type);
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Err(Misreading::LeadingZeros);
    }
    let decimals = decimals.unwrap_or_default();
    let scale = usize::try_from(scale).unwrap_or_default();
    if decimals.len() > scale {
        return Err(if scale == 0 { Misreading::Type } else { Misreading::TooManyDecimals });
    }
    let padded = format!("{}{whole}{decimals:0<scale$}", &text[..text.len() - digits.len()]);
    padded.parse().ok().filter(|units: &i64| units.abs() <= UNITS_MAX).ok_or(Misreading::TooLong)
}

fn date(text: &str) -> Result<NaiveDate, Misreading> {
    // chrono also reads `2026-1-5`; the canonical form has two digits each.
    if let Some(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| day.to_string() == text) {
        return Ok(day);
    }
    let day_first = NaiveDate::parse_from_str(text, "%d.%m.%Y").is_ok() || NaiveDate::parse_from_str(text, "%d/%m/%Y").is_ok();
    Err(if day_first { Misreading::DayFirst } else { Misreading::Type })
}

fn instant(text: &str) -> Result<DateTime<Utc>, Misreading> {
    match DateTime::parse_from_rfc3339(text) {
        // Databases keep microseconds; a finer instant would change.
        Ok(at) if at.timestamp_subsec_nanos() % 1_000 != 0 => Err(Misreading::TooManyDecimals),
        Ok(at) => Ok(at.with_timezone(&Utc)),
        Err(_) if DateTime::parse_from_rfc3339(&format!("{text}Z")).is_ok() => Err(Misreading::NoOffset),
        Err(_) if date(text.get(..10).unwrap_or_default()) == Err(Misreading::DayFirst) => Err(Misreading::DayFirst),
        Err(_) => Err(Misreading::Type),
    }
}
