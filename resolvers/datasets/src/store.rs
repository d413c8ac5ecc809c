//! The room's queries. Every read of the catalogue begins with [`scoped`]; the rows of a version are reached only through it.

mod aggregate;
mod publish;
mod rows;

use std::collections::HashMap;

use journal::{Database, holding};
use kernel::{DatasetId, DatasetVersionId, Error, LocalizedText, Page, PageRequest, PartyId, Result, ServiceId};
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Alias, Expr, Func, Order, Query, WindowStatement},
};
use uuid::Uuid;
use vocabulary::UpdatePeriod;

use crate::{
    entity::{dataset, dataset_service, dataset_version},
    model::{Dataset, DatasetFilter, Version},
    policy::{self, Scope},
};

pub(crate) use aggregate::{AggregateQuery, Group, Measured, version_of_cursor as groups_begun_in};
pub(crate) use publish::{Created, NewDataset, create, drop_all, lock, publish};
pub(crate) use rows::{RowQuery, version_of_cursor as rows_begun_in};

/// The room's part of the database.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) database: Database,
}

/// Where every read of the catalogue begins.
fn scoped<E: EntityTrait>(scope: Scope) -> Select<E> {
    match scope {
        Scope::All => E::find(),
    }
}

impl Store {
    pub(crate) fn new(database: Database) -> Store {
        Store { database }
    }

    fn reader(&self) -> &DatabaseConnection {
        &self.database.reader
    }

    /// One page of the catalogue, by slug.
    pub(crate) async fn datasets(&self, filter: &DatasetFilter, page: &PageRequest) -> Result<Page<Dataset>> {
        let mut select = scoped::<dataset::Entity>(policy::catalogue()).order_by_asc(dataset::Column::Slug).limit(page.limit());
        for word in &filter.words {
            select = select.filter(dataset::Column::Folded.like(holding(word)));
        }
        if let Some(publisher) = filter.publisher {
            select = select.filter(dataset::Column::PublisherId.eq(publisher.uuid()));
        }
        if let Some(period) = filter.period {
            select = select.filter(dataset::Column::Period.eq(period.word()));
        }
        if let Some(after) = &page.after {
            select = select.filter(dataset::Column::Slug.gt(after.decode::<String>()?));
        }
        let rows = select.all(self.reader()).await.map_err(journal::fault)?;
        let datasets = rows.into_iter().map(Dataset::try_from).collect::<Result<_>>()?;
        Page::cut(page, datasets, |dataset: &Dataset| dataset.slug.clone())
    }

