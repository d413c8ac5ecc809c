//! What a call asks for at once is read at once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, dataloader::Loader};
use kernel::{Error, MessageId};
use vocabulary::Batched;

use crate::{
    model::{Delivery, Message},
    policy::Scope,
    store::Store,
};

/// Reads for one call, with what its actor may see.
pub(crate) struct Messages {
    pub(crate) store: Store,
    pub(crate) scope: Scope,
}

/// The key of a message's deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DeliveriesOf(pub(crate) MessageId);

/// The call's loader.
pub(crate) fn messages<'a>(ctx: &Context<'a>) -> &'a Batched<Messages> {
    ctx.data_unchecked::<Batched<Messages>>()
}

impl Loader<MessageId> for Messages {
    type Value = Message;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[MessageId]) -> Result<HashMap<MessageId, Message>, Arc<Error>> {
        self.store.messages_by_id(self.scope, ids).await.map_err(Arc::new)
    }
}

impl Loader<DeliveriesOf> for Messages {
    type Value = Vec<Delivery>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[DeliveriesOf]) -> Result<HashMap<DeliveriesOf, Vec<Delivery>>, Arc<Error>> {
        let ids: Vec<MessageId> = keys.iter().map(|key| key.0).collect();
        let deliveries = self.store.deliveries(self.scope, &ids).await.map_err(Arc::new)?;
        Ok(deliveries.into_iter().map(|(id, deliveries)| (DeliveriesOf(id), deliveries)).collect())
    }
}
