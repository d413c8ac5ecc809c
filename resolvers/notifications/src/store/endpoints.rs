//! Endpoints, and what goes there. Every read that a person asks for names the recipient whose endpoints they are.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Txn, claim, claim_with, settle};
use kernel::{EndpointId, Error, MessageId, Personal, Result};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, OnConflict, SelectStatement},
};
use uuid::Uuid;

use super::{Store, known, record};
use crate::{
    entity::{
        endpoint::{self, ActiveModel, Column, Entity, Model},
        message, ping,
    },
    error,
    model::{
        Ending, Outcome, Reason, State,
        endpoint::{ENDPOINTS_MAX, Endpoint, EndpointState, PingState, channel},
    },
    process,
    recipient::Recipient,
};

/// One message on its way to one endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) message: MessageId,
    pub(crate) endpoint: Endpoint,
}

/// Where every read that a person asks for begins.
pub(super) fn scoped(recipient: &Recipient) -> Select<Entity> {
    Entity::find().filter(Column::Recipient.eq(recipient.0.as_str()))
}

impl Store {
    /// The endpoints of a person, the oldest first.
    pub(crate) async fn endpoints(&self, recipient: &Recipient) -> Result<Vec<Endpoint>> {
        let rows = scoped(recipient).order_by_asc(Column::Id).all(&self.database.reader).await.map_err(journal::fault)?;
        rows.into_iter().map(Endpoint::try_from).collect()
    }

    /// An endpoint that is still written to, as the house sees it when it delivers.
    pub(crate) async fn active_endpoint(&self, id: EndpointId) -> Result<Option<Endpoint>> {
        let row = Entity::find_by_id(id.uuid()).filter(Column::State.eq(EndpointState::Active.word()));
        row.one(&self.database.reader).await.map_err(journal::fault)?.map(Endpoint::try_from).transpose()
    }

    /// Where a message is on its way to an endpoint.
    pub(crate) async fn ping_state(&self, message: MessageId, endpoint: EndpointId) -> Result<Option<PingState>> {
        let row = ping::Entity::find_by_id((message.uuid(), endpoint.uuid())).one(&self.database.reader).await.map_err(journal::fault)?;
        row.map(|row| known(&row.state, PingState::from_word(&row.state))).transpose()
    }

    /// Keeps an endpoint that its owner has proved to hold, once for its key. `place` is the digest of where it leads; `proof` is spent.
    ///
    /// # Errors
    /// A refusal when there are too many, when the proof was spent elsewhere, or when the key was used for something else.
    pub(crate) async fn add_endpoint(
        &self,
        act: ActKey,
        proof: Option<ActKey>,
        endpoint: Endpoint,
        place: String,
    ) -> Result<Endpoint, Abort> {
        let write = self.database.writer.write(move |txn| {
            async move {
                if let Some(before) = claim::<EndpointId>(txn, &act, endpoint.created_at).await?.before(error::key_reused)? {
                    let row = Entity::find_by_id(before.uuid()).one(txn).await?.ok_or_else(error::endpoint_unknown)?;
                    return Ok(Endpoint::try_from(row)?);
                }
                if let Some(proof) = &proof {
                    claim_with(txn, proof, endpoint.created_at, &()).await?.before(error::link_unknown)?;
                }
                let kept = keep(txn, endpoint, &place).await?;
                settle(txn, &act, &kept.id).await?;
                Ok(kept)
            }
            .boxed()
        });
        write.await
    }

    /// Forgets an endpoint, once for its key.
    ///
    /// # Errors
    /// A refusal when its owner has none such, or when the key was used for something else.
    pub(crate) async fn remove_endpoint(&self, act: ActKey, owner: Recipient, id: EndpointId, now: DateTime<Utc>) -> Result<(), Abort> {
        let write = self.database.writer.write(move |txn| {
            async move {
                if claim_with(txn, &act, now, &()).await?.before(error::key_reused)?.is_some() {
                    return Ok(());
                }
                if scoped(&owner).filter(Column::Id.eq(id.uuid())).one(txn).await?.is_none() {
                    return Err(error::endpoint_unknown().into());
                }
                forget(txn, id).await
            }
            .boxed()
        });
        write.await
    }

    /// Until when a link is good that is asked for by this key; the same for good.
    ///
    /// # Errors
    /// A refusal when the key was used for something else.
    pub(crate) async fn begin_link(&self, act: ActKey, until: i64, now: DateTime<Utc>) -> Result<i64, Abort> {
        let write = self.database.writer.write(move |txn| {
            async move { Ok(claim_with(txn, &act, now, &until).await?.before(error::key_reused)?.unwrap_or(until)) }.boxed()
        });
        write.await
    }

