//! Where a reader enters.

use async_graphql::{Context, ID, Object, Result};
use kernel::{DistrictId, PartyId, PersonId};
use vocabulary::{Connection, OrFault, connection, page, request};

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
    async fn party(&self, ctx: &Context<'_>, #[graphql(desc = "E.g. `water-arys`.")] slug: String) -> Result<Option<Party>> {
        Ok(store(ctx).find_party(&slug).await.or_fault(ctx)?.map(Party))
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
    ) -> Result<Option<Connection<Party>>> {
        let words = model::words(&query.unwrap_or_default()).ok_or_else(error::query_too_long).or_fault(ctx)?;
        let filter = PartyFilter { kind: kind.map(Into::into), words };
        let page = page(first, after).or_fault(ctx)?;
        let parties = store(ctx).parties(&filter, &page).await.or_fault(ctx)?;
        Ok(Some(connection(parties, Party)))
    }

    /// The region's cities and districts, cities first.
    #[graphql(tag = "public")]
    async fn districts(&self, ctx: &Context<'_>) -> Result<Option<Vec<District>>> {
        Ok(Some(store(ctx).districts().await.or_fault(ctx)?.into_iter().map(District).collect()))
    }

    /// A city or district by its short name; null when there is none.
    #[graphql(tag = "public")]
    async fn district(&self, ctx: &Context<'_>, #[graphql(desc = "E.g. `turkistan-city`.")] slug: String) -> Result<Option<District>> {
        Ok(store(ctx).find_district(&slug).await.or_fault(ctx)?.map(District))
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
