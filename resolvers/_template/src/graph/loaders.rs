//! What a call asks for at once is read at once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, dataloader::Loader};
use kernel::Error;
use vocabulary::Batched;

use crate::{
    model::{Thing, ThingId},
    policy::Scope,
    store::Store,
};

/// Reads for one call, with what its actor may see.
pub(crate) struct Things {
    pub(crate) store: Store,
    pub(crate) scope: Scope,
}

/// The call's loader.
pub(crate) fn things<'a>(ctx: &Context<'a>) -> &'a Batched<Things> {
    ctx.data_unchecked::<Batched<Things>>()
}

impl Loader<ThingId> for Things {
    type Value = Thing;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ThingId]) -> Result<HashMap<ThingId, Thing>, Arc<Error>> {
        self.store.by_id(self.scope, ids).await.map_err(Arc::new)
    }
}
