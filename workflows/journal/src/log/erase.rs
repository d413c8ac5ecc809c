//! Erasure: what somebody filed is destroyed together with the salt of its digest. The log and the receipts keep the digest, which then says
//! that something was filed, and no longer what: without 256 bits of chance nobody can try texts against it.

use sea_orm::{
    ConnectionTrait, ExprTrait,
    sea_query::{Alias, Expr, Query, Value},
};
use uuid::Uuid;

use crate::{Abort, Txn};

/// Where a room keeps what can be erased.
#[derive(Clone, Copy, Debug)]
pub struct Erasable {
    /// The table; its key is `id`.
    pub table: &'static str,
    /// The column of the salt.
    pub salt: &'static str,
    /// Columns of text that are emptied.
    pub emptied: &'static [&'static str],
    /// Columns that become null.
    pub removed: &'static [&'static str],
}

/// Destroys salt and content of one row, in the transaction that tells of it. False when there is no such row. Pages that SQLite frees and its
/// write-ahead log hold old bytes until they are written over (`docs/audit.md`).
///
/// # Errors
/// When the database fails.
pub async fn erase(txn: &Txn, what: &Erasable, id: Uuid) -> Result<bool, Abort> {
    let mut update = Query::update();
    update.table(Alias::new(what.table)).value(Alias::new(what.salt), Expr::value(Value::Bytes(None)));
    for column in what.emptied {
        update.value(Alias::new(*column), Expr::value(""));
    }
    for column in what.removed {
        update.value(Alias::new(*column), Expr::cust("NULL"));
    }
    update.and_where(Expr::col(Alias::new("id")).eq(id));
    Ok(txn.execute(&update).await?.rows_affected() == 1)
}
