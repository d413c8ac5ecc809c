//! The room's queries and acts. Every read begins with [`scoped`].

mod bounces;
mod endpoints;
mod passages;
mod phones;
mod preferences;
mod webhooks;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Claim, Database, JobSummary, Priority, Txn, claim, claim_with, settle};
use kernel::{Error, Locale, MessageId, Page, PageRequest, Personal, Result};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, UpdateMany, sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    entity::{delivery, message},
    error,
    model::{
        DeadLetter, Delivery, Draft, Ending, Message, MessageFilter, Outcome, Reason, State, Topic,
        endpoint::{Endpoint, PingState, channel},
        preference::Channel,
    },
    policy::Scope,
    process::{self, digest, ping},
    recipient::Recipient,
};
pub(crate) use bounces::{keep_refused, keep_spared};
pub(crate) use endpoints::{Way, keep_ping_gone, keep_ping_sent, keep_try, set_ping_state};
pub(crate) use passages::{Left, collect, drop_texts, keep_left, postpone, set_digest_state};
pub(crate) use phones::{NewCode, Tried};
pub(crate) use preferences::{Choice, Quiet};
pub(crate) use webhooks::{keep_gone, keep_told};

/// How many tries of a message are shown: mail that waits for its server has many.
const DELIVERIES_MAX: usize = 10;

/// The room's part of the database.
#[derive(Clone)]
pub(crate) struct Store {
    database: Database,
}

/// Where every read begins.
fn scoped(scope: Scope) -> Select<message::Entity> {
    match scope {
        Scope::All => message::Entity::find(),
        Scope::Nothing => message::Entity::find().filter(Expr::value(false)),
    }
}

impl Store {
    pub(crate) fn new(database: Database) -> Store {
        Store { database }
    }

    /// One page of messages, newest first.
    pub(crate) async fn messages(&self, scope: Scope, filter: &MessageFilter, page: &PageRequest) -> Result<Page<Message>> {
        let mut select = scoped(scope).order_by_desc(message::Column::Id).limit(page.limit());
        if let Some(topic) = filter.topic {
            select = select.filter(message::Column::Topic.eq(topic.word()));
        }
        if let Some(state) = filter.state {
            select = select.filter(message::Column::State.eq(state.word()));
        }
        if let Some(about) = &filter.about {
            select = select.filter(message::Column::About.eq(about));
        }
        if let Some(after) = &page.after {
            select = select.filter(message::Column::Id.lt(after.decode::<Uuid>()?));
        }
        let rows = select.all(&self.database.reader).await.map_err(journal::fault)?;
        let messages = rows.into_iter().map(Message::try_from).collect::<Result<_>>()?;
        Page::cut(page, messages, |message: &Message| message.id.uuid())
    }

    /// The newest messages to reporters about these reports, the newest first; so many for each at most, all together.
    pub(crate) async fn to_reporters(&self, about: &[String], each_max: u64) -> Result<Vec<Message>> {
        let rows = scoped(Scope::All)
            .filter(message::Column::About.is_in(about))
            .filter(message::Column::ToReporter.eq(true))
            .order_by_desc(message::Column::Id)
            .limit(each_max * about.len() as u64)
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(Message::try_from).collect()
    }

