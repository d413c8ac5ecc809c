//! Computing indicators: a job asks the other rooms for the inputs, applies the formula, and records what is news.

mod catalogue;
mod datasets;
mod feedback;
mod gather;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::FutureExt;
use journal::{Commit, Handler, House, Job, JobError};
use kernel::{Document, Request};
use serde::Deserialize;

use crate::{
    model::{Draft, Kpi},
    store::{self, Store},
};

/// The job that computes an indicator.
pub(crate) const COMPUTE_KPI: &str = "compute_kpi";

/// The documents by which the other rooms are asked.
pub(crate) fn documents() -> Vec<&'static Document> {
    vec![&datasets::SHAPE, &datasets::AGGREGATE, &feedback::STATISTICS, &catalogue::CATALOGUE]
}

pub(crate) use datasets::{Unfit, check as check_dataset};

/// Performs [`COMPUTE_KPI`].
pub(crate) struct Computer {
    house: House,
    store: Store,
}

#[derive(Deserialize)]
struct Payload {
    code: String,
}

impl Computer {
    pub(crate) fn new(house: House, store: Store) -> Computer {
        Computer { house, store }
    }

    async fn find(&self, code: &str) -> kernel::Result<Option<Kpi>> {
        Ok(self.store.kpis_by_code(&[code.to_owned()]).await?.remove(code))
    }

    /// The values that can be computed now.
    async fn drafts(&self, kpi: &Kpi, request: &Arc<Request>) -> kernel::Result<Vec<Draft>> {
        let formula = kpi.definition.parse().map_err(|flaw| kernel::Error::internal(format!("{}: {flaw:?}", kpi.code)))?;
        let readings = gather::readings(&self.house, &self.store, kpi, request).await?;
        let drafts = readings.into_iter().filter_map(|reading| {
            let draft = kpi.definition.apply(&formula, reading.span, reading.inputs)?;
            Some(Draft { district: reading.district, synthetic: reading.synthetic, ..draft })
        });
        Ok(drafts.collect())
    }
}

#[async_trait]
impl Handler for Computer {
    fn kinds(&self) -> &'static [&'static str] {
        &[COMPUTE_KPI]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(|error| JobError::Fail(error.to_string()))?;
        let now = self.house.clock.now();
        let Some(kpi) = self.find(&payload.code).await? else {
            return Ok(journal::nothing());
        };
        let drafts = self.drafts(&kpi, &Arc::new(Request::system(job.key.clone(), now))).await?;
        let derived = self.store.derived_from(&kpi.code).await?;
        let (rng, cause) = (Arc::clone(&self.house.rng), job.key.clone());
        Ok(Box::new(move |txn| {
            async move {
                // Cleared meanwhile: there is nothing to record.
                let Some(kpi) = store::lock(txn, kpi.id).await? else { return Ok(()) };
                let recorded = store::record(txn, &kpi, drafts, &*rng, now, "system").await?;
                if recorded.iter().any(|recorded| recorded.is_news) {
                    store::compute_jobs(txn, derived.iter().map(String::as_str), &cause, now).await?;
                }
                store::nightly(txn, &kpi, now).await
            }
            .boxed()
        }))
    }
}
