//! Where a reader enters.

use async_graphql::{Context, ID, Object, Result};
use kernel::{Page, ServiceId, SurveyId};
use vocabulary::{Connection, Nullable, OrFault, OrNull, connection, page, request};

use super::{
    loaders::surveys,
    types::{Service, Survey, SurveyStatus},
};
use crate::{model, policy, store::Store};

pub(crate) struct Query;

#[Object(name = "Query")]
impl Query {
    /// A survey by its short name; null when there is none.
    #[graphql(tag = "public")]
    async fn survey(&self, ctx: &Context<'_>, #[graphql(desc = "E.g. `service-quality-after-visit`.")] slug: String) -> Nullable<Survey> {
        surveys(ctx).load_one(SurveyId::of_slug(&slug)).await.map(|found| found.map(Survey)).or_null(ctx)
    }

    /// Surveys in the order of short names. Drafts are seen by analysts only.
    #[graphql(tag = "public")]
    async fn surveys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only surveys in this state.")] status: Option<SurveyStatus>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Survey>> {
        page_of_surveys(ctx, status, first, after).await.map(|page| Some(connection(page, Survey))).or_null(ctx)
    }

    #[graphql(entity)]
    async fn find_survey_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Survey>> {
        let Some(id) = SurveyId::from_global(&id) else { return Ok(None) };
        Ok(surveys(ctx).load_one(id).await.or_fault(ctx)?.map(Survey))
    }

    #[graphql(entity)]
    async fn find_survey_by_slug(&self, ctx: &Context<'_>, slug: String) -> Result<Option<Survey>> {
        Ok(surveys(ctx).load_one(SurveyId::of_slug(&slug)).await.or_fault(ctx)?.map(Survey))
    }

    #[graphql(entity)]
    async fn find_service_by_id(&self, id: ID) -> Option<Service> {
        ServiceId::from_global(&id).map(Service)
    }
}

async fn page_of_surveys(
    ctx: &Context<'_>,
    status: Option<SurveyStatus>,
    first: i32,
    after: Option<String>,
) -> kernel::Result<Page<model::Survey>> {
    let store = ctx.data_unchecked::<Store>();
    store.surveys(policy::scope(&request(ctx).actor), status.map(Into::into), &page(first, after)?).await
}
