//! One answer from several rooms.

use kernel::Actor;
use serde_json::{Value, json};

use crate::{city::City, rooms::request};

async fn check(query: &str, expected: Value) {
    let city = City::new();
    let answer = city.ask(query).await;
    assert_eq!(answer, json!({ "data": expected }), "{query}");
}

#[tokio::test]
async fn one_query_joins_three_rooms() {
    check(
        "{ service(code: \"s1\") { name stars owner { name } reviews { author { name } text } } }",
        json!({ "service": {
            "name": "Service 1", "stars": 1.5, "owner": { "name": "Party 2" },
            "reviews": [
                { "author": { "name": "Party 1" }, "text": "review 1" },
                { "author": { "name": "Party 2" }, "text": "review 2" },
            ],
        } }),
    )
    .await;
}

#[tokio::test]
async fn what_a_field_requires_is_fetched_and_not_shown() {
    check("{ service(code: \"s2\") { shipping } }", json!({ "service": { "shipping": 44 } })).await;
    check("{ best { shipping stars } }", json!({ "best": { "shipping": 66, "stars": 3.5 } })).await;
}

#[tokio::test]
async fn what_a_room_provides_is_not_fetched_from_the_owner() {
    let city = City::new();
    let answer = city.ask("{ service(code: \"s1\") { keeper { name } } }").await;
    assert_eq!(answer, json!({ "data": { "service": { "keeper": { "name": "provided" } } } }));
    assert!(city.directory.texts().is_empty());
    let answer = city.ask("{ service(code: \"s1\") { keeper { name phone } } }").await;
    assert_eq!(answer, json!({ "data": { "service": { "keeper": { "name": "provided", "phone": "+7" } } } }));
}

#[tokio::test]
async fn a_shared_type_is_answered_where_it_is_met() {
    check(
        "{ cheapest { amount } service(code: \"s1\") { price { amount } } }",
        json!({
            "cheapest": { "amount": 1 }, "service": { "price": { "amount": 100 } },
        }),
    )
    .await;
}

#[tokio::test]
async fn abstract_types_answer_each_fragment_for_its_type() {
    let query = "{ search { __typename ... on Money { amount } ... on Service { name stars owner { id: name } } } }";
    check(
        query,
        json!({ "search": [
            { "__typename": "Money", "amount": 5 },
            { "__typename": "Service", "name": "Service 1", "stars": 1.5, "owner": { "id": "Party 2" } },
            { "__typename": "Service", "name": "Service 2", "stars": 2.5, "owner": { "id": "Party 1" } },
        ] }),
    )
    .await;
}

#[tokio::test]
async fn one_key_may_mean_another_field_on_each_type() {
    check(
        "{ search { ... on Money { value: amount } ... on Service { value: weight } } }",
        json!({ "search": [{ "value": 5 }, { "value": 11 }, { "value": 22 }] }),
    )
    .await;
}

#[tokio::test]
async fn an_alias_may_hide_a_key() {
    check(
        "{ service(code: \"s1\") { id: name __typename: code weight: stars shipping } }",
        json!({ "service": { "id": "Service 1", "__typename": "s1", "weight": 1.5, "shipping": 22 } }),
    )
    .await;
}

#[tokio::test]
async fn lists_of_lists_keep_their_places() {
    check(
        "{ services(first: 2) { matrix { amount } } }",
        json!({ "services": [
            { "matrix": [[{ "amount": 1 }, { "amount": 2 }], [{ "amount": 11 }]] },
            { "matrix": [[{ "amount": 1 }, { "amount": 2 }], [{ "amount": 22 }]] },
        ] }),
    )
    .await;
}

#[tokio::test]
async fn the_answer_follows_the_order_of_the_selection() {
    let city = City::new();
    let query = "{ service(code: \"s1\") { stars ...Base weight code } __typename } fragment Base on Service { __typename name stars ... @include(if: true) { weight } }";
    let answer = serde_json::to_string(&city.ask(query).await).unwrap();
    assert_eq!(
        answer,
        r#"{"data":{"service":{"stars":1.5,"__typename":"Service","name":"Service 1","weight":11,"code":"s1"},"__typename":"Query"}}"#
    );
}

#[tokio::test]
async fn calls_do_not_grow_with_the_list_and_nothing_is_asked_twice() {
    let query = "query($n: Int!) { services(first: $n) { stars owner { name } reviews { author { name } } } }";
    for n in [1, 4] {
        let city = City::new();
        let answer = city.answer(query, json!({ "n": n }), &request(Actor::Anonymous)).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        assert_eq!(answer.data.unwrap()["services"].as_list().unwrap().len(), n);
        // services once, ratings once, directory once for owners and once for authors, which are known a step later.
        assert!(city.calls() <= 4, "{n}: {:?}", city.federation.calls());
    }
}

#[tokio::test]
async fn conditions_by_variables_decide_what_is_fetched_and_shown() {
    let query = "query($yes: Boolean!, $no: Boolean! = false) { service(code: \"s1\") {
        name @include(if: $yes) stars @skip(if: $yes) owner @include(if: $no) { name } ... @include(if: $yes) { code } } }";
    for (yes, expected) in [(true, json!({ "name": "Service 1", "code": "s1" })), (false, json!({ "stars": 1.5 }))] {
        let city = City::new();
        let answer = city.answer(query, json!({ "yes": yes }), &request(Actor::Anonymous)).await;
        assert_eq!(answer.data.unwrap(), json!({ "service": expected }), "{:?}", answer.errors);
        assert!(city.directory.texts().is_empty());
        assert_eq!(city.ratings.texts().is_empty(), yes);
    }
}

#[tokio::test]
async fn variables_reach_the_rooms() {
    let city = City::new();
    let query = "query($filter: Filter, $first: Int = 1) { services(filter: $filter, first: $first) { code } }";
    let variables = json!({ "filter": { "lightest": 30, "required": "x", "kind": "PAPER" } });
    let answer = city.answer(query, variables, &request(Actor::Anonymous)).await;
    assert_eq!(answer.data.unwrap(), json!({ "services": [{ "code": "s3" }] }), "{:?}", answer.errors);
}

#[tokio::test]
async fn mutations_run_in_order() {
    let query = "mutation { b: rate(text: \"first\") a: rate(text: \"second\") c: rate(text: \"third\") }";
    check(query, json!({ "b": "first", "a": "first,second", "c": "first,second,third" })).await;
}
