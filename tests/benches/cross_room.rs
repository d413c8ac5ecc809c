//! What the graph adds: the cross-room query beside the summed time of its subgraph calls, in the same run.
//!
//! Run with `cargo bench -p tests --bench cross_room`; it needs a release binary (`cargo build --release`). Prints medians.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::time::Instant;

use serde_json::{Value, json};
use tests::{City, Options, Store};

const ACROSS: &str = include_str!("../../playground/src/examples/1-service-across-the-city.graphql");
const RUNS: usize = 300;

/// The median time of a query in milliseconds, as the server says it in `Server-Timing`, and as the client sees it.
async fn median_ms(city: &City, query: &str, variables: &Value) -> (f64, f64) {
    let (mut inside, mut outside) = (Vec::with_capacity(RUNS), Vec::with_capacity(RUNS));
    for _ in 0..RUNS {
        let started = Instant::now();
        let answer = city.ask(None, query, variables.clone()).await;
        outside.push(started.elapsed().as_secs_f64() * 1000.0);
        assert!(answer.body.get("errors").is_none(), "{}", answer.body);
        let timing = answer.headers.get("server-timing").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        inside.push(timing.split("dur=").skip(1).filter_map(|part| part.split([',', ';']).next()?.trim().parse::<f64>().ok()).sum());
    }
    (median(inside), median(outside))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How long the subgraphs have worked so far, in milliseconds.
async fn busy_ms(city: &City) -> f64 {
    city.metric("turkistan_subgraph_busy_seconds_total").await * 1000.0
}

#[tokio::main]
async fn main() {
    let city = City::start(&Store::Sqlite, Options::default()).await;
    city.idle().await;
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!("cores {cores}, medians of {RUNS} runs, warm plans");
    let before = (busy_ms(&city).await, city.metric("turkistan_subgraph_calls_total").await);
    let (inside, outside) = median_ms(&city, ACROSS, &json!({})).await;
    let runs = f64::from(u32::try_from(RUNS).unwrap_or(u32::MAX));
    let busy = (busy_ms(&city).await - before.0) / runs;
    let calls = (city.metric("turkistan_subgraph_calls_total").await - before.1) / runs;
    println!("the cross-room query      {outside:>7.2} ms at the client, {inside:.2} ms in the server");
    println!("its {calls:.0} subgraph calls     {busy:>7.2} ms in all (mean); the query takes {:.2} of that", inside / busy);
}
