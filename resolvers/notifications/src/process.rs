//! This room's part in work that outlives a request: delivering messages.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Commit, Handler, House, Job, JobError, Mail, Mailer, NewJob, Priority};
use kernel::{Clock, Document, Error, GraphHandle, Letter, MessageId, Personal, Request};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    model::{Ending, KEY_MARK, Message, Outcome, State},
    store::{self, Store},
};

/// The kind of the job.
const DELIVER_MESSAGE: &str = "deliver_message";

/// Asks the room of reports for a coupon's key.
pub(crate) static COUPON_KEY: Document = Document {
    name: "notifications.CouponKey",
    text: "query CouponKey($reference: String!) { feedback(reference: $reference) { couponKey } }",
};

/// The job that delivers a message.
pub(crate) fn deliver_message(id: MessageId, now: DateTime<Utc>) -> NewJob {
    NewJob {
        kind: DELIVER_MESSAGE.to_owned(),
        key: format!("{DELIVER_MESSAGE}:{}", id.uuid()),
        payload: json!({ "message": id.uuid() }),
        run_at: now,
        priority: Priority::Normal,
    }
}

/// The message that a job delivers.
pub(crate) fn message_of(kind: &str, key: &str) -> Option<MessageId> {
    let (_, id) = key.split_once(':').filter(|_| kind == DELIVER_MESSAGE)?;
    id.parse().ok().map(MessageId::from_uuid)
}

#[derive(Deserialize)]
struct Payload {
    message: Uuid,
}

/// Performs `deliver_message`.
pub(crate) struct DeliverMessage {
    store: Store,
    graph: GraphHandle,
    clock: Arc<dyn Clock>,
    mailer: Arc<dyn Mailer>,
}

impl DeliverMessage {
    pub(crate) fn new(store: Store, house: &House, mailer: Arc<dyn Mailer>) -> DeliverMessage {
        DeliverMessage { store, graph: house.graph.clone(), clock: Arc::clone(&house.clock), mailer }
    }

    async fn send(&self, message: Message, job: &Job) -> Result<(), JobError> {
        let text = match &message.about {
            Some(reference) if message.with_coupon_key => {
                let key = self.coupon_key(reference, job).await?;
                Personal::new(message.text.reveal().replace(KEY_MARK, key.reveal()))
            }
            _ => message.text,
        };
        let mail = Mail {
            id: message.id.uuid().to_string(),
            to: message.email,
            locale: message.locale,
            subject: message.subject.into_inner(),
            letter: Personal::new(Letter::of(text.reveal())),
        };
        self.mailer.send(&mail).await
    }

    async fn coupon_key(&self, reference: &str, job: &Job) -> Result<Personal<String>, JobError> {
        let request = Arc::new(Request::system(job.key.clone(), self.clock.now()));
        let data = self.graph.ask(&COUPON_KEY, json!({ "reference": reference }), &request).await?;
        match data.pointer("/feedback/couponKey").and_then(serde_json::Value::as_str) {
            Some(key) => Ok(Personal::new(key.to_owned())),
            None => Err(JobError::Retry("SUBGRAPH_UNAVAILABLE: the graph gave no coupon key".to_owned())),
        }
    }

    /// A try that failed is told to those who look, also when it is not the last one.
    async fn record(&self, id: MessageId, error: &JobError) {
        let ending = match error {
            JobError::Retry(text) => Ending::failed(Outcome::Deferred, text),
            JobError::Fail(text) => Ending::failed(Outcome::Refused, text),
        };
        if let Err(abort) = self.store.record(id, self.clock.now(), ending).await {
            tracing::error!(message = ?id, ?abort, "a failed delivery was not recorded");
        }
    }
}

#[async_trait]
impl Handler for DeliverMessage {
    fn kinds(&self) -> &'static [&'static str] {
        &[DELIVER_MESSAGE]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
        let id = MessageId::from_uuid(payload.message);
        let Some(message) = self.store.find_for_delivery(id).await? else {
            return Err(JobError::Fail("INTERNAL: the message is gone".to_owned()));
        };
        if matches!(message.state, State::Sent | State::Erased) {
            return Ok(Box::new(|_| async { Ok(()) }.boxed()));
        }
        if let Err(error) = self.send(message, job).await {
            self.record(id, &error).await;
            return Err(error);
        }
        let now = self.clock.now();
        Ok(Box::new(move |txn| store::keep_sent(txn, id, now).boxed()))
    }

    fn bury(&self, job: &Job) -> Option<Commit> {
        let id = message_of(&job.kind, &job.key)?;
        Some(Box::new(move |txn| store::set_state(txn, id, State::Dead).boxed()))
    }
}
