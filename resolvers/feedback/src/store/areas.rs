//! Subscriptions of areas, and the reports that are new in them.

use std::collections::HashMap;

use journal::fault;
use kernel::Result;
use sea_orm::{ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Store, public};
use crate::{
    desk::word,
    entity::{
        area_subscription::{Column, Entity, Model},
        feedback,
    },
    model::Outcome,
    reference::Cell,
};

/// How many reports are looked up in one statement.
const AT_ONCE: usize = 500;

/// What everybody sees of a report that is told of.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Fresh {
    pub(crate) id: Uuid,
    pub(crate) reference: String,
    /// Slug.
    pub(crate) category: Option<String>,
    /// Slug.
    pub(crate) district: Option<String>,
    pub(crate) cell_north: Option<i32>,
    pub(crate) cell_east: Option<i32>,
}

impl Fresh {
    /// The square of the map that it is in.
    pub(crate) fn cell(&self) -> Option<Cell> {
        Some(Cell { north: self.cell_north?, east: self.cell_east? })
    }
}

impl Store {
    /// One subscription.
    pub(crate) async fn area_subscription(&self, id: Uuid) -> Result<Option<Model>> {
        Entity::find_by_id(id).one(&self.0).await.map_err(fault)
    }

    /// What a person subscribed to, oldest first.
    pub(crate) async fn areas_of_person(&self, person: Uuid) -> Result<Vec<Model>> {
        Entity::find().filter(Column::Person.eq(person)).order_by_asc(Column::Id).all(&self.0).await.map_err(fault)
    }

    /// The confirmed subscriptions of one subscriber, oldest first.
    pub(crate) async fn areas_of(&self, subscriber: &str) -> Result<Vec<Model>> {
        let find = Entity::find().filter(Column::Subscriber.eq(subscriber)).filter(Column::ConfirmedAt.is_not_null());
        find.order_by_asc(Column::Id).all(&self.0).await.map_err(fault)
    }

    /// The confirmed subscriptions of the subscribers after one, in the order of subscribers.
    pub(crate) async fn areas_after(&self, subscriber: &str, limit: u64) -> Result<Vec<Model>> {
        let find = Entity::find().filter(Column::Subscriber.gt(subscriber)).filter(Column::ConfirmedAt.is_not_null());
        find.order_by_asc(Column::Subscriber).order_by_asc(Column::Id).limit(limit).all(&self.0).await.map_err(fault)
    }

    /// Which of these reports the public register shows as reports of their own: what was merged away, taken back or forwarded as a part is no
    /// new one.
    pub(crate) async fn fresh(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Fresh>> {
        use feedback::Column;
        let mut fresh = HashMap::new();
        for ids in ids.chunks(AT_ONCE) {
            let standing = Condition::any().add(Column::Outcome.is_null()).add(Column::Outcome.ne(word(&Outcome::Withdrawn)));
            let rows: Vec<Fresh> = public()
                .select_only()
                .columns([Column::Id, Column::Reference, Column::Category, Column::District, Column::CellNorth, Column::CellEast])
                .filter(Column::Id.is_in(ids.iter().copied()))
                .filter(Column::MergedInto.is_null())
                .filter(Column::PartOf.is_null())
                .filter(standing)
                .into_model()
                .all(&self.0)
                .await
                .map_err(fault)?;
            fresh.extend(rows.into_iter().map(|report| (report.id, report)));
        }
        Ok(fresh)
    }
}
