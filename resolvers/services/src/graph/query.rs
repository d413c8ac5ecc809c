//! Where a reader enters.

use async_graphql::{Context, ID, Object, Result};
use kernel::{Page, PageRequest, PartyId, ServiceId, SourceSystemId};
use vocabulary::{Connection, Nullable, OrFault, OrNull, connection, list_size, page};

use super::{
    loaders::catalogue,
    types::{Party, Service, ServiceFilter, SourceSystem},
};
use crate::{
    error,
    model::{self, Filter},
    store::Store,
};

pub(crate) struct Query;

fn store<'a>(ctx: &Context<'a>) -> &'a Store {
    ctx.data_unchecked::<Store>()
}

#[Object(name = "Query")]
impl Query {
    /// A service by its code; null when there is none.
    #[graphql(tag = "public")]
    async fn service(&self, ctx: &Context<'_>, #[graphql(desc = "E.g. `birth-registration`.")] code: String) -> Nullable<Service> {
        catalogue(ctx).load_one(ServiceId::of_slug(&code)).await.map(|found| found.map(Service)).or_null(ctx)
    }

    /// The catalogue of services, in the order of codes.
    #[graphql(tag = "public")]
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only services that fit.")] filter: Option<ServiceFilter>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Service>> {
        let services = page_of_services(store(ctx), filter.unwrap_or_default(), page(first, after)).await;
        services.map(|page| Some(connection(page, Service))).or_null(ctx)
    }

    /// The systems that services come from.
    #[graphql(tag = "public", directive = list_size::apply(20))]
    async fn source_systems(&self, ctx: &Context<'_>) -> Nullable<Vec<SourceSystem>> {
        store(ctx).sources().await.map(|all| Some(all.into_iter().map(SourceSystem).collect())).or_null(ctx)
    }

    #[graphql(entity)]
    async fn find_service_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Service>> {
        let Some(id) = ServiceId::from_global(&id) else { return Ok(None) };
        Ok(catalogue(ctx).load_one(id).await.or_fault(ctx)?.map(Service))
    }

    #[graphql(entity)]
    async fn find_service_by_code(&self, ctx: &Context<'_>, code: String) -> Result<Option<Service>> {
        Ok(catalogue(ctx).load_one(ServiceId::of_slug(&code)).await.or_fault(ctx)?.map(Service))
    }

    #[graphql(entity)]
    async fn find_source_system_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<SourceSystem>> {
        let Some(id) = SourceSystemId::from_global(&id) else { return Ok(None) };
        Ok(catalogue(ctx).load_one(id).await.or_fault(ctx)?.map(SourceSystem))
    }

    #[graphql(entity)]
    async fn find_party_by_id(&self, id: ID) -> Option<Party> {
        PartyId::from_global(&id).map(Party::stub)
    }
}

async fn page_of_services(store: &Store, filter: ServiceFilter, page: kernel::Result<PageRequest>) -> kernel::Result<Page<model::Service>> {
    let words = model::search_words(&filter.query.unwrap_or_default()).ok_or_else(error::query_too_long)?;
    let page = page?;
    // An id of something else fits no service.
    let (provider, source) =
        (filter.provider.map(|id| PartyId::from_global(&id)), filter.source.map(|id| SourceSystemId::from_global(&id)));
    if provider == Some(None) || source == Some(None) {
        return Page::cut(&page, Vec::new(), |service: &model::Service| service.code.clone());
    }
    let filter = Filter { words, provider: provider.flatten(), channel: filter.channel.map(Into::into), source: source.flatten() };
    store.services(&filter, &page).await
}