    pub(crate) async fn messages_by_id(&self, scope: Scope, ids: &[MessageId]) -> Result<HashMap<MessageId, Message>> {
        let rows = scoped(scope)
            .filter(message::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(|row| Message::try_from(row).map(|message| (message.id, message))).collect()
    }

    /// The message as the house sees it when it delivers it.
    pub(crate) async fn find_for_delivery(&self, id: MessageId) -> Result<Option<Message>> {
        Ok(self.messages_by_id(Scope::All, &[id]).await?.remove(&id))
    }

    /// The last tries of several messages in one statement, oldest first. A message that was not tried yet is there with none.
    pub(crate) async fn deliveries(&self, scope: Scope, ids: &[MessageId]) -> Result<HashMap<MessageId, Vec<Delivery>>> {
        let visible = scoped(scope).select_only().column(message::Column::Id);
        let visible = visible.filter(message::Column::Id.is_in(ids.iter().map(|id| id.uuid()))).into_query();
        let rows = delivery::Entity::find()
            .filter(delivery::Column::MessageId.in_subquery(visible))
            .order_by_asc(delivery::Column::MessageId)
            .order_by_asc(delivery::Column::At)
            .order_by_asc(delivery::Column::EndpointId)
            .order_by_asc(delivery::Column::Attempt)
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        let mut deliveries: HashMap<MessageId, Vec<Delivery>> = ids.iter().map(|id| (*id, Vec::new())).collect();
        for row in rows {
            let delivery = Delivery::try_from(row)?;
            deliveries.entry(delivery.message).or_default().push(delivery);
        }
        for tries in deliveries.values_mut() {
            tries.drain(..tries.len().saturating_sub(DELIVERIES_MAX));
        }
        Ok(deliveries)
    }

    /// The queue of the house. Who may see it was decided before.
    pub(crate) async fn work(&self, now: DateTime<Utc>) -> Result<journal::Queue> {
        journal::queue(&self.database.reader, now).await
    }

    /// One page of dead letters, oldest first. The journal keeps them; who may list them was decided before.
    pub(crate) async fn dead_letters(&self, page: &PageRequest) -> Result<Page<DeadLetter>> {
        let after = page.after.as_ref().map(|cursor| cursor.decode::<i64>()).transpose()?.unwrap_or_default();
        let letters = journal::dead(&self.database.reader, after, page.limit()).await?;
        Page::cut(page, letters.into_iter().map(DeadLetter::from).collect(), |letter: &DeadLetter| letter.id)
    }

    /// Stores a message once for its key, with the job that delivers it.
    ///
    /// # Errors
    /// A refusal when the key was used for something else.
    pub(crate) async fn queue(&self, act: ActKey, id: MessageId, draft: Draft, now: DateTime<Utc>) -> Result<Message, Abort> {
        self.database.writer.write(move |txn| queue(txn, act, id, draft, now).boxed()).await
    }

    /// Records a try by mail that failed.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn record(&self, id: MessageId, at: DateTime<Utc>, ending: Ending) -> Result<(), Abort> {
        self.database.writer.write(move |txn| record(txn, id, None, at, ending).boxed()).await
    }

    /// Erases what was said in all messages about a report, and to whom, once for its key; tells how many there were.
    ///
    /// # Errors
    /// A refusal when the key was used for something else.
    pub(crate) async fn erase(&self, act: ActKey, about: String, now: DateTime<Utc>) -> Result<u64, Abort> {
        self.database.writer.write(move |txn| erase(txn, act, about, now).boxed()).await
    }

    /// Gives a dead letter another life, once for its key.
    ///
    /// # Errors
    /// A refusal when there is no such dead letter, or when the key was used for something else.
    pub(crate) async fn revive(&self, act: ActKey, letter: i64, now: DateTime<Utc>) -> Result<DeadLetter, Abort> {
        self.database.writer.write(move |txn| revive(txn, act, letter, now).boxed()).await
    }
}

async fn queue(txn: &Txn, act: ActKey, id: MessageId, draft: Draft, now: DateTime<Utc>) -> Result<Message, Abort> {
    match claim_with(txn, &act, now, &id).await? {
        Claim::New => {}
        Claim::Reused => return Err(error::key_reused().into()),
        Claim::Same(id) => {
            let row =
                message::Entity::find_by_id(id.uuid()).one(txn).await?.ok_or_else(|| Error::internal("a settled message vanished"))?;
            return Ok(Message::try_from(row)?);
        }
    }
    let Draft { email, locale, topic, about, subject, text, with_coupon_key, recipient, by_law, to_reporter } = draft;
    let state = if email.is_some() { State::Queued } else { State::Unaddressed };
    let (email, created_at) = (email.unwrap_or_default(), now);
    let message =
        Message { id, email, locale, topic, about, subject, text, with_coupon_key, recipient, by_law, to_reporter, state, created_at };
    message::Entity::insert(message::ActiveModel::from(&message)).exec_without_returning(txn).await?;
    if let Some(recipient) = &message.recipient {
        endpoints::queue_pings(txn, id, recipient, now).await?;
    }
    if state == State::Unaddressed {
        passages::drop_texts(txn, &[id], state).await?;
        return Ok(message);
    }
    // What the law wants told goes before all else.
    let priority = if topic.rule().article.is_some() { Priority::Statutory } else { Priority::Normal };
    let delivery = process::deliver_message(id, now, None).ranked(priority);
    journal::enqueue(txn, now, vec![delivery]).await?;
    Ok(message)
}

