//! One query crosses the rooms, and nothing is fetched twice for one list.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use serde_json::{Value, json};
use tests::{City, Options, Store};

/// The explorer's own first example.
const ACROSS: &str = include_str!("../../playground/src/examples/1-service-across-the-city.graphql");

/// The same for a list; a dataset's rows are a table of their own, so they are asked for one service only.
const LIST: &str = "query List($first: Int!) {
    services(first: $first) {
        nodes {
            title
            provider { name supervisedBy { name } workload { open } }
            rating { count { value } band }
            kpis(first: 3) { nodes { code latest { value trace { formula inputs { name value dataset { slug title } version { number } } } } } }
            datasets(first: 2) { nodes { slug publisher { name } } }
            feedback(first: 3, open: true) { nodes { reference responsible { name } timeline(first: 2) { nodes { kind } } } }
        }
    }
}";

/// What one request cost: SQL statements and calls of subgraphs.
async fn cost(city: &City, first: i32) -> (f64, f64, usize) {
    let before = (city.metric("turkistan_sql_statements_total").await, city.metric("turkistan_subgraph_calls_total").await);
    let nodes = city.ask(None, LIST, json!({ "first": first })).await.data("/services/nodes");
    let after = (city.metric("turkistan_sql_statements_total").await, city.metric("turkistan_subgraph_calls_total").await);
    (after.0 - before.0, after.1 - before.1, nodes.as_array().unwrap().len())
}

/// The least of several measurements: a timer of the house may run a statement of its own in between.
async fn least_cost(city: &City, first: i32) -> (f64, f64, usize) {
    let mut least = cost(city, first).await;
    for _ in 0..5 {
        let (statements, calls, length) = cost(city, first).await;
        least = (least.0.min(statements), least.1.min(calls), length);
    }
    least
}

async fn idle_city(store: &Store) -> City {
    let city = City::start(store, Options::default()).await;
    city.idle().await;
    city
}

#[tokio::test]
async fn one_query_goes_from_a_service_down_to_the_rows_and_the_open_reports() {
    for store in Store::all() {
        let city = idle_city(&store).await;
        let service = city.ask(None, ACROSS, json!({})).await.data("/service");
        assert!(service["provider"]["name"].is_string());
        assert!(service["rating"]["count"].is_object());
        let kpis = service["kpis"]["nodes"].as_array().unwrap();
        let inputs = kpis.iter().flat_map(|kpi| kpi["latest"]["trace"]["inputs"].as_array().cloned().unwrap_or_default());
        let rows: Vec<Value> = inputs.filter_map(|input| input.pointer("/dataset/rows/nodes/0/values").cloned()).collect();
        assert!(!rows.is_empty(), "a computed indicator leads to rows: {service}");
        let open = service["feedback"]["nodes"].as_array().unwrap();
        assert!(open.iter().all(|report| report["reference"].is_string() && report["responsible"]["name"].is_string()));
    }
}

#[tokio::test]
async fn a_list_of_thirty_costs_as_many_statements_and_calls_as_a_list_of_ten() {
    for store in Store::all() {
        let city = idle_city(&store).await;
        let (short, long) = (least_cost(&city, 10).await, least_cost(&city, 30).await);
        assert_eq!((short.2, long.2), (10, 30));
        assert!(short.0 > 0.0 && short.1 > 0.0, "the counters count: {short:?}");
        assert!(long.0 <= short.0 && long.1 <= short.1, "a longer list costs more: {short:?} {long:?}");
    }
}
