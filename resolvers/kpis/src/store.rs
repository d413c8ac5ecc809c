//! The room's queries. Every read begins with [`scoped`].

mod observations;
mod record;
mod rows;

use std::collections::HashMap;

use journal::{Database, holding};
use kernel::{DatasetId, KpiId, Page, PageRequest, PartyId, Result, ServiceId};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::{
    entity::{kpi, kpi_dataset, kpi_service, kpi_target},
    model::{Kpi, KpiFilter, Target},
    policy::{self, Scope},
};

pub(crate) use observations::{ObservationQuery, Place};
pub(crate) use record::{Defined, NewKpi, clear, compute_jobs, define, lock, nightly, record, set_target};

/// The room's part of the database.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) database: Database,
}

/// Where every read begins.
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

    /// One page of indicators, by code.
    pub(crate) async fn kpis(&self, filter: &KpiFilter, page: &PageRequest) -> Result<Page<Kpi>> {
        let mut select = scoped::<kpi::Entity>(policy::indicators()).order_by_asc(kpi::Column::Code).limit(page.limit());
        for word in &filter.words {
            select = select.filter(kpi::Column::Folded.like(holding(word)));
        }
        if let Some(owner) = filter.owner {
            select = select.filter(kpi::Column::OwnerId.eq(owner.uuid()));
        }
        if let Some(after) = &page.after {
            select = select.filter(kpi::Column::Code.gt(after.decode::<String>()?));
        }
        let rows = select.all(self.reader()).await.map_err(journal::fault)?;
        let kpis = rows.into_iter().map(Kpi::try_from).collect::<Result<_>>()?;
        Page::cut(page, kpis, |kpi: &Kpi| kpi.code.clone())
    }

    pub(crate) async fn kpis_by_id(&self, ids: &[KpiId]) -> Result<HashMap<KpiId, Kpi>> {
        let rows = scoped::<kpi::Entity>(policy::indicators())
            .filter(kpi::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(|row| Kpi::try_from(row).map(|kpi| (kpi.id, kpi))).collect()
    }

    pub(crate) async fn kpis_by_code(&self, codes: &[String]) -> Result<HashMap<String, Kpi>> {
        let rows = scoped::<kpi::Entity>(policy::indicators())
            .filter(kpi::Column::Code.is_in(codes))
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(|row| Kpi::try_from(row).map(|kpi| (kpi.code.clone(), kpi))).collect()
    }

    /// The indicators that each party owns, by code. A party has a handful of them.
    pub(crate) async fn kpis_of_parties(&self, parties: &[PartyId]) -> Result<HashMap<PartyId, Vec<Kpi>>> {
        let rows = scoped::<kpi::Entity>(policy::indicators())
            .filter(kpi::Column::OwnerId.is_in(parties.iter().map(|id| id.uuid())))
            .order_by_asc(kpi::Column::Code)
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        let mut owned: HashMap<PartyId, Vec<Kpi>> = parties.iter().map(|id| (*id, Vec::new())).collect();
        for kpi in rows.into_iter().map(Kpi::try_from) {
            let kpi = kpi?;
            if let Some(owner) = kpi.owner {
                owned.entry(owner).or_default().push(kpi);
            }
        }
        Ok(owned)
    }

    /// The indicators about each service, by code.
    pub(crate) async fn kpis_of_services(&self, services: &[ServiceId]) -> Result<HashMap<ServiceId, Vec<Kpi>>> {
        let pairs: Vec<(Uuid, Uuid)> = scoped::<kpi_service::Entity>(policy::indicators())
            .select_only()
            .columns([kpi_service::Column::ServiceId, kpi_service::Column::KpiId])
            .filter(kpi_service::Column::ServiceId.is_in(services.iter().map(|id| id.uuid())))
            .into_tuple()
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        let related = self.related(pairs).await?;
        Ok(services.iter().map(|id| (*id, related.get(&id.uuid()).cloned().unwrap_or_default())).collect())
    }

    /// The indicators that count on each dataset, by code.
    pub(crate) async fn kpis_of_datasets(&self, datasets: &[DatasetId]) -> Result<HashMap<DatasetId, Vec<Kpi>>> {
        let pairs: Vec<(Uuid, Uuid)> = scoped::<kpi_dataset::Entity>(policy::indicators())
            .select_only()
            .columns([kpi_dataset::Column::DatasetId, kpi_dataset::Column::KpiId])
            .filter(kpi_dataset::Column::DatasetId.is_in(datasets.iter().map(|id| id.uuid())))
            .into_tuple()
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        let related = self.related(pairs).await?;
        Ok(datasets.iter().map(|id| (*id, related.get(&id.uuid()).cloned().unwrap_or_default())).collect())
    }

    async fn related(&self, pairs: Vec<(Uuid, Uuid)>) -> Result<HashMap<Uuid, Vec<Kpi>>> {
        let ids: Vec<KpiId> = pairs.iter().map(|(_, kpi)| KpiId::from_uuid(*kpi)).collect();
        let kpis = self.kpis_by_id(&ids).await?;
        let mut related: HashMap<Uuid, Vec<Kpi>> = HashMap::new();
        for (other, kpi) in pairs {
            related.entry(other).or_default().extend(kpis.get(&KpiId::from_uuid(kpi)).cloned());
        }
        for list in related.values_mut() {
            list.sort_by(|a, b| a.code.cmp(&b.code));
        }
        Ok(related)
    }

    /// All targets of each indicator. There is one in a year or so.
    pub(crate) async fn targets(&self, kpis: &[KpiId]) -> Result<HashMap<KpiId, Vec<Target>>> {
        let rows = scoped::<kpi_target::Entity>(policy::indicators())
            .filter(kpi_target::Column::KpiId.is_in(kpis.iter().map(|id| id.uuid())))
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        let mut targets: HashMap<KpiId, Vec<Target>> = kpis.iter().map(|id| (*id, Vec::new())).collect();
        for row in rows {
            targets.entry(KpiId::from_uuid(row.kpi_id)).or_default().push(Target::try_from(row)?);
        }
        Ok(targets)
    }

    /// The indicators that are derived from the one with this code.
    pub(crate) async fn derived_from(&self, code: &str) -> Result<Vec<String>> {
        let rows = scoped::<kpi::Entity>(policy::indicators())
            .filter(kpi::Column::Kind.eq("derived"))
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        let mut codes = Vec::new();
        for kpi in rows.into_iter().map(Kpi::try_from) {
            let kpi = kpi?;
            if kpi.definition.kpis().contains(code) {
                codes.push(kpi.code);
            }
        }
        Ok(codes)
    }
}
