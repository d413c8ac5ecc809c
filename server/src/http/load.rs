//! How much the server carries at once, so that its memory has a bound however many ask.

use axum::http::StatusCode;
use kernel::Code;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::rejection::Rejection;

/// What of every body is read without asking for a place: an ordinary request is never turned away because others are large.
const BODY_BYTES_FREE: usize = 8 * 1024;
/// What all bodies that arrive at once may hold beyond their free beginnings: sixty-four of the largest.
const BODIES_BYTES_MAX: usize = 16 * 1024 * 1024;
/// What all files that arrive at once, or wait for being cleaned, may hold: four of the largest, with what a growing vector holds beside.
const FILES_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What running costs by itself, in the units of an operation's cost.
const COST_BASE: u64 = 250;
/// What the queries and mutations that run at once may cost together: some fifty of the costliest that the limits let through, a thousand
/// of the smallest.
const COST_AT_ONCE: u32 = 250_000;
/// How many may wait for their turn; each holds its plan.
const WAITING_MAX: usize = 250;

/// The places that there are.
pub(crate) struct Load {
    bodies: Semaphore,
    files: Semaphore,
    cost: Semaphore,
    waiting: Semaphore,
}

impl Default for Load {
    fn default() -> Load {
        let (bodies, files) = (Semaphore::new(BODIES_BYTES_MAX), Semaphore::new(FILES_BYTES_MAX));
        let cost = Semaphore::new(COST_AT_ONCE as usize);
        Load { bodies, files, cost, waiting: Semaphore::new(WAITING_MAX) }
    }
}

impl Load {
    /// A body of which nothing has arrived yet.
    pub(crate) fn arriving(&self) -> Arriving<'_> {
        Arriving { places: &self.bodies, free: BODY_BYTES_FREE, bytes: Vec::new(), place: None }
    }

    /// A file of which nothing has arrived yet. Files have places of their own: many of them turn no request of the graph away.
    pub(crate) fn arriving_file(&self) -> Arriving<'_> {
        Arriving { places: &self.files, free: 0, bytes: Vec::new(), place: None }
    }

    /// Waits until an operation of this cost may run. It holds its turn until it ends.
    pub(crate) async fn turn(&self, cost: u64) -> Result<SemaphorePermit<'_>, Rejection> {
        let weight = u32::try_from(cost.saturating_add(COST_BASE)).map_or(COST_AT_ONCE, |weight| weight.min(COST_AT_ONCE));
        if let Ok(turn) = self.cost.try_acquire_many(weight) {
            return Ok(turn);
        }
        let _waiting = self.waiting.try_acquire().map_err(|_| overloaded())?;
        self.cost.acquire_many(weight).await.map_err(|_| overloaded())
    }
}

/// A body as far as it has arrived, and its place among all bodies of its kind.
pub(crate) struct Arriving<'a> {
    places: &'a Semaphore,
    free: usize,
    bytes: Vec<u8>,
    place: Option<SemaphorePermit<'a>>,
}

impl Arriving<'_> {
    /// What is there.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is there, for whoever goes on with it; its place stays taken.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Adds a piece, if there is place for it. Nobody waits for a place: those that have one may be waiting for the same.
    pub(super) fn add(&mut self, piece: &[u8]) -> Result<(), Rejection> {
        self.bytes.reserve(piece.len());
        let held = self.place.as_ref().map_or(0, SemaphorePermit::num_permits);
        let needed = self.bytes.capacity().saturating_sub(self.free + held);
        let more = u32::try_from(needed).ok().and_then(|needed| self.places.try_acquire_many(needed).ok()).ok_or_else(overloaded)?;
        match &mut self.place {
            Some(place) => place.merge(more),
            None => self.place = Some(more),
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }
}

fn overloaded() -> Rejection {
    Rejection::new(StatusCode::SERVICE_UNAVAILABLE, Code::RateLimited, "edge-load", &[])
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn large_bodies_share_a_place_and_small_ones_need_none() {
        let load = Load::default();
        let large = vec![b' '; 256 * 1024];
        let mut bodies = Vec::new();
        let refused = loop {
            let mut body = load.arriving();
            match large.chunks(4096).try_for_each(|piece| body.add(piece)) {
                Ok(()) => bodies.push(body),
                Err(refused) => break refused,
            }
        };
        assert_eq!((refused.status.as_u16(), refused.code), (503, Code::RateLimited));
        assert!(bodies.len() >= 64, "{}", bodies.len());
        assert_eq!(load.arriving().add(&large[..BODY_BYTES_FREE]), Ok(()));
        bodies.pop();
        assert_eq!(load.arriving().add(&large), Ok(()));
    }

    // Outside of the runtime, which would make a task that takes so many places at once pause.
    #[test]
    fn operations_wait_for_their_turn_and_are_refused_when_too_many_wait() {
        let load = Load::default();
        let turn = load.turn(u64::MAX).now_or_never().unwrap().unwrap();
        let mut waiting: Vec<_> = (0..WAITING_MAX).map(|_| Box::pin(load.turn(1))).collect();
        assert!(waiting.iter_mut().all(|waiting| waiting.now_or_never().is_none()));
        let refused = load.turn(1).now_or_never().unwrap().map(drop);
        assert_eq!(refused.map_err(|refused| refused.code), Err(Code::RateLimited));
        drop(turn);
        let turns: Vec<_> = waiting.iter_mut().map(|waiting| waiting.now_or_never().unwrap().unwrap()).collect();
        assert_eq!(turns.len(), WAITING_MAX);
    }
}
