//! Chance and time of a simulated world: both follow from the seed alone.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{Clock, Rng};
use tokio::time::Instant;

/// `SplitMix64`: a world draws thousands of numbers, and ten thousand worlds are to take seconds.
pub(crate) struct Chance(AtomicU64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(AtomicU64::new(seed.wrapping_mul(0x2545_F491_4F6C_DD1D)))
    }

    fn next(&self) -> u64 {
        mixed(self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed))
    }

    /// Whether what happens so many times in a thousand happens now.
    pub(crate) fn strikes(&self, per_mille: u64) -> bool {
        per_mille > 0 && self.below(1_000) < per_mille
    }

    /// One of these.
    pub(crate) fn pick<'t, T>(&self, from: &'t [T]) -> &'t T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap_or_default()]
    }

    /// A number of `from..=to`.
    pub(crate) fn between(&self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.below((to - from).unsigned_abs() + 1)).unwrap_or_default()
    }
}

impl Rng for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let random = self.next().to_le_bytes();
            chunk.copy_from_slice(&random[..chunk.len()]);
        }
    }

    fn below(&self, end: u64) -> u64 {
        self.next() % end
    }
}

/// A number in which every bit of another has its part.
pub(crate) fn mixed(number: u64) -> u64 {
    let one = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let two = (one ^ (one >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    two ^ (two >> 31)
}

/// The clock of a machine: it follows the runtime's paused time, and somebody may set it ahead or back.
pub(crate) struct SkewedClock {
    shows: DateTime<Utc>,
    since: Instant,
    skew: AtomicI64,
    stands: bool,
}

impl SkewedClock {
    pub(crate) fn new(shows: DateTime<Utc>) -> SkewedClock {
        SkewedClock { shows, since: Instant::now(), skew: AtomicI64::new(0), stands: false }
    }

    /// A clock that only moves when it is set.
    pub(crate) fn standing(shows: DateTime<Utc>) -> SkewedClock {
        SkewedClock { stands: true, ..SkewedClock::new(shows) }
    }

    /// Sets it ahead, or back.
    pub(crate) fn set_by(&self, delta: TimeDelta) {
        self.skew.fetch_add(delta.num_microseconds().unwrap_or_default(), Ordering::Relaxed);
    }
}

impl Clock for SkewedClock {
    fn now(&self) -> DateTime<Utc> {
        let passed = if self.stands { 0 } else { i64::try_from(self.since.elapsed().as_micros()).unwrap_or(i64::MAX) };
        self.shows + TimeDelta::microseconds(passed + self.skew.load(Ordering::Relaxed))
    }
}
