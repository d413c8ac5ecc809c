//! Jobs: the outbox. What an act causes beyond its own rows is a job in the act's transaction, performed once by its key.

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{Error, Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};
use serde_json::Value;

use crate::{
    Abort, Txn,
    entity::job::{self, State},
};

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
}

/// Why a try of a job failed.
#[derive(Debug)]
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

/// Leases up to `limit` due jobs to a runner, most urgent first. A job whose lease ran out is leased again: its runner died.
///
/// # Errors
/// When the database fails.
pub async fn lease(txn: &Txn, runner: &str, now: DateTime<Utc>, lease: TimeDelta, limit: u64) -> Result<Vec<Job>, Abort> {
    let due = Condition::any()
        .add(job::Column::State.eq(State::Ready).and(job::Column::RunAt.lte(now)))
        .add(job::Column::State.eq(State::Leased).and(job::Column::LeasedUntil.lt(now)));
    let mut select = job::Entity::find()
        .filter(due)
        .order_by_asc(job::Column::Priority)
        .order_by_asc(job::Column::RunAt)
        .order_by_asc(job::Column::Id)
        .limit(limit);
    if txn.get_database_backend() == DbBackend::Postgres {
        select = select.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let rows = select.all(txn).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(State::Leased))
        .col_expr(job::Column::LeasedBy, Expr::value(runner))
        .col_expr(job::Column::LeasedUntil, Expr::value(now + lease))
        .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).add(1))
        .filter(job::Column::Id.is_in(rows.iter().map(|row| row.id)))
        .exec(txn)
        .await?;
    let leased =
        rows.into_iter().map(|row| Job { id: row.id, kind: row.kind, key: row.key, payload: row.payload, attempt: row.attempts + 1 });
    Ok(leased.collect())
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
    Ok(changed.rows_affected == 1)
}

/// Puts a job back for a later try, or, with no `retry_at`, makes it a dead letter.
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
) -> Result<(), Abort> {
    let mut update = job::Entity::update_many()
        .col_expr(job::Column::LastError, Expr::value(error))
        .col_expr(job::Column::LeasedBy, Expr::value(Option::<String>::None))
        .col_expr(job::Column::LeasedUntil, Expr::value(Option::<DateTime<Utc>>::None));
    update = match retry_at {
        Some(at) => update.col_expr(job::Column::State, Expr::value(State::Ready)).col_expr(job::Column::RunAt, Expr::value(at)),
        None => update.col_expr(job::Column::State, Expr::value(State::Dead)).col_expr(job::Column::EndedAt, Expr::value(now)),
    };
    update.filter(job::Column::Id.eq(job)).filter(job::Column::LeasedBy.eq(runner)).exec(txn).await?;
    Ok(())
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
    /// The last try's error; internal text.
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
        .map_err(Error::internal)?;
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
        .col_expr(job::Column::EndedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(job::Column::Id.eq(job))
        .filter(job::Column::State.eq(State::Dead))
        .exec(txn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// How many jobs are in each state: for metrics.
///
/// # Errors
/// When the database fails.
pub async fn summary(db: &impl ConnectionTrait) -> Result<Vec<(String, i64)>> {
    job::Entity::find()
        .select_only()
        .column(job::Column::State)
        .column_as(job::Column::Id.count(), "count")
        .group_by(job::Column::State)
        .into_tuple()
        .all(db)
        .await
        .map_err(Error::internal)
}
