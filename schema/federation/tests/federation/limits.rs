//! How large and how costly a document may be.

use std::{collections::BTreeSet, time::Instant};

use federation::{GraphResponse, Limit, Limits, Stage};
use kernel::{Actor, Code};
use serde_json::{Value, json};

use crate::{city::City, rooms::request};

/// Limits so wide that only the one that is looked at can be met.
fn wide() -> Limits {
    Limits {
        tokens_max: 10_000,
        aliases_max: 5_000,
        root_fields_max: 5_000,
        fields_max: 5_000,
        fragment_spreads_max: 5_000,
        directives_max: 5_000,
        list_items_max: 5_000,
        cost_max: 100_000,
        ..Limits::default()
    }
}

/// A document of the size `n` in one respect, with its variables.
fn sized(limit: Limit, n: usize) -> (String, Value) {
    let nested = |levels: &[&str], leaf: &str| {
        let above: String = levels[..n.saturating_sub(1)].iter().map(|level| format!("{level} {{ ")).collect();
        format!("{{ {above} {leaf} {}", "}".repeat(n))
    };
    let query = match limit {
        Limit::Tokens => format!("{{ best {{ {} }} }}", "stars ".repeat(n - 5)),
        Limit::Depth => nested(&["best", "reviews", "author"], if n == 3 { "text" } else { "name" }),
        Limit::IntrospectionDepth => nested(&["__schema", "types", "fields"], "name"),
        Limit::IntrospectionLists => {
            format!("{{ __schema {{ types {{ {} name {} }} }} }}", "fields { type { ".repeat(n), " } }".repeat(n))
        }
        Limit::Aliases => format!("{{ best {{ {} }} }}", (0..n).map(|n| format!("a{n}: stars ")).collect::<String>()),
        Limit::RootFields => format!("{{ {} }} fragment R on Query {{ best {{ stars }} }}", "...R ".repeat(n)),
        Limit::Fields => format!("{{ best {{ ...F {} }} }} fragment F on Service {{ {} }}", "stars ".repeat(n - 101), "rank ".repeat(100)),
        Limit::FragmentSpreads => {
            let (twice, once) = ("...G ".repeat(n / 2), "...F ".repeat(n % 2));
            format!("{{ best {{ {twice} {once} }} }} fragment F on Service {{ stars }} fragment G on Service {{ ...F }}")
        }
        Limit::Directives => format!("{{ best {{ {} }} }}", "stars @include(if: true) ".repeat(n)),
        Limit::ListItems => "query($filter: Filter!) { services(filter: $filter) { code } }".to_owned(),
        Limit::Cost => "query($first: Int!) { services(first: $first) { code } }".to_owned(),
    };
    let variables = match limit {
        Limit::ListItems => json!({ "filter": { "required": "x", "codes": vec!["s"; n] } }),
        Limit::Cost => json!({ "first": n }),
        _ => json!({}),
    };
    (query, variables)
}

async fn ask(limits: Limits, limit: Limit, n: usize) -> (GraphResponse, u64, u64) {
    let city = City::with(limits);
    let (query, variables) = sized(limit, n);
    let answer = city.answer(&query, variables, &request(Actor::Anonymous)).await;
    let found = city.federation.exceedings().into_iter().find(|found| found.limit == limit).unwrap();
    (answer, found.refused, found.measured)
}

#[test]
fn every_limit_is_on_by_default() {
    let limits = Limits::default();
    let numbers = Limit::ALL.map(|limit| (limit.as_str(), limits.max(limit)));
    let expected = [
        ("tokens", 2_000),
        ("depth", 20),
        ("introspection_depth", 20),
        ("introspection_lists", 2),
        ("aliases", 15),
        ("root_fields", 20),
        ("fields", 500),
        ("fragment_spreads", 200),
        ("directives", 50),
        ("list_items", 250),
        ("cost", 5_000),
    ];
    assert_eq!((numbers, limits.measure), (expected, BTreeSet::new()));
}

