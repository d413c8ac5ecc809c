//! The queue as its operators see it, and what of it is kept.

use chrono::{DateTime, Utc};
use kernel::Result;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Query, SimpleExpr},
};

use crate::{
    Abort, Txn,
    entity::{job, timer},
    fault,
};

/// The queue at an instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Jobs that are due and wait for a hand, by priority ([`Priority`](crate::Priority) as a number), the most urgent first.
    pub waiting: Vec<(i16, u64)>,
    /// Jobs that are to be tried later.
    pub later: u64,
    /// Jobs that are being performed.
    pub leased: u64,
    /// Jobs that were given up.
    pub dead: u64,
    /// Since when the job waits that has waited longest.
    pub oldest_due: Option<DateTime<Utc>>,
    /// When the timer was due that is most late.
    pub oldest_timer: Option<DateTime<Utc>>,
}

/// Looks at the queue. Done jobs are not counted: nobody waits for them, and there are many.
///
/// # Errors
/// When the database fails.
pub async fn queue(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Queue> {
    #[derive(FromQueryResult)]
    struct Waiting {
        priority: i16,
        count: i64,
    }
    let state = |state: job::State| job::Column::State.eq(state);
    let due = || job::Entity::find().filter(state(job::State::Ready)).filter(job::Column::RunAt.lte(now));
    let waiting: Vec<Waiting> = due()
        .select_only()
        .column(job::Column::Priority)
        .column_as(job::Column::Id.count(), "count")
        .group_by(job::Column::Priority)
        .order_by_asc(job::Column::Priority)
        .into_model()
        .all(db)
        .await
        .map_err(fault)?;
    let oldest_due = first(due().select_only().column(job::Column::RunAt).order_by_asc(job::Column::RunAt), db).await?;
    let late = timer::Entity::find().filter(timer::Column::State.eq(timer::State::Armed)).filter(timer::Column::DueAt.lte(now));
    let oldest_timer = first(late.select_only().column(timer::Column::DueAt).order_by_asc(timer::Column::DueAt), db).await?;
    Ok(Queue {
        waiting: waiting.into_iter().map(|found| (found.priority, found.count.unsigned_abs())).collect(),
        later: count(db, state(job::State::Ready).and(job::Column::RunAt.gt(now))).await?,
        leased: count(db, state(job::State::Leased)).await?,
        dead: count(db, state(job::State::Dead)).await?,
        oldest_due,
        oldest_timer,
    })
}

async fn first<E: EntityTrait>(select: Select<E>, db: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>> {
    select.limit(1).into_tuple().one(db).await.map_err(fault)
}

async fn count(db: &impl ConnectionTrait, which: SimpleExpr) -> Result<u64> {
    let count = job::Entity::find().filter(which).select_only().column_as(job::Column::Id.count(), "count");
    let count: Option<i64> = count.into_tuple().one(db).await.map_err(fault)?;
    Ok(count.unwrap_or_default().unsigned_abs())
}

/// Forgets up to `limit` jobs that were done before an instant, in no order, and returns how many. What they did stays told by events; a
/// job's key serves no more once nothing can ask for it again, and nothing asks for one after weeks.
///
/// # Errors
/// When the database fails.
pub async fn prune(txn: &Txn, before: DateTime<Utc>, limit: u64) -> Result<u64, Abort> {
    let old = Query::select()
        .column(job::Column::Id)
        .from(job::Entity)
        .and_where(job::Column::State.eq(job::State::Done))
        .and_where(job::Column::EndedAt.lt(before))
        .limit(limit)
        .to_owned();
    let deleted = job::Entity::delete_many().filter(job::Column::Id.in_subquery(old)).exec(txn).await?;
    Ok(deleted.rows_affected)
}
