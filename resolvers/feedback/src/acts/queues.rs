//! Queues that officers keep.

use std::sync::Arc;

use futures_util::FutureExt;
use journal::{Abort, ActKey, Txn};
use kernel::{PartyId, QueueId, Refusal, RefusalCode, Request, Role};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::OnConflict};
use serde::Serialize;
use uuid::Uuid;

use super::author;
use crate::{
    desk::Desk,
    entity::queue::{ActiveModel, Column, Entity, Model},
    error::{key_reused, not_found, refusal},
    model::{act_key, checked_text},
    policy,
    store::DeskFilter,
};

/// The longest name of a queue, in characters.
const NAME_CHARS_MAX: usize = 80;
/// The longest text that is looked for, in characters.
const QUERY_CHARS_MAX: usize = 200;
/// How far ahead a queue looks, in days.
const DAYS_MAX: i32 = 366;
/// How many queues a person keeps, and how many a party shares.
const QUEUES_MAX: u64 = 20;

/// A queue as somebody wants it.
#[derive(Debug, Serialize)]
pub(crate) struct QueueDraft {
    /// The queue that it replaces.
    pub(crate) queue: Option<String>,
    pub(crate) name: String,
    pub(crate) filter: DeskFilter,
    pub(crate) shared: bool,
}

impl DeskFilter {
    /// What cannot be asked for. A thing that is not there has an empty name.
    fn check(&self) -> Vec<Refusal> {
        let unknown = |name: &Option<String>, message, field| {
            let missing = name.as_deref() == Some("");
            missing.then(|| refusal(RefusalCode::NotFound, message, &[]).at(field))
        };
        let days = self.due_within_days.filter(|days| !(0..=DAYS_MAX).contains(days));
        let query = self.query.as_ref().and_then(|query| checked_text(query, QUERY_CHARS_MAX, "input.filter.query").err());
        let refused = [
            query,
            days.map(|_| refusal(RefusalCode::Invalid, "refusal-queue-days", &[("max", DAYS_MAX.into())]).at("input.filter.dueWithinDays")),
            unknown(&self.category, "refusal-category-unknown", "input.filter.category"),
            unknown(&self.district, "refusal-district-unknown", "input.filter.district"),
        ];
        refused.into_iter().flatten().collect()
    }
}

impl Desk {
    /// Keeps a queue, or changes one that is kept.
    pub(crate) async fn save_queue(&self, key: &str, draft: QueueDraft, request: &Arc<Request>) -> Result<Model, Abort> {
        let act = ActKey::new(act_key(key)?, "save_queue", &request.actor.journal_name(), &draft)?;
        policy::may_open_desk(&request.actor)?;
        let mut refused = draft.filter.check();
        let name = checked_text(&draft.name, NAME_CHARS_MAX, "input.name").map_err(|wrong| refused.push(wrong)).unwrap_or_default();
        let party = request.actor.party().filter(|_| draft.shared);
        if draft.shared && (party.is_none() || !request.actor.is(Role::Supervisor)) {
            refused.push(refusal(RefusalCode::NotAllowed, "refusal-queue-shared", &[]).at("input.shared"));
        }
        if !refused.is_empty() {
            return Err(refused.into());
        }
        let (owner, now) = (author(request), request.now);
        let known = draft.queue.as_ref().map(|id| QueueId::from_global(id).ok_or_else(|| not_found("input.queue"))).transpose()?;
        let id = known.unwrap_or_else(|| QueueId::new(now, &*self.house.rng)).uuid();
        let filter = serde_json::to_value(&draft.filter).map_err(kernel::Error::internal)?;
        let row =
            ActiveModel { id: Set(id), owner: Set(owner), party_id: Set(party.map(PartyId::uuid)), name: Set(name), filter: Set(filter) };
        let own = own(request);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    if let Some(before) = journal::claim_with(txn, &act, now, &id).await?.before(key_reused)? {
                        return found(txn, before).await;
                    }
                    if known.is_some() {
                        let kept = Entity::find_by_id(id).one(txn).await?;
                        kept.filter(&own).ok_or_else(|| Abort::from(not_found("input.queue")))?;
                    } else if count(txn, owner, party).await? >= QUEUES_MAX {
                        return Err(refusal(RefusalCode::LimitReached, "refusal-queues-many", &[("max", QUEUES_MAX.into())]).into());
                    }
                    let columns = [Column::Owner, Column::PartyId, Column::Name, Column::Filter];
                    let replace = OnConflict::column(Column::Id).update_columns(columns).to_owned();
                    Entity::insert(row).on_conflict(replace).exec_without_returning(txn).await?;
                    found(txn, id).await
                }
                .boxed()
            })
            .await
    }

    /// Keeps a queue no longer.
    pub(crate) async fn delete_queue(&self, key: &str, queue: &str, request: &Arc<Request>) -> Result<QueueId, Abort> {
        let act = ActKey::new(act_key(key)?, "delete_queue", &request.actor.journal_name(), &queue)?;
        let id = QueueId::from_global(queue).ok_or_else(|| not_found("input.queue"))?;
        let (own, now) = (own(request), request.now);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    if journal::claim_with(txn, &act, now, &id.uuid()).await?.before(key_reused)?.is_some() {
                        return Ok(id);
                    }
                    let kept = Entity::find_by_id(id.uuid()).one(txn).await?;
                    let kept = kept.filter(own).ok_or_else(|| Abort::from(not_found("input.queue")))?;
                    Entity::delete_by_id(kept.id).exec(txn).await?;
                    Ok(id)
                }
                .boxed()
            })
            .await
    }
}

/// Whose queues one may change: one's own, and a supervisor the shared ones of the party.
fn own(request: &Request) -> impl Fn(&Model) -> bool + Send + Sync + 'static {
    let (person, supervises) = (author(request), request.actor.is(Role::Supervisor));
    let party = request.actor.party().map(PartyId::uuid);
    move |kept| if kept.party_id.is_some() { supervises && kept.party_id == party } else { kept.owner == person }
}

async fn count(txn: &Txn, owner: Uuid, party: Option<PartyId>) -> Result<u64, Abort> {
    let kept = match party {
        Some(party) => Entity::find().filter(Column::PartyId.eq(party.uuid())),
        None => Entity::find().filter(Column::Owner.eq(owner)).filter(Column::PartyId.is_null()),
    };
    Ok(kept.count(txn).await?)
}

async fn found(txn: &Txn, id: Uuid) -> Result<Model, Abort> {
    Ok(Entity::find_by_id(id).one(txn).await?.ok_or_else(|| not_found("input.queue"))?)
}
