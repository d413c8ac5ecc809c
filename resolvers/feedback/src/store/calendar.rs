//! Calendars of deadlines.

use journal::fault;
use kernel::{PartyId, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Store, scoped};
use crate::{
    entity::{
        calendar_link,
        feedback::{Column, Model},
    },
    policy::Scope,
};

/// How many deadlines a calendar shows: the next ones.
pub(crate) const DEADLINES_MAX: u64 = 200;

impl Store {
    /// A link that was not ended.
    pub(crate) async fn calendar_link(&self, id: Uuid) -> Result<Option<calendar_link::Model>> {
        calendar_link::Entity::find_by_id(id).one(&self.0).await.map_err(fault)
    }

    /// Somebody's links, oldest first.
    pub(crate) async fn calendar_links(&self, owner: Uuid) -> Result<Vec<calendar_link::Model>> {
        let find = calendar_link::Entity::find().filter(calendar_link::Column::Owner.eq(owner));
        find.order_by_asc(calendar_link::Column::Id).all(&self.0).await.map_err(fault)
    }

    /// The open cases of a party that somebody works on, by the days on which they are due.
    pub(crate) async fn deadlines(&self, party: PartyId, owner: Uuid) -> Result<Vec<Model>> {
        let select = scoped(Scope::Party(party)).filter(Column::Assignee.eq(owner)).filter(Column::Ended.eq(false));
        select.order_by_asc(Column::DueAt).order_by_asc(Column::Id).limit(DEADLINES_MAX).all(&self.0).await.map_err(fault)
    }
}
