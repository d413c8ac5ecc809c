//! Mail that came back, and the addresses that give it back.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Txn, claim_with};
use kernel::{MessageId, Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};

use super::{Store, record, set_state};
use crate::{
    entity::{
        bouncing_address::{ActiveModel, Column, Entity},
        message,
    },
    error,
    model::{Ending, Message, State, bounce::Bounce},
    process::bounce::announce_bounce,
    recipient::{Recipient, RecipientKeys},
};

/// How long an address that gave mail back is spared what nobody has to be told: mailboxes are emptied, and domains come back.
const SPARED: TimeDelta = TimeDelta::days(30);

impl Store {
    /// Whether mail to this address came back not long ago.
    pub(crate) async fn bounces(&self, address: &Recipient, now: DateTime<Utc>) -> Result<bool> {
        let found = Entity::find_by_id(&address.0).one(&self.database.reader).await.map_err(journal::fault)?;
        Ok(found.is_some_and(|found| now < found.bounced_at + SPARED))
    }

    /// Records that a mail came back, or is late, once for its key.
    ///
    /// # Errors
    /// A refusal when there is no such message, or when the key was used for something else.
    pub(crate) async fn bounce(&self, act: ActKey, bounce: Bounce, keys: RecipientKeys, now: DateTime<Utc>) -> Result<(), Abort> {
        self.database.writer.write(move |txn| async move { keep_bounce(txn, &act, &bounce, &keys, now).await }.boxed()).await
    }
}

async fn keep_bounce(txn: &Txn, act: &ActKey, bounce: &Bounce, keys: &RecipientKeys, now: DateTime<Utc>) -> Result<(), Abort> {
    if claim_with(txn, act, now, &()).await?.before(error::key_reused)?.is_some() {
        return Ok(());
    }
    let row = message::Entity::find_by_id(bounce.message.uuid()).lock_exclusive().one(txn).await?;
    let row = row.ok_or_else(error::mark_unknown)?;
    let digest = row.digest.clone();
    let message = Message::try_from(row)?;
    // Of what is erased nothing more is kept, and one report of its failure is enough.
    if !matches!(message.state, State::Sent | State::Queued) {
        return Ok(());
    }
    record(txn, message.id, None, now, bounce.ending()).await?;
    if !bounce.permanent {
        return Ok(());
    }
    set_bounced(txn, message.id, digest).await?;
    if bounce.by_address {
        let row = ActiveModel { recipient: Set(keys.address(message.email.reveal()).0), bounced_at: Set(now) };
        let again = OnConflict::column(Column::Recipient).update_column(Column::BouncedAt).to_owned();
        Entity::insert(row).on_conflict(again).exec_without_returning(txn).await?;
    }
    let jobs = message.about.as_ref().filter(|_| message.to_reporter).map(|about| announce_bounce(message.id, about, now));
    journal::enqueue(txn, now, jobs.into_iter().collect()).await
}

/// With a daily message, all that came in it has come back.
async fn set_bounced(txn: &Txn, id: MessageId, digest: Option<String>) -> Result<(), Abort> {
    let own = Condition::any().add(message::Column::Id.eq(id.uuid()));
    let sent_together = Condition::all().add(message::Column::Digest.eq(digest)).add(message::Column::State.eq(State::Sent.word()));
    message::Entity::update_many()
        .col_expr(message::Column::State, Expr::value(State::Bounced.word()))
        .filter(own.add(sent_together))
        .exec(txn)
        .await?;
    Ok(())
}

/// Nothing is sent to an address that gives mail back.
pub(crate) async fn keep_spared(txn: &Txn, id: MessageId, at: DateTime<Utc>) -> Result<(), Abort> {
    record(txn, id, None, at, Ending::BOUNCES).await?;
    set_state(txn, id, State::Bounced).await
}
