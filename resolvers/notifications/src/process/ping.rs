//! Short messages to a person's endpoints: the same messages that go by mail, without their texts.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Backoff, Channels, Commit, Handler, House, Job, JobError, Landed, Landing, Messenger, Messengers, NewJob, Ping};
use kernel::{Clock, EndpointId, Error, MessageId, Personal, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{WAITS_MAX, after_peace};
use crate::{
    letters,
    model::{
        Ending, Message, Outcome, Reason, State,
        endpoint::{PingState, channel},
        preference::{Channel, Passage},
    },
    store::{self, Store, Way},
};

/// The kind of the job.
const DELIVER_PING: &str = "deliver_ping";

/// How a short message is tried again: for a day, after which it would be old.
const BACKOFF: Backoff = Backoff { first: TimeDelta::seconds(5), max: TimeDelta::hours(4), attempts_max: 20 };

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Payload {
    message: Uuid,
    endpoint: Uuid,
    /// How often it was put off.
    #[serde(default)]
    waits: u32,
}

impl Payload {
    fn job(self, run_at: DateTime<Utc>) -> NewJob {
        let again = super::again(self.waits);
        let payload = serde_json::json!({ "message": self.message, "endpoint": self.endpoint, "waits": self.waits });
        NewJob::new(DELIVER_PING, format_args!("{}:{}{again}", self.message, self.endpoint), payload, run_at)
    }

    fn again(self, run_at: DateTime<Utc>) -> NewJob {
        Payload { waits: self.waits + 1, ..self }.job(run_at)
    }

    fn message(self) -> MessageId {
        MessageId::from_uuid(self.message)
    }

    fn endpoint(self) -> EndpointId {
        EndpointId::from_uuid(self.endpoint)
    }
}

/// The job that takes a message to an endpoint.
pub(crate) fn deliver_ping(message: MessageId, endpoint: EndpointId, now: DateTime<Utc>) -> NewJob {
    Payload { message: message.uuid(), endpoint: endpoint.uuid(), waits: 0 }.job(now)
}

/// The message that a job takes to an endpoint, and which.
pub(crate) fn of(kind: &str, key: &str) -> Option<(MessageId, EndpointId)> {
    let mut parts = key.split(':').skip(1).filter(|_| kind == DELIVER_PING);
    let (message, endpoint) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((MessageId::from_uuid(message), EndpointId::from_uuid(endpoint)))
}

/// Performs `deliver_ping`.
pub(crate) struct DeliverPing {
    store: Store,
    clock: Arc<dyn Clock>,
    messengers: Messengers,
    public_url: Option<String>,
}

impl DeliverPing {
    pub(crate) fn new(store: Store, house: &House, channels: &Channels) -> DeliverPing {
        let (clock, messengers) = (Arc::clone(&house.clock), channels.messengers.clone());
        DeliverPing { store, clock, messengers, public_url: channels.public_url.clone() }
    }

    /// What becomes of a message at an endpoint now. Whoever chose no quiet hours for the channel has those of their mail.
    async fn passage(&self, message: &Message, way: &Way, now: DateTime<Utc>) -> Result<Passage> {
        let (owner, channel) = ([way.endpoint.recipient.clone()], channel(way.endpoint.to.reveal()));
        let choices = self.store.choices(&owner, channel).await?;
        let quiet = match choices.hours(&owner) {
            None => self.store.choices(&owner, Channel::Mail).await?.hours(&owner),
            own => own,
        };
        Ok(Passage::of(channel, message.topic, choices.manner(&owner, message.topic), quiet, now))
    }

    async fn send(&self, message: &Message, way: &Way) -> Result<Landing, JobError> {
        let to = way.endpoint.to.clone();
        let ping = Ping {
            id: format!("{}:{}", message.id.uuid(), way.endpoint.id.uuid()),
            locale: message.locale,
            title: message.subject.clone(),
            text: Personal::new(letters::short(message)),
            link: self.public_url.clone(),
            to,
        };
        messenger(&self.messengers, channel(ping.to.reveal()))?.send(&ping).await
    }

    /// A try that failed is told to those who look, also when it is not the last one.
    async fn failed(&self, way: Way, error: &JobError) {
        if let Err(abort) = self.store.record_ping(way, self.clock.now(), Ending::failed(error)).await {
            tracing::error!(?abort, "a failed delivery was not recorded");
        }
    }

    async fn deliver(&self, payload: Payload, message: &Message, way: Way) -> Result<Commit, JobError> {
        let landing = match self.send(message, &way).await {
            Ok(landing) => landing,
            Err(error) => {
                self.failed(way, &error).await;
                return Err(error);
            }
        };
        let (now, status) = (self.clock.now(), landing.status);
        Ok(match landing.landed {
            Landed::Taken => Box::new(move |txn| async move { store::keep_ping_sent(txn, &way, now, status).await }.boxed()),
            Landed::Gone => Box::new(move |txn| async move { store::keep_ping_gone(txn, &way, now, status).await }.boxed()),
            Landed::Busy(seconds) if payload.waits < WAITS_MAX => {
                let again = payload.again(after_peace(now, seconds));
                let ending = Ending::of(Outcome::Deferred, Some(Reason::Unavailable), status);
                Box::new(move |txn| {
                    async move {
                        store::keep_try(txn, &way, now, ending).await?;
                        journal::enqueue(txn, now, vec![again]).await
                    }
                    .boxed()
                })
            }
            Landed::Busy(_) => {
                let error = JobError::Retry("DELIVERY_UNAVAILABLE: it asks for peace again and again".to_owned());
                self.failed(way, &error).await;
                return Err(error);
            }
        })
    }
}

/// The way of a channel. Mail is none of endpoints.
fn messenger(messengers: &Messengers, channel: Channel) -> Result<&Arc<dyn Messenger>> {
    match channel {
        Channel::Push => Ok(&messengers.push),
        Channel::Telegram => Ok(&messengers.telegram),
        Channel::Sms => Ok(&messengers.sms),
        Channel::Mail => Err(Error::internal("mail goes to no endpoint")),
    }
}

/// Nothing more is to be done for a message at an endpoint.
fn end(payload: Payload) -> Commit {
    Box::new(move |txn| store::set_ping_state(txn, payload.message(), payload.endpoint(), PingState::Unwanted).boxed())
}

#[async_trait]
impl Handler for DeliverPing {
    fn kinds(&self) -> &'static [&'static str] {
        &[DELIVER_PING]
    }

    fn backoff(&self) -> Option<Backoff> {
        Some(BACKOFF)
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
        if self.store.ping_state(payload.message(), payload.endpoint()).await? != Some(PingState::Queued) {
            return Ok(journal::nothing());
        }
        let message = self.store.find_for_delivery(payload.message()).await?;
        let message = message.filter(|message| message.state != State::Erased);
        let Some((message, endpoint)) = message.zip(self.store.active_endpoint(payload.endpoint()).await?) else {
            return Ok(end(payload));
        };
        let (now, way) = (self.clock.now(), Way { message: message.id, endpoint });
        match self.passage(&message, &way, now).await? {
            Passage::Now => self.deliver(payload, &message, way).await,
            // No day's messages are collected for an endpoint.
            Passage::Later(at) | Passage::Daily(at) => {
                let again = payload.again(at);
                Ok(Box::new(move |txn| journal::enqueue(txn, now, vec![again]).boxed()))
            }
            Passage::Never => Ok(end(payload)),
        }
    }

    fn bury(&self, job: &Job) -> Option<Commit> {
        let (message, endpoint) = of(&job.kind, &job.key)?;
        Some(Box::new(move |txn| store::set_ping_state(txn, message, endpoint, PingState::Dead).boxed()))
    }
}
