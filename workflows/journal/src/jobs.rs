//! Jobs: the outbox. What an act causes beyond its own rows is a job in the act's transaction, performed once by its key.

use std::{
    fmt::Display,
    sync::atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{Error, Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement,
    sea_query::{CommonTableExpression, Expr, LockBehavior, LockType, OnConflict, Order, Query, SimpleExpr, WithClause},
};
use serde_json::Value;

use crate::{
    Abort, Txn,
    entity::job::{self, State},
    fault,
};

static DONE: AtomicU64 = AtomicU64::new(0);

/// Which jobs go first. A flood of lower ones never delays a higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// What the law sets a term for.
    Statutory = 0,
    /// What a person waits for.
    Normal = 5,
    /// What can wait: digests, clean-up.
    Bulk = 9,
}

impl Priority {
    const ALL: [Priority; 3] = [Priority::Statutory, Priority::Normal, Priority::Bulk];
}

/// A job before it is stored.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Verb and noun, e.g. `route_feedback`; says which handler performs it.
    pub kind: String,
    /// A second job with the same key is not stored.
    pub key: String,
    /// What the handler needs, as an object; no personal data, no secret.
    pub payload: Value,
    /// Not before.
    pub run_at: DateTime<Utc>,
    /// Its rank.
    pub priority: Priority,
}

impl NewJob {
    /// A job of normal rank. `about` tells it apart from all others of its kind: the key is `kind:about`.
    #[must_use]
    pub fn new(kind: &str, about: impl Display, payload: Value, run_at: DateTime<Utc>) -> NewJob {
        NewJob { kind: kind.to_owned(), key: format!("{kind}:{about}"), payload, run_at, priority: Priority::Normal }
    }

    /// The job with another rank.
    #[must_use]
    pub fn ranked(self, priority: Priority) -> NewJob {
        NewJob { priority, ..self }
    }
}

/// A leased job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// The row.
    pub id: i64,
    /// Which handler.
    pub kind: String,
    /// The idempotency key of its effects.
    pub key: String,
    /// What the handler needs.
    pub payload: Value,
    /// Which try this is, from 1.
    pub attempt: i32,
    /// How often a runner died with it in hand.
    pub deaths: i32,
}

/// Why a try of a job failed: a code in capitals, a colon, and internal text. It is kept with the job, so it holds no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobError {
    /// It may work later.
    Retry(String),
    /// It never will: a dead letter at once.
    Fail(String),
}

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        JobError::Retry(format!("{error:?}"))
    }
}

