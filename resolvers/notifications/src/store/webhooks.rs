//! Webhooks. Every read that a person asks for begins with [`scoped`].

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Txn, claim_with};
use kernel::{Error, Page, PageRequest, PartyId, Personal, Result, WebhookId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{Store, known};
use crate::{
    entity::webhook::{ActiveModel, Column, Entity, Model},
    error,
    model::webhook::{Announcement, Told, Webhook, WebhookState},
    policy::Audience,
    process::webhook::deliver_webhook,
};

/// How many webhooks a party has, and how many hear of all cases.
pub(crate) const WEBHOOKS_MAX: u64 = 20;

/// Where every read begins.
fn scoped(audience: Audience) -> Select<Entity> {
    match audience {
        Audience::All => Entity::find(),
        Audience::Party(party) => Entity::find().filter(Column::PartyId.eq(party.uuid())),
        Audience::Nothing => Entity::find().filter(Expr::value(false)),
    }
}

impl Store {
    /// One page of webhooks, the oldest first.
    pub(crate) async fn webhooks(&self, audience: Audience, page: &PageRequest) -> Result<Page<Webhook>> {
        let mut select = scoped(audience).order_by_asc(Column::Id).limit(page.limit());
        if let Some(after) = &page.after {
            select = select.filter(Column::Id.gt(after.decode::<Uuid>()?));
        }
        let rows = select.all(&self.database.reader).await.map_err(journal::fault)?;
        let webhooks = rows.into_iter().map(Webhook::try_from).collect::<Result<_>>()?;
        Page::cut(page, webhooks, |webhook: &Webhook| webhook.id.uuid())
    }

    /// Several webhooks by their ids.
    pub(crate) async fn webhooks_by_id(&self, audience: Audience, ids: &[WebhookId]) -> Result<HashMap<WebhookId, Webhook>> {
        let rows = scoped(audience).filter(Column::Id.is_in(ids.iter().map(|id| id.uuid())));
        let rows = rows.all(&self.database.reader).await.map_err(journal::fault)?;
        rows.into_iter().map(|row| Webhook::try_from(row).map(|webhook| (webhook.id, webhook))).collect()
    }

    /// A webhook that is still told of what happens.
    pub(crate) async fn active_webhook(&self, id: WebhookId) -> Result<Option<Webhook>> {
        let found = self.webhooks_by_id(Audience::All, &[id]).await?.remove(&id);
        Ok(found.filter(|webhook| webhook.state == WebhookState::Active))
    }

    /// Keeps a webhook, once for its key.
    ///
    /// # Errors
    /// A refusal when there are too many, or when the key was used for something else.
    pub(crate) async fn register(&self, act: ActKey, webhook: Webhook) -> Result<Webhook, Abort> {
        self.database.writer.write(move |txn| register(txn, act, webhook).boxed()).await
    }

    /// Forgets a webhook, once for its key.
    ///
    /// # Errors
    /// A refusal when there is none that the actor keeps, or when the key was used for something else.
    pub(crate) async fn remove_webhook(&self, act: ActKey, audience: Audience, id: WebhookId, now: DateTime<Utc>) -> Result<(), Abort> {
        let write = self.database.writer.write(move |txn| {
            async move {
                if claim_with(txn, &act, now, &()).await?.before(error::key_reused)?.is_some() {
                    return Ok(());
                }
                if scoped(audience).filter(Column::Id.eq(id.uuid())).one(txn).await?.is_none() {
                    return Err(error::webhook_unknown().into());
                }
                Entity::delete_by_id(id.uuid()).exec(txn).await?;
                Ok(())
            }
            .boxed()
        });
        write.await
    }

    /// Queues word of what happened for every webhook that hears of it, once for its key; gives their number.
    ///
    /// # Errors
    /// A refusal when the key was used for something else.
    pub(crate) async fn announce(&self, act: ActKey, key: Uuid, what: Announcement, now: DateTime<Utc>) -> Result<usize, Abort> {
        // Most events find nobody who listens: they need not wait for the writer.
        let listening: Vec<Uuid> =
            hearing(&what).select_only().column(Column::Id).into_tuple().all(&self.database.reader).await.map_err(journal::fault)?;
        if listening.is_empty() {
            return Ok(0);
        }
        let write = self.database.writer.write(move |txn| {
            async move {
                if let Some(before) = claim_with(txn, &act, now, &listening.len()).await?.before(error::key_reused)? {
                    return Ok(before);
                }
                let jobs = listening.iter().map(|id| deliver_webhook(WebhookId::from_uuid(*id), key, &what, now));
                let jobs = jobs.collect::<Result<_>>()?;
                journal::enqueue(txn, now, jobs).await?;
                Ok(listening.len())
            }
            .boxed()
        });
        write.await
    }

    /// Records a try that failed.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn record_told(&self, id: WebhookId, told: Told) -> Result<(), Abort> {
        self.database.writer.write(move |txn| keep_told(txn, id, told).boxed()).await
    }
}

