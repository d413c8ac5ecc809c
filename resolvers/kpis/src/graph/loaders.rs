//! What a call asks for at once is read at once.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::Arc,
};

use async_graphql::{Context, dataloader::Loader};
use kernel::{DatasetId, DistrictId, Error, KpiId, ObservationId, PartyId, ServiceId};
use vocabulary::Batched;

use crate::{
    model::{Kpi, Observation, Target},
    store::{ObservationQuery, Store},
};

/// Reads for one call.
pub(crate) struct Indicators {
    pub(crate) store: Store,
}

/// The key of an indicator by its code.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Code(pub(crate) String);

/// The key of an indicator's targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TargetsOf(pub(crate) KpiId);

/// The key of a page of an indicator's observations in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ObservationsOf {
    pub(crate) kpi: KpiId,
    pub(crate) district: Option<DistrictId>,
    pub(crate) query: ObservationQuery,
}

/// The key of a page of a district's observations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ObservationsIn {
    pub(crate) district: DistrictId,
    pub(crate) query: ObservationQuery,
}

/// The call's loader.
pub(crate) fn indicators<'a>(ctx: &Context<'a>) -> &'a Batched<Indicators> {
    ctx.data_unchecked::<Batched<Indicators>>()
}

type Loaded<K, V> = Result<HashMap<K, V>, Arc<Error>>;

impl Loader<KpiId> for Indicators {
    type Value = Kpi;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[KpiId]) -> Loaded<KpiId, Kpi> {
        self.store.kpis_by_id(ids).await.map_err(Arc::new)
    }
}

impl Loader<Code> for Indicators {
    type Value = Kpi;
    type Error = Arc<Error>;

    async fn load(&self, codes: &[Code]) -> Loaded<Code, Kpi> {
        let codes: Vec<String> = codes.iter().map(|code| code.0.clone()).collect();
        let kpis = self.store.kpis_by_code(&codes).await.map_err(Arc::new)?;
        Ok(kpis.into_iter().map(|(code, kpi)| (Code(code), kpi)).collect())
    }
}

impl Loader<ObservationId> for Indicators {
    type Value = Observation;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ObservationId]) -> Loaded<ObservationId, Observation> {
        self.store.observations_by_id(ids).await.map_err(Arc::new)
    }
}

impl Loader<TargetsOf> for Indicators {
    type Value = Vec<Target>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TargetsOf]) -> Loaded<TargetsOf, Vec<Target>> {
        let ids: Vec<KpiId> = keys.iter().map(|key| key.0).collect();
        let targets = self.store.targets(&ids).await.map_err(Arc::new)?;
        Ok(targets.into_iter().map(|(kpi, targets)| (TargetsOf(kpi), targets)).collect())
    }
}

impl Loader<ObservationsOf> for Indicators {
    type Value = Vec<Observation>;
    type Error = Arc<Error>;

    /// One statement for each page that is asked for, however many indicators and places ask for it.
    async fn load(&self, keys: &[ObservationsOf]) -> Loaded<ObservationsOf, Vec<Observation>> {
        let mut lists: HashMap<ObservationsOf, Vec<Observation>> = keys.iter().map(|key| (*key, Vec::new())).collect();
        for query in distinct(keys.iter().map(|key| key.query)) {
            let asked = || keys.iter().filter(|key| key.query == query);
            let kpis = distinct(asked().map(|key| key.kpi));
            let places = distinct(asked().map(|key| key.district));
            for observation in self.store.observations(&kpis, &places, &query).await.map_err(Arc::new)? {
                let key = ObservationsOf { kpi: observation.kpi, district: observation.draft.district, query };
                if let Some(list) = lists.get_mut(&key) {
                    list.push(observation);
                }
            }
        }
        Ok(lists)
    }
}

impl Loader<ObservationsIn> for Indicators {
    type Value = Vec<Observation>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ObservationsIn]) -> Loaded<ObservationsIn, Vec<Observation>> {
        let mut lists: HashMap<ObservationsIn, Vec<Observation>> = keys.iter().map(|key| (*key, Vec::new())).collect();
        for query in distinct(keys.iter().map(|key| key.query)) {
            let districts = distinct(keys.iter().filter(|key| key.query == query).map(|key| key.district));
            for observation in self.store.observations_of_districts(&districts, &query).await.map_err(Arc::new)? {
                let key = observation.draft.district.map(|district| ObservationsIn { district, query });
                if let Some(list) = key.and_then(|key| lists.get_mut(&key)) {
                    list.push(observation);
                }
            }
        }
        Ok(lists)
    }
}

impl Loader<PartyId> for Indicators {
    type Value = Vec<Kpi>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[PartyId]) -> Loaded<PartyId, Vec<Kpi>> {
        self.store.kpis_of_parties(ids).await.map_err(Arc::new)
    }
}

impl Loader<ServiceId> for Indicators {
    type Value = Vec<Kpi>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ServiceId]) -> Loaded<ServiceId, Vec<Kpi>> {
        self.store.kpis_of_services(ids).await.map_err(Arc::new)
    }
}

impl Loader<DatasetId> for Indicators {
    type Value = Vec<Kpi>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[DatasetId]) -> Loaded<DatasetId, Vec<Kpi>> {
        self.store.kpis_of_datasets(ids).await.map_err(Arc::new)
    }
}

fn distinct<T: Copy + Eq + Hash>(all: impl Iterator<Item = T>) -> Vec<T> {
    all.collect::<HashSet<T>>().into_iter().collect()
}