/// Stores jobs, in the transaction of the act that causes them.
///
/// # Errors
/// When the database fails.
pub async fn enqueue(txn: &Txn, now: DateTime<Utc>, jobs: Vec<NewJob>) -> Result<(), Abort> {
    if jobs.is_empty() {
        return Ok(());
    }
    let rows = jobs.into_iter().map(|new| job::ActiveModel {
        kind: Set(new.kind),
        key: Set(new.key),
        payload: Set(new.payload),
        state: Set(State::Ready),
        priority: Set(new.priority as i16),
        run_at: Set(new.run_at),
        attempts: Set(0),
        deaths: Set(0),
        leased_until: Set(None),
        leased_by: Set(None),
        last_error: Set(None),
        created_at: Set(now),
        ended_at: Set(None),
        ..Default::default()
    });
    job::Entity::insert_many(rows)
        .on_conflict(OnConflict::column(job::Column::Key).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Whether the job of a key still waits for its first try. If it does, nobody leases it before this transaction ends, so whoever performs it
/// sees all that is written here.
///
/// # Errors
/// When the database fails.
pub async fn waits(txn: &Txn, key: &str) -> Result<bool, Abort> {
    let job = job::Entity::find().filter(job::Column::Key.eq(key)).lock_exclusive().one(txn).await?;
    Ok(job.is_some_and(|job| job.state == State::Ready && job.attempts == 0 && job.last_error.is_none()))
}

/// Leases up to `limit` due jobs to a runner, most urgent first. A job whose lease ran out is leased again, before all others: its runner
/// died.
///
/// A relaxed act is enough: when a lease is forgotten nothing was leased. What was done by it is kept only in a later commit, and that one
/// brings all earlier ones to the disk.
///
/// # Errors
/// When the database fails.
pub async fn lease(txn: &Txn, runner: &str, now: DateTime<Utc>, lease: TimeDelta, limit: u64) -> Result<Vec<Job>, Abort> {
    let until = now + lease;
    // Two statements, each in the order of the index: one with OR would sort the whole queue for every batch. A try that its runner did not
    // live to end is made again: it says nothing of the job, until there are very many.
    let orphans = job::Column::State.eq(State::Leased).and(job::Column::LeasedUntil.lt(now));
    let mut leased = take(txn, runner, until, orphans, job::Column::Deaths, limit).await?;
    let rest = limit.saturating_sub(leased.len() as u64);
    if rest > 0 {
        let ready = job::Column::State.eq(State::Ready).and(job::Column::RunAt.lte(now));
        leased.extend(take(txn, runner, until, ready, job::Column::Attempts, rest).await?);
    }
    let jobs = leased.into_iter().map(|row| Job {
        id: row.id,
        kind: row.kind,
        key: row.key,
        payload: row.payload,
        attempt: row.attempts,
        deaths: row.deaths,
    });
    Ok(jobs.collect())
}

/// Leases what is due, and counts it.
async fn take(
    txn: &Txn,
    runner: &str,
    until: DateTime<Utc>,
    which: SimpleExpr,
    counted: job::Column,
    limit: u64,
) -> Result<Vec<job::Model>, Abort> {
    let mut due = Query::select();
    due.column(job::Column::Id).from(job::Entity).and_where(which).limit(limit);
    for column in [job::Column::Priority, job::Column::RunAt, job::Column::Id] {
        due.order_by(column, Order::Asc);
    }
    if txn.get_database_backend() == DbBackend::Postgres {
        due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    // Materialized: PostgreSQL might run a plain subquery again for each row, and each time lock others.
    let due = CommonTableExpression::new().query(due).table_name("due").column("id").to_owned();
    let chosen = Query::select().column("id").from("due").to_owned();
    let update = Query::update()
        .table(job::Entity)
        .value(job::Column::State, State::Leased)
        .value(job::Column::LeasedBy, runner)
        .value(job::Column::LeasedUntil, until)
        .value(counted, Expr::col(counted).add(1))
        .and_where(job::Column::Id.in_subquery(chosen))
        .returning_all()
        .to_owned();
    let update = update.with(WithClause::new().cte(due).to_owned());
    let mut rows: Vec<job::Model> =
        txn.query_all(&update).await?.iter().map(|row| job::Model::from_query_result(row, "")).collect::<Result<_, _>>()?;
    rows.sort_by_key(|row| (row.priority, row.run_at, row.id));
    Ok(rows)
}

/// When the next job can be leased: the earliest start of a ready one, or the earliest end of a lease.
///
/// # Errors
/// When the database fails.
pub async fn next_lease(db: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>> {
    // One look at the index for each priority: the earliest of all priorities would be looked for among all that wait.
    let ready =
        Priority::ALL.map(|priority| format!("SELECT MIN(run_at) AS at FROM job WHERE state = 'ready' AND priority = {}", priority as i16));
    let leased = "SELECT MIN(leased_until) AS at FROM job WHERE state = 'leased'";
    let earliest = format!("SELECT MIN(at) AS at FROM ({} UNION ALL {leased}) AS earliest", ready.join(" UNION ALL "));
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), earliest)).await.map_err(fault)?;
    row.map_or(Ok(None), |row| row.try_get("", "at")).map_err(Error::internal)
}

/// Moves the end of a runner's leases of these jobs: it lives, and what it does takes longer.
///
/// # Errors
/// When the database fails.
pub async fn extend(txn: &Txn, runner: &str, jobs: Vec<i64>, until: DateTime<Utc>) -> Result<(), Abort> {
    job::Entity::update_many()
        .col_expr(job::Column::LeasedUntil, Expr::value(until))
        .filter(job::Column::Id.is_in(jobs))
        .filter(job::Column::State.eq(State::Leased))
        .filter(job::Column::LeasedBy.eq(runner))
        .exec(txn)
        .await?;
    Ok(())
}

/// Ends all leases of a runner that died. Its jobs can be leased again, and the death counts: one of them may be what it died of.
///
/// # Errors
/// When the database fails.
pub async fn expire(txn: &Txn, runner: &str, now: DateTime<Utc>) -> Result<(), Abort> {
    job::Entity::update_many()
        .col_expr(job::Column::LeasedUntil, Expr::value(now - TimeDelta::microseconds(1)))
        .filter(job::Column::State.eq(State::Leased))
        .filter(job::Column::LeasedBy.eq(runner))
        .exec(txn)
        .await?;
    Ok(())
}

/// Gives all leases of a runner back: what it leased was not performed, and the tries do not count.
///
/// # Errors
/// When the database fails.
pub async fn release(txn: &Txn, runner: &str) -> Result<(), Abort> {
    job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(State::Ready))
        .col_expr(job::Column::LeasedBy, Expr::value(Option::<String>::None))
        .col_expr(job::Column::LeasedUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).sub(1))
        .filter(job::Column::State.eq(State::Leased))
        .filter(job::Column::LeasedBy.eq(runner))
        .exec(txn)
        .await?;
    Ok(())
}

