//! Whole worlds from seeds: people act on cases that run by the city's definitions, and the real runner performs what follows, over a
//! simulated journal. Machines lose their power, the database goes away or answers nothing, deliveries are lost or come twice, handlers
//! hang, clocks are set back and ahead, and mail is down for a day. Then the faults end, and the world has to come to rest with everything
//! done that was promised, once, and nothing else ([`verdict`]).
//!
//! Time is the runtime's paused time, so a world takes milliseconds; everything in it follows from its seed. `SIMULATION_SEED=123` runs one
//! world and tells what goes on in it, `SIMULATION_SEEDS=1000000` runs so many.

pub(crate) mod books;
pub(crate) mod chance;
mod fidelity;
pub(crate) mod room;
mod story;
mod verdict;
pub(crate) mod world;

use std::{
    env,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn whatever_happens_all_that_was_promised_is_done_once_and_nothing_else() {
    if let Some(seed) = number("SIMULATION_SEED") {
        let (_, wrongs) = story::run(seed, true);
        assert!(wrongs.is_empty(), "SIMULATION_SEED={seed}\n{}", wrongs.join("\n"));
        return;
    }
    let seeds = number("SIMULATION_SEEDS").unwrap_or(10_000);
    let (next, found) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let begun = std::time::Instant::now();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds || found.lock().unwrap().len() >= 5 {
                        return;
                    }
                    let (_, wrongs) = story::run(seed, false);
                    if !wrongs.is_empty() {
                        found.lock().unwrap().push(format!("SIMULATION_SEED={seed}\n  {}", wrongs.join("\n  ")));
                    }
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    println!("{} seeds in {:?}", next.into_inner().min(seeds), begun.elapsed());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_same_seed_gives_the_same_world() {
    for seed in 0..100 {
        assert_eq!(story::run(seed, false), story::run(seed, false), "seed {seed}");
    }
}
