//! The work in hand: jobs that are leased, those that wait and those that are being performed.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use journal::Job;
use tokio::{
    task::{Id, JoinError, JoinSet},
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};

pub(crate) struct Shift {
    /// Leased and not yet begun.
    pub(crate) waiting: VecDeque<Job>,
    /// Being performed.
    pub(crate) running: JoinSet<()>,
    /// Ticks when the leases should be extended.
    pub(crate) heartbeat: Interval,
    /// The last lease was full, so there is more to lease.
    pub(crate) backlog: bool,
    jobs: HashMap<Id, i64>,
}

impl Shift {
    /// An empty shift whose leases last this long.
    pub(crate) fn new(lease: Duration) -> Shift {
        // Two heartbeats may fail before a lease is lost.
        let beat = (lease / 3).max(Duration::from_millis(1));
        let mut heartbeat = interval_at(Instant::now() + beat, beat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Shift { waiting: VecDeque::new(), running: JoinSet::new(), heartbeat, backlog: false, jobs: HashMap::new() }
    }

    pub(crate) fn begin(&mut self, job: i64, work: impl Future<Output = ()> + Send + 'static) {
        let task = self.running.spawn(work).id();
        self.jobs.insert(task, job);
    }

    /// Forgets a task that ended. Of one that panicked outside its handler the lease is not extended any more, so that it is tried again.
    pub(crate) fn ended(&mut self, task: Result<(Id, ()), JoinError>) {
        let task = match task {
            Ok((task, ())) => task,
            Err(error) => {
                tracing::error!(%error, "the work on a job broke off");
                error.id()
            }
        };
        self.jobs.remove(&task);
    }

    /// Whose leases are to be extended.
    pub(crate) fn in_hand(&self) -> Vec<i64> {
        self.waiting.iter().map(|job| job.id).chain(self.jobs.values().copied()).collect()
    }
}
