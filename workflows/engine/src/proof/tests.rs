use cel::{Context, Program, Value as CelValue};
use proptest::prelude::*;

use super::*;
use crate::{FactType, fact::Known};

fn declared() -> Declared {
    let names = [
        ("a", FactType::Text),
        ("b", FactType::Text),
        ("m", FactType::Int),
        ("n", FactType::Int),
        ("p", FactType::Bool),
        ("q", FactType::Bool),
    ];
    names.into_iter().map(|(name, of)| (name.to_owned(), of)).collect()
}

fn find(wanted: &[(&str, bool)]) -> Proof {
    let declared = declared();
    let parsed: Vec<(Condition, bool)> =
        wanted.iter().map(|(text, answer)| (Condition::parse(text, &declared).unwrap(), *answer)).collect();
    let wanted: Vec<Wanted<'_>> = parsed.iter().map(|(condition, answer)| (condition, *answer)).collect();
    Space::new(&declared, &Closed::new(), parsed.iter().map(|(condition, _)| condition)).find(&wanted)
}

#[test]
fn what_can_hold_together_is_found_and_what_cannot_is_proved() {
    let check = |wanted: &[(&str, bool)], expected: Option<&str>| {
        let found = match find(wanted) {
            Proof::Holds(facts) => Some(facts.to_string()),
            Proof::Never => None,
            Proof::NotProved => panic!("{wanted:?}: not proved"),
        };
        assert_eq!(found.as_deref(), expected, "{wanted:?}");
    };
    check(&[("true", true)], Some("nothing is known"));
    check(&[("p", true), ("p", false)], None);
    check(&[("p || q", true), ("p && q", false)], Some("q"));
    check(&[("a == 'x'", true), ("a in ['x', 'y']", false)], None);
    check(&[("a != ''", true), ("a in ['x', 'y']", false)], Some("a == 'another'"));
    check(&[("a != ''", true), ("a in ['another', 'y']", false)], Some("a == '·'"));
    check(&[("m > 2", true), ("m < 3", true)], None);
    check(&[("m > 2 && m < 4", true)], Some("m == 3"));
    check(&[("m >= 0", false), ("m != -1", true)], Some("m == -2"));
    check(&[("m < n && n < 2 && m > 0", true)], None);
    check(&[("m < n && n < 3 && m > 0", true)], Some("m == 1, n == 2"));
    check(&[("a == b", true), ("a == 'x'", true), ("b == 'y'", true)], None);
    check(
        &[("a != b", true), ("a == 'x'", false), ("b == 'x'", false), ("a == ''", false), ("b == ''", false)],
        Some("a == 'another', b == '·1·'"),
    );
    check(&[("a.startsWith('road')", true), ("a.startsWith('road-')", false)], Some("a == 'road·'"));
    check(&[("a.startsWith('road-')", true), ("a.startsWith('road')", false)], None);
    check(&[("a.endsWith('-x') && a.contains('y')", true), ("a.startsWith('y')", false)], Some("a == '·y·-x'"));
    check(&[("a == 'road-x'", true), ("a.contains('ad-')", false)], None);
    check(&[("p == (a == 'x')", true), ("p", true), ("a == 'y'", true)], None);
}

#[test]
fn too_many_possibilities_are_not_proved() {
    let declared: Declared = (0..40).map(|n| (format!("p{n}"), FactType::Bool)).collect();
    // Pigeons: each of 7 has one of 6 holes, no two the same. That cannot be, and no short search shows it.
    let wide: Declared = (0..7).map(|n| (format!("a{n}"), FactType::Text)).collect();
    let holes: Vec<String> = (0..7).map(|n| format!("a{n} in ['1', '2', '3', '4', '5', '6', '7', '8', '9']")).collect();
    let differ: Vec<String> = (0..7).flat_map(|n| (0..n).map(move |m| format!("a{n} == a{m}"))).collect();
    let conditions: Vec<Condition> = holes.iter().chain(&differ).map(|text| Condition::parse(text, &wide).unwrap()).collect();
    let sum = Condition::parse("a6 == 'none'", &wide).unwrap();
    let wanted: Vec<Wanted<'_>> =
        conditions.iter().enumerate().map(|(n, condition)| (condition, n < holes.len())).chain([(&sum, true)]).collect();
    assert_eq!(Space::new(&wide, &Closed::new(), conditions.iter().chain([&sum])).find(&wanted), Proof::NotProved);
    // A text within a fact is beyond the candidates, so nothing is proved by not finding.
    assert_eq!(find(&[("a.contains(b)", true), ("b.contains(a)", true), ("a == b", false)]), Proof::NotProved);
    let all = Condition::parse(&(0..40).map(|n| format!("p{n}")).collect::<Vec<_>>().join(" && "), &declared).unwrap();
    assert!(matches!(Space::new(&declared, &Closed::new(), [&all]).find(&[(&all, true)]), Proof::Holds(_)));
}

