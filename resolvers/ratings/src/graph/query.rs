//! Where the other rooms enter: by the ids of what was rated.

use async_graphql::{Context, ID, Object, Result};
use kernel::{PartyId, RatingId, ServiceId};
use vocabulary::OrFault;

use super::{
    loaders::ratings,
    types::{Party, Rating, Service},
};

pub(crate) struct Query;

#[Object(name = "Query")]
impl Query {
    #[graphql(entity)]
    async fn find_rating_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Rating>> {
        let Some(id) = RatingId::from_global(&id) else { return Ok(None) };
        Ok(ratings(ctx).load_one(id).await.or_fault(ctx)?.map(Rating))
    }

    #[graphql(entity)]
    async fn find_service_by_id(&self, id: ID) -> Option<Service> {
        ServiceId::from_global(&id).map(Service)
    }

    #[graphql(entity)]
    async fn find_party_by_id(&self, id: ID) -> Option<Party> {
        PartyId::from_global(&id).map(Party)
    }
}
