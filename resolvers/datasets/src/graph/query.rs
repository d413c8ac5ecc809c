//! Where a reader enters.

use async_graphql::{Context, ID, InputObject, Object, Result};
use kernel::{DatasetId, DatasetVersionId, Page, PageRequest, PartyId};
use vocabulary::{Connection, Nullable, OrFault, OrNull, UpdatePeriod, connection, page};

use super::{
    loaders::{Slug, catalogue},
    types::{self, Dataset, DatasetVersion, Service},
};
use crate::{
    error,
    model::{self, QUERY_CHARS_MAX},
    store::Store,
};

pub(crate) struct Query;

/// Which datasets a list shows; all that is given must hold.
#[derive(InputObject)]
pub(crate) struct DatasetFilter {
    /// Words that the title or the description holds, in any language; letter case, and Kazakh or Russian letters, do not matter. 100
    /// characters at most.
    query: Option<String>,
    /// Only of this party.
    publisher: Option<ID>,
    /// Only those that are renewed this often.
    period: Option<UpdatePeriod>,
}

#[Object(name = "Query")]
impl Query {
    /// A dataset by its short name; null when there is none.
    #[graphql(tag = "public")]
    async fn dataset(&self, ctx: &Context<'_>, #[graphql(desc = "E.g. `water-readings`.")] slug: String) -> Nullable<Dataset> {
        catalogue(ctx).load_one(Slug(slug)).await.map(|found| found.map(Dataset)).or_null(ctx)
    }

    /// The city's open data, in the order of short names.
    #[graphql(tag = "public")]
    async fn datasets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which datasets; by default all.")] filter: Option<DatasetFilter>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Dataset>> {
        let page = page_of_datasets(ctx.data_unchecked::<Store>(), filter, page(first, after)).await;
        page.map(|page| Some(connection(page, Dataset))).or_null(ctx)
    }

    #[graphql(entity)]
    async fn find_dataset_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Dataset>> {
        let Some(id) = DatasetId::from_global(&id) else { return Ok(None) };
        Ok(catalogue(ctx).load_one(id).await.or_fault(ctx)?.map(Dataset))
    }

    #[graphql(entity)]
    async fn find_dataset_by_slug(&self, ctx: &Context<'_>, slug: String) -> Result<Option<Dataset>> {
        Ok(catalogue(ctx).load_one(Slug(slug)).await.or_fault(ctx)?.map(Dataset))
    }

    #[graphql(entity)]
    async fn find_dataset_version_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<DatasetVersion>> {
        let Some(id) = DatasetVersionId::from_global(&id) else { return Ok(None) };
        types::version(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_service_by_id(&self, id: ID) -> Service {
        Service { id }
    }
}

async fn page_of_datasets(
    store: &Store,
    filter: Option<DatasetFilter>,
    page: kernel::Result<PageRequest>,
) -> kernel::Result<Page<model::Dataset>> {
    let page = page?;
    let Some(filter) = filter else { return store.datasets(&model::DatasetFilter::default(), &page).await };
    let query = filter.query.unwrap_or_default();
    if query.chars().count() > QUERY_CHARS_MAX {
        return Err(error::query_too_long());
    }
    let publisher = filter.publisher.map(|id| PartyId::from_global(&id));
    if publisher == Some(None) {
        // An id of no party: nobody published these.
        return Page::cut(&page, Vec::new(), |dataset: &model::Dataset| dataset.slug.clone());
    }
    let words = kernel::fold(&query).split_whitespace().map(str::to_owned).collect();
    store.datasets(&model::DatasetFilter { words, publisher: publisher.flatten(), period: filter.period }, &page).await
}
