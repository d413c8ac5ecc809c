//! The room's queries. Every read begins with [`scoped`].

use std::collections::HashMap;

use journal::Database;
use kernel::{LocalizedText, Page, PageRequest, PartyId, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::{
    entity::thing,
    model::{Thing, ThingId},
    policy::Scope,
};

/// The room's part of the database.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) database: Database,
}

/// Where every read begins.
fn scoped(scope: Scope) -> Select<thing::Entity> {
    match scope {
        Scope::All => thing::Entity::find(),
    }
}

impl Store {
    pub(crate) fn new(database: Database) -> Store {
        Store { database }
    }

    pub(crate) async fn find(&self, scope: Scope, slug: &str) -> Result<Option<Thing>> {
        let row = scoped(scope).filter(thing::Column::Slug.eq(slug)).one(&self.database.reader).await.map_err(journal::fault)?;
        Ok(row.map(Thing::from))
    }

    /// One page of things, by slug.
    pub(crate) async fn things(&self, scope: Scope, page: &PageRequest) -> Result<Page<Thing>> {
        let mut select = scoped(scope).order_by_asc(thing::Column::Slug).limit(page.limit());
        if let Some(after) = &page.after {
            select = select.filter(thing::Column::Slug.gt(after.decode::<String>()?));
        }
        let rows = select.all(&self.database.reader).await.map_err(journal::fault)?;
        Page::cut(page, rows.into_iter().map(Thing::from).collect(), |thing: &Thing| thing.slug.clone())
    }

    pub(crate) async fn by_id(&self, scope: Scope, ids: &[ThingId]) -> Result<HashMap<ThingId, Thing>> {
        let rows = scoped(scope)
            .filter(thing::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        Ok(rows.into_iter().map(Thing::from).map(|thing| (thing.id, thing)).collect())
    }
}

impl From<thing::Model> for Thing {
    fn from(row: thing::Model) -> Thing {
        Thing {
            id: ThingId(row.id),
            slug: row.slug,
            name: LocalizedText { kk: row.name_kk, ru: row.name_ru, en: row.name_en },
            party: PartyId::from_uuid(row.party_id),
        }
    }
}
