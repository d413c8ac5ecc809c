//! The audit: reads all of the log again, computes it anew, and names the first entry that is not what it was.

use kernel::{Error, Result};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};

use super::{
    checkpoint::Checkpoint,
    entry::{COLUMNS, Entry},
    store::{read_hashes, read_root},
    tree::{Frontier, Hash, leaf, peaks},
};
use crate::{fault, latest_position};

/// How many entries are read at once: bounds memory.
const BATCH: u64 = 5000;

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// How many entries were found to be good, from the first on.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// How many events are committed and not in the log yet.
    pub waiting: u64,
    /// The first bad entry; `None` when all is well.
    pub bad: Option<Bad>,
}

/// The first entry that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// Its position, from 1; 0 for an event that has none.
    pub position: u64,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What can be wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The entry's row is not there.
    NoEntry,
    /// The event of the entry, by its number in the database, is not there.
    NoEvent(i64),
    /// The event, by its number in the database, is not the one that was logged.
    EventChanged(i64),
    /// The nodes of the tree that the entry completed are not those that it completed.
    NodesChanged,
    /// The log ends before it, and a checkpoint of this size was signed.
    CutOff(u64),
    /// All is consistent, and yet the root of this size is not the one that was signed: history was rewritten at this entry or after it, up to
    /// that size.
    Rewritten(u64),
    /// An event, by its number in the database, that is in no place of the log.
    Unlogged(i64),
}

struct Reading<'a, C> {
    db: &'a C,
    tree: Frontier,
    /// In the order of their sizes.
    checkpoints: Vec<&'a Checkpoint>,
    /// Up to which size a checkpoint has confirmed the log.
    confirmed: u64,
}

/// Reads the log after its first `since` entries, whose nodes are taken as they are stored, and holds it against all checkpoints.
///
/// # Errors
/// When the database fails.
pub async fn verify(db: &impl ConnectionTrait, since: u64, checkpoints: &[Checkpoint]) -> Result<Audit> {
    let size = latest_position(db).await?.unsigned_abs();
    let since = since.min(size);
    let mut sorted: Vec<&Checkpoint> = checkpoints.iter().collect();
    sorted.sort_by_key(|checkpoint| checkpoint.size);
    let mut reading = Reading { db, tree: Frontier::default(), checkpoints: sorted, confirmed: 0 };
    let mut bad = reading.begin(since).await?;
    while bad.is_none() {
        let rows = reading.batch().await?;
        if rows.is_empty() {
            bad = reading.end();
            break;
        }
        bad = rows.iter().find_map(|row| reading.take(row).transpose()).transpose()?;
    }
    let (waiting, stray) = unlogged(db).await?;
    let bad = bad.or(stray.map(|event| Bad { position: 0, wrong: Wrong::Unlogged(event) }));
    Ok(Audit { size: reading.tree.size(), root: reading.tree.root(), waiting, bad })
}