    /// Forgets whatever leads to a place, whose it may be, once for its key; tells how many there were.
    ///
    /// # Errors
    /// A refusal when the key was used for something else.
    pub(crate) async fn forget_place(&self, act: ActKey, place: String, now: DateTime<Utc>) -> Result<usize, Abort> {
        let write = self.database.writer.write(move |txn| {
            async move {
                if let Some(before) = claim::<usize>(txn, &act, now).await?.before(error::key_reused)? {
                    return Ok(before);
                }
                let there = Entity::find().filter(Column::Digest.eq(place)).all(txn).await?;
                for row in &there {
                    forget(txn, EndpointId::from_uuid(row.id)).await?;
                }
                settle(txn, &act, &there.len()).await?;
                Ok(there.len())
            }
            .boxed()
        });
        write.await
    }

    /// Records a try that failed.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn record_ping(&self, way: Way, at: DateTime<Utc>, ending: Ending) -> Result<(), Abort> {
        self.database.writer.write(move |txn| async move { keep_try(txn, &way, at, ending).await }.boxed()).await
    }
}

/// A place becomes whoever's it is now: a browser in which somebody else has signed in must not go on showing what the first one is told.
pub(super) async fn displace(txn: &Txn, owner: &Recipient, place: &str) -> Result<(), Abort> {
    let others = Entity::find().filter(Column::Digest.eq(place)).filter(Column::Recipient.ne(owner.0.as_str()));
    for other in others.all(txn).await? {
        forget(txn, EndpointId::from_uuid(other.id)).await?;
    }
    Ok(())
}

/// Keeps an endpoint. The same place of the same person is the same endpoint.
pub(super) async fn keep(txn: &Txn, endpoint: Endpoint, place: &str) -> Result<Endpoint, Abort> {
    if endpoint.state == EndpointState::Active {
        displace(txn, &endpoint.recipient, place).await?;
    }
    let address = address(&endpoint)?;
    if let Some(row) = scoped(&endpoint.recipient).filter(Column::Digest.eq(place)).one(txn).await? {
        let again = Entity::update_many()
            .col_expr(Column::Address, Expr::value(address))
            .col_expr(Column::State, Expr::value(endpoint.state.word()))
            .col_expr(Column::Failures, Expr::value(0));
        again.filter(Column::Id.eq(row.id)).exec(txn).await?;
        let kept = Endpoint::try_from(row)?;
        return Ok(Endpoint { to: endpoint.to, state: endpoint.state, failures: 0, ..kept });
    }
    // Those that are gone make room, so that there are never more than this to list.
    for gone in scoped(&endpoint.recipient).filter(Column::State.eq(EndpointState::Gone.word())).all(txn).await? {
        forget(txn, EndpointId::from_uuid(gone.id)).await?;
    }
    if scoped(&endpoint.recipient).count(txn).await? >= ENDPOINTS_MAX as u64 {
        return Err(error::endpoints_many(ENDPOINTS_MAX).into());
    }
    let row = ActiveModel {
        id: Set(endpoint.id.uuid()),
        recipient: Set(endpoint.recipient.0.clone()),
        channel: Set(channel(endpoint.to.reveal()).word().to_owned()),
        address: Set(address),
        digest: Set(place.to_owned()),
        state: Set(endpoint.state.word().to_owned()),
        failures: Set(0),
        attempted_at: Set(None),
        delivered_at: Set(None),
        created_at: Set(endpoint.created_at),
    };
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(endpoint)
}

fn address(endpoint: &Endpoint) -> Result<String> {
    serde_json::to_string(endpoint.to.reveal()).map_err(Error::internal)
}

/// Forgets an endpoint, and what was to go there and nowhere else.
async fn forget(txn: &Txn, id: EndpointId) -> Result<(), Abort> {
    ping::Entity::update_many()
        .col_expr(ping::Column::State, Expr::value(PingState::Unwanted.word()))
        .filter(ping::Column::EndpointId.eq(id.uuid()))
        .filter(is_open())
        .exec(txn)
        .await?;
    let there = ping::Entity::find().select_only().column(ping::Column::MessageId).filter(ping::Column::EndpointId.eq(id.uuid()));
    forget_unmailed(txn, message::Column::Id.in_subquery(there.into_query())).await?;
    Entity::delete_by_id(id.uuid()).exec(txn).await?;
    Ok(())
}

