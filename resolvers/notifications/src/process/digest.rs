//! The daily message: one mail in place of many.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Backoff, Commit, Handler, Job, JobError, Mail, NewJob, Priority};
use kernel::{Error, Letter, Locale, MessageId, Personal};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{MAIL_BACKOFF, Post};
use crate::{
    letters,
    model::{
        Message, State,
        preference::{self, Passage, QuietHours, Subscription},
    },
    recipient::Recipient,
    store::{self, Left},
};

/// The kind of the job.
const DELIVER_DIGEST: &str = "deliver_digest";

/// The daily messages that go to an address in a language.
#[derive(Clone, Debug)]
pub(crate) struct Digests {
    pub(crate) address: Recipient,
    pub(crate) locale: Locale,
    pub(crate) quiet: Option<QuietHours>,
}

impl Digests {
    /// The name of the one that goes out at an instant. What is collected under it does not change any more once its job was taken, so every
    /// try sends the same mail.
    pub(crate) fn name(&self, at: DateTime<Utc>) -> String {
        format!("{}-{}-{}", self.address.0, self.locale.tag(), at.timestamp())
    }

    /// When the next one goes out.
    pub(crate) fn next(&self, after: DateTime<Utc>) -> DateTime<Utc> {
        preference::daily(self.quiet, after)
    }
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
    /// The messages that go out now, and those that do not.
    async fn sift(&self, messages: Vec<Message>, now: DateTime<Utc>) -> Result<(Vec<Message>, Left), Error> {
        let (mut going, mut left) = (Vec::new(), Left::default());
        for message in messages {
            let (manner, quiet) = self.0.chosen(&message).await?;
            match Passage::of_collected(message.topic, manner, quiet, now) {
                Passage::Never => left.unwanted.push(message.id),
                Passage::Now | Passage::Later(_) | Passage::Daily(_) if self.0.is_spared(&message, now).await? => {
                    left.spared.push(message.id);
                }
                Passage::Now => going.push(message),
                Passage::Later(at) | Passage::Daily(at) => left.waiting.push((message.id, self.0.digests(&message, quiet), at)),
            }
        }
        Ok((going, left))
    }

    /// The mail server has taken these.
    fn sent(&self, messages: &[Message]) -> Commit {
        let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
        let now = self.0.clock.now();
        Box::new(move |txn| {
            async move {
                for id in ids {
                    store::keep_sent(txn, id, now).await?;
                }
                Ok(())
            }
            .boxed()
        })
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
            letter = letters::ended_at(letter, first.locale, Subscription::Daily, url);
        }
        let mail = Mail {
            id: Uuid::new_v5(&Uuid::NAMESPACE_OID, job.key.as_bytes()).to_string(),
            to: first.email.clone(),
            locale: first.locale,
            subject: letters::daily_subject(first.locale, messages.len()),
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
        let (going, left) = self.sift(messages, self.0.clock.now()).await?;
        let end = match self.send(&going, job).await {
            Ok(()) => self.sent(&going),
            Err(error) => self.0.failed(&going, error).await?,
        };
        let now = self.0.clock.now();
        Ok(Box::new(move |txn| {
            async move {
                store::keep_left(txn, left, now).await?;
                end(txn).await
            }
            .boxed()
        }))
    }

    fn backoff(&self) -> Option<Backoff> {
        Some(MAIL_BACKOFF)
    }

    fn bury(&self, job: &Job) -> Option<Commit> {
        let digest = of(&job.kind, &job.key)?.to_owned();
        Some(Box::new(move |txn| async move { store::set_digest_state(txn, &digest, State::Queued, State::Dead).await }.boxed()))
    }
}
