//! Events: what happened, in order, never changed.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use engine::Versions;
use kernel::{Cursor, Error, Result};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QueryResult,
    QuerySelect, Statement,
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Abort, Database, Txn,
    entity::{event, log_entry},
    fault,
};

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

/// An event with its place in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    /// Its place in the log, from 1. Places become visible in their order, so whoever has read one has read all before it.
    pub position: i64,
    /// What happened.
    pub event: Event,
}

impl Logged {
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
        .map_err(fault)?;
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
        .map_err(fault)?;
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
        .map_err(fault)?;
    rows.into_iter().map(from_row).collect()
}

/// The events of one kind of stream after a position of the log, in the log's order, `limit` at most.
///
/// # Errors
/// When the database fails.
pub async fn stream_after(db: &impl ConnectionTrait, stream: &str, after: i64, limit: u64) -> Result<Vec<Logged>> {
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT l.position AS place, e.* FROM log_entry l JOIN event e ON e.position = l.event WHERE e.stream = $1 AND l.position > $2 \
         ORDER BY l.position LIMIT $3",
        [stream.into(), after.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()],
    );
    let rows = db.query_all_raw(statement).await.map_err(fault)?;
    let logged = |row: QueryResult| {
        let position = row.try_get("", "place").map_err(Error::internal)?;
        Ok(Logged { position, event: from_row(event::Model::from_query_result(&row, "").map_err(Error::internal)?)? })
    };
    rows.into_iter().map(logged).collect()
}

/// The streams of a kind whose first event lies after one position of the log and not after another, with its position, in the log's order. A
/// reader who goes on after `through` misses none: what commits later gets a later position, whenever it says that it happened.
///
/// # Errors
/// When the database fails.
pub async fn begun_between(db: &impl ConnectionTrait, stream: &str, after: i64, through: i64) -> Result<Vec<(Uuid, i64)>> {
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT e.stream_id, l.position FROM log_entry l JOIN event e ON e.position = l.event \
         WHERE e.stream = $1 AND e.number = 1 AND l.position > $2 AND l.position <= $3 ORDER BY l.position",
        [stream.into(), after.into(), through.into()],
    );
    let rows = db.query_all_raw(statement).await.map_err(fault)?;
    let begun =
        |row: QueryResult| Ok((row.try_get_by_index(0).map_err(Error::internal)?, row.try_get_by_index(1).map_err(Error::internal)?));
    rows.into_iter().map(begun).collect()
}

/// The newest position of the log; 0 when it is empty.
///
/// # Errors
/// When the database fails.
pub async fn latest_position(db: &impl ConnectionTrait) -> Result<i64> {
    let newest: Option<Option<i64>> = log_entry::Entity::find()
        .select_only()
        .column_as(log_entry::Column::Position.max(), "newest")
        .into_tuple()
        .one(db)
        .await
        .map_err(fault)?;
    Ok(newest.flatten().unwrap_or_default())
}

/// Where a listener begins: after the event whose cursor it kept, or with what comes from now on.
///
/// # Errors
/// `BAD_USER_INPUT` when it is no cursor; when the database fails.
pub async fn position_after(database: &Database, cursor: Option<String>) -> Result<i64> {
    if let Some(cursor) = cursor {
        return Cursor::from_wire(cursor).decode();
    }
    if database.reader.get_database_backend() == DbBackend::Postgres {
        // What is committed and waits for its place has happened before now.
        database.writer.sequence().await?;
    }
    latest_position(&database.reader).await
}

fn from_row(row: event::Model) -> Result<Event> {
    Ok(Event {
        stream_id: row.stream_id,
        number: row.number,
        kind: row.kind,
        at: row.at,
        actor: row.actor,
        payload: row.payload,
        versions: serde_json::from_value(row.versions).map_err(Error::internal)?,
    })
}
