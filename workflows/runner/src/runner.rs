//! Leases what is due, keeps some hands busy with it, and sleeps until there is more.

use std::{collections::HashMap, pin::pin, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use journal::{Abort, Backoff, Database, Handler, House, Job};
use kernel::{Clock, Error, Result, Rng};
use tokio::time::{Instant, interval_at};

use crate::{ledger::Ledger, shift::Shift, worker::Worker};

/// The one runner of an embedded database.
const ALONE: &str = "runner";
/// The runner does not look for work again sooner, however many commits wake it.
const BREATH: Duration = Duration::from_millis(10);
/// How often done jobs are forgotten, and how many at once, so that nobody waits for it.
const PRUNING: Duration = Duration::from_secs(3_600);
const PRUNED_MAX: u64 = 5_000;

/// How a runner works.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many jobs are performed at once. Few, so that the graph and the database stay free for people.
    pub concurrency: usize,
    /// How many jobs are leased in one write.
    pub batch: u64,
    /// How long a lease lasts unless it is extended: after a crash another runner waits so long.
    pub lease: Duration,
    /// How long a handler may take.
    pub patience: Duration,
    /// How long a job is remembered after it was done.
    pub memory: TimeDelta,
    /// When to try again, and how often.
    pub backoff: Backoff,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            concurrency: 4,
            batch: 16,
            lease: Duration::from_secs(30),
            patience: Duration::from_secs(120),
            memory: TimeDelta::days(30),
            backoff: Backoff::default(),
        }
    }
}

/// Performs the jobs of the journal. On PostgreSQL several runners may share one queue; an embedded database has one.
pub struct Runner<L: Ledger = Database> {
    worker: Arc<Worker<L>>,
    options: Options,
    /// How long to sleep at most. Commits of this process wake it at once; those of others, and clocks that jump, it sees so late.
    poll: Duration,
}

impl Runner {
    /// A runner for the jobs of these handlers.
    ///
    /// # Panics
    /// When two handlers perform one kind of job: a defect of the composition root.
    #[must_use]
    pub fn new(house: House, handlers: Vec<Arc<dyn Handler>>, options: Options) -> Runner {
        Runner::over(house.database, house.clock, house.rng, handlers, options)
    }
}

impl<L: Ledger> Runner<L> {
    /// A runner over any journal.
    pub(crate) fn over(
        ledger: L,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        handlers: Vec<Arc<dyn Handler<L::Commit>>>,
        options: Options,
    ) -> Runner<L> {
        let mut by_kind = HashMap::new();
        for handler in handlers {
            for kind in handler.kinds() {
                let other = by_kind.insert(*kind, Arc::clone(&handler));
                assert!(other.is_none(), "two handlers perform {kind}");
            }
        }
        let (name, poll) = match ledger.is_shared() {
            false => (ALONE.to_owned(), Duration::from_secs(5)),
            true => (format!("{ALONE}-{}", rng.uuid_v7(clock.now())), Duration::from_secs(1)),
        };
        let worker = Worker { ledger, clock, rng, name, handlers: by_kind, backoff: options.backoff, patience: options.patience };
        Runner { worker: Arc::new(worker), options, poll }
    }

