//! What a client can mend: refusals of acts, and wrong arguments of queries.

use std::sync::OnceLock;

use kernel::{Error, LocalizedText, Refusal, RefusalCode, Words};

use crate::model::{CSV_BYTES_MAX, Column, Flaw, KEYS_MAX, MEASURES_MAX, Misfit, Misreading, Place, QUERY_CHARS_MAX, TableSchema};

pub(crate) fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}

fn text(key: &str) -> LocalizedText {
    words().localized(key, &[])
}

fn invalid(message: LocalizedText, path: &str) -> Refusal {
    Refusal::new(RefusalCode::Invalid, message).at(path)
}

pub(crate) fn query_too_long() -> Error {
    Error::bad_input(words().localized("query-too-long", &[("max", QUERY_CHARS_MAX.into())]))
}

pub(crate) fn cursor_of_another_list() -> Error {
    Error::bad_input(text("cursor-of-another-list"))
}

pub(crate) fn no_such_version(number: i32) -> Error {
    Error::bad_input(words().localized("no-such-version", &[("number", number.into())]))
}

pub(crate) fn no_such_column(name: &str) -> Error {
    Error::bad_input(words().localized("no-such-column", &[("column", name.into())]))
}

pub(crate) fn too_many_keys() -> Error {
    Error::bad_input(words().localized("too-many-keys", &[("max", KEYS_MAX.into())]))
}

pub(crate) fn measure_count() -> Error {
    Error::bad_input(words().localized("measure-count", &[("max", MEASURES_MAX.into())]))
}

pub(crate) fn measure_does_not_fit(function: &str, column: &Column) -> Error {
    let facts = [("function", function.into()), ("column", column.name.as_str().into()), ("type", column.kind.word().into())];
    Error::bad_input(words().localized("measure-does-not-fit", &facts))
}

pub(crate) fn measure_needs_column(function: &str) -> Error {
    Error::bad_input(words().localized("measure-needs-column", &[("function", function.into())]))
}

pub(crate) fn filter_is_empty(column: &str) -> Error {
    Error::bad_input(words().localized("filter-is-empty", &[("column", column.into())]))
}

pub(crate) fn filter_is_too_large(max: usize) -> Error {
    Error::bad_input(words().localized("filter-is-too-large", &[("max", max.into())]))
}

pub(crate) fn filter_needs_text(column: &str) -> Error {
    Error::bad_input(words().localized("filter-needs-text", &[("column", column.into())]))
}

pub(crate) fn filter_value(column: &Column, value: &str, misreading: Misreading) -> Error {
    let why = words();
    let message = LocalizedText::from_fn(|locale| {
        let why = why.text(locale, misreading_key(misreading), &misreading_facts(column));
        words().text(locale, "filter-value", &[("column", column.name.as_str().into()), ("value", value.into()), ("why", why.into())])
    });
    Error::bad_input(message)
}

pub(crate) fn key_is_not_a_uuid() -> Refusal {
    invalid(text("key-is-not-a-uuid"), "input.idempotencyKey")
}

pub(crate) fn key_reused() -> Refusal {
    Refusal::new(RefusalCode::KeyReused, text("key-reused")).at("input.idempotencyKey")
}

pub(crate) fn no_such_dataset() -> Refusal {
    Refusal::new(RefusalCode::NotFound, text("no-such-dataset")).at("input.dataset")
}

pub(crate) fn slug_malformed() -> Refusal {
    invalid(text("slug-malformed"), "input.slug")
}

pub(crate) fn slug_taken() -> Refusal {
    invalid(text("slug-taken"), "input.slug")
}

pub(crate) fn text_incomplete(path: &str) -> Refusal {
    invalid(text("text-incomplete"), path)
}

pub(crate) fn id_malformed(path: &str) -> Refusal {
    invalid(text("id-malformed"), path)
}

pub(crate) fn csv_too_long() -> Refusal {
    Refusal::new(RefusalCode::LimitReached, words().localized("csv-too-long", &[("max", CSV_BYTES_MAX.into())])).at("input.rows")
}

/// A flaw of a declared schema.
pub(crate) fn flaw(position: usize, flaw: Flaw) -> Refusal {
    let (message, field) = match flaw {
        Flaw::Count { max } => return invalid(words().localized("column-count", &[("max", max.into())]), "input.columns"),
        Flaw::Name => (text("column-name"), "name"),
        Flaw::SameName => (text("column-same-name"), "name"),
        Flaw::Title => (text("text-incomplete"), "title"),
        Flaw::Scale { max } => (words().localized("column-scale", &[("max", max.into())]), "scale"),
    };
    invalid(message, &format!("input.columns.{position}.{field}"))
}

/// A misfit of a row. The path names the row and the column, and so does the message.
pub(crate) fn misfit(schema: &TableSchema, misfit: &Misfit) -> Refusal {
    match misfit {
        Misfit::Csv { row } => invalid(words().localized("csv-malformed", &[("row", (*row).into())]), &format!("input.rows.{row}")),
        Misfit::Header => {
            let names = schema.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(",");
            invalid(words().localized("csv-header", &[("columns", names.into())]), "input.rows")
        }
        Misfit::NoRows => invalid(text("csv-no-rows"), "input.rows"),
        Misfit::Width { row, found } => {
            let facts = [("row", (*row).into()), ("found", (*found).into()), ("expected", schema.columns.len().into())];
            invalid(words().localized("csv-width", &facts), &format!("input.rows.{row}"))
        }
        Misfit::Value { place, misreading } => {
            let column = &schema.columns[place.column];
            at_place(place, column, |locale| words().text(locale, misreading_key(*misreading), &misreading_facts(column)))
        }
        Misfit::Repeated { place, before } => {
            let column = &schema.columns[place.column];
            at_place(place, column, |locale| words().text(locale, "value-repeated", &[("before", (*before).into())]))
        }
    }
}

fn at_place(place: &Place, column: &Column, why: impl Fn(kernel::Locale) -> String) -> Refusal {
    let message = LocalizedText::from_fn(|locale| {
        let facts = [
            ("row", place.row.into()),
            ("column", column.name.as_str().into()),
            ("title", column.title.get(locale).into()),
            ("why", why(locale).into()),
        ];
        words().text(locale, "value-at", &facts)
    });
    invalid(message, &format!("input.rows.{}.{}", place.row, column.name))
}

fn misreading_key(misreading: Misreading) -> &'static str {
    match misreading {
        Misreading::Empty => "value-empty",
        Misreading::Type => "value-type",
        Misreading::DecimalComma => "value-decimal-comma",
        Misreading::LeadingZeros => "value-leading-zeros",
        Misreading::TooManyDecimals => "value-too-many-decimals",
        Misreading::TooLong => "value-too-long",
        Misreading::DayFirst => "value-day-first",
        Misreading::NoOffset => "value-no-offset",
        Misreading::Personal => "value-personal",
    }
}

fn misreading_facts(column: &Column) -> [kernel::Fact<'static>; 2] {
    [("type", column.kind.word().into()), ("scale", column.scale.into())]
}