/// Records a try to an endpoint, or by mail.
async fn record(txn: &Txn, id: MessageId, endpoint: Option<&Endpoint>, at: DateTime<Utc>, ending: Ending) -> Result<(), Abort> {
    let (way, channel) = endpoint.map_or((Uuid::nil(), Channel::Mail), |endpoint| (endpoint.id.uuid(), channel(endpoint.to.reveal())));
    let last: Option<i32> = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Attempt)
        .filter(delivery::Column::MessageId.eq(id.uuid()))
        .filter(delivery::Column::EndpointId.eq(way))
        .order_by_desc(delivery::Column::Attempt)
        .limit(1)
        .into_tuple()
        .one(txn)
        .await?;
    let row = delivery::ActiveModel {
        message_id: Set(id.uuid()),
        endpoint_id: Set(way),
        channel: Set(channel.word().to_owned()),
        attempt: Set(last.unwrap_or_default() + 1),
        at: Set(at),
        outcome: Set(ending.outcome.word().to_owned()),
        reason: Set(ending.reason.map(|reason| reason.word().to_owned())),
        reply_code: Set(ending.reply_code),
    };
    delivery::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

/// The mail server has taken the message.
pub(crate) async fn keep_sent(txn: &Txn, id: MessageId, at: DateTime<Utc>) -> Result<(), Abort> {
    record(txn, id, None, at, Ending::SENT).await?;
    set_state(txn, id, State::Sent).await
}

pub(crate) async fn set_state(txn: &Txn, id: MessageId, state: State) -> Result<(), Abort> {
    message::Entity::update_many()
        .col_expr(message::Column::State, Expr::value(state.word()))
        .filter(message::Column::Id.eq(id.uuid()))
        .filter(message::Column::State.ne(State::Erased.word()))
        .exec(txn)
        .await?;
    Ok(())
}

async fn erase(txn: &Txn, act: ActKey, about: String, now: DateTime<Utc>) -> Result<u64, Abort> {
    claim_with(txn, &act, now, &about).await?.before(error::key_reused)?;
    let erased = message::Entity::update_many().filter(message::Column::About.eq(about));
    Ok(blank(erased, State::Erased).exec(txn).await?.rows_affected)
}

/// Takes from messages what they said, and to whom.
fn blank(messages: UpdateMany<message::Entity>, state: State) -> UpdateMany<message::Entity> {
    blank_text(messages, state).col_expr(message::Column::Subject, Expr::value(""))
}

/// Takes from messages what they said but for their subjects, and to whom.
fn blank_text(messages: UpdateMany<message::Entity>, state: State) -> UpdateMany<message::Entity> {
    messages
        .col_expr(message::Column::Email, Expr::value(""))
        .col_expr(message::Column::Text, Expr::value(""))
        .col_expr(message::Column::Recipient, Expr::value(Option::<String>::None))
        .col_expr(message::Column::Digest, Expr::value(Option::<String>::None))
        .col_expr(message::Column::State, Expr::value(state.word()))
}

