//! What a call asks for at once is read at once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, dataloader::Loader};
use kernel::{Cursor, Error, Page, PageRequest, PartyId, ServiceId, SourceSystemId};
use vocabulary::Batched;

use crate::{
    model::{Channel, RequiredDocument, Service, SourceSystem},
    store::Store,
};

/// Reads for one call.
pub(crate) struct Catalogue {
    pub(crate) store: Store,
}

/// The key of a service's channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ChannelsOf(pub(crate) ServiceId);

/// The key of what a service asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DocumentsOf(pub(crate) ServiceId);

/// The key of one page of a party's services.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ServicesOf {
    provider: PartyId,
    first: u32,
    after: Option<String>,
}

impl ServicesOf {
    /// Checks the cursor here, so that a wrong one is the fault of its own field and not of the batch.
    pub(crate) fn new(provider: PartyId, page: &PageRequest) -> kernel::Result<ServicesOf> {
        if let Some(after) = &page.after {
            after.decode::<String>()?;
        }
        Ok(ServicesOf { provider, first: page.first, after: page.after.as_ref().map(|after| after.as_str().to_owned()) })
    }
}

/// The call's loader.
pub(crate) fn catalogue<'a>(ctx: &Context<'a>) -> &'a Batched<Catalogue> {
    ctx.data_unchecked::<Batched<Catalogue>>()
}

type Loaded<K, V> = Result<HashMap<K, V>, Arc<Error>>;

impl Loader<ServiceId> for Catalogue {
    type Value = Service;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ServiceId]) -> Loaded<ServiceId, Service> {
        self.store.services_by_id(ids).await.map_err(Arc::new)
    }
}

impl Loader<SourceSystemId> for Catalogue {
    type Value = SourceSystem;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[SourceSystemId]) -> Loaded<SourceSystemId, SourceSystem> {
        self.store.sources_by_id(ids).await.map_err(Arc::new)
    }
}

impl Loader<ChannelsOf> for Catalogue {
    type Value = Vec<Channel>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ChannelsOf]) -> Loaded<ChannelsOf, Vec<Channel>> {
        let ids: Vec<ServiceId> = keys.iter().map(|key| key.0).collect();
        let channels = self.store.channels(&ids).await.map_err(Arc::new)?;
        Ok(channels.into_iter().map(|(id, channels)| (ChannelsOf(id), channels)).collect())
    }
}

impl Loader<DocumentsOf> for Catalogue {
    type Value = Vec<RequiredDocument>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[DocumentsOf]) -> Loaded<DocumentsOf, Vec<RequiredDocument>> {
        let ids: Vec<ServiceId> = keys.iter().map(|key| key.0).collect();
        let documents = self.store.documents(&ids).await.map_err(Arc::new)?;
        Ok(documents.into_iter().map(|(id, documents)| (DocumentsOf(id), documents)).collect())
    }
}

impl Loader<ServicesOf> for Catalogue {
    type Value = Page<Service>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ServicesOf]) -> Loaded<ServicesOf, Page<Service>> {
        let mut pages: HashMap<(u32, Option<String>), Vec<PartyId>> = HashMap::new();
        for key in keys {
            pages.entry((key.first, key.after.clone())).or_default().push(key.provider);
        }
        let mut loaded = HashMap::with_capacity(keys.len());
        // One selection has one `first` and `after`, so this is one statement unless the field is asked for under several names.
        for ((first, after), providers) in pages {
            let page = PageRequest { first, after: after.clone().map(Cursor::from_wire) };
            let services = self.store.services_of(&providers, &page).await.map_err(Arc::new)?;
            let keyed = services.into_iter().map(|(provider, page)| (ServicesOf { provider, first, after: after.clone() }, page));
            loaded.extend(keyed);
        }
        Ok(loaded)
    }
}
