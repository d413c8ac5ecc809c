//! Proofs that events are in the log, up to the first checkpoint that covers each.

use std::collections::{BTreeSet, HashMap};

use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{Error, Result};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    entry::{COLUMNS, Entry},
    store::read_path,
    tree::{Fold, Hash, consistency, inclusion},
};
use crate::{entity::log_checkpoint, fault};

/// Proof that an event is in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The bytes of the entry, which are UTF-8.
    pub entry: String,
    /// Its place, from 0, as RFC 6962 counts.
    pub index: u64,
    /// The nodes from the entry to the root, in base64 (RFC 6962 §2.1.1).
    pub path: Vec<String>,
    /// The signed checkpoint that has the root.
    pub checkpoint: String,
}

/// An entry and the checkpoint that covers it.
struct Covered {
    stream_id: Uuid,
    entry: String,
    index: u64,
    size: u64,
}

/// Proofs of the first events of streams; those that no checkpoint covers yet have none. Three statements, however many they are.
///
/// # Errors
/// When the database fails.
pub async fn prove_first(db: &impl ConnectionTrait, streams: &[Uuid]) -> Result<HashMap<Uuid, Proof>> {
    let covered = covered(db, streams).await?;
    let sizes: BTreeSet<i64> = covered.iter().map(|covered| i64::try_from(covered.size).unwrap_or(i64::MAX)).collect();
    if sizes.is_empty() {
        return Ok(HashMap::new());
    }
    let notes = log_checkpoint::Entity::find().filter(log_checkpoint::Column::Size.is_in(sizes)).all(db).await.map_err(fault)?;
    let notes: HashMap<u64, String> = notes.into_iter().map(|row| (row.size.unsigned_abs(), row.note)).collect();
    let paths: Vec<Vec<Fold>> = covered.iter().map(|covered| inclusion(covered.index, covered.size)).collect();
    let mut hashes = read_path(db, &paths.concat()).await?.into_iter();
    let mut proofs = HashMap::with_capacity(covered.len());
    for (covered, path) in covered.into_iter().zip(paths) {
        let path = hashes.by_ref().take(path.len()).map(|hash| STANDARD.encode(hash)).collect();
        if let Some(checkpoint) = notes.get(&covered.size).cloned() {
            proofs.insert(covered.stream_id, Proof { entry: covered.entry, index: covered.index, path, checkpoint });
        }
    }
    Ok(proofs)
}

/// The nodes that prove that the log of `new` entries begins with that of its first `old` (RFC 6962 §2.1.2); none when they are one, or when
/// one is empty.
///
/// # Errors
/// When the log is shorter; when the database fails.
pub async fn prove_consistency(db: &impl ConnectionTrait, old: u64, new: u64) -> Result<Vec<Hash>> {
    read_path(db, &consistency(old, new)).await
}

async fn covered(db: &impl ConnectionTrait, streams: &[Uuid]) -> Result<Vec<Covered>> {
    if streams.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=streams.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT l.position, (SELECT MIN(c.size) FROM log_checkpoint c WHERE c.size >= l.position) AS size, {COLUMNS} \
         FROM event e JOIN log_entry l ON l.event = e.position WHERE e.number = 1 AND e.stream_id IN ({})",
        places.join(", ")
    );
    let values: Vec<sea_orm::Value> = streams.iter().map(|stream| (*stream).into()).collect();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let mut found = Vec::new();
    for row in db.query_all_raw(statement).await.map_err(fault)? {
        let position: i64 = row.try_get("", "position").map_err(Error::internal)?;
        let size: Option<i64> = row.try_get("", "size").map_err(Error::internal)?;
        let entry = Entry::of(&row).map_err(Error::internal)?;
        let index = position.unsigned_abs().saturating_sub(1);
        let of = |size: i64| Covered { stream_id: entry.stream_id, entry: entry.text(), index, size: size.unsigned_abs() };
        found.extend(size.map(of));
    }
    Ok(found)
}
