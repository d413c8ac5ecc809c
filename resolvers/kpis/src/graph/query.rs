//! Where a reader enters.

use async_graphql::{Context, ID, InputObject, Object, Result};
use kernel::{KpiId, ObservationId, Page, PageRequest, PartyId};
use vocabulary::{Connection, Nullable, OrFault, OrNull, connection, page};

use super::{
    loaders::{Code, indicators},
    observation::KpiObservation,
    types::{Dataset, District, Kpi, Party, Service},
};
use crate::{
    error,
    model::{self, QUERY_CHARS_MAX},
    store::Store,
};

pub(crate) struct Query;

/// Which indicators a list shows; all that is given must hold.
#[derive(InputObject)]
pub(crate) struct KpiFilter {
    /// Words that the title or the code holds, in any language; letter case, and Kazakh or Russian letters, do not matter. 100 characters at
    /// most.
    query: Option<String>,
    /// Only of this party.
    owner: Option<ID>,
}

#[Object(name = "Query")]
impl Query {
    /// An indicator by its code; null when there is none.
    #[graphql(tag = "public")]
    async fn kpi(&self, ctx: &Context<'_>, #[graphql(desc = "E.g. `water-loss`.")] code: String) -> Nullable<Kpi> {
        indicators(ctx).load_one(Code(code)).await.map(|found| found.map(Kpi)).or_null(ctx)
    }

    /// The city's indicators, in the order of codes.
    #[graphql(tag = "public")]
    async fn kpis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which indicators; by default all.")] filter: Option<KpiFilter>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Kpi>> {
        let page = page_of_kpis(ctx.data_unchecked::<Store>(), filter, page(first, after)).await;
        page.map(|page| Some(connection(page, Kpi))).or_null(ctx)
    }

    #[graphql(entity)]
    async fn find_kpi_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Kpi>> {
        let Some(id) = KpiId::from_global(&id) else { return Ok(None) };
        Ok(indicators(ctx).load_one(id).await.or_fault(ctx)?.map(Kpi))
    }

    #[graphql(entity)]
    async fn find_kpi_by_code(&self, ctx: &Context<'_>, code: String) -> Result<Option<Kpi>> {
        Ok(indicators(ctx).load_one(Code(code)).await.or_fault(ctx)?.map(Kpi))
    }

    #[graphql(entity)]
    async fn find_kpi_observation_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<KpiObservation>> {
        let Some(id) = ObservationId::from_global(&id) else { return Ok(None) };
        Ok(indicators(ctx).load_one(id).await.or_fault(ctx)?.map(KpiObservation::from))
    }

    #[graphql(entity)]
    async fn find_party_by_id(&self, id: ID) -> Party {
        Party { id }
    }

    #[graphql(entity)]
    async fn find_service_by_id(&self, id: ID) -> Service {
        Service { id }
    }

    #[graphql(entity)]
    async fn find_dataset_by_id(&self, id: ID) -> Dataset {
        Dataset { id }
    }

    #[graphql(entity)]
    async fn find_district_by_id(&self, id: ID) -> District {
        District { id }
    }
}

async fn page_of_kpis(store: &Store, filter: Option<KpiFilter>, page: kernel::Result<PageRequest>) -> kernel::Result<Page<model::Kpi>> {
    let page = page?;
    let Some(filter) = filter else { return store.kpis(&model::KpiFilter::default(), &page).await };
    let query = filter.query.unwrap_or_default();
    if query.chars().count() > QUERY_CHARS_MAX {
        return Err(error::query_too_long());
    }
    let owner = filter.owner.map(|id| PartyId::from_global(&id));
    if owner == Some(None) {
        // An id of no party: nobody answers for these.
        return Page::cut(&page, Vec::new(), |kpi: &model::Kpi| kpi.code.clone());
    }
    let words = kernel::fold(&query).split_whitespace().map(str::to_owned).collect();
    store.kpis(&model::KpiFilter { words, owner: owner.flatten() }, &page).await
}
