//! Timers: a job that is due at an instant unless it is disarmed before.

use chrono::{DateTime, Utc};
use kernel::{Error, Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Abort, NewJob, Priority, Txn, enqueue,
    entity::timer::{self, State},
    fault,
};

/// A timer that went off: the payload of its job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fired {
    /// Whose timer it is.
    pub stream_id: Uuid,
    /// Its name in the stream.
    pub timer: String,
    /// When it was due.
    pub due_at: DateTime<Utc>,
}

impl Fired {
    /// When what it raises happens, by a clock that shows `now`. It went off by a clock that had come to its instant, so it does not happen
    /// before, even when the clock was set back since; what is taken for too early would be lost, for a timer fires once.
    #[must_use]
    pub fn happens_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now.max(self.due_at)
    }
}

/// Starts a timer, or moves it when the stream has one of this name. When it fires, a job of `job_kind` with [`Fired`]
/// starts.
///
/// # Errors
/// When the database fails.
pub async fn arm(txn: &Txn, stream_id: Uuid, name: &str, job_kind: &str, due_at: DateTime<Utc>) -> Result<(), Abort> {
    // A new row each time, so with a new key for its job: a case may come back to an instant for which its timer has fired already.
    timer::Entity::delete_many().filter(timer::Column::StreamId.eq(stream_id)).filter(timer::Column::Name.eq(name)).exec(txn).await?;
    let row = timer::ActiveModel {
        stream_id: Set(stream_id),
        name: Set(name.to_owned()),
        job_kind: Set(job_kind.to_owned()),
        due_at: Set(due_at),
        state: Set(State::Armed),
        ..Default::default()
    };
    timer::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([timer::Column::StreamId, timer::Column::Name])
                .update_columns([timer::Column::JobKind, timer::Column::DueAt, timer::Column::State])
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Stops a timer that has not fired.
///
/// # Errors
/// When the database fails.
pub async fn disarm(txn: &Txn, stream_id: Uuid, name: &str) -> Result<(), Abort> {
    timer::Entity::update_many()
        .col_expr(timer::Column::State, Expr::value(State::Disarmed))
        .filter(timer::Column::StreamId.eq(stream_id))
        .filter(timer::Column::Name.eq(name))
        .filter(timer::Column::State.eq(State::Armed))
        .exec(txn)
        .await?;
    Ok(())
}

/// When the next timer is due.
///
/// # Errors
/// When the database fails.
pub async fn next_due(db: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>> {
    let next = timer::Entity::find()
        .filter(timer::Column::State.eq(State::Armed))
        .order_by_asc(timer::Column::DueAt)
        .one(db)
        .await
        .map_err(fault)?;
    Ok(next.map(|timer| timer.due_at))
}

/// Turns up to `limit` due timers into jobs, and returns how many. A timer's job is keyed by the timer, as it was armed, and its instant, so
/// that two runners cannot fire it twice.
///
/// # Errors
/// When the database fails.
pub async fn fire_due(txn: &Txn, now: DateTime<Utc>, limit: u64) -> Result<usize, Abort> {
    let mut select = timer::Entity::find()
        .filter(timer::Column::State.eq(State::Armed))
        .filter(timer::Column::DueAt.lte(now))
        .order_by_asc(timer::Column::DueAt)
        .limit(limit);
    if txn.get_database_backend() == DbBackend::Postgres {
        // Locked, so that an act that moves the timer meanwhile is not overwritten.
        select = select.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let due = select.all(txn).await?;
    let job = |timer: &timer::Model| {
        let fired = Fired { stream_id: timer.stream_id, timer: timer.name.clone(), due_at: timer.due_at };
        Ok(NewJob {
            kind: timer.job_kind.clone(),
            key: format!("timer:{}:{}", timer.id, timer.due_at.timestamp_micros()),
            payload: serde_json::to_value(fired).map_err(Error::internal)?,
            run_at: now,
            priority: Priority::Statutory,
        })
    };
    enqueue(txn, now, due.iter().map(job).collect::<Result<_>>()?).await?;
    let fired: Vec<i64> = due.iter().map(|timer| timer.id).collect();
    if !fired.is_empty() {
        timer::Entity::update_many()
            .col_expr(timer::Column::State, Expr::value(State::Fired))
            .filter(timer::Column::Id.is_in(fired))
            .exec(txn)
            .await?;
    }
    Ok(due.len())
}
