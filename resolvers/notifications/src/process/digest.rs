//! The daily message: one mail in place of many.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Commit, Handler, Job, JobError, Mail, NewJob, Priority};
use kernel::{Error, Letter, Locale, MessageId, Personal};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::Post;
use crate::{
    error::words,
    model::{
        Message, State,
        preference::{Passage, Subscription},
    },
    recipient::Recipient,
    store,
};

/// The kind of the job.
const DELIVER_DIGEST: &str = "deliver_digest";

/// The name of the daily message that goes to an address, in a language, at an instant. What is collected under it does not change any more
/// when that instant has come, so every try sends the same mail.
pub(crate) fn key(address: &Recipient, locale: Locale, at: DateTime<Utc>) -> String {
    format!("{}-{}-{}", address.0, locale.tag(), at.timestamp())
}

/// The job that delivers a daily message.
pub(crate) fn deliver_digest(digest: &str, at: DateTime<Utc>) -> NewJob {
    NewJob::new(DELIVER_DIGEST, digest, json!({ "digest": digest }), at).ranked(Priority::Bulk)
}

/// The daily message that a job delivers.
pub(crate) fn of<'a>(kind: &str, key: &'a str) -> Option<&'a str> {
    key.split_once(':').filter(|_| kind == DELIVER_DIGEST).map(|(_, digest)| digest)
}

#[derive(Deserialize)]
struct Payload {
    digest: String,
}

/// Performs `deliver_digest`.
pub(crate) struct DeliverDigest(pub(crate) Arc<Post>);

impl DeliverDigest {
    /// The messages that are still wanted, and the ids of those that are not.
    async fn sift(&self, messages: Vec<Message>) -> Result<(Vec<Message>, Vec<MessageId>), Error> {
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        for message in messages {
            match self.0.passage(&message, self.0.clock.now()).await? {
                Passage::Never => unwanted.push(message.id),
                Passage::Now | Passage::Later(_) | Passage::Daily(_) => wanted.push(message),
            }
        }
        Ok((wanted, unwanted))
    }

    async fn send(&self, messages: &[Message], job: &Job) -> Result<(), JobError> {
        let Some(first) = messages.first() else { return Ok(()) };
        let mut letter = Letter::default();
        for message in messages {
            let part = self.0.letter(message, job).await?;
            letter = letter.followed_by(part.headed(message.subject.reveal()));
        }
        let unsubscribe = self.0.unsubscribe(first, Subscription::Daily);
        if let Some(url) = &unsubscribe {
            letter = letter.link(&words().text(first.locale, "link-unsubscribe-daily", &[]), url);
        }
        let mail = Mail {
            id: Uuid::new_v5(&Uuid::NAMESPACE_OID, job.key.as_bytes()).to_string(),
            to: first.email.clone(),
            locale: first.locale,
            subject: words().text(first.locale, "digest-subject", &[("count", messages.len().into())]),
            letter: Personal::new(letter),
            unsubscribe: unsubscribe.map(Personal::new),
            return_mark: Some(self.0.marks.mark(first.id)),
        };
        self.0.mailer.send(&mail).await
    }
}

#[async_trait]
impl Handler for DeliverDigest {
    fn kinds(&self) -> &'static [&'static str] {
        &[DELIVER_DIGEST]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
        let messages = self.0.store.collected(&payload.digest).await?;
        let (wanted, unwanted) = self.sift(messages).await?;
        let ids: Vec<MessageId> = wanted.iter().map(|message| message.id).collect();
        if let Err(error) = self.send(&wanted, job).await {
            self.0.record(&ids, &error).await;
            return Err(error);
        }
        let now = self.0.clock.now();
        Ok(Box::new(move |txn| async move { store::keep_digest_sent(txn, &ids, &unwanted, now).await }.boxed()))
    }

    fn bury(&self, job: &Job) -> Option<Commit> {
        let digest = of(&job.kind, &job.key)?.to_owned();
        Some(Box::new(move |txn| async move { store::set_digest_state(txn, &digest, State::Queued, State::Dead).await }.boxed()))
    }
}
