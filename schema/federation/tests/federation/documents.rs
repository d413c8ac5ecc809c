//! Which documents and variables are taken.

use federation::Stage;
use futures_util::StreamExt;
use kernel::{Actor, Code, Document, Graph, Locale, Request};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};

use crate::{city::City, rooms::request};

async fn check(query: &str, variables: Value, stage: Stage, code: Option<Code>) -> federation::GraphResponse {
    let answer = City::new().answer(query, variables, &request(Actor::Anonymous)).await;
    assert_eq!((answer.stage, answer.errors.first().map(|error| error.code)), (stage, code), "{query}: {:?}", answer.errors);
    answer
}

#[tokio::test]
async fn what_cannot_be_parsed_is_refused_with_its_place() {
    let answer = check("{ a", json!({}), Stage::Parse, Some(Code::GraphqlParseFailed)).await;
    assert!(answer.data.is_none());
    let answer = check("{\n  service(code: ) { name } }", json!({}), Stage::Parse, Some(Code::GraphqlParseFailed)).await;
    assert_eq!(answer.errors[0].locations[0].line, 2);
    check("", json!({}), Stage::Parse, Some(Code::GraphqlParseFailed)).await;
}

#[tokio::test]
async fn what_does_not_fit_the_schema_is_refused() {
    let invalid = Some(Code::GraphqlValidationFailed);
    for query in [
        "{ nothing }",
        "{ service { name } }",
        "{ service(code: 1) { name } }",
        "{ service(code: \"s1\") }",
        "query($code: Int) { service(code: $code) { name } }",
        "query($unused: Int) { best { stars } }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "subscription { a: reviewed { text } b: reviewed { text } }",
        "query A { best { stars } } query B { best { stars } }",
        "fragment A on Query { best { stars } }",
        "{ _service { sdl } }",
        "query($representations: String!) { service(code: $representations) { name stars } }",
        "{ _entities(representations: []) { __typename } }",
        "{ best { ...A } } fragment A on Service { owner { ... { ... { ...B } } } } fragment B on Party { ... { ... { ...B } } }",
        "{ best { __nothing } }",
        "{ best { __schema { description } } }",
        "{ best { __typename { stars } } }",
        "{ best { __typename(a: 1) } }",
        "{ best { ... on __nothing { stars } } }",
        "{ best { ...A } } fragment A on __schema { stars }",
    ] {
        check(query, json!({}), Stage::Validate, invalid).await;
    }
}

#[tokio::test]
async fn a_deferred_fragment_is_answered_with_the_rest() {
    for query in [
        "{ best { stars ... @defer { name } } }",
        "{ best { stars ... @defer(if: false, label: \"rest\") { name } } }",
        "query($later: Boolean!) { best { stars ...Name @defer(if: $later) } } fragment Name on Service { name }",
        "query($later: Boolean! = true) { best { stars ... on Service @defer(if: $later) @include(if: $later) { name } } }",
    ] {
        let deferred = check(query, json!({ "later": true }), Stage::Execute, None).await;
        let whole = check("{ best { stars name } }", json!({}), Stage::Execute, None).await;
        assert_eq!(deferred.data.map(|data| data.to_string()), whole.data.map(|data| data.to_string()), "{query}");
    }
    let invalid = Some(Code::GraphqlValidationFailed);
    for query in [
        "{ best @defer { stars } }",
        "query @defer { best { stars } }",
        "{ best { ... @defer(unless: true) { stars } } }",
        "{ best { ... @defer @defer { stars } } }",
        "{ best { ... @stream { stars } } }",
        "query($unused: Boolean) { best { ... @defer { stars } } }",
    ] {
        check(query, json!({}), Stage::Validate, invalid).await;
    }
    let directives = check("{ __schema { directives { name } } }", json!({}), Stage::Execute, None).await.data.unwrap_or_default();
    assert!(!directives.to_string().contains("defer"), "it is not promised: {directives}");
}

#[tokio::test]
async fn variables_are_checked_and_the_place_is_named() {
    let query = "query($filter: Filter!, $first: Int) { services(filter: $filter, first: $first) { code } }";
    let query = query.replace(", $first: Int", "").replace(", first: $first", "");
    for (variables, place) in [
        (json!({}), Some("filter")),
        (json!({ "filter": null }), Some("filter")),
        (json!({ "filter": 1 }), Some("filter")),
        (json!({ "filter": {} }), Some("filter.required")),
        (json!({ "filter": { "required": 1 } }), Some("filter.required")),
        (json!({ "filter": { "required": "x", "kind": "NONE" } }), Some("filter.kind")),
        (json!({ "filter": { "required": "x", "lightest": 1.5 } }), Some("filter.lightest")),
        (json!({ "filter": { "required": "x", "lightest": 3_000_000_000_u32 } }), Some("filter.lightest")),
        (json!({ "filter": { "required": "x", "codes": ["a", 1] } }), Some("filter.codes.1")),
        (json!({ "filter": { "required": "x", "more": 1 } }), Some("filter.more")),
        (json!({ "filter": { "required": "a\0b" } }), Some("filter.required")),
        (json!({ "filter": { "required": "x", "codes": ["a", "\0"] } }), Some("filter.codes.1")),
        (json!({ "filter": { "required": "a\u{1}b" } }), None),
        (json!({ "filter": { "required": "x", "codes": vec!["s"; 251] } }), Some("filter.codes")),
        (json!({ "filter": { "required": "x", "codes": vec!["s"; 250] } }), None),
        (json!({ "filter": { "required": "x", "codes": "one" } }), None),
    ] {
        let (stage, code) = if place.is_some() { (Stage::Coerce, Some(Code::BadUserInput)) } else { (Stage::Execute, None) };
        let answer = check(&query, variables, stage, code).await;
        assert_eq!(answer.errors.first().and_then(|error| error.variable.as_deref()), place);
    }
}

