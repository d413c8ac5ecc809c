//! Subscriptions of areas. Whoever has no account subscribes an address, which its reader confirms before anything is told there.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Claim, Txn};
use kernel::{GlobalId, Personal, RefusalCode, Request};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::contact::keep_given;
use crate::{
    areas::{AREA_SUBSCRIPTION, AREAS_MAX, Area, FORGET, RESUME, SEND_CODE, Wish},
    codes::{erase_about, given_for},
    contact::CODE_HOURS,
    desk::Desk,
    entity::{
        area_subscription::{ActiveModel, Column, Entity, Model},
        confirmation,
    },
    error::{key_reused, not_found, refusal},
    model::act_key,
};

impl Desk {
    /// Subscribes to an area: from now on, or for whoever has no account from when the code is given.
    pub(crate) async fn subscribe_to_area(&self, key: &str, wish: &Wish, request: &Arc<Request>) -> Result<Model, Abort> {
        let person = request.actor.person().map(|person| person.id.uuid());
        let email = Personal::new(wish.email.reveal().trim().to_lowercase());
        let subscriber = self.contacts.subscriber(person, &email);
        let body = json!([wish.place, wish.category, wish.locale, subscriber]);
        let act = ActKey::new(act_key(key)?, "subscribe_to_area", &request.actor.journal_name(), &body)?;
        let area = wish.check()?;
        // What was filed before is not new.
        let told_through = journal::position_after(&self.house.database, None).await?;
        let (id, now) = (self.house.rng.uuid_v7(request.now), request.now);
        let wanted = person.is_none().then(|| self.contacts.first_round(id, &email, now));
        let Area { district, circle, category } = area;
        let row = ActiveModel {
            id: Set(id),
            subscriber: Set(subscriber.clone()),
            person: Set(person),
            email: Set(email.into_inner()),
            locale: Set(wish.locale.tag().to_owned()),
            district: Set(district),
            category: Set(category),
            lat: Set(circle.map(|(middle, _)| middle.lat)),
            lon: Set(circle.map(|(middle, _)| middle.lon)),
            radius_meters: Set(circle.map(|(_, radius)| radius)),
            created_at: Set(now),
            confirmed_at: Set(person.map(|_| now)),
            told_through: Set(told_through),
            told_on: Set(None),
        };
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    if let Some(before) = journal::claim_with(txn, &act, now, &id).await?.before(key_reused)? {
                        return found(txn, before).await?.ok_or_else(|| not_found("input.idempotencyKey").into());
                    }
                    let own = match person {
                        Some(person) => Column::Person.eq(person),
                        None => Column::Subscriber.eq(&subscriber),
                    };
                    if Entity::find().filter(own).count(txn).await? >= AREAS_MAX {
                        return Err(refusal(RefusalCode::LimitReached, "refusal-areas-many", &[("max", AREAS_MAX.into())]).into());
                    }
                    let row = Entity::insert(row).exec_with_returning(txn).await?;
                    if let Some(wanted) = wanted {
                        confirmation::Entity::insert(wanted).exec_without_returning(txn).await?;
                        let forget = now + TimeDelta::hours(CODE_HOURS);
                        journal::enqueue(txn, now, vec![given_for(SEND_CODE, id, "", now), given_for(FORGET, id, "", forget)]).await?;
                    }
                    Ok(row)
                }
                .boxed()
            })
            .await
    }

    /// The reader of an address gives the code that was sent there. Whatever is wrong, the answer is the same.
    pub(crate) async fn confirm_subscription(
        &self,
        key: &str,
        subscription: &str,
        code: &str,
        request: &Arc<Request>,
    ) -> Result<Model, Abort> {
        let body = json!({ "subscription": subscription, "code": code });
        let key = ActKey::new(act_key(key)?, "confirm_subscription", &request.actor.journal_name(), &body)?;
        let (desk, now, id, code) = (self.clone(), request.now, read(subscription).unwrap_or_default(), code.to_owned());
        let confirmed = self.house.database.writer.write(move |txn| {
            async move {
                // A wrong code is no refusal in here, for that would undo that it was counted.
                match journal::claim::<Option<Uuid>>(txn, &key, now).await? {
                    Claim::Reused => Err(key_reused().into()),
                    Claim::Same(None) => Ok(None),
                    Claim::Same(Some(id)) => found(txn, id).await,
                    Claim::New => {
                        let Some(row) = found(txn, id).await? else { return Ok(None) };
                        if !desk.takes_code(txn, id, &code, now).await? {
                            return Ok(None);
                        }
                        journal::settle(txn, &key, &id).await?;
                        confirmed(txn, row, now).await.map(Some)
                    }
                }
            }
            .boxed()
        });
        confirmed.await?.ok_or_else(|| refusal(RefusalCode::Invalid, "refusal-code", &[]).at("input.code").into())
    }

    /// Ends a subscription of one's own, signed in or by its key. Nothing of it is kept.
    pub(crate) async fn end_area_subscription(
        &self,
        key: &str,
        subscription: &str,
        end_key: Option<&str>,
        request: &Arc<Request>,
    ) -> Result<Uuid, Abort> {
        let body = json!({ "subscription": subscription });
        let act = ActKey::new(act_key(key)?, "end_area_subscription", &request.actor.journal_name(), &body)?;
        let absent = || not_found("input.subscription");
        let id = read(subscription).ok_or_else(absent)?;
        let by_key = end_key.is_some_and(|key| self.contacts.ends(id, key));
        let (person, now) = (request.actor.person().map(|person| person.id.uuid()), request.now);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    if journal::claim_with(txn, &act, now, &id).await?.before(key_reused)?.is_some() {
                        return Ok(id);
                    }
                    let is_own = |row: &Model| if row.person.is_some() { row.person == person } else { by_key };
                    let row = found(txn, id).await?.filter(is_own).ok_or_else(absent)?;
                    end_areas(txn, vec![row], now).await.map(|()| id)
                }
                .boxed()
            })
            .await
    }
}