#[tokio::test]
async fn every_limit_holds_at_n_and_not_at_n_plus_one_and_can_be_told_only_to_count() {
    let (invalid, costly) = (Code::GraphqlValidationFailed, Code::CostEstimatedTooExpensive);
    let table = [
        (Limit::Tokens, Limits { tokens_max: 200, ..wide() }, invalid),
        (Limit::Depth, Limits { depth_max: 3, ..wide() }, invalid),
        (Limit::IntrospectionDepth, Limits { introspection_depth_max: 3, ..wide() }, invalid),
        (Limit::IntrospectionLists, wide(), invalid),
        (Limit::Aliases, Limits { aliases_max: 15, ..wide() }, invalid),
        (Limit::RootFields, Limits { root_fields_max: 20, ..wide() }, invalid),
        (Limit::Fields, Limits { fields_max: 200, ..wide() }, costly),
        (Limit::FragmentSpreads, Limits { fragment_spreads_max: 200, ..wide() }, invalid),
        (Limit::Directives, Limits { directives_max: 50, ..wide() }, invalid),
        (Limit::ListItems, Limits { list_items_max: 250, ..wide() }, Code::BadUserInput),
        (Limit::Cost, Limits { cost_max: 5_000, ..wide() }, costly),
    ];
    assert_eq!(table.each_ref().map(|(limit, ..)| *limit), Limit::ALL);
    for (limit, alone, code) in table {
        let max = alone.max(limit);
        let counting = Limits { measure: BTreeSet::from([limit]), ..alone.clone() };
        for (limits, n, refused, counted) in [
            (&alone, max, None, (0, 0)),
            (&alone, max + 1, Some(code), (1, 0)),
            (&counting, max, None, (0, 0)),
            (&counting, max + 1, None, (0, 1)),
        ] {
            let (answer, refusals, measured) = ask(limits.clone(), limit, n).await;
            let stage = refused.map_or(Stage::Execute, |_| if limit == Limit::ListItems { Stage::Coerce } else { Stage::Validate });
            let found = (answer.stage, answer.errors.first().map(|error| error.code), (refusals, measured));
            assert_eq!(found, (stage, refused, counted), "{limit:?} {n}: {:?}", answer.errors);
        }
    }
}

#[tokio::test]
async fn what_only_counts_is_counted_with_every_request_and_refused_at_four_times() {
    let city = City::with(Limits { aliases_max: 15, cost_max: 5_000, measure: BTreeSet::from([Limit::Aliases, Limit::Cost]), ..wide() });
    let counted = |limit| city.federation.exceedings().into_iter().find(|found| found.limit == limit).unwrap();
    for (limit, n, refused) in
        [(Limit::Aliases, 60, false), (Limit::Aliases, 61, true), (Limit::Cost, 20_000, false), (Limit::Cost, 20_001, true)]
    {
        let (query, variables) = sized(limit, n);
        let before = counted(limit);
        for _ in 0..2 {
            let answer = city.answer(&query, variables.clone(), &request(Actor::Anonymous)).await;
            assert_eq!(answer.data.is_none(), refused, "{limit:?} {n}: {:?}", answer.errors);
        }
        let after = counted(limit);
        let expected = if refused { (2, 0) } else { (0, 2) };
        assert_eq!((after.refused - before.refused, after.measured - before.measured), expected, "{limit:?} {n}");
    }
}

