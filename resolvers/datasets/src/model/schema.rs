//! The declared schema: what a table promises before its first row.

use std::{collections::HashSet, sync::LazyLock};

use kernel::{Locale, LocalizedText};
use regex::Regex;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The most columns of a table.
const COLUMNS_MAX: usize = 50;
/// The most decimals of a DECIMAL column.
const SCALE_MAX: u32 = 9;
/// A dataset's short name.
static SLUG: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("^[a-z][a-z0-9-]{1,59}$").ok());
/// A column's name: a word that is safe in a query of any tool.
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("^[a-z][a-z0-9_]{0,39}$").ok());

/// What kind of values a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ColumnType {
    Text,
    Integer,
    Decimal,
    Date,
    DateTime,
    Boolean,
}

impl ColumnType {
    /// The type as clients and messages name it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            ColumnType::Text => "TEXT",
            ColumnType::Integer => "INTEGER",
            ColumnType::Decimal => "DECIMAL",
            ColumnType::Date => "DATE",
            ColumnType::DateTime => "DATETIME",
            ColumnType::Boolean => "BOOLEAN",
        }
    }
}

/// A column: its name for programs, its title for people, and what its values must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Column {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: ColumnType,
    pub(crate) title: LocalizedText,
    #[serde(default)]
    pub(crate) description: Option<LocalizedText>,
    /// How many decimals a DECIMAL value has at most.
    #[serde(default)]
    pub(crate) scale: u32,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) unique: bool,
}

/// The columns of a table, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TableSchema {
    pub(crate) columns: Vec<Column>,
}

/// Why a schema cannot be declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// There are none, or more than [`COLUMNS_MAX`].
    Count { max: usize },
    /// A name is not a lower-case word.
    Name,
    /// Two columns have one name.
    SameName,
    /// A title lacks a language.
    Title,
    /// A scale where there are no decimals, or too many of them.
    Scale { max: u32 },
}

impl TableSchema {
    /// Where the column stands.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// What is wrong with the schema, each with the position of the column.
    pub(crate) fn flaws(&self) -> Vec<(usize, Flaw)> {
        if self.columns.is_empty() || self.columns.len() > COLUMNS_MAX {
            return vec![(0, Flaw::Count { max: COLUMNS_MAX })];
        }
        let mut seen = HashSet::new();
        let mut flaws = Vec::new();
        for (position, column) in self.columns.iter().enumerate() {
            if !is_name(&column.name) {
                flaws.push((position, Flaw::Name));
            }
            if !seen.insert(&column.name) {
                flaws.push((position, Flaw::SameName));
            }
            if !is_complete(&column.title) {
                flaws.push((position, Flaw::Title));
            }
            if column.scale > if column.kind == ColumnType::Decimal { SCALE_MAX } else { 0 } {
                flaws.push((position, Flaw::Scale { max: SCALE_MAX }));
            }
        }
        flaws
    }

    /// The share of columns that are described in all languages, with three decimals.
    pub(crate) fn documentation(&self) -> Decimal {
        let described = self.columns.iter().filter(|column| column.description.as_ref().is_some_and(is_complete)).count();
        Decimal::from(described).checked_div(Decimal::from(self.columns.len())).unwrap_or_default().round_dp(3)
    }
}

/// Whether a text can be a dataset's short name.
pub(crate) fn is_slug(text: &str) -> bool {
    SLUG.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

fn is_name(name: &str) -> bool {
    NAME.as_ref().is_some_and(|pattern| pattern.is_match(name))
}

/// Whether a text is there in every language.
pub(crate) fn is_complete(text: &LocalizedText) -> bool {
    Locale::ALL.into_iter().all(|locale| !text.get(locale).trim().is_empty())
}
