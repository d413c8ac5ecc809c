//! What a new version causes: whoever counts on the rows is told, through the graph as any client would tell them.

use std::sync::Arc;

use async_trait::async_trait;
use journal::{Commit, Handler, House, Job, JobError};
use kernel::{DatasetId, Document, Request};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

/// The job that tells the indicators of a new version.
pub(crate) const TELL_KPIS: &str = "tell_kpis";

/// Tells the indicators that a dataset has new rows.
pub(crate) static RECOMPUTE: Document = Document {
    name: "datasets.RecomputeKpis",
    text: "mutation RecomputeKpis($input: RecomputeKpisInput!) { recomputeKpis(input: $input) { jobs errors { code message } } }",
};

/// Performs [`TELL_KPIS`].
pub(crate) struct Teller {
    house: House,
}

#[derive(Deserialize)]
struct Payload {
    dataset: Uuid,
    version: Uuid,
}

impl Teller {
    pub(crate) fn new(house: House) -> Teller {
        Teller { house }
    }
}

#[async_trait]
impl Handler for Teller {
    fn kinds(&self) -> &'static [&'static str] {
        &[TELL_KPIS]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(|error| JobError::Fail(error.to_string()))?;
        let request = Arc::new(Request::system(job.key.clone(), self.house.clock.now()));
        // The version's id is the idempotency key: told twice, the indicators are computed once.
        let input = json!({ "idempotencyKey": payload.version, "dataset": DatasetId::from_uuid(payload.dataset).global() });
        let answer = self.house.graph.ask(&RECOMPUTE, json!({ "input": input }), &request).await?;
        match answer["recomputeKpis"]["errors"].as_array().map(Vec::as_slice) {
            Some([]) => Ok(journal::nothing()),
            _ => Err(JobError::Retry(format!("the indicators refused: {answer}"))),
        }
    }
}