#[tokio::test]
async fn refusals_are_in_the_readers_language() {
    let city = City::new();
    for (locale, expected) in [(Locale::Kk, "бүркеншік"), (Locale::Ru, "Псевдонимов"), (Locale::En, "aliases")] {
        let request = Request { locale, ..(*request(Actor::Anonymous)).clone() };
        let query = format!("{{ best {{ {} }} }}", (0..16).map(|n| format!("a{n}: stars ")).collect::<String>());
        let answer = city.answer(&query, json!({}), &std::sync::Arc::new(request)).await;
        assert!(answer.errors[0].message.contains(expected), "{}", answer.errors[0].message);
    }
}

#[tokio::test]
async fn introspection_tells_what_clients_may_know() {
    let city = City::new();
    let answer = city.ask(include_str!("introspection.graphql")).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    insta::assert_snapshot!(serde_json::to_string_pretty(&answer["data"]).unwrap());
}

#[tokio::test]
async fn introspection_may_stand_beside_data() {
    let query = "query($name: String! = \"Kind\", $old: Boolean = true) { __typename best { stars }
        __type(name: $name) { kind enumValues(includeDeprecated: $old) { name isDeprecated deprecationReason } } none: __type(name: \"X\") { name } }";
    let answer = check(query, json!({}), Stage::Execute, None).await;
    assert_eq!(
        answer.data.unwrap(),
        json!({
            "__typename": "Query",
            "best": { "stars": 3.5 },
            "__type": { "kind": "ENUM", "enumValues": [
                { "name": "PAPER", "isDeprecated": false, "deprecationReason": null },
                { "name": "ONLINE", "isDeprecated": false, "deprecationReason": null },
                { "name": "WINDOW", "isDeprecated": true, "deprecationReason": "merged into PAPER" },
            ] },
            "none": null,
        })
    );
}

#[tokio::test]
async fn events_are_completed_from_the_other_rooms() {
    let city = City::new();
    let query = "subscription { reviewed { text author { name } } }";
    let params = federation::GraphRequest { query: query.to_owned(), ..Default::default() };
    let events: Vec<_> = city.federation.subscribe(params.clone(), &request(Actor::Anonymous)).await.collect().await;
    let events: Vec<Value> = events.iter().map(|event| serde_json::to_value(event).unwrap()).collect();
    assert_eq!(
        events,
        [1, 2].map(|n| json!({ "data": { "reviewed": { "text": format!("review {n}"), "author": { "name": format!("Party {n}") } } } }))
    );
    assert_eq!(city.federation.execute(params, &request(Actor::Anonymous)).await.stage, Stage::Validate);
}

#[tokio::test]
async fn a_document_of_the_program_has_no_limits() {
    const MANY: Document = Document {
        name: "test.Many",
        text: "{ best { a:stars b:stars c:stars d:stars e:stars f:stars g:stars h:stars i:stars j:stars k:stars l:stars m:stars n:stars o:stars p:stars } }",
    };
    static STATIC: Document = MANY;
    let city = City::new();
    let answer = Graph::execute(&city.federation, &STATIC, serde_json::Map::new(), &request(Actor::System)).await;
    assert!(answer.faults.is_empty(), "{:?}", answer.faults);
    assert_eq!(answer.data["best"]["p"], json!(3.5));
}

#[test]
fn nothing_that_a_client_writes_makes_it_panic() {
    const WORDS: [&str; 36] = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        "!",
        "=",
        "$",
        "@",
        "...",
        "on",
        "query",
        "mutation",
        "subscription",
        "fragment",
        "F",
        "F",
        "x",
        "x",
        "Service",
        "Query",
        "Hit",
        "best",
        "services",
        "search",
        "stars",
        "include",
        "if",
        "true",
        "null",
        "1",
        "\"s\"",
        "__typename",
        "__schema",
    ];
    let city = City::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut runner = TestRunner::default();
    let text = proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..60);
    let outcome = runner.run(&(text, any::<bool>()), |(words, closed)| {
        let mut query = words.join(" ");
        if closed {
            // Balanced more often than chance would have it, so that some documents get beyond the parser.
            query = format!("{{ best {{ stars {query} }} }} fragment F on Service {{ ...F stars }}");
        }
        let answer = runtime.block_on(city.answer(&query, json!({ "x": [[], {}] }), &request(Actor::Anonymous)));
        prop_assert!(answer.data.is_some() || !answer.errors.is_empty());
        Ok(())
    });
    outcome.unwrap();
}
