//! What a call asks for at once is read at once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, dataloader::Loader};
use kernel::{DistrictId, Error, PartyId, PersonId};
use vocabulary::Batched;

use crate::{
    model::{District, Officer, Party},
    policy::Scope,
    store::Store,
};

/// Reads for one call, with what its actor may see.
pub(crate) struct Directory {
    pub(crate) store: Store,
    pub(crate) officers: Scope,
}

/// The key of a party's districts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TerritoriesOf(pub(crate) PartyId);

/// The key of a party's officers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OfficersOf(pub(crate) PartyId);

/// The call's loader.
pub(crate) fn directory<'a>(ctx: &Context<'a>) -> &'a Batched<Directory> {
    ctx.data_unchecked::<Batched<Directory>>()
}

type Loaded<K, V> = Result<HashMap<K, V>, Arc<Error>>;

impl Loader<PartyId> for Directory {
    type Value = Party;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[PartyId]) -> Loaded<PartyId, Party> {
        self.store.parties_by_id(ids).await.map_err(Arc::new)
    }
}

impl Loader<DistrictId> for Directory {
    type Value = District;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[DistrictId]) -> Loaded<DistrictId, District> {
        self.store.districts_by_id(ids).await.map_err(Arc::new)
    }
}

impl Loader<PersonId> for Directory {
    type Value = Officer;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[PersonId]) -> Loaded<PersonId, Officer> {
        self.store.officers_by_id(self.officers, ids).await.map_err(Arc::new)
    }
}

impl Loader<TerritoriesOf> for Directory {
    type Value = Vec<District>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TerritoriesOf]) -> Loaded<TerritoriesOf, Vec<District>> {
        let ids: Vec<PartyId> = keys.iter().map(|key| key.0).collect();
        let served = self.store.territories(&ids).await.map_err(Arc::new)?;
        Ok(served.into_iter().map(|(party, districts)| (TerritoriesOf(party), districts)).collect())
    }
}

impl Loader<OfficersOf> for Directory {
    type Value = Vec<Officer>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[OfficersOf]) -> Loaded<OfficersOf, Vec<Officer>> {
        let ids: Vec<PartyId> = keys.iter().map(|key| key.0).collect();
        let officers = self.store.officers_of(self.officers, &ids).await.map_err(Arc::new)?;
        Ok(officers.into_iter().map(|(party, officers)| (OfficersOf(party), officers)).collect())
    }
}
