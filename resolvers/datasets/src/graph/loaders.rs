//! What a call asks for at once is read at once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, dataloader::Loader};
use kernel::{DatasetId, DatasetVersionId, Error, ServiceId};
use vocabulary::Batched;

use crate::{
    model::{Dataset, Version},
    store::Store,
};

/// Reads for one call.
pub(crate) struct Catalogue {
    pub(crate) store: Store,
}

/// The key of a dataset by its short name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Slug(pub(crate) String);

/// The key of a dataset's versions before a number, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct VersionsOf {
    pub(crate) dataset: DatasetId,
    pub(crate) before: Before,
    pub(crate) limit: u64,
}

/// Where a list of versions begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Before {
    Newest,
    Number(i32),
}

/// The call's loader.
pub(crate) fn catalogue<'a>(ctx: &Context<'a>) -> &'a Batched<Catalogue> {
    ctx.data_unchecked::<Batched<Catalogue>>()
}

type Loaded<K, V> = Result<HashMap<K, V>, Arc<Error>>;

impl Loader<DatasetId> for Catalogue {
    type Value = Dataset;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[DatasetId]) -> Loaded<DatasetId, Dataset> {
        self.store.datasets_by_id(ids).await.map_err(Arc::new)
    }
}

impl Loader<Slug> for Catalogue {
    type Value = Dataset;
    type Error = Arc<Error>;

    async fn load(&self, slugs: &[Slug]) -> Loaded<Slug, Dataset> {
        let slugs: Vec<String> = slugs.iter().map(|slug| slug.0.clone()).collect();
        let datasets = self.store.datasets_by_slug(&slugs).await.map_err(Arc::new)?;
        Ok(datasets.into_iter().map(|(slug, dataset)| (Slug(slug), dataset)).collect())
    }
}

impl Loader<DatasetVersionId> for Catalogue {
    type Value = Version;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[DatasetVersionId]) -> Loaded<DatasetVersionId, Version> {
        self.store.versions_by_id(ids).await.map_err(Arc::new)
    }
}

impl Loader<(DatasetId, i32)> for Catalogue {
    type Value = Version;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[(DatasetId, i32)]) -> Loaded<(DatasetId, i32), Version> {
        self.store.versions_by_number(keys).await.map_err(Arc::new)
    }
}

impl Loader<VersionsOf> for Catalogue {
    type Value = Vec<Version>;
    type Error = Arc<Error>;

    /// One statement for each page that is asked for, however many datasets ask for it.
    async fn load(&self, keys: &[VersionsOf]) -> Loaded<VersionsOf, Vec<Version>> {
        let mut pages: HashMap<(Before, u64), Vec<DatasetId>> = HashMap::new();
        for key in keys {
            pages.entry((key.before, key.limit)).or_default().push(key.dataset);
        }
        let mut versions = HashMap::with_capacity(keys.len());
        for ((before, limit), datasets) in pages {
            let number = match before {
                Before::Newest => i32::MAX,
                Before::Number(number) => number,
            };
            let found = self.store.versions_before(&datasets, number, limit).await.map_err(Arc::new)?;
            versions.extend(found.into_iter().map(|(dataset, list)| (VersionsOf { dataset, before, limit }, list)));
        }
        Ok(versions)
    }
}

impl Loader<ServiceId> for Catalogue {
    type Value = Vec<Dataset>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ServiceId]) -> Loaded<ServiceId, Vec<Dataset>> {
        self.store.datasets_of_services(ids).await.map_err(Arc::new)
    }
}
