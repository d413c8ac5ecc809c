//! Crashes at a chosen instant of a chosen job.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use journal::{Abort, Committed, Handler, Job, JobError};
use kernel::Result;
use tokio::{sync::Semaphore, task::JoinHandle};

use crate::ledger::{Failure, Ledger};

/// Where a runner stands when its power fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// What lies outside the database is done, and its runner does not know yet.
    AfterEffect,
    /// Its runner knows, and has written nothing.
    BeforeCommit,
    /// All is written, and its runner does not know.
    AfterCommit,
}

pub(crate) const POINTS: [Point; 3] = [Point::AfterEffect, Point::BeforeCommit, Point::AfterCommit];

/// Stops a runner once, at a point of the job of a key, or of the first job of a kind.
pub(crate) struct Fuse {
    job: String,
    point: Point,
    is_burnt: AtomicBool,
    reached: Semaphore,
    goes_on: Semaphore,
}

impl Fuse {
    pub(crate) fn new(job: &str, point: Point) -> Arc<Fuse> {
        let (reached, goes_on) = (Semaphore::new(0), Semaphore::new(0));
        Arc::new(Fuse { job: job.to_owned(), point, is_burnt: AtomicBool::new(false), reached, goes_on })
    }

    /// A fuse that never burns.
    pub(crate) fn none() -> Arc<Fuse> {
        Fuse::new("", Point::AfterEffect)
    }

    /// Waits until the runner that drains stands there.
    pub(crate) async fn reached(&self, draining: &mut JoinHandle<Result<usize>>) {
        tokio::select! {
            biased;
            permit = self.reached.acquire() => permit.unwrap().forget(),
            ended = draining => panic!("the runner came to its end, and not to {:?} of {}: {ended:?}", self.point, self.job),
        }
    }

    /// Lets it go on.
    pub(crate) fn go_on(&self) {
        self.goes_on.add_permits(1);
    }

    async fn pass(&self, (kind, key): (&str, &str), point: Point) {
        if [kind, key].contains(&self.job.as_str()) && point == self.point && !self.is_burnt.swap(true, Ordering::Relaxed) {
            self.reached.add_permits(1);
            self.goes_on.acquire().await.unwrap().forget();
        }
    }
}

/// A journal at whose door a runner can be stopped.
pub(crate) struct Fused<L> {
    inner: L,
    fuse: Arc<Fuse>,
    /// Kinds and keys of the jobs that were taken.
    taken: Mutex<BTreeMap<i64, (String, String)>>,
}

impl<L> Fused<L> {
    pub(crate) fn new(inner: L, fuse: &Arc<Fuse>) -> Fused<L> {
        Fused { inner, fuse: Arc::clone(fuse), taken: Mutex::default() }
    }
}

#[async_trait]
impl<L: Ledger> Ledger for Fused<L> {
    type Commit = L::Commit;

    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }

    fn committed(&self) -> Committed {
        self.inner.committed()
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        self.inner.next_due().await
    }

    async fn take(&self, runner: &str, now: DateTime<Utc>, lease: TimeDelta, limit: u64) -> Result<Vec<Job>, Abort> {
        let jobs = self.inner.take(runner, now, lease, limit).await?;
        self.taken.lock().unwrap().extend(jobs.iter().map(|job| (job.id, (job.kind.clone(), job.key.clone()))));
        Ok(jobs)
    }

    async fn extend(&self, runner: &str, jobs: Vec<i64>, until: DateTime<Utc>) -> Result<(), Abort> {
        self.inner.extend(runner, jobs, until).await
    }

    async fn expire(&self, runner: &str, now: DateTime<Utc>) -> Result<(), Abort> {
        self.inner.expire(runner, now).await
    }

    async fn release(&self, runner: &str) -> Result<(), Abort> {
        self.inner.release(runner).await
    }

    async fn prune(&self, before: DateTime<Utc>, limit: u64) -> Result<u64, Abort> {
        self.inner.prune(before, limit).await
    }

    async fn finish(&self, job: i64, runner: &str, now: DateTime<Utc>, commit: L::Commit) -> Result<bool, Abort> {
        let (kind, key) = self.taken.lock().unwrap().get(&job).cloned().unwrap_or_default();
        self.fuse.pass((&kind, &key), Point::BeforeCommit).await;
        let kept = self.inner.finish(job, runner, now, commit).await;
        self.fuse.pass((&kind, &key), Point::AfterCommit).await;
        kept
    }

    async fn fail(&self, job: i64, runner: &str, now: DateTime<Utc>, failure: Failure, burial: Option<L::Commit>) -> Result<(), Abort> {
        self.inner.fail(job, runner, now, failure, burial).await
    }
}

/// A handler that can be stopped after its effect.
pub(crate) struct FusedHandler<C> {
    pub(crate) inner: Arc<dyn Handler<C>>,
    pub(crate) fuse: Arc<Fuse>,
}

#[async_trait]
impl<C: Send + 'static> Handler<C> for FusedHandler<C> {
    fn kinds(&self) -> &'static [&'static str] {
        self.inner.kinds()
    }

    async fn perform(&self, job: &Job) -> Result<C, JobError> {
        let outcome = self.inner.perform(job).await;
        self.fuse.pass((&job.kind, &job.key), Point::AfterEffect).await;
        outcome
    }
}