/// Conditions as an official might write them, and worse.
fn condition() -> impl Strategy<Value = String> {
    let text = || prop_oneof![Just("a"), Just("b")];
    let literal = || proptest::sample::select(&["", "x", "xy", "yx", "road", "road-x"][..]);
    let number = || prop_oneof![Just("m"), Just("n")];
    let atom = prop_oneof![
        Just("p".to_owned()),
        Just("q".to_owned()),
        Just("true".to_owned()),
        (text(), literal()).prop_map(|(fact, literal)| format!("{fact} == '{literal}'")),
        (text(), literal(), literal()).prop_map(|(fact, one, other)| format!("{fact} in ['{one}', '{other}']")),
        Just("a == b".to_owned()),
        Just("m < n".to_owned()),
        (text(), proptest::sample::select(&["startsWith", "endsWith", "contains"][..]), literal())
            .prop_map(|(fact, sign, literal)| format!("{fact}.{sign}('{literal}')")),
        (number(), proptest::sample::select(&["==", "!=", "<", "<=", ">", ">="][..]), -2i64..4)
            .prop_map(|(fact, sign, number)| format!("{fact} {sign} {number}")),
    ];
    atom.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("!({one})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}) && ({other})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}) || ({other})")),
            (inner.clone(), inner).prop_map(|(one, other)| format!("({one}) == ({other})")),
        ]
    })
}

fn some_facts() -> impl Strategy<Value = Facts> {
    let text = || "(|x|xy|yx|road|road-|-x|z){0,3}";
    (text(), text(), -4i64..6, -4i64..6, any::<bool>(), any::<bool>())
        .prop_map(|(a, b, m, n, p, q)| Facts::new().with("a", a).with("b", b).with("m", m).with("n", n).with("p", p).with("q", q))
}

/// What the crate `cel` itself says.
fn interpreted(text: &str, facts: &Facts) -> bool {
    let mut context = Context::default();
    for (name, value) in facts.iter() {
        match value {
            FactValue::Bool(value) => context.add_variable_from_value(name, *value),
            FactValue::Int(value) => context.add_variable_from_value(name, *value),
            FactValue::Text(value) => context.add_variable_from_value(name, value.clone()),
        }
    }
    matches!(Program::compile(text).unwrap().execute(&context), Ok(CelValue::Bool(true)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_condition_holds_when_cel_says_so(text in condition(), facts in some_facts()) {
        let declared = declared();
        let condition = Condition::parse(&text, &declared).unwrap();
        prop_assert_eq!(condition.holds(&Known::of(&declared, &facts).unwrap()), interpreted(&text, &facts), "{} with {}", text, facts);
    }

    /// With some facts open, an answer that follows is the answer whatever they are.
    #[test]
    fn what_follows_from_some_facts_holds_with_all(text in condition(), facts in some_facts(), open in any::<u8>()) {
        let declared = declared();
        let condition = Condition::parse(&text, &declared).unwrap();
        let known = Known::of(&declared, &facts).unwrap();
        let some: Vec<_> = known.0.iter().enumerate().map(|(n, value)| if open >> n & 1 == 1 { None } else { *value }).collect();
        prop_assert!(condition.answer(&some).is_none_or(|answer| answer == condition.holds(&known)));
    }

}

proptest! {
    // Those that are given up take the longest.
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn an_example_is_one_and_where_there_is_none_no_facts_are(
        conditions in proptest::collection::vec((condition(), any::<bool>()), 1..4),
        tries in proptest::collection::vec(some_facts(), 60),
    ) {
        let declared = declared();
        let parsed: Vec<(Condition, bool)> =
            conditions.iter().map(|(text, answer)| (Condition::parse(text, &declared).unwrap(), *answer)).collect();
        let wanted: Vec<Wanted<'_>> = parsed.iter().map(|(condition, answer)| (condition, *answer)).collect();
        let gives = |facts: &Facts| wanted.iter().all(|(condition, answer)| condition.holds(&Known::of(&declared, facts).unwrap()) == *answer);
        match Space::new(&declared, &Closed::new(), parsed.iter().map(|(condition, _)| condition)).find(&wanted) {
            Proof::Holds(facts) => prop_assert!(gives(&facts), "{:?} with {}", conditions, facts),
            Proof::Never => prop_assert!(!tries.iter().any(gives), "{:?}", conditions),
            Proof::NotProved => {}
        }
    }
}
