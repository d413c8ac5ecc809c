//! Messages on their way: those that wait for an hour or for the daily message, and those that nobody wants.

use chrono::{DateTime, Utc};
use journal::{Abort, Txn};
use kernel::{MessageId, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};

use super::{Store, blank, blank_text, endpoints::open_pings, keep_spared, scoped};
use crate::{
    entity::message,
    model::{Message, State},
    policy::Scope,
    process::{
        self,
        digest::{self, Digests},
    },
};

impl Store {
    /// The messages that wait for a daily message, oldest first, as the house sees them when it delivers them.
    pub(crate) async fn collected(&self, digest: &str) -> Result<Vec<Message>> {
        let waiting = scoped(Scope::All)
            .filter(message::Column::Digest.eq(digest))
            .filter(message::Column::State.eq(State::Queued.word()))
            .order_by_asc(message::Column::Id);
        let rows = waiting.all(&self.database.reader).await.map_err(journal::fault)?;
        rows.into_iter().map(Message::try_from).collect()
    }
}

/// Delivers a message later.
pub(crate) async fn postpone(txn: &Txn, id: MessageId, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Abort> {
    journal::enqueue(txn, now, vec![process::deliver_message(id, at, Some(at))]).await
}

/// Keeps a message for the daily message of `at`, or for a later one, when that one's job was taken before: it may have read its messages.
pub(crate) async fn collect(txn: &Txn, id: MessageId, digests: &Digests, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Abort> {
    let digest = open_digest(txn, digests, at, now).await?;
    message::Entity::update_many()
        .col_expr(message::Column::Digest, Expr::value(digest.as_str()))
        .filter(message::Column::Id.eq(id.uuid()))
        .filter(message::Column::State.eq(State::Queued.word()))
        .exec(txn)
        .await?;
    Ok(())
}

/// The first daily message from `at` on whose job nobody takes before this transaction ends.
async fn open_digest(txn: &Txn, digests: &Digests, mut at: DateTime<Utc>, now: DateTime<Utc>) -> Result<String, Abort> {
    loop {
        let digest = digests.name(at);
        let job = digest::deliver_digest(&digest, at);
        let key = job.key.clone();
        // Stored first: an act that stores the same one is waited for, and then there is one to hold.
        journal::enqueue(txn, now, vec![job]).await?;
        if journal::waits(txn, &key).await? {
            return Ok(digest);
        }
        at = digests.next(at);
    }
}

/// Takes from messages that do not go by mail what they said, and to whom. What is on its way to an endpoint keeps its subject, which is all
/// that goes there.
pub(crate) async fn drop_texts(txn: &Txn, ids: &[MessageId], state: State) -> Result<(), Abort> {
    let unmailed = || {
        message::Entity::update_many()
            .filter(message::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .filter(message::Column::State.ne(State::Erased.word()))
    };
    blank_text(unmailed(), state).exec(txn).await?;
    blank(unmailed().filter(message::Column::Id.not_in_subquery(open_pings())), state).exec(txn).await?;
    Ok(())
}

/// The messages of a daily message that do not go out with it.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// Nobody wants them any more.
    pub(crate) unwanted: Vec<MessageId>,
    /// Their address gives mail back.
    pub(crate) spared: Vec<MessageId>,
    /// Their reader is not to be disturbed until an instant: a daily message of its own goes out then.
    pub(crate) waiting: Vec<(MessageId, Digests, DateTime<Utc>)>,
}

/// Keeps what becomes of messages that were left.
pub(crate) async fn keep_left(txn: &Txn, left: Left, now: DateTime<Utc>) -> Result<(), Abort> {
    for id in left.spared {
        keep_spared(txn, id, now).await?;
    }
    for (id, digests, at) in &left.waiting {
        collect(txn, *id, digests, *at, now).await?;
    }
    if left.unwanted.is_empty() { Ok(()) } else { drop_texts(txn, &left.unwanted, State::Unwanted).await }
}

/// Leads the messages of a daily message from one state to another.
pub(crate) async fn set_digest_state(txn: &Txn, digest: &str, from: State, to: State) -> Result<(), Abort> {
    message::Entity::update_many()
        .col_expr(message::Column::State, Expr::value(to.word()))
        .filter(message::Column::Digest.eq(digest))
        .filter(message::Column::State.eq(from.word()))
        .exec(txn)
        .await?;
    Ok(())
}
