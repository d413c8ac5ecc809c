//! Private addresses of officers' calendars.

use std::sync::Arc;

use futures_util::FutureExt;
use journal::{Abort, ActKey, Txn};
use kernel::{GlobalId, PartyId, RefusalCode, Request};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::author;
use crate::{
    desk::Desk,
    entity::calendar_link::{ActiveModel, Column, Entity, Model},
    error::{key_reused, not_found, refusal},
    model::act_key,
    policy,
};

/// How many addresses an officer has: one for each program that shows the calendar, so that each can be ended by itself.
const LINKS_MAX: u64 = 5;
/// The GraphQL type that their ids belong to.
pub(crate) const CALENDAR_LINK: &str = "CalendarLink";

impl Desk {
    /// Makes an address for whoever works cases of a party.
    pub(crate) async fn create_calendar_link(&self, key: &str, request: &Arc<Request>) -> Result<Model, Abort> {
        let act = ActKey::new(act_key(key)?, "create_calendar_link", &request.actor.journal_name(), &())?;
        policy::may_work_for_party(&request.actor)?;
        let party = request.actor.party().ok_or_else(|| refusal(RefusalCode::NotAllowed, "refusal-calendar-party", &[]))?;
        let (id, owner, now) = (self.house.rng.uuid_v7(request.now), author(request), request.now);
        let locale = Set(request.locale.tag().to_owned());
        let row = ActiveModel { id: Set(id), owner: Set(owner), party_id: Set(PartyId::uuid(party)), locale, created_at: Set(now) };
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    if let Some(before) = journal::claim_with(txn, &act, now, &id).await?.before(key_reused)? {
                        return found(txn, before).await;
                    }
                    if Entity::find().filter(Column::Owner.eq(owner)).count(txn).await? >= LINKS_MAX {
                        return Err(refusal(RefusalCode::LimitReached, "refusal-calendars-many", &[("max", LINKS_MAX.into())]).into());
                    }
                    Entity::insert(row).exec_without_returning(txn).await?;
                    found(txn, id).await
                }
                .boxed()
            })
            .await
    }

    /// Ends an address of one's own: it opens nothing any more.
    pub(crate) async fn end_calendar_link(&self, key: &str, link: &str, request: &Arc<Request>) -> Result<Uuid, Abort> {
        let act = ActKey::new(act_key(key)?, "end_calendar_link", &request.actor.journal_name(), &link)?;
        let id = GlobalId::decode(link).filter(|id| id.type_name == CALENDAR_LINK).ok_or_else(|| not_found("input.link"))?.uuid;
        let (owner, now) = (author(request), request.now);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    if journal::claim_with(txn, &act, now, &id).await?.before(key_reused)?.is_some() {
                        return Ok(id);
                    }
                    let own = Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::Owner.eq(owner));
                    match own.exec(txn).await?.rows_affected {
                        0 => Err(not_found("input.link").into()),
                        _ => Ok(id),
                    }
                }
                .boxed()
            })
            .await
    }
}

async fn found(txn: &Txn, id: Uuid) -> Result<Model, Abort> {
    Ok(Entity::find_by_id(id).one(txn).await?.ok_or_else(|| not_found("input.link"))?)
}