/// Marks a job as done, in the transaction of its effects. False when the lease was lost meanwhile: then the effects must not be kept.
///
/// # Errors
/// When the database fails.
pub async fn done(txn: &Txn, job: i64, runner: &str, now: DateTime<Utc>) -> Result<bool, Abort> {
    let changed = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(State::Done))
        .col_expr(job::Column::EndedAt, Expr::value(now))
        .col_expr(job::Column::LastError, Expr::value(Option::<String>::None))
        .filter(job::Column::Id.eq(job))
        .filter(job::Column::State.eq(State::Leased))
        .filter(job::Column::LeasedBy.eq(runner))
        .exec(txn)
        .await?;
    let is_done = changed.rows_affected == 1;
    DONE.fetch_add(is_done.into(), Ordering::Relaxed);
    Ok(is_done)
}

/// How many jobs this process has marked as done: a metric. One whose effects could not be committed is counted again.
#[must_use]
pub fn jobs_done() -> u64 {
    DONE.load(Ordering::Relaxed)
}

/// Puts a job back for a later try, or, with no `retry_at`, makes it a dead letter. False when the lease was lost meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn fail(
    txn: &Txn,
    job: i64,
    runner: &str,
    now: DateTime<Utc>,
    error: &str,
    retry_at: Option<DateTime<Utc>>,
) -> Result<bool, Abort> {
    let mut update = job::Entity::update_many()
        .col_expr(job::Column::LastError, Expr::value(error))
        .col_expr(job::Column::LeasedBy, Expr::value(Option::<String>::None))
        .col_expr(job::Column::LeasedUntil, Expr::value(Option::<DateTime<Utc>>::None));
    update = match retry_at {
        Some(at) => update.col_expr(job::Column::State, Expr::value(State::Ready)).col_expr(job::Column::RunAt, Expr::value(at)),
        None => update.col_expr(job::Column::State, Expr::value(State::Dead)).col_expr(job::Column::EndedAt, Expr::value(now)),
    };
    // A job that is done stays done, although its runner may not have learnt that the commit succeeded.
    let changed = update
        .filter(job::Column::Id.eq(job))
        .filter(job::Column::State.eq(State::Leased))
        .filter(job::Column::LeasedBy.eq(runner))
        .exec(txn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// A dead letter: what it was, and why it died.
#[derive(Clone, Debug, PartialEq)]
pub struct JobSummary {
    /// The row.
    pub id: i64,
    /// Which handler.
    pub kind: String,
    /// Its key.
    pub key: String,
    /// How many tries there were.
    pub attempts: i32,
    /// The last try's error: a code in capitals, a colon, and internal text, e.g. `MAIL_REFUSED: smtp 550`.
    pub last_error: Option<String>,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// When it died.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Dead letters after a row, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn dead(db: &impl ConnectionTrait, after: i64, limit: u64) -> Result<Vec<JobSummary>> {
    let rows = job::Entity::find()
        .filter(job::Column::State.eq(State::Dead))
        .filter(job::Column::Id.gt(after))
        .order_by_asc(job::Column::Id)
        .limit(limit)
        .all(db)
        .await
        .map_err(fault)?;
    let summaries = rows.into_iter().map(|row| JobSummary {
        id: row.id,
        kind: row.kind,
        key: row.key,
        attempts: row.attempts,
        last_error: row.last_error,
        created_at: row.created_at,
        ended_at: row.ended_at,
    });
    Ok(summaries.collect())
}

/// Gives a dead letter another life. False when there is no such dead letter.
///
/// # Errors
/// When the database fails.
pub async fn retry_dead(txn: &Txn, job: i64, now: DateTime<Utc>) -> Result<bool, Abort> {
    let changed = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(State::Ready))
        .col_expr(job::Column::RunAt, Expr::value(now))
        .col_expr(job::Column::Attempts, Expr::value(0))
        .col_expr(job::Column::Deaths, Expr::value(0))
        .col_expr(job::Column::EndedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(job::Column::Id.eq(job))
        .filter(job::Column::State.eq(State::Dead))
        .exec(txn)
        .await?;
    Ok(changed.rows_affected == 1)
}
