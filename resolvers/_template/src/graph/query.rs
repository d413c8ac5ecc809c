//! Where a reader enters.

use async_graphql::{Context, ID, Object, Result};
use kernel::{Page, PageRequest};
use vocabulary::{Connection, Nullable, OrFault, OrNull, connection, page, request};

use super::{loaders::things, types::Thing};
use crate::{
    error,
    model::{self, SLUG_CHARS_MAX, ThingId},
    policy,
    store::Store,
};

pub(crate) struct Query;

fn store<'a>(ctx: &Context<'a>) -> &'a Store {
    ctx.data_unchecked::<Store>()
}

#[Object(name = "Query")]
impl Query {
    /// A thing by its short name; null when there is none.
    #[graphql(tag = "public")]
    async fn thing(&self, ctx: &Context<'_>, #[graphql(desc = "E.g. `first`; 100 characters at most.")] slug: String) -> Nullable<Thing> {
        find(ctx, &slug).await.map(|found| found.map(Thing)).or_null(ctx)
    }

    /// All things, in the order of short names.
    #[graphql(tag = "public")]
    async fn things(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Thing>> {
        page_of_things(ctx, page(first, after)).await.map(|page| Some(connection(page, Thing))).or_null(ctx)
    }

    #[graphql(entity)]
    async fn find_thing_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Thing>> {
        let Some(id) = ThingId::from_global(&id) else { return Ok(None) };
        Ok(things(ctx).load_one(id).await.or_fault(ctx)?.map(Thing))
    }
}

async fn find(ctx: &Context<'_>, slug: &str) -> kernel::Result<Option<model::Thing>> {
    if slug.chars().count() > SLUG_CHARS_MAX {
        return Err(error::slug_too_long());
    }
    store(ctx).find(policy::things(&request(ctx).actor), slug).await
}

async fn page_of_things(ctx: &Context<'_>, page: kernel::Result<PageRequest>) -> kernel::Result<Page<model::Thing>> {
    store(ctx).things(policy::things(&request(ctx).actor), &page?).await
}
