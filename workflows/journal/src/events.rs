//! Events: what happened, in order, never changed.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use engine::Versions;
use kernel::{Cursor, Error, Result};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use serde_json::Value;
use uuid::Uuid;

use crate::{Abort, Txn, entity::event};

/// Something that happened, before it is recorded. The payload holds no personal data: ids, slugs, codes and digests.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// In the past tense, e.g. `feedback_routed`.
    pub kind: Cow<'static, str>,
    /// What else there is to know, as an object.
    pub payload: Value,
    /// The versions of definition, rules, clocks and calendar that it was judged by; none where nothing was judged.
    pub versions: Option<Versions>,
}

/// A recorded event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its place in the whole journal.
    pub position: i64,
    /// What it happened to.
    pub stream_id: Uuid,
    /// Its place in its stream, from 1.
    pub number: i32,
    /// In the past tense.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom: `anonymous`, `system`, or `person:<uuid>`.
    pub actor: String,
    /// What else there is to know.
    pub payload: Value,
    /// The versions that it was judged by.
    pub versions: Option<Versions>,
}

impl Event {
    /// What a listener keeps of the event, to go on after it ([`position_after`]).
    ///
    /// # Errors
    /// When the position cannot be written.
    pub fn cursor(&self) -> Result<String> {
        Ok(Cursor::encode(&self.position)?.as_str().to_owned())
    }
}

/// Appends events to a stream that holds `after` events so far, and returns how many it holds then. When somebody else appended meanwhile,
/// the unique index on (stream, number) refuses, and the act aborts.
///
/// # Errors
/// When the database refuses.
pub async fn append(
    txn: &Txn,
    stream: &'static str,
    stream_id: Uuid,
    after: i32,
    at: DateTime<Utc>,
    actor: &str,
    events: Vec<NewEvent>,
) -> Result<i32, Abort> {
    let mut number = after;
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        number += 1;
        rows.push(event::ActiveModel {
            stream: Set(stream.to_owned()),
            stream_id: Set(stream_id),
            number: Set(number),
            kind: Set(event.kind.into_owned()),
            at: Set(at),
            actor: Set(actor.to_owned()),
            payload: Set(event.payload),
            versions: Set(serde_json::to_value(event.versions).map_err(Error::internal)?),
            ..Default::default()
        });
    }
    if !rows.is_empty() {
        event::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    Ok(number)
}

/// Waits until no other act tells of this kind of stream, and has the turn until it is committed. So events of the kind are seen in the order
/// of their positions, and whoever has read one has read all before it. It is for kinds that few acts tell of, for these are committed one
/// after another; on SQLite all acts are.
///
/// # Errors
/// When the database refuses.
pub async fn take_turn(txn: &Txn, stream: &str) -> Result<(), Abort> {
    if txn.get_database_backend() == DbBackend::Postgres {
        let lock = "SELECT pg_advisory_xact_lock(hashtext($1))";
        txn.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, lock, [stream.into()])).await?;
    }
    Ok(())
}

/// How many events a stream holds: what [`append`] asks for.
///
/// # Errors
/// When the database fails.
pub async fn length(db: &impl ConnectionTrait, stream_id: Uuid) -> Result<i32> {
    let newest: Option<Option<i32>> = event::Entity::find()
        .select_only()
        .column_as(event::Column::Number.max(), "newest")
        .filter(event::Column::StreamId.eq(stream_id))
        .into_tuple()
        .one(db)
        .await
        .map_err(Error::internal)?;
    Ok(newest.flatten().unwrap_or_default())
}

/// The events of one stream after its `after`-th, oldest first, `limit` at most.
///
/// # Errors
/// When the database fails.
pub async fn history(db: &impl ConnectionTrait, stream_id: Uuid, after: i32, limit: u64) -> Result<Vec<Event>> {
    let rows = event::Entity::find()
        .filter(event::Column::StreamId.eq(stream_id))
        .filter(event::Column::Number.gt(after))
        .order_by_asc(event::Column::Number)
        .limit(limit)
        .all(db)
        .await
        .map_err(Error::internal)?;
    rows.into_iter().map(from_row).collect()
}

/// The events of several streams in one statement, oldest first within each.
///
/// # Errors
/// When the database fails.
pub async fn history_of_many(db: &impl ConnectionTrait, stream_ids: &[Uuid]) -> Result<Vec<Event>> {
    let rows = event::Entity::find()
        .filter(event::Column::StreamId.is_in(stream_ids.iter().copied()))
        .order_by_asc(event::Column::StreamId)
        .order_by_asc(event::Column::Number)
        .all(db)
        .await
        .map_err(Error::internal)?;
    rows.into_iter().map(from_row).collect()
}

/// The events of one kind of stream after a position of the whole journal, oldest first, `limit` at most.
///
/// # Errors
/// When the database fails.
pub async fn stream_after(db: &impl ConnectionTrait, stream: &str, after: i64, limit: u64) -> Result<Vec<Event>> {
    let rows = event::Entity::find()
        .filter(event::Column::Stream.eq(stream))
        .filter(event::Column::Position.gt(after))
        .order_by_asc(event::Column::Position)
        .limit(limit)
        .all(db)
        .await
        .map_err(Error::internal)?;
    rows.into_iter().map(from_row).collect()
}

/// The position of the newest event; 0 when there is none.
///
/// # Errors
/// When the database fails.
pub async fn latest_position(db: &impl ConnectionTrait) -> Result<i64> {
    let newest: Option<Option<i64>> = event::Entity::find()
        .select_only()
        .column_as(event::Column::Position.max(), "newest")
        .into_tuple()
        .one(db)
        .await
        .map_err(Error::internal)?;
    Ok(newest.flatten().unwrap_or_default())
}

/// Where a listener begins: after the event whose cursor it kept, or with what comes from now on.
///
/// # Errors
/// `BAD_USER_INPUT` when it is no cursor; when the database fails.
pub async fn position_after(db: &impl ConnectionTrait, cursor: Option<String>) -> Result<i64> {
    match cursor {
        Some(cursor) => Cursor::from_wire(cursor).decode(),
        None => latest_position(db).await,
    }
}

fn from_row(row: event::Model) -> Result<Event> {
    Ok(Event {
        position: row.position,
        stream_id: row.stream_id,
        number: row.number,
        kind: row.kind,
        at: row.at,
        actor: row.actor,
        payload: row.payload,
        versions: serde_json::from_value(row.versions).map_err(Error::internal)?,
    })
}