/// The webhooks that hear of something.
fn hearing(what: &Announcement) -> Select<Entity> {
    let parties: Vec<Uuid> = what.party.into_iter().chain(what.supervisor).collect();
    let theirs = Condition::any().add(Column::PartyId.is_null()).add(Column::PartyId.is_in(parties));
    Entity::find().filter(theirs).filter(Column::State.eq(WebhookState::Active.word())).order_by_asc(Column::Id)
}

async fn register(txn: &Txn, act: ActKey, webhook: Webhook) -> Result<Webhook, Abort> {
    if let Some(before) = claim_with(txn, &act, webhook.created_at, &webhook.id).await?.before(error::key_reused)? {
        let row = Entity::find_by_id(before.uuid()).one(txn).await?.ok_or_else(error::webhook_unknown)?;
        return Ok(Webhook::try_from(row)?);
    }
    let party = webhook.party.map(PartyId::uuid);
    let same = party.map_or_else(|| Column::PartyId.is_null(), |party| Column::PartyId.eq(party));
    if Entity::find().filter(same).count(txn).await? >= WEBHOOKS_MAX {
        return Err(error::webhooks_many(WEBHOOKS_MAX).into());
    }
    let row = ActiveModel {
        id: Set(webhook.id.uuid()),
        party_id: Set(party),
        url: Set(webhook.url.reveal().clone()),
        state: Set(webhook.state.word().to_owned()),
        failures: Set(0),
        attempted_at: Set(None),
        delivered_at: Set(None),
        reply_status: Set(None),
        created_at: Set(webhook.created_at),
    };
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(webhook)
}

/// Keeps how a try ended.
pub(crate) async fn keep_told(txn: &Txn, id: WebhookId, told: Told) -> Result<(), Abort> {
    let failures = if told.taken { Expr::value(0) } else { Expr::col(Column::Failures).add(1) };
    let mut update = Entity::update_many()
        .col_expr(Column::AttemptedAt, Expr::value(told.at))
        .col_expr(Column::ReplyStatus, Expr::value(told.status))
        .col_expr(Column::Failures, failures)
        .filter(Column::Id.eq(id.uuid()));
    if told.taken {
        update = update.col_expr(Column::DeliveredAt, Expr::value(told.at));
    }
    update.exec(txn).await?;
    Ok(())
}

/// A receiver that is gone for good is told no more.
pub(crate) async fn keep_gone(txn: &Txn, id: WebhookId, told: Told) -> Result<(), Abort> {
    keep_told(txn, id, told).await?;
    let gone = Entity::update_many().col_expr(Column::State, Expr::value(WebhookState::Gone.word()));
    gone.filter(Column::Id.eq(id.uuid())).exec(txn).await?;
    Ok(())
}

impl TryFrom<Model> for Webhook {
    type Error = Error;

    fn try_from(row: Model) -> Result<Webhook> {
        Ok(Webhook {
            id: WebhookId::from_uuid(row.id),
            party: row.party_id.map(PartyId::from_uuid),
            url: Personal::new(row.url),
            state: known(&row.state, WebhookState::from_word(&row.state))?,
            failures: row.failures,
            attempted_at: row.attempted_at,
            delivered_at: row.delivered_at,
            reply_status: row.reply_status,
            created_at: row.created_at,
        })
    }
}
