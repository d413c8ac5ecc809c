//! What the engine adds in one process, without HTTP: beside a room's schema called directly, beside the calls of a plan made alone, and
//! the time of planning. What is compared is measured in turns, so that a busy machine slows all of it alike.
//!
//! Run with `cargo bench -p federation --bench in_process`, or with a part's name behind `--`. Prints medians of processor time.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../tests/federation/rooms.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod rooms;
#[path = "../tests/federation/silent.rs"]
mod silent;
mod tap;

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{EmptyMutation, EmptySubscription, Schema, Variables};
use federation::{Federation, GraphRequest, Limits, graphs};
use kernel::{Actor, Answer, Call, Fields, Operation, OperationKind, Request, Subgraph};
use serde_json::{Map, Value, json};
use tap::Tap;
use tokio::runtime::Runtime;
use vocabulary::LocalSubgraph;

const SUPERGRAPH: &str = include_str!("../../supergraph.graphql");
const TWO_HUNDRED_FIELDS: &str = include_str!("two_hundred_fields.graphql");

const ONE_ROOM: &str =
    "query($first: Int!) { services(first: $first) { id code name kind weight title price { amount } matrix { amount } } }";
const THREE_HOPS: &str = "query($first: Int!) { services(first: $first) { id name code weight stars reviews { text author { name } } } }";

const ROUNDS: usize = 41;

/// How long one side of a round lasts, at least.
const ROUND: Duration = Duration::from_millis(40);

/// How long this thread has worked so far, without what the machine did meanwhile.
fn busy() -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    Duration::from_nanos(spent.split(' ').next().and_then(|spent| spent.parse().ok()).expect("a number"))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Microseconds of each, the median of its rounds, which take turns.
fn measure<const N: usize>(mut each: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut rounds = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for (run, times) in each.iter_mut().zip(&mut rounds) {
            let (started, begun, mut count) = (Instant::now(), busy(), 0_u32);
            while started.elapsed() < ROUND {
                run();
                count += 1;
            }
            times.push((busy() - begun).as_secs_f64() * 1e6 / f64::from(count));
        }
    }
    rounds.map(median)
}

type Services = Schema<rooms::services::Query, EmptyMutation, EmptySubscription>;

fn services() -> Services {
    let schema = Schema::build(rooms::services::Query, EmptyMutation, EmptySubscription).register_output_type::<rooms::services::Node>();
    schema.enable_federation().finish()
}

/// The three rooms as a city has its own: parsed operations are kept.
fn subgraphs() -> [Arc<dyn Subgraph>; 3] {
    let directory = Schema::build(rooms::directory::Query, EmptyMutation, EmptySubscription)
        .register_output_type::<rooms::directory::Node>()
        .enable_federation()
        .finish();
    let ratings = Schema::build(rooms::ratings::Query, rooms::ratings::Mutation::default(), rooms::ratings::Events);
    [
        LocalSubgraph::offer("services", services(), |request, _| request),
        LocalSubgraph::offer("directory", directory, |request, _| request),
        LocalSubgraph::offer("ratings", ratings.enable_federation().enable_subscription_in_federation().finish(), |request, _| request),
    ]
}

fn asked(query: &str) -> GraphRequest {
    GraphRequest { query: query.to_owned(), variables: Map::from_iter([("first".to_owned(), json!(4))]), ..GraphRequest::default() }
}

async fn call(subgraph: &dyn Subgraph, operation: &Arc<Operation>, variables: &Fields, request: &Arc<Request>) -> Answer {
    let answer = subgraph.execute(Call { operation, variables: variables.clone(), request }).await;
    assert!(answer.faults.is_empty(), "{:?}", answer.faults);
    answer
}