#[tokio::test]
async fn deep_and_exploding_documents_are_refused_quickly() {
    let (invalid, costly) = (Code::GraphqlValidationFailed, Code::CostEstimatedTooExpensive);
    let deep = |n: usize| "{ a ".repeat(n) + &"}".repeat(n);
    // 2^60 fields, were they written out.
    let doubled = |last: &str| {
        let levels: String = (0..60).map(|n| format!(" fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1)).collect();
        format!("{levels} fragment F60 on Query {{ {last} }}")
    };
    let many = |operations: usize, selection: &str, rest: &str| {
        let operations: String = (0..operations).map(|n| format!("query Q{n} {{ {selection} }} ")).collect();
        operations + rest
    };
    let table = [
        ("too deep", deep(21), Stage::Validate, invalid),
        ("too deep to parse", deep(400), Stage::Parse, Code::GraphqlParseFailed),
        ("a bomb", format!("{{ ...F0 }} {}", doubled("best { stars }")), Stage::Validate, invalid),
        ("a bomb that nobody spreads", format!("{{ best {{ stars }} }} {}", doubled("best { stars }")), Stage::Validate, invalid),
        ("a bomb in a ring", format!("{{ ...F0 }} {}", doubled("...F0")), Stage::Validate, invalid),
        ("a ring", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A ...A }".to_owned(), Stage::Validate, invalid),
        (
            "a wide fan",
            format!(
                "{{ {} }} fragment A on Query {{ {} }} fragment B on Query {{ best {{ stars }} }}",
                "...A ".repeat(19),
                "...B ".repeat(400)
            ),
            Stage::Validate,
            invalid,
        ),
        (
            "a ring of introspection",
            "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }".to_owned(),
            Stage::Validate,
            invalid,
        ),
        (
            "many large operations",
            many(
                150,
                "...F",
                &format!("fragment F on Query {{ best {{ {} }} }} fragment G on Service {{ {} }}", "...G ".repeat(4), "stars ".repeat(120)),
            ),
            Stage::Validate,
            invalid,
        ),
        ("a wide list", format!("{{ best {{ {} }} }}", "stars ".repeat(500)), Stage::Validate, costly),
    ];
    for (what, query, stage, code) in table {
        let city = City::new();
        let begun = Instant::now();
        let answer = city.answer(&query, json!({}), &request(Actor::Anonymous)).await;
        let milliseconds = begun.elapsed().as_millis();
        assert_eq!((answer.stage, answer.errors[0].code), (stage, code), "{what}: {:?}", answer.errors.first());
        // Generous for a debug build on a busy machine; what grows beyond reason takes minutes.
        assert!(milliseconds < 2_000, "{what} took {milliseconds} ms");
    }
}

#[tokio::test]
async fn a_list_costs_as_much_as_it_may_be_long() {
    let limits = |cost_max: usize| Limits { cost_max, ..Limits::default() };
    // An object costs 1, and each of the lists' items.
    for (query, cost) in [
        ("{ best { stars } }", 1),
        ("{ best { stars } __schema { types { name } } }", 1),
        ("{ services { code } }", 20),
        ("{ services(first: 7) { code price { amount } } }", 14),
        ("{ best { reviews { author { name } } } }", 21),
        ("{ services(first: 3) @skip(if: true) { code } best { stars } }", 1),
        ("{ nodes(ids: [\"a\", \"b\", \"c\"]) { id } }", 3),
        ("{ service(code: \"s1\") { matrix { amount } } }", 101),
        ("{ ...F ...F } fragment F on Query { services(first: 2) { code } }", 4),
    ] {
        for (max, passes) in [(cost, true), (cost - 1, false)] {
            let answer = City::with(limits(max)).answer(query, json!({}), &request(Actor::Anonymous)).await;
            assert_eq!(answer.data.is_some(), passes, "{query} costs {cost}: {:?}", answer.errors);
        }
    }
}

#[tokio::test]
async fn the_same_document_is_weighed_anew_for_other_variables() {
    let city = City::with(Limits { cost_max: 10, ..Limits::default() });
    let query = "query($first: Int) { services(first: $first) { code } }";
    for (variables, passes) in [
        (json!({ "first": 10 }), true),
        (json!({ "first": 11 }), false),
        (json!({ "first": 10 }), true),
        // The default is 20.
        (json!({}), false),
    ] {
        let answer = city.answer(query, variables.clone(), &request(Actor::Anonymous)).await;
        assert_eq!(answer.data.is_some(), passes, "{variables}: {:?}", answer.errors);
    }
}