/// Queues a message for every endpoint of its reader, in the transaction that stores it.
pub(crate) async fn queue_pings(txn: &Txn, message: MessageId, recipient: &Recipient, now: DateTime<Utc>) -> Result<(), Abort> {
    let active = scoped(recipient).filter(Column::State.eq(EndpointState::Active.word())).order_by_asc(Column::Id);
    let endpoints: Vec<Uuid> = active.select_only().column(Column::Id).into_tuple().all(txn).await?;
    if endpoints.is_empty() {
        return Ok(());
    }
    let rows = endpoints.iter().map(|endpoint| ping::ActiveModel {
        message_id: Set(message.uuid()),
        endpoint_id: Set(*endpoint),
        state: Set(PingState::Queued.word().to_owned()),
    });
    let same = OnConflict::columns([ping::Column::MessageId, ping::Column::EndpointId]).do_nothing().to_owned();
    ping::Entity::insert_many(rows).on_conflict(same).exec_without_returning(txn).await?;
    let jobs = endpoints.into_iter().map(|endpoint| process::ping::deliver_ping(message, EndpointId::from_uuid(endpoint), now));
    journal::enqueue(txn, now, jobs.collect()).await
}

/// Leads a message to another state on its way to an endpoint.
pub(crate) async fn set_ping_state(txn: &Txn, message: MessageId, endpoint: EndpointId, state: PingState) -> Result<(), Abort> {
    ping::Entity::update_many()
        .col_expr(ping::Column::State, Expr::value(state.word()))
        .filter(ping::Column::MessageId.eq(message.uuid()))
        .filter(ping::Column::EndpointId.eq(endpoint.uuid()))
        .exec(txn)
        .await?;
    forget_unmailed(txn, message::Column::Id.eq(message.uuid())).await
}

/// The other side has taken it.
pub(crate) async fn keep_ping_sent(txn: &Txn, way: &Way, at: DateTime<Utc>, status: Option<u16>) -> Result<(), Abort> {
    keep_try(txn, way, at, Ending::of(Outcome::Sent, None, status)).await?;
    set_ping_state(txn, way.message, way.endpoint.id, PingState::Sent).await
}

/// Nobody is there any more: the endpoint is written to no more.
pub(crate) async fn keep_ping_gone(txn: &Txn, way: &Way, at: DateTime<Utc>, status: Option<u16>) -> Result<(), Abort> {
    keep_try(txn, way, at, Ending::of(Outcome::Refused, Some(Reason::ReceiverRefused), status)).await?;
    let gone = Entity::update_many().col_expr(Column::State, Expr::value(EndpointState::Gone.word()));
    gone.filter(Column::Id.eq(way.endpoint.id.uuid())).exec(txn).await?;
    set_ping_state(txn, way.message, way.endpoint.id, PingState::Unwanted).await
}

/// Keeps how a try ended, with the message and with the endpoint.
pub(crate) async fn keep_try(txn: &Txn, way: &Way, at: DateTime<Utc>, ending: Ending) -> Result<(), Abort> {
    record(txn, way.message, Some(&way.endpoint), at, ending).await?;
    let taken = ending.outcome == Outcome::Sent;
    let failures = if taken { Expr::value(0) } else { Expr::col(Column::Failures).add(1) };
    let mut update = Entity::update_many().col_expr(Column::AttemptedAt, Expr::value(at)).col_expr(Column::Failures, failures);
    if taken {
        update = update.col_expr(Column::DeliveredAt, Expr::value(at));
    }
    update.filter(Column::Id.eq(way.endpoint.id.uuid())).exec(txn).await?;
    Ok(())
}

fn is_open() -> Expr {
    ping::Column::State.is_in([PingState::Queued.word(), PingState::Dead.word()])
}

/// The messages that are still on their way to an endpoint, or may be again.
pub(super) fn open_pings() -> SelectStatement {
    ping::Entity::find().select_only().column(ping::Column::MessageId).filter(is_open()).into_query()
}

/// What does not go by mail keeps its subject as long as it is on its way to an endpoint.
async fn forget_unmailed(txn: &Txn, which: Expr) -> Result<(), Abort> {
    message::Entity::update_many()
        .col_expr(message::Column::Subject, Expr::value(""))
        .filter(which)
        .filter(message::Column::State.is_in([State::Unwanted.word(), State::Unaddressed.word()]))
        .filter(message::Column::Id.not_in_subquery(open_pings()))
        .exec(txn)
        .await?;
    Ok(())
}

impl TryFrom<Model> for Endpoint {
    type Error = Error;

    fn try_from(row: endpoint::Model) -> Result<Endpoint> {
        Ok(Endpoint {
            id: EndpointId::from_uuid(row.id),
            recipient: Recipient(row.recipient),
            to: Personal::new(serde_json::from_str(&row.address).map_err(|_| Error::internal("a stored address is not known"))?),
            state: known(&row.state, EndpointState::from_word(&row.state))?,
            failures: row.failures,
            attempted_at: row.attempted_at,
            delivered_at: row.delivered_at,
            created_at: row.created_at,
        })
    }
}
