//! What a call asks for at once is read at once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, dataloader::Loader};
use kernel::{Error, PartyId, RatingId, ServiceId};
use vocabulary::Batched;

use crate::{
    model::{Rating, Tally},
    policy::Scope,
    store::Store,
};

/// Reads for one call, with what its actor may see.
pub(crate) struct Ratings {
    pub(crate) store: Store,
    pub(crate) scope: Scope,
}

/// The call's loader.
pub(crate) fn ratings<'a>(ctx: &Context<'a>) -> &'a Batched<Ratings> {
    ctx.data_unchecked::<Batched<Ratings>>()
}

type Loaded<K, V> = Result<HashMap<K, V>, Arc<Error>>;

impl Loader<RatingId> for Ratings {
    type Value = Rating;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[RatingId]) -> Loaded<RatingId, Rating> {
        self.store.ratings_by_id(self.scope, ids).await.map_err(Arc::new)
    }
}

impl Loader<ServiceId> for Ratings {
    type Value = Tally;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ServiceId]) -> Loaded<ServiceId, Tally> {
        self.store.tallies_of_services(ids).await.map_err(Arc::new)
    }
}

impl Loader<PartyId> for Ratings {
    type Value = Tally;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[PartyId]) -> Loaded<PartyId, Tally> {
        self.store.tallies_of_parties(ids).await.map_err(Arc::new)
    }
}
