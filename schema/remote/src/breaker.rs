//! A circuit breaker: a subgraph that fails again and again is left in peace for a while, so that nobody waits for it.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use crate::settings;

/// Whether a subgraph is called at the moment.
pub(crate) struct Breaker {
    settings: settings::Breaker,
    state: Mutex<State>,
}

enum State {
    /// Calls are made; so many in a row failed.
    Closed { failures: u32 },
    /// No call is made until then.
    Open { until: Instant },
    /// One call is under way that tells whether the subgraph is back.
    Probing,
}

/// The right to make one call. Dropped without a word (the caller went away), it says nothing about the subgraph.
pub(crate) struct Permit<'a> {
    breaker: &'a Breaker,
    probe: bool,
    told: bool,
}

impl Breaker {
    pub(crate) fn new(settings: settings::Breaker) -> Breaker {
        Breaker { settings, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    /// Asks to make a call; `None` while the subgraph is left in peace.
    pub(crate) fn permit(&self) -> Option<Permit<'_>> {
        let mut state = self.state();
        let probe = match *state {
            State::Closed { .. } => false,
            State::Open { until } if Instant::now() >= until => true,
            State::Open { .. } | State::Probing => return None,
        };
        if probe {
            *state = State::Probing;
        }
        Some(Permit { breaker: self, probe, told: false })
    }

    fn open(&self) -> State {
        State::Open { until: Instant::now() + self.settings.pause }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// The subgraph answered.
    pub(crate) fn answered(mut self) {
        self.told = true;
        *self.breaker.state() = State::Closed { failures: 0 };
    }

    /// The subgraph did not answer.
    pub(crate) fn failed(mut self) {
        self.told = true;
        let mut state = self.breaker.state();
        *state = match *state {
            State::Closed { failures } if failures + 1 < self.breaker.settings.failures_max => State::Closed { failures: failures + 1 },
            // Calls that began before the circuit opened end after it.
            State::Open { until } if !self.probe => State::Open { until },
            _ => self.breaker.open(),
        };
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.probe && !self.told {
            // The next caller probes in its place.
            *self.breaker.state() = State::Open { until: Instant::now() };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn after_failures_in_a_row_it_pauses_and_then_lets_one_call_probe() {
        let breaker = Breaker::new(settings::Breaker { failures_max: 2, pause: Duration::from_secs(5) });
        breaker.permit().unwrap().failed();
        breaker.permit().unwrap().answered();
        breaker.permit().unwrap().failed();
        let late = breaker.permit().unwrap();
        breaker.permit().unwrap().failed();
        assert!(breaker.permit().is_none());
        tokio::time::advance(Duration::from_secs(5)).await;
        late.failed();
        let probe = breaker.permit().unwrap();
        assert!(breaker.permit().is_none(), "one probe at a time");
        drop(probe);
        breaker.permit().unwrap().failed();
        assert!(breaker.permit().is_none(), "the probe failed: another pause");
        tokio::time::advance(Duration::from_secs(5)).await;
        breaker.permit().unwrap().answered();
        breaker.permit().unwrap().failed();
        assert!(breaker.permit().is_some(), "failures count from the start again");
    }
}
