//! This room's part in work that outlives a request: a low mark opens a case.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::FutureExt;
use journal::{Commit, Handler, House, Job, JobError, NewJob};
use kernel::{Clock, GraphHandle, RatingId, Request};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    ask::{self, Opened},
    model::Rating,
    store::{self, Store},
};

/// The kind of the job.
const OPEN_CASE: &str = "open_case";

/// The job that opens a rating's case. It names the rating only: what the rater wrote stays in its table.
pub(crate) fn open_case(rating: &Rating) -> NewJob {
    NewJob::new(OPEN_CASE, rating.id.uuid(), json!({ "rating": rating.id.uuid() }), rating.rated_at)
}

#[derive(Deserialize)]
struct Payload {
    rating: Uuid,
}

/// Performs `open_case`.
pub(crate) struct OpenCase {
    store: Store,
    graph: GraphHandle,
    clock: Arc<dyn Clock>,
}

impl OpenCase {
    pub(crate) fn new(store: Store, house: &House) -> OpenCase {
        OpenCase { store, graph: house.graph.clone(), clock: Arc::clone(&house.clock) }
    }
}

#[async_trait]
impl Handler for OpenCase {
    fn kinds(&self) -> &'static [&'static str] {
        &[OPEN_CASE]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(|error| JobError::Fail(format!("INTERNAL: {error}")))?;
        let id = RatingId::from_uuid(payload.rating);
        let Some(rating) = self.store.find_for_case(id).await? else {
            return Err(JobError::Fail("NOT_FOUND: the rating is gone".to_owned()));
        };
        let Some(comment) = rating.comment.as_ref().filter(|_| rating.case_reference.is_none()) else {
            // Nothing to file, or filed before.
            return Ok(journal::nothing());
        };
        let now = self.clock.now();
        let request = Arc::new(Request::system(job.key.clone(), now));
        match ask::open_case(&self.graph, &rating, comment.reveal(), &request).await? {
            Opened::Case(reference) => Ok(Box::new(move |txn| store::keep_case(txn, id, reference, now).boxed())),
            Opened::Refused(codes) => Err(JobError::Fail(format!("{}: submitFeedback refused", codes.join(" ")))),
        }
    }
}
