//! What the graph adds: the cross-room query beside the summed time of its subgraph calls, each made alone, in the same run.
//!
//! Run with `cargo bench -p tests --bench cross_room`; it needs a release binary (`cargo build --release`). Prints medians.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod tap;

use std::time::Instant;

use reqwest::header::HeaderMap;
use serde_json::json;
use tests::{City, Options, Store};

const ACROSS: &str = include_str!("../../../playground/src/examples/1-service-across-the-city.graphql");
const RUNS: usize = 300;

/// How long the server worked, in milliseconds, as it says in `Server-Timing`.
fn server_ms(headers: &HeaderMap) -> f64 {
    let timing = headers.get("server-timing").and_then(|value| value.to_str().ok()).unwrap_or_default();
    timing.split("dur=").skip(1).filter_map(|part| part.split([',', ';']).next()?.trim().parse::<f64>().ok()).sum()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[tokio::main]
async fn main() {
    let city = City::start(&Store::Sqlite, Options::default()).await;
    city.idle().await;
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!("cores {cores}, medians of {RUNS} runs, warm plans");
    let calls = tap::calls(&city, ACROSS).await;
    // Side by side: a machine that slows down slows both.
    let mut alone = vec![Vec::with_capacity(RUNS); calls.len()];
    let (mut inside, mut outside) = (Vec::with_capacity(RUNS), Vec::with_capacity(RUNS));
    for _ in 0..RUNS {
        let started = Instant::now();
        let answer = city.ask(None, ACROSS, json!({})).await;
        outside.push(started.elapsed().as_secs_f64() * 1000.0);
        assert!(answer.body.get("errors").is_none(), "{}", answer.body);
        inside.push(server_ms(&answer.headers));
        for (times, call) in alone.iter_mut().zip(&calls) {
            times.push(server_ms(&call.make().await));
        }
    }
    let (inside, outside) = (median(inside), median(outside));
    let alone: f64 = alone.into_iter().map(median).sum();
    println!("the cross-room query       {outside:>7.2} ms at the client, {inside:.2} ms in the server");
    println!("its {} subgraph calls alone {alone:>7.2} ms in the server; the query takes {:.2} of that", calls.len(), inside / alone);
}
