//! Reading the stored nodes of the log.

use std::collections::{BTreeSet, HashMap};

use kernel::{Error, Result};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::tree::{Fold, Hash, Place, fold, peaks};
use crate::{entity::log_entry, fault};

/// How many bytes a hash has.
const HASH_BYTES: usize = 32;

/// The hash at a level of an entry's row; `None` when the row is too short to be one.
pub(crate) fn hash_at(hashes: &[u8], level: u32) -> Option<Hash> {
    let from = usize::try_from(level).ok()? * HASH_BYTES;
    hashes.get(from..from + HASH_BYTES)?.try_into().ok()
}

/// The nodes at these places, in their order.
pub(crate) async fn read_hashes(db: &impl ConnectionTrait, places: &[Place]) -> Result<Vec<Hash>, DbErr> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let positions: BTreeSet<i64> = places.iter().map(|place| i64::try_from(place.position).unwrap_or(i64::MAX)).collect();
    let rows: Vec<(i64, Vec<u8>)> = log_entry::Entity::find()
        .select_only()
        .column(log_entry::Column::Position)
        .column(log_entry::Column::Hashes)
        .filter(log_entry::Column::Position.is_in(positions))
        .into_tuple()
        .all(db)
        .await?;
    let rows: HashMap<u64, Vec<u8>> = rows.into_iter().map(|(position, hashes)| (position.unsigned_abs(), hashes)).collect();
    let read = |place: &Place| {
        let hash = rows.get(&place.position).and_then(|hashes| hash_at(hashes, place.level));
        hash.ok_or_else(|| DbErr::Custom(format!("the log has no node {} above entry {}", place.level, place.position)))
    };
    places.iter().map(read).collect()
}

/// The nodes of a proof.
pub(crate) async fn read_path(db: &impl ConnectionTrait, path: &[Fold]) -> Result<Vec<Hash>> {
    let places: Vec<Place> = path.iter().flatten().copied().collect();
    let mut hashes = read_hashes(db, &places).await.map_err(fault)?.into_iter();
    let folded = path.iter().map(|places| fold(&hashes.by_ref().take(places.len()).collect::<Vec<_>>()));
    folded.map(|hash| hash.ok_or_else(|| Error::internal("a node of nothing"))).collect()
}

/// The root of the log's first `size` entries, from the stored nodes.
pub(crate) async fn read_root(db: &impl ConnectionTrait, size: u64) -> Result<Hash> {
    let hashes = read_hashes(db, &peaks(size)).await.map_err(fault)?;
    Ok(super::tree::Frontier::new(size, hashes).root())
}
