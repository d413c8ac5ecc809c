//! Chance is a parameter: whoever needs it takes an [`Rng`].

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use rand::{Rng as _, RngCore, SeedableRng, rngs::OsRng};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;

/// A source of chance that can be shared.
pub trait Rng: Send + Sync {
    /// Fills the buffer with random bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// A number in `0..end`; `end` must not be zero.
    fn below(&self, end: u64) -> u64;

    /// A UUIDv7 (RFC 9562 §5.7): the instant in milliseconds, then chance.
    fn uuid_v7(&self, now: DateTime<Utc>) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

/// ChaCha20 from a seed: the same seed, the same city.
#[derive(Debug)]
pub struct SeededRng(Mutex<ChaCha20Rng>);

impl SeededRng {
    /// Starts the sequence that belongs to `seed`.
    #[must_use]
    pub fn new(seed: u64) -> SeededRng {
        SeededRng(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }

    fn with<T>(&self, f: impl FnOnce(&mut ChaCha20Rng) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) {
        self.with(|rng| rng.fill_bytes(bytes));
    }

    fn below(&self, end: u64) -> u64 {
        self.with(|rng| rng.random_range(0..end))
    }
}

/// ChaCha20 seeded from the operating system: for serving.
#[must_use]
pub fn system_rng() -> SeededRng {
    SeededRng(Mutex::new(ChaCha20Rng::from_rng(&mut rand::rand_core::UnwrapErr(OsRng))))
}
