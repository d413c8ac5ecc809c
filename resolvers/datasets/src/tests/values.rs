//! Values, CSV and what is not published.

use kernel::LocalizedText;
use proptest::prelude::*;

use crate::model::{Column, ColumnType, Misreading, Table, TableSchema, Value};

fn column(kind: ColumnType) -> Column {
    let scale = if kind == ColumnType::Decimal { 2 } else { 0 };
    Column { name: "c".into(), kind, title: LocalizedText::default(), description: None, scale, required: false, unique: false }
}

#[track_caller]
fn check(kind: ColumnType, text: &str, expected: Result<&str, Misreading>) {
    let column = column(kind);
    let read = column.read(text).map(|value| value.map(|value| column.write(&value)).unwrap_or_default());
    assert_eq!(read.as_deref(), expected.as_ref().map(|text| *text), "{kind:?} {text:?}");
}

#[test]
fn a_value_is_read_as_it_was_declared_and_never_guessed() {
    use ColumnType::{Boolean, Date, DateTime, Decimal, Integer, Text};
    use Misreading::{DayFirst, DecimalComma, LeadingZeros, NoOffset, TooLong, TooManyDecimals, Type};
    for (kind, text, expected) in [
        (Text, "007", Ok("007")),
        (Text, " a, \"b\" ", Ok(" a, \"b\" ")),
        (Text, "", Ok("")),
        (Integer, "42", Ok("42")),
        (Integer, "-7", Ok("-7")),
        (Integer, "0", Ok("0")),
        (Integer, "007", Err(LeadingZeros)),
        (Integer, "4.2", Err(Type)),
        (Integer, "4,2", Err(DecimalComma)),
        (Integer, "1 000", Err(Type)),
        (Integer, "99999999999999999999", Err(TooLong)),
        (Decimal, "12.5", Ok("12.50")),
        (Decimal, "-0.05", Ok("-0.05")),
        (Decimal, "12", Ok("12.00")),
        (Decimal, "12,5", Err(DecimalComma)),
        (Decimal, "12.345", Err(TooManyDecimals)),
        (Decimal, "1e3", Err(Type)),
        (Decimal, "012.5", Err(LeadingZeros)),
        (Decimal, ".5", Err(Type)),
        (Decimal, "5.", Err(Type)),
        (Date, "2026-11-24", Ok("2026-11-24")),
        (Date, "24.11.2026", Err(DayFirst)),
        (Date, "24/11/2026", Err(DayFirst)),
        (Date, "2026-2-3", Err(Type)),
        (Date, "2026-02-30", Err(Type)),
        (DateTime, "2026-11-24T10:30:00+05:00", Ok("2026-11-24T05:30:00Z")),
        (DateTime, "2026-11-24T05:30:00.25Z", Ok("2026-11-24T05:30:00.250Z")),
        (DateTime, "2026-11-24T10:30:00", Err(NoOffset)),
        (DateTime, "24.11.2026 10:30", Err(DayFirst)),
        (Boolean, "true", Ok("true")),
        (Boolean, "да", Err(Type)),
        (Boolean, "1", Err(Type)),
    ] {
        check(kind, text, expected);
    }
    let required = Column { required: true, ..column(Text) };
    assert_eq!(required.read(""), Err(Misreading::Empty));
}

#[test]
fn numbers_that_belong_to_one_person_are_not_published() {
    use Misreading::Personal;
    for (text, expected) in [
        // Nobody's: made up, with the control digit that the rule gives.
        ("850101300124", Err(Personal)),
        ("owner 850101300124, flat 3", Err(Personal)),
        ("850101300125", Ok("850101300125")),
        // An organisation's number: 4 where a day would begin.
        ("120340000004", Ok("120340000004")),
        ("+7 701 234 56 78", Err(Personal)),
        ("8 (701) 234-56-78", Err(Personal)),
        // The office phone of a city body is public.
        ("+7 72533 5-10-20", Ok("+7 72533 5-10-20")),
        ("1234567890123456", Ok("1234567890123456")),
    ] {
        check(ColumnType::Text, text, expected);
    }
}