fn read(subscription: &str) -> Option<Uuid> {
    GlobalId::decode(subscription).filter(|id| id.type_name == AREA_SUBSCRIPTION).map(|id| id.uuid)
}

/// A subscription, held until the transaction ends.
async fn found(txn: &Txn, id: Uuid) -> Result<Option<Model>, Abort> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(txn).await?)
}

async fn confirmed(txn: &Txn, row: Model, now: DateTime<Utc>) -> Result<Model, Abort> {
    if row.confirmed_at.is_some() {
        return Ok(row);
    }
    keep_given(txn, row.id, now).await?;
    journal::enqueue(txn, now, vec![given_for(RESUME, row.id, "", now)]).await?;
    let changed = ActiveModel { id: Unchanged(row.id), confirmed_at: Set(Some(now)), ..Default::default() };
    Ok(Entity::update(changed).exec(txn).await?)
}

/// Forgets a subscription whose code nobody gave in its time.
pub(crate) async fn forget_area(txn: &Txn, id: Uuid, now: DateTime<Utc>) -> Result<(), Abort> {
    let waiting: Vec<Model> = found(txn, id).await?.filter(|row| row.confirmed_at.is_none()).into_iter().collect();
    end_areas(txn, waiting, now).await
}

/// Forgets subscriptions of one subscriber, and has erased what was said of them: of the news of a morning, which are of all areas together, when
/// it was the last.
pub(crate) async fn end_areas(txn: &Txn, rows: Vec<Model>, now: DateTime<Utc>) -> Result<(), Abort> {
    let Some(first) = rows.first() else { return Ok(()) };
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    Entity::delete_many().filter(Column::Id.is_in(ids.clone())).exec(txn).await?;
    confirmation::Entity::delete_many().filter(confirmation::Column::Subject.is_in(ids)).exec(txn).await?;
    let mut about: Vec<String> = rows.iter().map(Model::global).collect();
    if Entity::find().filter(Column::Subscriber.eq(&first.subscriber)).count(txn).await? == 0 {
        about.push(first.subscriber.clone());
    }
    journal::enqueue(txn, now, vec![erase_about(first.id, about, now)]).await
}
