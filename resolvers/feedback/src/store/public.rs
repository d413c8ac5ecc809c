//! The public list of reports.

use chrono::{DateTime, Utc};
use kernel::{Page, PageRequest, Result};
use sea_orm::{ColumnTrait, Condition, QueryFilter};
use uuid::Uuid;

use super::{Store, newest_first, public};
use crate::{
    entity::feedback::{Column, Model},
    reference::Cell,
    search::{self, Words},
};

/// Which reports a public list shows. What is absent narrows nothing; an empty list finds nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct PublicFilter {
    pub(crate) references: Option<Vec<String>>,
    /// Slugs.
    pub(crate) categories: Option<Vec<String>>,
    /// Slug.
    pub(crate) district: Option<String>,
    pub(crate) service: Option<Uuid>,
    pub(crate) responsible: Option<Uuid>,
    pub(crate) status: Option<String>,
    pub(crate) open: Option<bool>,
    /// The first instant and the last one.
    pub(crate) received: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    pub(crate) query: Option<String>,
    /// The squares in the south-west and the north-east.
    pub(crate) within: Option<(Cell, Cell)>,
}

impl Store {
    /// The public list, newest first.
    pub(crate) async fn published(&self, filter: PublicFilter, page: &PageRequest) -> Result<Page<Model>> {
        let (from, until) = filter.received;
        let mut wanted = Condition::all()
            .add_option(filter.references.map(|references| Column::Reference.is_in(references)))
            .add_option(filter.categories.map(|slugs| Column::Category.is_in(slugs)))
            .add_option(filter.district.map(|slug| Column::District.eq(slug)))
            .add_option(filter.service.map(|service| Column::ServiceId.eq(service)))
            .add_option(filter.responsible.map(|party| Column::PartyId.eq(party)))
            .add_option(filter.status.map(|status| Column::Status.eq(status)))
            .add_option(filter.open.map(|open| Column::Ended.eq(!open)))
            .add_option(from.map(|from| Column::ReceivedAt.gte(from)))
            .add_option(until.map(|until| Column::ReceivedAt.lte(until)))
            .add_option(filter.query.map(|query| search::holds(self.0.get_database_backend(), Words::Public, &query)));
        if let Some((south_west, north_east)) = filter.within {
            wanted = wanted.add(Column::CellNorth.between(south_west.north, north_east.north));
            wanted = wanted.add(Column::CellEast.between(south_west.east, north_east.east));
        }
        newest_first(public().filter(wanted), page, &self.0).await
    }
}
