//! The one door for writes.
//!
//! SQLite has one writer at a time, and a commit waits for the disk. So one task takes all acts that wait, runs each in a savepoint of one
//! `BEGIN IMMEDIATE` transaction, commits once, and only then answers all of them (group commit). On PostgreSQL acts run concurrently.
//!
//! Events get their places in the log on the way: on SQLite in the group's own transaction, on PostgreSQL by a task right behind the commits.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use kernel::{Code, Error};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    Abort,
    bell::Bell,
    fault,
    log::{self, Frontier},
};

/// The transaction that an act writes in.
pub type Txn = DatabaseTransaction;

/// How many acts share one commit at the most: bounds how long the first of them waits.
const GROUP_MAX: usize = 128;
/// How many acts may wait before new ones wait to enter.
const QUEUE_MAX: usize = 1024;

/// After it found nothing that waits, the sequencer does not look again sooner, however many acts commit: most append no event, and each look
/// is three round trips.
const BREATH: Duration = Duration::from_millis(5);
/// How soon the sequencer tries again what the database did not let it do.
const AGAIN: Duration = Duration::from_secs(1);

/// Counts commits, so that a listener knows that there may be something new to read: those of this process at once, and on PostgreSQL those
/// of the others when they ring (`Bell`).
pub type Committed = watch::Receiver<u64>;

type Finish = Box<dyn FnOnce(kernel::Result<()>) + Send>;
type Run = Box<dyn for<'t> FnOnce(&'t Txn) -> BoxFuture<'t, (bool, Finish)> + Send>;

struct Act {
    run: Run,
    durability: Durability,
}

/// What becomes of a commit when the machine loses its power right after. A process that dies loses nothing either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Durability {
    /// It is on the disk before anyone is answered.
    Full,
    /// The last of them may be forgotten, together and from the end. Each later full one brings all before it to the disk.
    Relaxed,
}

/// The one door for writes. Clones share it.
#[derive(Clone)]
pub struct Writer {
    way: Way,
    committed: Arc<watch::Sender<u64>>,
}

#[derive(Clone)]
enum Way {
    Grouped(mpsc::Sender<Act>),
    Concurrent(DatabaseConnection, Duration, Bell),
}

impl Writer {
    pub(crate) fn grouped(connection: DatabaseConnection, commit_delay: Duration) -> Writer {
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        let committed = Arc::new(watch::channel(0).0);
        tokio::spawn(commit_groups(connection, commit_delay, receiver, Arc::clone(&committed)));
        Writer { way: Way::Grouped(sender), committed }
    }

    pub(crate) fn concurrent(
        connection: DatabaseConnection,
        sequencer: DatabaseConnection,
        commit_delay: Duration,
        server: PgConnectOptions,
    ) -> Writer {
        let committed = Arc::new(watch::channel(0).0);
        let bell = Bell::hang(server, &committed);
        tokio::spawn(sequence_commits(sequencer, committed.subscribe(), bell.clone()));
        Writer { way: Way::Concurrent(connection, commit_delay, bell), committed }
    }

    /// Waits until all events that are committed have their places in the log.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sequence(&self) -> kernel::Result<()> {
        match &self.way {
            // An act with nothing in it: its group takes along what an older program left without a place.
            Way::Grouped(_) => self.write(|_| async { Ok(()) }.boxed()).await.map_err(Abort::into_fault),
            Way::Concurrent(connection, _, bell) => {
                if sequence_alone(connection, &mut None).await.map_err(fault)? {
                    bell.ring();
                }
                Ok(())
            }
        }
    }

    /// Listens for commits.
    #[must_use]
    pub fn committed(&self) -> Committed {
        self.committed.subscribe()
    }

    /// Runs one act and answers after it is on disk. When the act aborts, nothing of it is written.
    ///
    /// # Errors
    /// What the act aborted with, or a fault when the commit failed.
    pub async fn write<T, F>(&self, act: F) -> Result<T, Abort>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Txn) -> BoxFuture<'t, Result<T, Abort>> + Send + 'static,
    {
        self.commit(act, Durability::Full).await
    }

    /// As [`Writer::write`], and does not wait for the disk. For what is done anew when it is forgotten, a lease for instance: a machine that
    /// loses its power may forget the last of such acts. Nobody may be promised anything by one.
    ///
    /// # Errors
    /// What the act aborted with, or a fault when the commit failed.
    pub async fn write_relaxed<T, F>(&self, act: F) -> Result<T, Abort>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Txn) -> BoxFuture<'t, Result<T, Abort>> + Send + 'static,
    {
        self.commit(act, Durability::Relaxed).await
    }

    async fn commit<T, F>(&self, act: F, durability: Durability) -> Result<T, Abort>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Txn) -> BoxFuture<'t, Result<T, Abort>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let run: Run = Box::new(move |txn| {
            async move {
                let outcome = AssertUnwindSafe(act(txn)).catch_unwind().await;
                let outcome = outcome.unwrap_or_else(|_| Err(Abort::Fault(Error::internal("an act panicked"))));
                let keep = outcome.is_ok();
                let finish: Finish = Box::new(move |committed| {
                    let outcome = committed.map_err(Abort::from).and(outcome);
                    // Whoever asked may have gone away; what is committed stays committed.
                    drop(answer.send(outcome));
                });
                (keep, finish)
            }
            .boxed()
        });
        let act = Act { run, durability };
        match &self.way {
            Way::Grouped(queue) => queue.send(act).await.map_err(|_| Abort::Fault(Error::internal("the writer has stopped")))?,
            Way::Concurrent(connection, delay, bell) => {
                commit_one(connection, *delay, act).await?;
                bell.ring();
            }
        }
        // An act whose answer was dropped did not run: the database failed its group before.
        answered.await.unwrap_or_else(|_| Err(Abort::Fault(Error::coded(Code::SubgraphUnavailable, "an act was not begun"))))
    }
}