async fn revive(txn: &Txn, act: ActKey, letter: i64, now: DateTime<Utc>) -> Result<DeadLetter, Abort> {
    match claim::<DeadLetter>(txn, &act, now).await? {
        Claim::New => {}
        Claim::Reused => return Err(error::key_reused().into()),
        Claim::Same(letter) => return Ok(letter),
    }
    let found = journal::dead(txn, letter - 1, 1).await?.pop().filter(|found| found.id == letter);
    let digest = found.as_ref().and_then(|found| digest::of(&found.kind, &found.key)).map(str::to_owned);
    let ping = found.as_ref().and_then(|found| ping::of(&found.kind, &found.key));
    let Some(letter) = found.map(DeadLetter::from) else { return Err(error::dead_letter_unknown().into()) };
    if !journal::retry_dead(txn, letter.id, now).await? {
        return Err(error::dead_letter_unknown().into());
    }
    match (ping, letter.message) {
        (Some((message, endpoint)), _) => set_ping_state(txn, message, endpoint, PingState::Queued).await?,
        (None, Some(message)) => set_state(txn, message, State::Queued).await?,
        (None, None) => {}
    }
    if let Some(digest) = digest {
        set_digest_state(txn, &digest, State::Dead, State::Queued).await?;
    }
    settle(txn, &act, &letter).await?;
    Ok(letter)
}

/// What the database holds was written by this room; a word that it does not know is a fault.
fn known<T>(word: &str, found: Option<T>) -> Result<T> {
    found.ok_or_else(|| Error::internal(format!("a stored word is not known: {word}")))
}

impl TryFrom<message::Model> for Message {
    type Error = Error;

    fn try_from(row: message::Model) -> Result<Message> {
        Ok(Message {
            id: MessageId::from_uuid(row.id),
            email: Personal::new(row.email),
            locale: known(&row.locale, Locale::from_tag(&row.locale))?,
            topic: known(&row.topic, Topic::from_word(&row.topic))?,
            about: row.about,
            subject: Personal::new(row.subject),
            text: Personal::new(row.text),
            with_coupon_key: row.with_coupon_key,
            recipient: row.recipient.map(Recipient),
            by_law: row.by_law,
            to_reporter: row.to_reporter,
            state: known(&row.state, State::from_word(&row.state))?,
            created_at: row.created_at,
        })
    }
}

impl From<&Message> for message::ActiveModel {
    fn from(message: &Message) -> message::ActiveModel {
        message::ActiveModel {
            id: Set(message.id.uuid()),
            email: Set(message.email.reveal().clone()),
            locale: Set(message.locale.tag().to_owned()),
            topic: Set(message.topic.word().to_owned()),
            about: Set(message.about.clone()),
            subject: Set(message.subject.reveal().clone()),
            text: Set(message.text.reveal().clone()),
            with_coupon_key: Set(message.with_coupon_key),
            recipient: Set(message.recipient.as_ref().map(|recipient| recipient.0.clone())),
            digest: Set(None),
            by_law: Set(message.by_law),
            to_reporter: Set(message.to_reporter),
            state: Set(message.state.word().to_owned()),
            created_at: Set(message.created_at),
        }
    }
}

impl TryFrom<delivery::Model> for Delivery {
    type Error = Error;

    fn try_from(row: delivery::Model) -> Result<Delivery> {
        Ok(Delivery {
            message: MessageId::from_uuid(row.message_id),
            channel: known(&row.channel, Channel::from_word(&row.channel))?,
            attempt: row.attempt,
            at: row.at,
            outcome: known(&row.outcome, Outcome::from_word(&row.outcome))?,
            reason: row.reason.map(|word| known(&word, Reason::from_word(&word))).transpose()?,
            reply_code: row.reply_code,
        })
    }
}

impl From<JobSummary> for DeadLetter {
    fn from(job: JobSummary) -> DeadLetter {
        DeadLetter {
            id: job.id,
            message: process::message_of(&job.kind, &job.key),
            attempts: job.attempts,
            reason: Reason::of(job.last_error.as_deref().unwrap_or_default()),
            created_at: job.created_at,
            died_at: job.ended_at,
            kind: job.kind,
        }
    }
}