#[test]
fn every_misfit_is_told_with_its_place_and_nothing_is_kept() {
    let mut schema = TableSchema { columns: vec![column(ColumnType::Text), column(ColumnType::Decimal)] };
    schema.columns[0].name = "code".into();
    schema.columns[0].unique = true;
    schema.columns[1].name = "amount".into();
    let check = |text: &str| match Table::read(&schema, text) {
        Ok(table) => format!("{} rows, {} cells", table.rows.len(), table.filled_cells()),
        Err(misfits) => format!("{misfits:?}"),
    };
    insta::assert_snapshot!(
        [
            check("code,amount\na,1.5\nb,\n"),
            check("\u{feff}amount,code\r\n1.5,a\r\n2,\"b \"\"c\"\"\"\r\n"),
            check("code,amount\na,\"1,5\"\nb,2.345\n"),
            check("code;amount\na;1.5\n"),
            check("code,amount\na\nb,1,2\n"),
            check("code,amount\na,1\n\"b,1\n"),
            check("code,amount\na,1\nb,1\na,2\n"),
            check("code,amount\n"),
            check(""),
        ]
        .join("\n"),
        @r#"
    2 rows, 3 cells
    2 rows, 4 cells
    [Value { place: Place { row: 1, column: 1 }, misreading: DecimalComma }, Value { place: Place { row: 2, column: 1 }, misreading: TooManyDecimals }]
    [Header]
    [Width { row: 1, found: 1 }, Width { row: 2, found: 3 }]
    [Csv { row: 2 }]
    [Repeated { place: Place { row: 3, column: 0 }, before: 1 }]
    [NoRows]
    [Header]
    "#
    );
}

fn any_value() -> impl Strategy<Value = (Column, Value)> {
    prop_oneof![
        "\\PC{1,20}"
            .prop_filter("no one's number", |text| text.bytes().filter(u8::is_ascii_digit).count() < 11)
            .prop_map(|text| (column(ColumnType::Text), Value::Text(text))),
        (-1_000_000_000_000_000_000..=1_000_000_000_000_000_000_i64).prop_map(|n| (column(ColumnType::Integer), Value::Integer(n))),
        (-1_000_000_000_000..=1_000_000_000_000_i64).prop_map(|n| (column(ColumnType::Decimal), Value::Units(n))),
        (0..20_000_i64).prop_map(|days| {
            let day = chrono::DateTime::from_timestamp(days * 86_400, 0).unwrap().date_naive();
            (column(ColumnType::Date), Value::Date(day))
        }),
        (0..4_000_000_000_000_000_i64).prop_map(|micros| {
            (column(ColumnType::DateTime), Value::DateTime(chrono::DateTime::from_timestamp_micros(micros).unwrap()))
        }),
        any::<bool>().prop_map(|yes| (column(ColumnType::Boolean), Value::Boolean(yes))),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_back((column, value) in any_value()) {
        prop_assert_eq!(column.read_value(&column.write(&value)), Ok(value));
    }

    #[test]
    fn csv_carries_any_text(cells in prop::collection::vec("[a-z,\"\n\r äқ]{1,8}", 1..20)) {
        let schema = TableSchema { columns: vec![column(ColumnType::Text)] };
        let mut text = "c\n".to_owned();
        for cell in &cells {
            text.push_str(&format!("\"{}\"\n", cell.replace('"', "\"\"")));
        }
        let table = Table::read(&schema, &text).unwrap();
        let read: Vec<_> = table.rows.iter().map(|row| row[0].clone()).collect();
        let expected: Vec<_> = cells.into_iter().map(|cell| Some(Value::Text(cell))).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC*") {
        let schema = TableSchema { columns: vec![column(ColumnType::Decimal), column(ColumnType::DateTime)] };
        drop(Table::read(&schema, &text));
        for column in &schema.columns {
            drop(column.read(&text));
        }
    }
}
