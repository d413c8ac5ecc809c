//! What a call asks for at once is read at once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, dataloader::Loader};
use kernel::{Error, ServiceId, SurveyId};
use vocabulary::Batched;

use crate::{answer::Tally, model::Survey, policy::Scope, store::Store};

/// Reads for one call, with what its actor may see.
pub(crate) struct Surveys {
    pub(crate) store: Store,
    pub(crate) scope: Scope,
}

/// The key of the services that a survey is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ServicesOf(pub(crate) SurveyId);

/// The key of a survey's counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TallyOf(pub(crate) SurveyId);

/// The call's loader.
pub(crate) fn surveys<'a>(ctx: &Context<'a>) -> &'a Batched<Surveys> {
    ctx.data_unchecked::<Batched<Surveys>>()
}

type Loaded<K, V> = Result<HashMap<K, V>, Arc<Error>>;

impl Loader<SurveyId> for Surveys {
    type Value = Survey;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[SurveyId]) -> Loaded<SurveyId, Survey> {
        self.store.surveys_by_id(self.scope, ids).await.map_err(Arc::new)
    }
}

impl Loader<ServiceId> for Surveys {
    type Value = Vec<Survey>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ServiceId]) -> Loaded<ServiceId, Vec<Survey>> {
        self.store.surveys_about(self.scope, ids).await.map_err(Arc::new)
    }
}

impl Loader<ServicesOf> for Surveys {
    type Value = Vec<ServiceId>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ServicesOf]) -> Loaded<ServicesOf, Vec<ServiceId>> {
        let ids: Vec<SurveyId> = keys.iter().map(|key| key.0).collect();
        let services = self.store.services_of(&ids).await.map_err(Arc::new)?;
        Ok(services.into_iter().map(|(survey, services)| (ServicesOf(survey), services)).collect())
    }
}

impl Loader<TallyOf> for Surveys {
    type Value = Tally;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TallyOf]) -> Loaded<TallyOf, Tally> {
        let ids: Vec<SurveyId> = keys.iter().map(|key| key.0).collect();
        let tallies = self.store.tallies(&ids).await.map_err(Arc::new)?;
        Ok(tallies.into_iter().map(|(survey, tally)| (TallyOf(survey), tally)).collect())
    }
}
