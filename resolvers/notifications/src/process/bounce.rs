//! Word of mail that came back, to those who work the case: its reporter has to be reached in another way.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use journal::{Commit, Handler, House, Job, JobError, NewJob};
use kernel::{Clock, Document, Error, GraphHandle, MessageId, Request};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

/// The kind of the job.
const ANNOUNCE_BOUNCE: &str = "announce_bounce";

/// Tells the room of reports.
pub(crate) static NOTE_BOUNCE: Document = Document {
    name: "notifications.NoteBounce",
    text: "mutation NoteBounce($input: NoteBounceInput!) { noteBounce(input: $input) { errors { __typename code } } }",
};

/// The job that tells of a message about a report that it came back.
pub(crate) fn announce_bounce(id: MessageId, about: &str, now: DateTime<Utc>) -> NewJob {
    NewJob::new(ANNOUNCE_BOUNCE, id.uuid(), json!({ "message": id.uuid(), "about": about }), now)
}

#[derive(Deserialize)]
struct Payload {
    message: Uuid,
    about: String,
}

/// Performs `announce_bounce`.
pub(crate) struct AnnounceBounce {
    graph: GraphHandle,
    clock: Arc<dyn Clock>,
}

impl AnnounceBounce {
    pub(crate) fn new(house: &House) -> AnnounceBounce {
        AnnounceBounce { graph: house.graph.clone(), clock: Arc::clone(&house.clock) }
    }
}

#[async_trait]
impl Handler for AnnounceBounce {
    fn kinds(&self) -> &'static [&'static str] {
        &[ANNOUNCE_BOUNCE]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        let Payload { message, about } = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
        let request = Arc::new(Request::system(job.key.clone(), self.clock.now()));
        let input = json!({ "idempotencyKey": message, "reference": about });
        let data = self.graph.ask(&NOTE_BOUNCE, json!({ "input": input }), &request).await?;
        match data.pointer("/noteBounce/errors").and_then(|errors| errors.as_array()) {
            // A report that is gone needs no word.
            Some(errors) if errors.iter().all(|error| error["code"] == "NOT_FOUND") => Ok(journal::nothing()),
            Some(_) => Err(JobError::Fail("REFUSED: a bounce was not noted".to_owned())),
            None => Err(JobError::Retry("SUBGRAPH_UNAVAILABLE: a bounce was not noted".to_owned())),
        }
    }
}