    /// Performs jobs and fires timers until `shutdown` is ready. Then it begins nothing more, ends what it has begun, and gives its other
    /// leases back.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = pin!(shutdown);
        let mut committed = self.worker.ledger.committed();
        let mut shift = Shift::new(self.options.lease);
        let mut pruning = interval_at(Instant::now() + PRUNING, PRUNING);
        self.recover().await;
        loop {
            committed.mark_unchanged();
            let looked = Instant::now();
            let rest = self.refill(&mut shift).await.unwrap_or_else(|error| {
                tracing::error!(?error, "the runner cannot look for jobs");
                self.poll
            });
            let hands_free = shift.running.len() < self.options.concurrency;
            let more = async {
                tokio::time::sleep_until(looked + BREATH).await;
                committed.changed().await
            };
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(task) = shift.running.join_next_with_id() => shift.ended(task),
                _ = shift.heartbeat.tick(), if !shift.running.is_empty() => self.extend(&shift).await,
                _ = pruning.tick() => self.prune().await,
                _ = more, if hands_free => {}
                () = tokio::time::sleep(rest), if hands_free => {}
            }
        }
        while self.end_one(&mut shift).await {}
        self.release().await;
    }

    /// Performs jobs and fires timers until none is due, and tells how many tries that took.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drain(&self) -> Result<usize> {
        let mut shift = Shift::new(self.options.lease);
        let mut tries = 0;
        loop {
            self.refill(&mut shift).await?;
            if !self.end_one(&mut shift).await {
                return Ok(tries);
            }
            tries += 1;
        }
    }

    /// Looks for work as an idle runner does.
    #[cfg(test)]
    pub(crate) async fn look(&self) -> Result<Duration> {
        self.refill(&mut Shift::new(self.options.lease)).await
    }

    /// Gives work to every free hand, and tells how long to sleep when there is not enough.
    async fn refill(&self, shift: &mut Shift) -> Result<Duration> {
        while shift.running.len() < self.options.concurrency {
            if let Some(job) = shift.waiting.pop_front() {
                let worker = Arc::clone(&self.worker);
                shift.begin(job.id, async move { worker.carry_out(job).await });
                continue;
            }
            let now = self.worker.clock.now();
            // Looks before it writes: an empty write would be a commit, which would wake the runner again.
            if !shift.backlog {
                match self.worker.ledger.next_due().await? {
                    Some(due) if due <= now => {}
                    Some(due) => return Ok((due - now).to_std().unwrap_or_default().clamp(BREATH, self.poll)),
                    None => return Ok(self.poll),
                }
            }
            let jobs = self.take(now).await?;
            if jobs.is_empty() && !shift.backlog {
                // Another runner was faster.
                return Ok(BREATH);
            }
            shift.backlog = jobs.len() as u64 == self.options.batch;
            shift.waiting.extend(jobs);
        }
        Ok(self.poll)
    }

    /// Turns due timers into jobs and leases jobs.
    async fn take(&self, now: DateTime<Utc>) -> Result<Vec<Job>> {
        let lease = TimeDelta::from_std(self.options.lease).map_err(Error::internal)?;
        self.worker.ledger.take(&self.worker.name, now, lease, self.options.batch).await.map_err(fault)
    }

    /// Waits until one job has ended, and keeps the leases meanwhile. False when none is being performed.
    async fn end_one(&self, shift: &mut Shift) -> bool {
        loop {
            tokio::select! {
                biased;
                task = shift.running.join_next_with_id() => match task {
                    Some(task) => {
                        shift.ended(task);
                        return true;
                    }
                    None => return false,
                },
                _ = shift.heartbeat.tick() => self.extend(shift).await,
            }
        }
    }

    async fn extend(&self, shift: &Shift) {
        let until = self.worker.clock.now() + self.options.lease;
        if let Err(abort) = self.worker.ledger.extend(&self.worker.name, shift.in_hand(), until).await {
            tracing::error!(?abort, "leases were not extended");
        }
    }

    /// An embedded database has one runner: what its name still holds was left by a process that died.
    pub(crate) async fn recover(&self) {
        if self.worker.ledger.is_shared() {
            return;
        }
        if let Err(abort) = self.worker.ledger.expire(&self.worker.name, self.worker.clock.now()).await {
            tracing::error!(?abort, "the leases of the last run stand until they run out");
        }
    }

    /// Forgets what was done long ago.
    pub(crate) async fn prune(&self) {
        let before = self.worker.clock.now() - self.options.memory;
        loop {
            match self.worker.ledger.prune(before, PRUNED_MAX).await {
                Ok(PRUNED_MAX) => {}
                Ok(_) => return,
                Err(abort) => return tracing::warn!(?abort, "old jobs were not forgotten"),
            }
        }
    }

    async fn release(&self) {
        if let Err(abort) = self.worker.ledger.release(&self.worker.name).await {
            tracing::error!(?abort, "the leases stand until they run out");
        }
    }
}

/// What the runner itself writes refuses nothing.
fn fault(abort: Abort) -> Error {
    match abort {
        Abort::Fault(error) => error,
        Abort::Refused(refusals) => Error::internal(format!("the journal refused: {refusals:?}")),
    }
}
