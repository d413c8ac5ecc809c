//! Mail that came back, and the addresses that give it back.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Txn, claim_with};
use kernel::{MessageId, Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
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
    // Of what is erased nothing more is kept, and one report of its failure is enough.
    if !matches!(State::from_word(&row.state), Some(State::Sent | State::Queued)) {
        return Ok(());
    }
    let messages = of_one_mail(txn, row).await?;
    for message in &messages {
        record(txn, message.id, None, now, bounce.ending()).await?;
    }
    if !bounce.permanent {
        return Ok(());
    }
    let blamed = messages.first().filter(|_| bounce.by_address).map(|message| keys.address(message.email.reveal()));
    if let Some(address) = blamed {
        blame(txn, &address, now).await?;
    }
    give_back(txn, &messages, now).await
}

/// A mail server has refused the mail with these messages because of its address: nobody will hear of it in another way, so it is as if it had
/// come back.
pub(crate) async fn keep_refused(
    txn: &Txn,
    ids: &[MessageId],
    address: &Recipient,
    ending: Ending,
    now: DateTime<Utc>,
) -> Result<(), Abort> {
    let rows = message::Entity::find()
        .filter(message::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
        .filter(message::Column::State.eq(State::Queued.word()))
        .order_by_asc(message::Column::Id);
    let messages: Vec<Message> = rows.lock_exclusive().all(txn).await?.into_iter().map(Message::try_from).collect::<Result<_>>()?;
    for message in &messages {
        record(txn, message.id, None, now, ending).await?;
    }
    if !messages.is_empty() {
        blame(txn, address, now).await?;
    }
    give_back(txn, &messages, now).await
}

/// All that came in one mail with a message.
async fn of_one_mail(txn: &Txn, row: message::Model) -> Result<Vec<Message>, Abort> {
    let rows = match &row.digest {
        Some(digest) => {
            let together = message::Entity::find()
                .filter(message::Column::Digest.eq(digest.as_str()))
                .filter(message::Column::State.eq(row.state.as_str()))
                .order_by_asc(message::Column::Id);
            together.lock_exclusive().all(txn).await?
        }
        None => vec![row],
    };
    Ok(rows.into_iter().map(Message::try_from).collect::<Result<_>>()?)
}

/// The address is spared from now on.
async fn blame(txn: &Txn, address: &Recipient, now: DateTime<Utc>) -> Result<(), Abort> {
    let row = ActiveModel { recipient: Set(address.0.clone()), bounced_at: Set(now) };
    let again = OnConflict::column(Column::Recipient).update_column(Column::BouncedAt).to_owned();
    Entity::insert(row).on_conflict(again).exec_without_returning(txn).await?;
    Ok(())
}

/// The messages of one mail have come back: those who work the cases are told, once of each report.
async fn give_back(txn: &Txn, messages: &[Message], now: DateTime<Utc>) -> Result<(), Abort> {
    message::Entity::update_many()
        .col_expr(message::Column::State, Expr::value(State::Bounced.word()))
        .filter(message::Column::Id.is_in(messages.iter().map(|message| message.id.uuid())))
        .exec(txn)
        .await?;
    let mut told = HashSet::new();
    let to_reporters = messages.iter().filter(|message| message.to_reporter);
    let reports = to_reporters.filter_map(|message| message.about.as_ref().map(|about| (message.id, about)));
    let jobs = reports.filter(|(_, about)| told.insert(*about)).map(|(id, about)| announce_bounce(id, about, now)).collect();
    journal::enqueue(txn, now, jobs).await
}

/// Nothing is sent to an address that gives mail back.
pub(crate) async fn keep_spared(txn: &Txn, id: MessageId, at: DateTime<Utc>) -> Result<(), Abort> {
    record(txn, id, None, at, Ending::BOUNCES).await?;
    set_state(txn, id, State::Bounced).await
}
