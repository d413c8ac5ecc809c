//! Formulas, definitions, periods and targets.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::Decimal;
use vocabulary::UpdatePeriod;

use crate::model::{Definition, DefinitionFlaw, Direction, Formula, FormulaFlaw, Input, Kind, Source, Span, Status, Target, TraceInput};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[track_caller]
fn check(formula: &str, expected: Result<Option<&str>, FormulaFlaw>) {
    let inputs = BTreeMap::from([("a", decimal("7")), ("b", decimal("0.25")), ("none", Decimal::ZERO)]);
    let used: Vec<&str> = inputs.keys().copied().filter(|name| formula.contains(name)).collect();
    let outcome = Formula::parse(formula, used).map(|formula| {
        formula.evaluate(&inputs).map(|outcome| match (outcome.numerator, outcome.denominator) {
            (Some(above), Some(below)) => format!("{} = {} to {}", outcome.value.normalize(), above.normalize(), below.normalize()),
            _ => outcome.value.normalize().to_string(),
        })
    });
    assert_eq!(outcome, expected.map(|text| text.map(str::to_owned)), "{formula}");
}

#[test]
fn a_formula_is_exact_arithmetic_and_nothing_else() {
    use FormulaFlaw::{NotArithmetic, Syntax, TooLong, UnknownInput};
    for (formula, expected) in [
        ("a", Ok(Some("7"))),
        ("a + b * 2", Ok(Some("7.5"))),
        ("-(a - b)", Ok(Some("-6.75"))),
        ("a / b", Ok(Some("28 = 7 to 0.25"))),
        ("100 * a / b", Ok(Some("2800 = 7 to 0.25"))),
        ("100 * (a / b)", Ok(Some("2800 = 7 to 0.25"))),
        ("100 * (a - b) / a", Ok(Some("96.42857142857142857142857143 = 6.75 to 7"))),
        ("a / none", Ok(None)),
        ("1 / 3 * 3", Ok(Some("0.9999999999999999999999999999"))),
        ("a * 0.5", Err(NotArithmetic)),
        ("a > b ? a : b", Err(NotArithmetic)),
        ("a % 2", Err(NotArithmetic)),
        ("size([a])", Err(NotArithmetic)),
        ("[a].map(x, x)[0]", Err(NotArithmetic)),
        ("a +", Err(Syntax)),
        ("", Err(Syntax)),
        ("c", Err(UnknownInput { name: "c".into() })),
        (&"a + ".repeat(200), Err(TooLong { max: 500 })),
    ] {
        check(formula, expected);
    }
    assert_eq!(Formula::parse("a", ["a", "b"]), Err(FormulaFlaw::UnusedInput { name: "b".into() }));
}

proptest! {
    /// Parts of districts add up to the region, whatever the numbers.
    #[test]
    fn numerators_and_denominators_add_up(parts in prop::collection::vec((0..1_000_000_i64, 1..1_000_000_i64), 1..17)) {
        let formula = Formula::parse("100 * (whole - part) / whole", ["part", "whole"]).unwrap();
        let of = |part: i64, whole: i64| {
            formula.evaluate(&BTreeMap::from([("part", Decimal::from(part)), ("whole", Decimal::from(whole))])).unwrap()
        };
        let region = of(parts.iter().map(|(part, _)| part).sum(), parts.iter().map(|(_, whole)| whole).sum());
        let districts: Vec<_> = parts.iter().map(|(part, whole)| of(*part, *whole)).collect();
        prop_assert_eq!(districts.iter().map(|outcome| outcome.numerator.unwrap()).sum::<Decimal>(), region.numerator.unwrap());
        prop_assert_eq!(districts.iter().map(|outcome| outcome.denominator.unwrap()).sum::<Decimal>(), region.denominator.unwrap());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
        drop(Formula::parse(&text, ["a"]));
    }
}

