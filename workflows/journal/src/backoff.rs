use chrono::TimeDelta;

/// When to try again.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// After the first failure.
    pub first: TimeDelta,
    /// At most.
    pub max: TimeDelta,
    /// How many tries before the job is a dead letter.
    pub attempts_max: i32,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff { first: TimeDelta::seconds(5), max: TimeDelta::hours(1), attempts_max: 8 }
    }
}

impl Backoff {
    /// How long to wait after the `attempt`-th failure: doubling, and within it a random half, so that jobs that failed together do not
    /// come back together.
    #[must_use]
    pub fn delay(&self, attempt: i32, rng: &dyn kernel::Rng) -> TimeDelta {
        let doublings = u32::try_from(attempt.clamp(1, 20) - 1).unwrap_or_default();
        let whole = (self.first * 2_i32.pow(doublings.min(16))).min(self.max);
        let half = (whole / 2).num_milliseconds().max(1);
        TimeDelta::milliseconds(half + i64::try_from(rng.below(half.unsigned_abs() + 1)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use kernel::SeededRng;

    use super::*;

    #[test]
    fn delays_double_with_jitter_up_to_the_limit() {
        let rng = SeededRng::new(1);
        let backoff = Backoff::default();
        for (attempt, whole) in [(1, 5), (2, 10), (3, 20), (8, 640), (40, 3600)] {
            let delay = backoff.delay(attempt, &rng);
            assert!(delay >= TimeDelta::seconds(whole) / 2 && delay <= TimeDelta::seconds(whole), "attempt {attempt}: {delay}");
        }
    }
}