/// Takes the acts that wait, group by group, for as long as the writer lives.
async fn commit_groups(
    connection: DatabaseConnection,
    delay: Duration,
    mut queue: mpsc::Receiver<Act>,
    committed: Arc<watch::Sender<u64>>,
) {
    let mut group = Vec::with_capacity(GROUP_MAX);
    let mut tree = None;
    let mut disk = Disk { connection: &connection, durability: Durability::Full };
    while queue.recv_many(&mut group, GROUP_MAX).await > 0 {
        let mut finishes = Vec::with_capacity(group.len());
        let is_relaxed = group.iter().all(|act| act.durability == Durability::Relaxed);
        let outcome = match disk.turn(if is_relaxed { Durability::Relaxed } else { Durability::Full }).await {
            Ok(()) => commit_group(&connection, delay, &mut group, &mut finishes, &mut tree).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &outcome {
            tree = None;
            tracing::error!(?error, acts = finishes.len(), "a group of acts was not committed");
        }
        // Acts that never ran are dropped with their answers, which tells their callers of the fault.
        group.clear();
        for finish in finishes {
            finish(outcome.clone());
        }
        committed.send_modify(|count| *count += 1);
    }
}

/// How the one connection that writes to SQLite waits for the disk.
struct Disk<'c> {
    connection: &'c DatabaseConnection,
    durability: Durability,
}

impl Disk<'_> {
    /// Makes the next transaction as durable as it must be. A connection that was made anew is fully durable, whatever is remembered here:
    /// so full is believed only after it was said, and relaxed at once.
    async fn turn(&mut self, durability: Durability) -> kernel::Result<()> {
        if self.durability == durability {
            return Ok(());
        }
        self.durability = Durability::Relaxed;
        let pragma = match durability {
            Durability::Full => "PRAGMA synchronous = FULL",
            // The write-ahead log is written, and not synchronized: the database stays whole, and its end may be missing.
            Durability::Relaxed => "PRAGMA synchronous = NORMAL",
        };
        self.connection.execute_unprepared(pragma).await.map_err(fault)?;
        self.durability = durability;
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "a nested begin is a savepoint; the outer transaction is IMMEDIATE")]
async fn commit_group(
    connection: &DatabaseConnection,
    delay: Duration,
    group: &mut Vec<Act>,
    finishes: &mut Vec<Finish>,
    tree: &mut Option<Frontier>,
) -> kernel::Result<()> {
    let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let transaction = connection.begin_with_options(options).await.map_err(fault)?;
    let mut keeps = false;
    for act in group.drain(..) {
        let savepoint = transaction.begin().await.map_err(taken_back)?;
        let (keep, finish) = (act.run)(&savepoint).await;
        finishes.push(finish);
        keeps |= keep;
        if keep {
            savepoint.commit().await.map_err(taken_back)?;
        } else {
            savepoint.rollback().await.map_err(taken_back)?;
        }
    }
    while keeps && log::sequence(&transaction, tree).await.map_err(fault)? {}
    pause(delay).await;
    transaction.commit().await.map_err(fault)
}

/// A savepoint that is not there: its transaction was taken back by the database when it could not write an act.
fn taken_back(error: DbErr) -> Error {
    Error::coded(Code::SubgraphUnavailable, error)
}

/// Gives events their places after each commit of this process, for as long as its writer lives. What another process committed and did not
/// live to sequence is taken along.
async fn sequence_commits(connection: DatabaseConnection, mut committed: Committed, bell: Bell) {
    let mut tree = None;
    while committed.changed().await.is_ok() {
        match sequence_alone(&connection, &mut tree).await {
            Ok(false) => tokio::time::sleep(BREATH).await,
            // Whoever listens to the log has something to read only now.
            Ok(true) => bell.ring(),
            Err(error) => {
                tree = None;
                tracing::error!(%error, "events were not given their places in the log");
                tokio::time::sleep(AGAIN).await;
                committed.mark_changed();
            }
        }
    }
}

/// Sequences all that waits, each batch in a transaction of its own; tells whether anything waited.
#[expect(clippy::disallowed_methods, reason = "PostgreSQL has no deferred transactions")]
async fn sequence_alone(connection: &DatabaseConnection, tree: &mut Option<Frontier>) -> Result<bool, DbErr> {
    let waiting = Statement::from_string(DbBackend::Postgres, "SELECT 1 FROM log_waiting LIMIT 1");
    if connection.query_one_raw(waiting).await?.is_none() {
        return Ok(false);
    }
    let mut more = true;
    while more {
        let transaction = connection.begin().await?;
        more = log::sequence(&transaction, tree).await?;
        transaction.commit().await?;
    }
    Ok(true)
}

#[expect(clippy::disallowed_methods, reason = "PostgreSQL has no deferred transactions")]
async fn commit_one(connection: &DatabaseConnection, delay: Duration, act: Act) -> Result<(), Abort> {
    let transaction = connection.begin().await?;
    if act.durability == Durability::Relaxed {
        transaction.execute_unprepared("SET LOCAL synchronous_commit TO OFF").await?;
    }
    let (keep, finish) = (act.run)(&transaction).await;
    let outcome = if keep {
        pause(delay).await;
        transaction.commit().await
    } else {
        transaction.rollback().await
    };
    finish(outcome.map_err(fault));
    Ok(())
}

async fn pause(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}
