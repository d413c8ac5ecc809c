//! Word by HTTP to those who asked for it.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Channels, Commit, Courier, Handler, House, Job, JobError, NewJob, Parcel, Priority, Receipt};
use kernel::{Clock, Error, Personal, Result, WebhookId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{WAITS_MAX, after_peace};
use crate::{
    model::webhook::{Announcement, Told, WebhookKeys},
    store::{self, Store},
};

/// The kind of the job.
const DELIVER_WEBHOOK: &str = "deliver_webhook";

#[derive(Clone, Serialize, Deserialize)]
struct Payload {
    webhook: Uuid,
    /// The header `webhook-id`: the same at every try.
    message: String,
    what: Announcement,
    /// How often its receiver asked to be left in peace.
    #[serde(default)]
    waits: u32,
}

impl Payload {
    fn job(&self, run_at: DateTime<Utc>) -> Result<NewJob> {
        let (again, payload) = (super::again(self.waits), serde_json::to_value(self).map_err(Error::internal)?);
        let about = format_args!("{}:{}{again}", self.webhook, self.message);
        Ok(NewJob::new(DELIVER_WEBHOOK, about, payload, run_at).ranked(Priority::Bulk))
    }
}

/// The job that tells a webhook of something; `key` is that of the announcement.
pub(crate) fn deliver_webhook(id: WebhookId, key: Uuid, what: &Announcement, now: DateTime<Utc>) -> Result<NewJob> {
    let message = Uuid::new_v5(&id.uuid(), key.as_bytes());
    Payload { webhook: id.uuid(), message: format!("msg_{}", message.simple()), what: what.clone(), waits: 0 }.job(now)
}

/// Performs `deliver_webhook`.
pub(crate) struct DeliverWebhook {
    store: Store,
    keys: WebhookKeys,
    courier: Arc<dyn Courier>,
    clock: Arc<dyn Clock>,
}

impl DeliverWebhook {
    pub(crate) fn new(store: Store, house: &House, channels: &Channels) -> DeliverWebhook {
        let (courier, clock) = (Arc::clone(&channels.courier), Arc::clone(&house.clock));
        DeliverWebhook { store, keys: WebhookKeys::new(house.secret.clone()), courier, clock }
    }

    async fn send(&self, url: Personal<String>, payload: &Payload) -> Result<Receipt, JobError> {
        let (id, now, body) = (WebhookId::from_uuid(payload.webhook), self.clock.now(), payload.what.body());
        let headers = vec![
            ("content-type", Personal::new("application/json".to_owned())),
            ("webhook-id", Personal::new(payload.message.clone())),
            ("webhook-timestamp", Personal::new(now.timestamp().to_string())),
            ("webhook-signature", Personal::new(self.keys.signature(id, &payload.message, now, &body))),
        ];
        self.courier.hand_over(Parcel { url, headers, body: Personal::new(body) }).await
    }

    async fn failed(&self, id: WebhookId, status: Option<u16>) {
        if let Err(abort) = self.store.record_told(id, self.told(false, status)).await {
            tracing::error!(webhook = ?id, ?abort, "a failed delivery was not recorded");
        }
    }

    fn told(&self, taken: bool, status: Option<u16>) -> Told {
        Told { at: self.clock.now(), taken, status: status.and_then(|status| status.try_into().ok()) }
    }
}

#[async_trait]
impl Handler for DeliverWebhook {
    fn kinds(&self) -> &'static [&'static str] {
        &[DELIVER_WEBHOOK]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
        let id = WebhookId::from_uuid(payload.webhook);
        let Some(webhook) = self.store.active_webhook(id).await? else {
            return Ok(journal::nothing());
        };
        let receipt = match self.send(webhook.url, &payload).await {
            Ok(receipt) => receipt,
            Err(error) => {
                self.failed(id, None).await;
                return Err(error);
            }
        };
        let told = self.told(receipt.accepted().is_ok(), Some(receipt.status));
        match (receipt.accepted(), receipt.retry_after_seconds) {
            (Ok(()), _) => Ok(Box::new(move |txn| async move { store::keep_told(txn, id, told).await }.boxed())),
            _ if receipt.status == 410 => Ok(Box::new(move |txn| async move { store::keep_gone(txn, id, told).await }.boxed())),
            // RFC 9110 §10.2.3, RFC 6585 §4: it says itself when to come again.
            (Err(_), Some(seconds)) if matches!(receipt.status, 429 | 503) && payload.waits < WAITS_MAX => {
                let again = Payload { waits: payload.waits + 1, ..payload }.job(after_peace(told.at, seconds))?;
                Ok(Box::new(move |txn| {
                    async move {
                        store::keep_told(txn, id, told).await?;
                        journal::enqueue(txn, told.at, vec![again]).await
                    }
                    .boxed()
                }))
            }
            (Err(error), _) => {
                self.failed(id, Some(receipt.status)).await;
                Err(error)
            }
        }
    }
}