#[test]
fn a_definition_that_cannot_be_is_told_why() {
    let recorded = || Source::Recorded(kernel::LocalizedText::default());
    let kpi = || Source::Kpi("other".into());
    let snapshot = || Source::Catalogue(crate::model::CatalogueMeasure::Published);
    let feedback = || Source::Feedback(crate::model::FeedbackSource { measure: crate::model::FeedbackMeasure::Received, days: None });
    let check = |kind: Kind, formula: &str, inputs: Vec<(&str, Source)>, expected: &[DefinitionFlaw]| {
        let inputs = inputs.into_iter().map(|(name, source)| Input { name: name.into(), source }).collect();
        let definition = Definition { kind, formula: formula.into(), decimals: 2, inputs };
        assert_eq!(definition.flaws(), expected, "{formula}");
    };
    check(Kind::Ratio, "a / b", vec![("a", recorded()), ("b", recorded())], &[]);
    check(Kind::Simple, "a / 2", vec![("a", recorded())], &[]);
    check(Kind::Derived, "a / b", vec![("a", kpi()), ("b", kpi())], &[]);
    check(Kind::Ratio, "a + b", vec![("a", recorded()), ("b", recorded())], &[DefinitionFlaw::Kind]);
    check(Kind::Simple, "a + b", vec![("a", recorded()), ("b", recorded())], &[DefinitionFlaw::Kind]);
    check(Kind::Derived, "a + b", vec![("a", kpi()), ("b", feedback())], &[DefinitionFlaw::Kind]);
    check(Kind::Ratio, "a / b", vec![("a", kpi()), ("b", kpi())], &[DefinitionFlaw::Kind]);
    check(Kind::Ratio, "a / b", vec![("a", recorded()), ("b", feedback())], &[DefinitionFlaw::MixedInputs]);
    check(Kind::Ratio, "a / b", vec![("a", snapshot()), ("b", feedback())], &[DefinitionFlaw::MixedInputs]);
    check(Kind::Simple, "A", vec![("A", recorded())], &[DefinitionFlaw::InputName { input: 0 }]);
    check(Kind::Simple, "1", vec![], &[DefinitionFlaw::InputCount { max: 10 }]);
}

#[test]
fn a_value_is_rounded_half_away_from_zero_and_keeps_its_decimals() {
    let definition = |decimals| Definition {
        kind: Kind::Ratio,
        formula: "a / b".into(),
        decimals,
        inputs: ["a", "b"].map(|name| Input { name: name.into(), source: Source::Kpi(String::new()) }).into(),
    };
    let span = Span { from: day("2026-01-01"), to: day("2026-01-31") };
    for (a, b, decimals, expected) in [("1", "8", 2, "0.13"), ("-1", "8", 2, "-0.13"), ("1", "4", 1, "0.3"), ("6", "2", 2, "3.00")] {
        let inputs =
            [("a", a), ("b", b)].map(|(name, value)| TraceInput { name: name.into(), value: decimal(value), ..TraceInput::default() });
        let definition = definition(decimals);
        let draft = definition.apply(&definition.parse().unwrap(), span, inputs.into()).unwrap();
        assert_eq!(draft.value.to_string(), expected);
    }
}

#[test]
fn periods_are_whole_and_over() {
    let check = |frequency: UpdatePeriod, today: &str, expected: [&str; 2]| {
        let spans: Vec<String> = Span::complete(frequency, day(today)).take(2).map(|span| format!("{} {}", span.from, span.to)).collect();
        assert_eq!(spans, expected, "{frequency:?} {today}");
    };
    check(UpdatePeriod::Daily, "2026-03-01", ["2026-02-28 2026-02-28", "2026-02-27 2026-02-27"]);
    check(UpdatePeriod::Weekly, "2026-11-24", ["2026-11-16 2026-11-22", "2026-11-09 2026-11-15"]);
    check(UpdatePeriod::Monthly, "2026-01-31", ["2025-12-01 2025-12-31", "2025-11-01 2025-11-30"]);
    check(UpdatePeriod::Quarterly, "2026-04-01", ["2026-01-01 2026-03-31", "2025-10-01 2025-12-31"]);
    check(UpdatePeriod::Yearly, "2024-12-31", ["2023-01-01 2023-12-31", "2022-01-01 2022-12-31"]);
    assert_eq!(Span::complete(UpdatePeriod::OnChange, day("2026-01-01")).next(), None);
    let span = Span { from: day("2026-04-01"), to: day("2026-06-30") }.since_new_year();
    assert_eq!(span, Span { from: day("2026-01-01"), to: day("2026-06-30") });
}

#[test]
fn a_value_is_judged_by_the_target_of_its_day() {
    let target = |from: &str, value: &str, at_risk: Option<&str>| Target {
        from: day(from),
        value: decimal(value),
        at_risk: at_risk.map(decimal),
        synthetic: false,
    };
    let targets = [target("2026-01-01", "20", Some("25")), target("2027-01-01", "15", None)];
    let check = |direction: Direction, value: &str, on: &str, expected: Status| {
        assert_eq!(Status::of(direction, decimal(value), Target::on(&targets, day(on))), expected, "{value} on {on}");
    };
    use Direction::{HigherIsBetter, LowerIsBetter};
    check(LowerIsBetter, "20", "2026-06-30", Status::Met);
    check(LowerIsBetter, "20.01", "2026-06-30", Status::AtRisk);
    check(LowerIsBetter, "25.01", "2026-06-30", Status::Missed);
    check(LowerIsBetter, "20", "2027-06-30", Status::Missed);
    check(LowerIsBetter, "20", "2025-06-30", Status::NoTarget);
    check(HigherIsBetter, "20", "2026-06-30", Status::Met);
    check(HigherIsBetter, "19", "2026-06-30", Status::Missed);
}