    pub(crate) async fn datasets_by_id(&self, ids: &[DatasetId]) -> Result<HashMap<DatasetId, Dataset>> {
        let rows = scoped::<dataset::Entity>(policy::catalogue())
            .filter(dataset::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(|row| Dataset::try_from(row).map(|dataset| (dataset.id, dataset))).collect()
    }

    pub(crate) async fn datasets_by_slug(&self, slugs: &[String]) -> Result<HashMap<String, Dataset>> {
        let rows = scoped::<dataset::Entity>(policy::catalogue())
            .filter(dataset::Column::Slug.is_in(slugs))
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(|row| Dataset::try_from(row).map(|dataset| (dataset.slug.clone(), dataset))).collect()
    }

    /// The datasets about each service, by slug. A service has a handful of them.
    pub(crate) async fn datasets_of_services(&self, services: &[ServiceId]) -> Result<HashMap<ServiceId, Vec<Dataset>>> {
        let pairs: Vec<(Uuid, Uuid)> = scoped::<dataset_service::Entity>(policy::catalogue())
            .select_only()
            .columns([dataset_service::Column::ServiceId, dataset_service::Column::DatasetId])
            .filter(dataset_service::Column::ServiceId.is_in(services.iter().map(|id| id.uuid())))
            .into_tuple()
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        let ids: Vec<DatasetId> = pairs.iter().map(|(_, dataset)| DatasetId::from_uuid(*dataset)).collect();
        let datasets = self.datasets_by_id(&ids).await?;
        let mut about: HashMap<ServiceId, Vec<Dataset>> = services.iter().map(|id| (*id, Vec::new())).collect();
        for (service, dataset) in pairs {
            if let Some(dataset) = datasets.get(&DatasetId::from_uuid(dataset)) {
                about.entry(ServiceId::from_uuid(service)).or_default().push(dataset.clone());
            }
        }
        for datasets in about.values_mut() {
            datasets.sort_by(|a, b| a.slug.cmp(&b.slug));
        }
        Ok(about)
    }

    pub(crate) async fn versions_by_id(&self, ids: &[DatasetVersionId]) -> Result<HashMap<DatasetVersionId, Version>> {
        let rows = scoped::<dataset_version::Entity>(policy::catalogue())
            .filter(dataset_version::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        Ok(rows.into_iter().map(Version::from).map(|version| (version.id, version)).collect())
    }

    /// Versions by dataset and number.
    pub(crate) async fn versions_by_number(&self, keys: &[(DatasetId, i32)]) -> Result<HashMap<(DatasetId, i32), Version>> {
        let rows = scoped::<dataset_version::Entity>(policy::catalogue())
            .filter(dataset_version::Column::DatasetId.is_in(keys.iter().map(|(dataset, _)| dataset.uuid())))
            .filter(dataset_version::Column::Number.is_in(keys.iter().map(|(_, number)| *number)))
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        Ok(rows.into_iter().map(Version::from).map(|version| ((version.dataset, version.number), version)).collect())
    }

    /// The newest versions of each dataset before a number, newest first, `limit` of each at most, in one statement.
    pub(crate) async fn versions_before(
        &self,
        datasets: &[DatasetId],
        before: i32,
        limit: u64,
    ) -> Result<HashMap<DatasetId, Vec<Version>>> {
        let newest_first = WindowStatement::partition_by(dataset_version::Column::DatasetId)
            .order_by(dataset_version::Column::Number, Order::Desc)
            .to_owned();
        let mut ranked = scoped::<dataset_version::Entity>(policy::catalogue())
            .filter(dataset_version::Column::DatasetId.is_in(datasets.iter().map(|id| id.uuid())))
            .filter(dataset_version::Column::Number.lt(before))
            .into_query();
        ranked.expr_window_as(Func::cust("ROW_NUMBER"), newest_first, Alias::new("place"));
        let select = Query::select()
            .column(sea_orm::sea_query::Asterisk)
            .from_subquery(ranked, "ranked")
            .and_where(Expr::col("place").lte(limit))
            .order_by("number", Order::Desc)
            .to_owned();
        let rows = dataset_version::Model::find_by_statement(sea_orm::StatementBuilder::build(
            &select,
            &sea_orm::ConnectionTrait::get_database_backend(self.reader()),
        ))
        .all(self.reader())
        .await
        .map_err(journal::fault)?;
        let mut versions: HashMap<DatasetId, Vec<Version>> = datasets.iter().map(|id| (*id, Vec::new())).collect();
        for version in rows.into_iter().map(Version::from) {
            versions.entry(version.dataset).or_default().push(version);
        }
        Ok(versions)
    }
}

impl TryFrom<dataset::Model> for Dataset {
    type Error = Error;

    fn try_from(row: dataset::Model) -> Result<Dataset> {
        let period = UpdatePeriod::from_word(&row.period).ok_or_else(|| Error::internal(format!("update period {}", row.period)))?;
        Ok(Dataset {
            id: DatasetId::from_uuid(row.id),
            slug: row.slug,
            title: LocalizedText { kk: row.title_kk, ru: row.title_ru, en: row.title_en },
            description: LocalizedText { kk: row.description_kk, ru: row.description_ru, en: row.description_en },
            publisher: row.publisher_id.map(PartyId::from_uuid),
            licence: row.licence,
            period,
            synthetic: row.synthetic,
            schema: serde_json::from_value(row.columns).map_err(Error::internal)?,
            latest: row.latest,
            created_at: row.created_at,
        })
    }
}

impl From<dataset_version::Model> for Version {
    fn from(row: dataset_version::Model) -> Version {
        Version {
            id: DatasetVersionId::from_uuid(row.id),
            dataset: DatasetId::from_uuid(row.dataset_id),
            number: row.number,
            published_at: row.published_at,
            row_count: row.row_count,
            checksum: row.checksum,
            filled_cells: row.filled_cells,
        }
    }
}
