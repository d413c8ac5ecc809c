//! The sequencer: gives committed events their places in the log, without gaps, in an order that stays.
//!
//! SQLite has one writer, so the log grows in the transaction that appends the events. On PostgreSQL acts commit concurrently, and an event
//! with a lower number may become visible after one with a higher. So a trigger notes every new event as waiting, in the event's own
//! transaction, and one sequencer at a time takes all that wait and can be seen: what comes later gets a later place, and nothing is passed
//! over.

use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryResult, Statement};

use super::{
    entry::{COLUMNS, Entry},
    store::read_hashes,
    tree::{Frontier, leaf, peaks},
};
use crate::entity::log_entry;

/// How many events are taken at once: bounds memory, and the parameters of one statement.
const BATCH: usize = 1000;

/// The advisory lock that makes one sequencer of many.
const LOCK: i64 = 0x006c_6f67_5f73_6571;

/// Gives the events that wait their places, [`BATCH`] at most, and tells whether there may be more. `known` is the tree as this process left
/// it last; another process may have grown it since.
///
/// # Errors
/// When the database fails; then `known` is of no use any more.
pub(crate) async fn sequence(txn: &impl ConnectionTrait, known: &mut Option<Frontier>) -> Result<bool, DbErr> {
    let backend = txn.get_database_backend();
    if backend == DbBackend::Postgres {
        txn.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    }
    let rows = txn.query_all_raw(Statement::from_string(backend, waiting(backend))).await?;
    let Some(first) = rows.first() else { return Ok(false) };
    let size = u64::try_from(first.try_get::<i64>("", "size")?).unwrap_or_default();
    let mut tree = match known.take().filter(|known| known.size() == size) {
        Some(known) => known,
        None => Frontier::new(size, read_hashes(txn, &peaks(size)).await?),
    };
    let entries: Vec<_> = rows.iter().map(|row| place(row, &mut tree)).collect::<Result<_, _>>()?;
    log_entry::Entity::insert_many(entries).exec_without_returning(txn).await?;
    *known = Some(tree);
    Ok(rows.len() == BATCH)
}

fn place(row: &QueryResult, tree: &mut Frontier) -> Result<log_entry::ActiveModel, DbErr> {
    let hashes = tree.push(leaf(Entry::of(row)?.text().as_bytes()));
    Ok(log_entry::ActiveModel {
        position: Set(i64::try_from(tree.size()).unwrap_or(i64::MAX)),
        event: Set(row.try_get("", "position")?),
        hashes: Set(hashes.concat()),
    })
}

/// The events that wait, in the order in which they are to stand in the log, each with the size of the log.
fn waiting(backend: DbBackend) -> String {
    let size = "(SELECT COALESCE(MAX(position), 0) FROM log_entry) AS size";
    match backend {
        DbBackend::Postgres => format!(
            "WITH taken AS (DELETE FROM log_waiting WHERE event IN (SELECT event FROM log_waiting ORDER BY event LIMIT {BATCH}) \
             RETURNING event) SELECT e.position, {size}, {COLUMNS} FROM taken JOIN event e ON e.position = taken.event ORDER BY e.position"
        ),
        _ => format!(
            "SELECT e.position, {size}, {COLUMNS} FROM event e WHERE e.position > \
             COALESCE((SELECT event FROM log_entry ORDER BY position DESC LIMIT 1), 0) ORDER BY e.position LIMIT {BATCH}"
        ),
    }
}
