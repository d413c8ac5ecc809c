//! Whether memory grows: a million requests with ten thousand documents, in one process and without HTTP. Prints resident memory after
//! each hundred thousand, and fails when it grows after the caches are full.
//!
//! Run with `cargo bench -p federation --bench soak`; `SOAK_REQUESTS` and `SOAK_DOCUMENTS` say how many.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../tests/federation/rooms.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod rooms;

use std::{sync::Arc, time::Instant};

use federation::{Federation, GraphRequest, Limits};
use kernel::{Actor, Subgraph};
use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};

/// How much of what the caches took in the first third of the run may still come later: the allocator does not fill its holes at once.
const GROWTH_MAX: f64 = 1.10;

const FIELDS: [&str; 8] =
    ["name", "kind", "weight", "stars", "shipping", "price { amount }", "owner { name }", "reviews { text author { name } }"];

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
}

/// Resident memory in MiB.
fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).expect("a number") / 1024.0
}

/// The n-th document: no two are planned alike, and every tenth is as large as the limits let pass.
fn document(n: usize) -> String {
    let chosen = FIELDS.iter().enumerate().filter(|(bit, _)| n >> bit & 1 == 1).map(|(_, field)| *field);
    let fields = chosen.collect::<Vec<_>>().join(" ");
    let services = |alias: usize| format!("a{alias}: services(first: 2) {{ id {fields} }}");
    let many = if n.is_multiple_of(10) { 12 } else { 1 };
    format!("query Q{n} {{ {} search {{ ... on Service {{ id {fields} }} }} }}", (0..many).map(services).collect::<String>())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (requests, documents) = (number("SOAK_REQUESTS", 1_000_000), number("SOAK_DOCUMENTS", 10_000));
    let rooms = [rooms::services::room(), rooms::directory::room(), rooms::ratings::room()];
    let subgraphs = rooms.iter().map(|room| Arc::clone(&room.subgraph) as Arc<dyn Subgraph>).collect();
    let federation = Federation::new(subgraphs, Limits { cost_max: 1_000_000, ..Limits::default() }).expect("the rooms compose");
    let request = rooms::request(Actor::Anonymous);
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let texts: Vec<String> = (0..documents).map(document).collect();
    println!("{documents} documents of {} KiB", texts.iter().map(String::len).sum::<usize>() / 1024);
    println!("requests      seconds   resident MiB");
    println!("{:>9} {:>11} {:>14.1}", 0, 0, resident_mib());
    let (started, mut seen) = (Instant::now(), Vec::new());
    for n in 1..=requests {
        // Seven of eight requests ask for one of a few documents, as real ones do; the others find their document forgotten.
        let drawn = usize::try_from(rng.next_u32()).expect("a number");
        let of = if drawn % 8 == 0 { documents } else { documents.div_ceil(50) };
        let params = GraphRequest { query: texts[drawn / 8 % of].clone(), ..GraphRequest::default() };
        let answer = federation.execute(params, &request).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        // The rooms of the tests keep what they were asked.
        rooms.iter().for_each(|room| drop(room.texts()));
        if n % requests.div_ceil(10) == 0 {
            seen.push(resident_mib());
            println!("{n:>9} {:>11} {:>14.1}", started.elapsed().as_secs(), seen[seen.len() - 1]);
        }
    }
    let (early, last) = (seen[seen.len() / 3], seen[seen.len() - 1]);
    assert!(last <= early * GROWTH_MAX, "{last:.1} MiB at the end, {early:.1} MiB after a third");
}