impl<C: ConnectionTrait> Reading<'_, C> {
    /// Takes the first entries as they are stored.
    async fn begin(&mut self, since: u64) -> Result<Option<Bad>> {
        for checkpoint in self.checkpoints.clone().into_iter().filter(|checkpoint| checkpoint.size <= since) {
            let root = read_root(self.db, checkpoint.size).await;
            if root.ok() != Some(checkpoint.root) {
                return Ok(Some(Bad { position: self.confirmed + 1, wrong: Wrong::Rewritten(checkpoint.size) }));
            }
            self.confirmed = checkpoint.size;
        }
        match read_hashes(self.db, &peaks(since)).await {
            Ok(hashes) => self.tree = Frontier::new(since, hashes),
            Err(sea_orm::DbErr::Custom(_)) => return Ok(Some(Bad { position: since, wrong: Wrong::NodesChanged })),
            Err(error) => return Err(fault(error)),
        }
        Ok(None)
    }

    async fn batch(&self) -> Result<Vec<QueryResult>> {
        let statement = Statement::from_sql_and_values(
            self.db.get_database_backend(),
            format!(
                "SELECT l.position, l.event, l.hashes, e.position AS found, {COLUMNS} FROM \
                 (SELECT * FROM log_entry WHERE position > $1 ORDER BY position LIMIT {BATCH}) l \
                 LEFT JOIN event e ON e.position = l.event ORDER BY l.position"
            ),
            [i64::try_from(self.tree.size()).unwrap_or(i64::MAX).into()],
        );
        self.db.query_all_raw(statement).await.map_err(fault)
    }

    /// Takes the next entry; tells when it is bad.
    fn take(&mut self, row: &QueryResult) -> Result<Option<Bad>> {
        let position = self.tree.size() + 1;
        let bad = |wrong| Ok(Some(Bad { position, wrong }));
        if row.try_get_by_index::<i64>(0).map_err(Error::internal)?.unsigned_abs() != position {
            return bad(Wrong::NoEntry);
        }
        let event: i64 = row.try_get_by_index(1).map_err(Error::internal)?;
        if row.try_get_by_index::<Option<i64>>(3).map_err(Error::internal)?.is_none() {
            return bad(Wrong::NoEvent(event));
        }
        // A row that cannot be read as an event was one when it was logged.
        let Some(entry) = Entry::of(row).ok().filter(Entry::is_well_formed) else { return bad(Wrong::EventChanged(event)) };
        let hash = leaf(entry.text().as_bytes());
        let stored: Vec<u8> = row.try_get_by_index(2).unwrap_or_default();
        let before = self.tree.clone();
        let complete = self.tree.push(hash).concat();
        if stored != complete {
            self.tree = before;
            return bad(if stored.starts_with(&hash) { Wrong::NodesChanged } else { Wrong::EventChanged(event) });
        }
        self.hold_against_checkpoints()
    }

    fn hold_against_checkpoints(&mut self) -> Result<Option<Bad>> {
        let size = self.tree.size();
        let from = self.checkpoints.partition_point(|checkpoint| checkpoint.size < size);
        for checkpoint in self.checkpoints[from..].iter().take_while(|checkpoint| checkpoint.size == size) {
            if checkpoint.root != self.tree.root() {
                return Ok(Some(Bad { position: self.confirmed + 1, wrong: Wrong::Rewritten(size) }));
            }
            self.confirmed = size;
        }
        Ok(None)
    }

    /// The log has ended: nothing longer may have been signed.
    fn end(&self) -> Option<Bad> {
        let signed = self.checkpoints.last().filter(|checkpoint| checkpoint.size > self.tree.size())?;
        Some(Bad { position: self.tree.size() + 1, wrong: Wrong::CutOff(signed.size) })
    }
}

/// How many events wait for their places, and the first of those that are neither in the log nor waiting.
async fn unlogged(db: &impl ConnectionTrait) -> Result<(u64, Option<i64>)> {
    let backend = db.get_database_backend();
    let waits = match backend {
        DbBackend::Postgres => "EXISTS (SELECT 1 FROM log_waiting w WHERE w.event = e.position)",
        // The next sequencing goes on after the newest.
        _ => "e.position > COALESCE((SELECT event FROM log_entry ORDER BY position DESC LIMIT 1), 0)",
    };
    let sql = format!(
        "SELECT COALESCE(SUM(CASE WHEN waits THEN 1 ELSE 0 END), 0) AS waiting, MIN(CASE WHEN waits THEN NULL ELSE position END) AS stray FROM \
         (SELECT e.position, {waits} AS waits FROM event e WHERE NOT EXISTS (SELECT 1 FROM log_entry l WHERE l.event = e.position)) AS u"
    );
    let row = db.query_one_raw(Statement::from_string(backend, sql)).await.map_err(fault)?;
    let row = row.ok_or_else(|| Error::internal("nothing was counted"))?;
    let waiting: i64 = row.try_get("", "waiting").map_err(Error::internal)?;
    Ok((waiting.unsigned_abs(), row.try_get("", "stray").map_err(Error::internal)?))
}
