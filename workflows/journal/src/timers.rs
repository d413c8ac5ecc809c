//! Timers: a job that is due at an instant unless it is disarmed before.

use chrono::{DateTime, Utc};
use kernel::Result;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Abort, NewJob, Priority, Txn, enqueue,
    entity::timer::{self, State},
    fault,
};

/// Starts a timer, or moves it when the stream has one of this name. When it fires, a job of `job_kind` with `{streamId, timer, dueAt}` starts.
///
/// # Errors
/// When the database fails.
pub async fn arm(txn: &Txn, stream_id: Uuid, name: &str, job_kind: &str, due_at: DateTime<Utc>) -> Result<(), Abort> {
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

/// Turns up to `limit` due timers into jobs, and returns how many. A timer's job is keyed by the timer and its instant, so that two runners
/// cannot fire it twice.
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
    let jobs = due.iter().map(|timer| NewJob {
        kind: timer.job_kind.clone(),
        key: format!("timer:{}:{}", timer.id, timer.due_at.timestamp_micros()),
        payload: json!({ "streamId": timer.stream_id, "timer": timer.name, "dueAt": timer.due_at }),
        run_at: now,
        priority: Priority::Statutory,
    });
    enqueue(txn, now, jobs.collect()).await?;
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