/// A query to one room: through the federation, the room's schema asked with the same text and variables, and the same as the city calls
/// its rooms, parsed before.
fn one_room(runtime: &Runtime, request: &Arc<Request>) {
    let federation = Federation::new(subgraphs().to_vec(), Limits::default()).expect("the rooms compose");
    let (schema, room) = (services(), LocalSubgraph::offer("services", services(), |request, _| request));
    let operation = Arc::new(Operation::new(OperationKind::Query, ONE_ROOM.to_owned()));
    let params = asked(ONE_ROOM);
    let variables = Fields::from(params.variables.clone());
    let through = || runtime.block_on(federation.execute(params.clone(), request));
    let directly = || {
        let variables = Variables::from_json(Value::Object(params.variables.clone()));
        runtime.block_on(schema.execute(async_graphql::Request::new(ONE_ROOM).variables(variables)))
    };
    let same = serde_json::to_value(directly()).expect("JSON");
    assert_eq!(serde_json::to_value(through()).expect("JSON"), same);
    let [federation_us, schema_us, parsed_us] = measure([
        &mut || drop(black_box(serde_json::to_vec(&through()))),
        &mut || drop(black_box(serde_json::to_vec(&directly()))),
        &mut || {
            let answer = runtime.block_on(call(&*room, &operation, &variables, request));
            drop(black_box(serde_json::to_vec(&answer.data)));
        },
    ]);
    println!("one room, through the federation          {federation_us:>8.1} µs");
    println!("  its schema, text and variables          {schema_us:>8.1} µs   ratio {:.2}", federation_us / schema_us);
    println!("  its schema, parsed before               {parsed_us:>8.1} µs   ratio {:.2}", federation_us / parsed_us);
}

/// A query over three hops, and the calls that it makes, each alone.
fn three_hops(runtime: &Runtime, request: &Arc<Request>) {
    let taps = subgraphs().map(Tap::new);
    let tapped = taps.iter().map(|tap| Arc::clone(tap) as Arc<dyn Subgraph>).collect();
    let recorded = Federation::new(tapped, Limits::default()).expect("the rooms compose");
    let params = asked(THREE_HOPS);
    let answer = runtime.block_on(recorded.execute(params.clone(), request));
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    let calls: Vec<_> = taps.iter().flat_map(|tap| tap.calls()).collect();
    assert_eq!(calls.len(), 3);
    let federation = Federation::new(subgraphs().to_vec(), Limits::default()).expect("the rooms compose");
    let [federation_us, calls_us] =
        measure([&mut || drop(black_box(runtime.block_on(federation.execute(params.clone(), request)))), &mut || {
            for (subgraph, operation, variables) in &calls {
                drop(black_box(runtime.block_on(call(&**subgraph, operation, variables, request))));
            }
        }]);
    println!("three hops, through the federation        {federation_us:>8.1} µs");
    println!("  its three calls, each alone             {calls_us:>8.1} µs   ratio {:.2}", federation_us / calls_us);
}

/// Preparing what was never asked: parse, limits, rules, plan.
fn cold(request: &Arc<Request>) {
    let silent = |name| Arc::new(silent::Silent(name)) as Arc<dyn Subgraph>;
    let subgraphs = graphs(SUPERGRAPH).expect("a supergraph").into_iter().map(|graph| silent(graph.name)).collect();
    let federation = Federation::over(SUPERGRAPH.to_owned(), subgraphs, Limits::default()).expect("the city's supergraph");
    let mut number = 0;
    let [cold_us] = measure([&mut || {
        number += 1;
        // Another name is another document and another plan.
        let query = TWO_HUNDRED_FIELDS.replacen("TwoHundredFields", &format!("Q{number}"), 1);
        let prepared = federation.prepare(GraphRequest { query, ..GraphRequest::default() }, request);
        assert!(prepared.is_ok());
    }]);
    println!("200 fields of the city, prepared cold     {cold_us:>8.1} µs");
}

fn main() {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!("cores {cores}, medians of {ROUNDS} rounds of {} ms", ROUND.as_millis());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let request = rooms::request(Actor::Anonymous);
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let is_wanted = |part: &str| wanted.as_ref().is_none_or(|wanted| wanted == part);
    if is_wanted("one_room") {
        one_room(&runtime, &request);
    }
    if is_wanted("three_hops") {
        three_hops(&runtime, &request);
    }
    if is_wanted("cold") {
        cold(&request);
    }
}
