//! What a runner needs of a journal, and how the house's database gives it.
//!
//! Each method is one write, whole or not at all. A fault tells nothing of whether it was carried out: the connection may have been lost
//! after the commit.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Abort, Commit, Committed, Database, Job};
use kernel::Result;
use sea_orm::DbBackend;

/// How many timers one write fires at the most.
const TIMERS_MAX: u64 = 64;

/// How a try of a job failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// A code in capitals, a colon, and internal text.
    pub text: String,
    /// When to try again; never, when there is none.
    pub retry_at: Option<DateTime<Utc>>,
}

/// The journal as a runner sees it.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// What a handler gives to be written together with the mark that its job is done.
    type Commit: Send + 'static;

    /// Whether several runners may take jobs from it at once.
    fn is_shared(&self) -> bool;

    /// Listens for commits: after each there may be something to take.
    fn committed(&self) -> Committed;

    /// When the next job can be taken, or the next timer fires.
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>>;

    /// Turns due timers into jobs and leases up to `limit` due jobs to a runner, the most urgent first.
    async fn take(&self, runner: &str, now: DateTime<Utc>, lease: TimeDelta, limit: u64) -> Result<Vec<Job>, Abort>;

    /// Moves the end of a runner's leases of these jobs.
    async fn extend(&self, runner: &str, jobs: Vec<i64>, until: DateTime<Utc>) -> Result<(), Abort>;

    /// Ends all leases of a runner that died.
    async fn expire(&self, runner: &str, now: DateTime<Utc>) -> Result<(), Abort>;

    /// Gives all leases of a runner back.
    async fn release(&self, runner: &str) -> Result<(), Abort>;

    /// Forgets up to `limit` jobs that were done before an instant, and returns how many.
    async fn prune(&self, before: DateTime<Utc>, limit: u64) -> Result<u64, Abort>;

    /// Marks a job as done and keeps what its handler gave. False when the lease was lost: then nothing is kept.
    async fn finish(&self, job: i64, runner: &str, now: DateTime<Utc>, commit: Self::Commit) -> Result<bool, Abort>;

    /// Records that a try failed, with what the handler writes for a dead letter. Nothing is written when the lease was lost.
    async fn fail(&self, job: i64, runner: &str, now: DateTime<Utc>, failure: Failure, burial: Option<Self::Commit>) -> Result<(), Abort>;
}

#[async_trait]
impl Ledger for Database {
    type Commit = Commit;

    fn is_shared(&self) -> bool {
        self.reader.get_database_backend() != DbBackend::Sqlite
    }

    fn committed(&self) -> Committed {
        self.writer.committed()
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        let job = journal::next_lease(&self.reader).await?;
        let timer = journal::next_due(&self.reader).await?;
        Ok(job.into_iter().chain(timer).min())
    }

    async fn take(&self, runner: &str, now: DateTime<Utc>, lease: TimeDelta, limit: u64) -> Result<Vec<Job>, Abort> {
        let runner = runner.to_owned();
        // What is forgotten is taken again, and what fired fires again.
        let write = self.writer.write_relaxed(move |txn| {
            async move {
                journal::fire_due(txn, now, TIMERS_MAX).await?;
                journal::lease(txn, &runner, now, lease, limit).await
            }
            .boxed()
        });
        write.await
    }

    async fn extend(&self, runner: &str, jobs: Vec<i64>, until: DateTime<Utc>) -> Result<(), Abort> {
        let runner = runner.to_owned();
        self.writer.write_relaxed(move |txn| async move { journal::extend(txn, &runner, jobs, until).await }.boxed()).await
    }

    async fn expire(&self, runner: &str, now: DateTime<Utc>) -> Result<(), Abort> {
        let runner = runner.to_owned();
        self.writer.write(move |txn| async move { journal::expire(txn, &runner, now).await }.boxed()).await
    }

    async fn release(&self, runner: &str) -> Result<(), Abort> {
        let runner = runner.to_owned();
        self.writer.write(move |txn| async move { journal::release(txn, &runner).await }.boxed()).await
    }

    async fn prune(&self, before: DateTime<Utc>, limit: u64) -> Result<u64, Abort> {
        self.writer.write(move |txn| async move { journal::prune(txn, before, limit).await }.boxed()).await
    }

    async fn finish(&self, job: i64, runner: &str, now: DateTime<Utc>, commit: Commit) -> Result<bool, Abort> {
        let runner = runner.to_owned();
        let write = self.writer.write(move |txn| {
            async move {
                // The mark first: its row lock keeps the effects of another runner out until this one has committed.
                if !journal::done(txn, job, &runner, now).await? {
                    return Ok(false);
                }
                commit(txn).await?;
                Ok(true)
            }
            .boxed()
        });
        write.await
    }

    async fn fail(&self, job: i64, runner: &str, now: DateTime<Utc>, failure: Failure, burial: Option<Commit>) -> Result<(), Abort> {
        let runner = runner.to_owned();
        let write = self.writer.write(move |txn| {
            async move {
                let held = journal::fail(txn, job, &runner, now, &failure.text, failure.retry_at).await?;
                match burial {
                    Some(burial) if held => burial(txn).await,
                    _ => Ok(()),
                }
            }
            .boxed()
        });
        write.await
    }
}
