//! Where a reader enters.

use async_graphql::{Context, ID, Object, Result};
use kernel::{DistrictId, Page, PageRequest, PartyId, PersonId};
use vocabulary::{Connection, Nullable, OrFault, OrNull, connection, list_size, page, request};

use super::{
    loaders::directory,
    types::{District, Officer, Party, PartyKind, Viewer},
};
use crate::{
    error,
    model::{self, PartyFilter},
    store::Store,
};

pub(crate) struct Query;

fn store<'a>(ctx: &Context<'a>) -> &'a Store {
    ctx.data_unchecked::<Store>()
}

#[Object(name = "Query")]
impl Query {
    /// Whoever asks; null when nobody has signed in.
    #[graphql(tag = "public")]
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Viewer> {
        request(ctx).actor.person().cloned().map(Viewer)
    }

    /// A party by its short name; null when there is none.
    #[graphql(tag = "public")]
    async fn party(&self, ctx: &Context<'_>, #[graphql(desc = "E.g. `water-arys`.")] slug: String) -> Nullable<Party> {
        directory(ctx).load_one(PartyId::of_slug(&slug)).await.map(|found| found.map(Party)).or_null(ctx)
    }

    /// Whoever can be responsible, in the order of short names.
    #[graphql(tag = "public")]
    async fn parties(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only bodies of this kind.")] kind: Option<PartyKind>,
        #[graphql(desc = "Words that the name holds, in any language; letter case, and Kazakh or Russian letters, do not matter. 100 \
                          characters at most.")]
        query: Option<String>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Party>> {
        let page = page_of_parties(store(ctx), kind, &query.unwrap_or_default(), page(first, after)).await;
        page.map(|page| Some(connection(page, Party))).or_null(ctx)
    }

    /// The region's cities and districts, cities first.
    #[graphql(tag = "public", directive = list_size::apply(20))]
    async fn districts(&self, ctx: &Context<'_>) -> Nullable<Vec<District>> {
        store(ctx).districts().await.map(|all| Some(all.into_iter().map(District).collect())).or_null(ctx)
    }

    /// A city or district by its short name; null when there is none.
    #[graphql(tag = "public")]
    async fn district(&self, ctx: &Context<'_>, #[graphql(desc = "E.g. `turkistan-city`.")] slug: String) -> Nullable<District> {
        directory(ctx).load_one(DistrictId::of_slug(&slug)).await.map(|found| found.map(District)).or_null(ctx)
    }

    #[graphql(entity)]
    async fn find_party_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Party>> {
        let Some(id) = PartyId::from_global(&id) else { return Ok(None) };
        Ok(directory(ctx).load_one(id).await.or_fault(ctx)?.map(Party))
    }

    #[graphql(entity)]
    async fn find_district_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<District>> {
        let Some(id) = DistrictId::from_global(&id) else { return Ok(None) };
        Ok(directory(ctx).load_one(id).await.or_fault(ctx)?.map(District))
    }

    #[graphql(entity)]
    async fn find_officer_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Officer>> {
        let Some(id) = PersonId::from_global(&id) else { return Ok(None) };
        Ok(directory(ctx).load_one(id).await.or_fault(ctx)?.map(Officer))
    }

    #[graphql(entity)]
    async fn find_viewer_by_id(&self, ctx: &Context<'_>, id: ID) -> Option<Viewer> {
        let person = request(ctx).actor.person()?;
        (Viewer::global(person.id) == *id).then(|| Viewer(person.clone()))
    }
}

async fn page_of_parties(
    store: &Store,
    kind: Option<PartyKind>,
    query: &str,
    page: kernel::Result<PageRequest>,
) -> kernel::Result<Page<model::Party>> {
    let words = model::words(query).ok_or_else(error::query_too_long)?;
    store.parties(&PartyFilter { kind: kind.map(Into::into), words }, &page?).await
}
