//! This room's part in work that outlives a request: delivering messages.

pub(crate) mod bounce;
pub(crate) mod code;
pub(crate) mod digest;
pub(crate) mod ping;
pub(crate) mod webhook;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Backoff, Channels, Commit, Handler, House, Job, JobError, Mail, Mailer, NewJob};
use kernel::{Clock, Document, Error, GraphHandle, Letter, MessageId, Personal, Request};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use self::digest::Digests;
use crate::{
    letters,
    model::{
        CODE_MARK, Ending, KEY_MARK, Message, State,
        bounce::{BounceMarks, is_refusal_of_address},
        preference::{Channel, Manner, Passage, QuietHours, Subscription},
    },
    recipient::{Recipient, RecipientKeys},
    store::{self, Store},
};

/// The kind of the job.
const DELIVER_MESSAGE: &str = "deliver_message";

/// How often the other side may ask to be left in peace before that counts as a failure.
const WAITS_MAX: u32 = 20;
/// The longest peace that it is left in.
const WAIT_SECONDS_MAX: u32 = 3_600;

/// How mail is tried again: for four to five days, because a server may be away, or put strangers off, for long (RFC 5321 §4.5.4.1).
const MAIL_BACKOFF: Backoff = Backoff { first: TimeDelta::seconds(5), max: TimeDelta::hours(4), attempts_max: 48 };

/// When to come again to whoever asks to be left in peace for so many seconds.
fn after_peace(now: DateTime<Utc>, seconds: u32) -> DateTime<Utc> {
    now + TimeDelta::seconds(seconds.clamp(1, WAIT_SECONDS_MAX).into())
}

/// What tells apart the jobs of something that was put off.
fn again(waits: u32) -> String {
    if waits == 0 { String::new() } else { format!(":{waits}") }
}

/// Asks the room of reports for a coupon's key, and for the code that confirms an address.
pub(crate) static COUPON_KEY: Document = Document {
    name: "notifications.CouponKey",
    text: "query CouponKey($about: String!) { feedback(reference: $about) { couponKey } confirmationCode(about: $about) }",
};

/// The job that delivers a message. `again` tells apart the jobs of a message that was put off.
pub(crate) fn deliver_message(id: MessageId, at: DateTime<Utc>, again: Option<DateTime<Utc>>) -> NewJob {
    let again = again.map(|at| format!(":{}", at.timestamp())).unwrap_or_default();
    NewJob::new(DELIVER_MESSAGE, format_args!("{}{again}", id.uuid()), json!({ "message": id.uuid() }), at)
}

/// The message that a job delivers by mail.
fn mailed_by(kind: &str, key: &str) -> Option<MessageId> {
    let id = key.split(':').nth(1).filter(|_| kind == DELIVER_MESSAGE)?;
    id.parse().ok().map(MessageId::from_uuid)
}

/// The message that a job delivers, by whatever way.
pub(crate) fn message_of(kind: &str, key: &str) -> Option<MessageId> {
    mailed_by(kind, key).or_else(|| ping::of(kind, key).map(|(message, _)| message))
}

#[derive(Deserialize)]
struct Payload {
    message: Uuid,
}

/// What all deliveries need.
pub(crate) struct Post {
    store: Store,
    graph: GraphHandle,
    clock: Arc<dyn Clock>,
    mailer: Arc<dyn Mailer>,
    keys: RecipientKeys,
    marks: BounceMarks,
    /// Where people reach the city, `https://…` without a slash at its end; without one, no mail can be ended with one click.
    public_url: Option<String>,
}

impl Post {
    pub(crate) fn new(store: Store, house: &House, channels: &Channels) -> Arc<Post> {
        let (mailer, public_url) = (Arc::clone(&channels.mailer), channels.public_url.clone());
        let (graph, clock, keys) = (house.graph.clone(), Arc::clone(&house.clock), RecipientKeys::new(house.secret.clone()));
        let marks = BounceMarks::new(house.secret.clone());
        Arc::new(Post { store, graph, clock, mailer, keys, marks, public_url })
    }

    /// Whose choices count for a message: the person's, then the address's.
    fn recipients(&self, message: &Message) -> Vec<Recipient> {
        message.recipient.iter().cloned().chain([self.keys.address(message.email.reveal())]).collect()
    }

    /// What the reader of a message chose: how to be told of its topic, and when not to be disturbed.
    async fn chosen(&self, message: &Message) -> Result<(Option<Manner>, Option<QuietHours>), Error> {
        let recipients = self.recipients(message);
        let choices = self.store.choices(&recipients, Channel::Mail).await?;
        Ok((choices.manner(&recipients, message.topic), choices.hours(&recipients)))
    }

    /// The daily messages in which a message may go.
    fn digests(&self, message: &Message, quiet: Option<QuietHours>) -> Digests {
        Digests { address: self.keys.address(message.email.reveal()), locale: message.locale, quiet }
    }

    /// Whether an address is spared a message that nobody has to be sent, because mail to it came back.
    async fn is_spared(&self, message: &Message, now: DateTime<Utc>) -> Result<bool, Error> {
        let free = !message.topic.rule().always();
        Ok(free && self.store.bounces(&self.keys.address(message.email.reveal()), now).await?)
    }

    /// What a message says, with the key of its coupon, and why it comes whatever its reader wishes.
    async fn letter(&self, message: &Message, job: &Job) -> Result<Letter, JobError> {
        Ok(match &message.about {
            Some(about) if message.with_coupon_key => {
                let text = self.filled(message.text.reveal(), about, job).await?;
                letters::letter(message, text.reveal())
            }
            _ => letters::letter(message, message.text.reveal()),
        })
    }

    /// Where the reader of a message ends a subscription.
    fn unsubscribe(&self, message: &Message, subscription: Subscription) -> Option<String> {
        let url = self.public_url.as_ref()?;
        let recipient = self.recipients(message).into_iter().next()?;
        Some(format!("{url}/unsubscribe/{}", self.keys.token(&recipient, subscription)))
    }

    async fn send(&self, message: &Message, job: &Job) -> Result<(), JobError> {
        let free = !message.topic.rule().always();
        let subscription = Subscription::Topic(message.topic);
        let unsubscribe = free.then(|| self.unsubscribe(message, subscription)).flatten();
        let mut letter = self.letter(message, job).await?;
        if let Some(url) = &unsubscribe {
            letter = letters::ended_at(letter, message.locale, subscription, url);
        }
        let mail = Mail {
            id: message.id.uuid().to_string(),
            to: message.email.clone(),
            locale: message.locale,
            subject: message.subject.reveal().clone(),
            letter: Personal::new(letter),
            unsubscribe: unsubscribe.map(Personal::new),
            return_mark: Some(self.marks.mark(message.id)),
        };
        self.mailer.send(&mail).await
    }

    /// A text with the coupon's key, or the code, in its place.
    async fn filled(&self, text: &str, about: &str, job: &Job) -> Result<Personal<String>, JobError> {
        let request = Arc::new(Request::system(job.key.clone(), self.clock.now()));
        let data = self.graph.ask(&COUPON_KEY, json!({ "about": about }), &request).await?;
        let mut filled = text.to_owned();
        for (mark, field) in [(KEY_MARK, "/feedback/couponKey"), (CODE_MARK, "/confirmationCode")] {
            if text.contains(mark) {
                let secret = data.pointer(field).and_then(serde_json::Value::as_str);
                let secret = secret.ok_or_else(|| JobError::Retry(format!("SUBGRAPH_UNAVAILABLE: the graph gave no {field}")))?;
                filled = filled.replace(mark, secret);
            }
        }
        Ok(Personal::new(filled))
    }

    /// What a try that failed ends in. It is told to those who look, also when it is not the last one; a refusal of the address is the last.
    async fn failed(&self, messages: &[Message], error: JobError) -> Result<Commit, JobError> {
        let (now, ending) = (self.clock.now(), Ending::failed(&error));
        let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
        if let Some(first) = messages.first().filter(|_| is_refusal_of_address(&error)) {
            let address = self.keys.address(first.email.reveal());
            return Ok(Box::new(move |txn| async move { store::keep_refused(txn, &ids, &address, ending, now).await }.boxed()));
        }
        for id in ids {
            if let Err(abort) = self.store.record(id, now, ending).await {
                tracing::error!(message = ?id, ?abort, "a failed delivery was not recorded");
            }
        }
        Err(error)
    }
}

/// Performs `deliver_message`.
pub(crate) struct DeliverMessage(pub(crate) Arc<Post>);

#[async_trait]
impl Handler for DeliverMessage {
    fn kinds(&self) -> &'static [&'static str] {
        &[DELIVER_MESSAGE]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
        let (id, post) = (MessageId::from_uuid(payload.message), &self.0);
        let Some(message) = post.store.find_for_delivery(id).await? else {
            return Err(JobError::Fail("INTERNAL: the message is gone".to_owned()));
        };
        if matches!(message.state, State::Sent | State::Erased | State::Unwanted | State::Unaddressed | State::Bounced) {
            return Ok(journal::nothing());
        }
        let now = post.clock.now();
        let (manner, quiet) = post.chosen(&message).await?;
        Ok(match Passage::of(Channel::Mail, message.topic, manner, quiet, now) {
            Passage::Now | Passage::Later(_) | Passage::Daily(_) if post.is_spared(&message, now).await? => {
                Box::new(move |txn| store::keep_spared(txn, id, now).boxed())
            }
            Passage::Now => match post.send(&message, job).await {
                Ok(()) => {
                    let now = post.clock.now();
                    Box::new(move |txn| store::keep_sent(txn, id, now).boxed())
                }
                Err(error) => post.failed(&[message], error).await?,
            },
            Passage::Later(at) => Box::new(move |txn| store::postpone(txn, id, at, now).boxed()),
            Passage::Daily(at) => {
                let digests = post.digests(&message, quiet);
                Box::new(move |txn| async move { store::collect(txn, id, &digests, at, now).await }.boxed())
            }
            Passage::Never => Box::new(move |txn| async move { store::drop_texts(txn, &[id], State::Unwanted).await }.boxed()),
        })
    }

    fn backoff(&self) -> Option<Backoff> {
        Some(MAIL_BACKOFF)
    }

    fn bury(&self, job: &Job) -> Option<Commit> {
        let id = mailed_by(&job.kind, &job.key)?;
        Some(Box::new(move |txn| store::set_state(txn, id, State::Dead).boxed()))
    }
}

#[cfg(test)]
mod tests {
    use kernel::SeededRng;

    use super::*;

    #[test]
    fn a_mail_server_that_is_away_is_waited_for_four_to_five_days() {
        for seed in 0..20 {
            let rng = SeededRng::new(seed);
            let waited: TimeDelta = (1..MAIL_BACKOFF.attempts_max).map(|attempt| MAIL_BACKOFF.delay(attempt, &rng)).sum();
            assert!((TimeDelta::days(4)..=TimeDelta::days(5)).contains(&waited), "{waited}");
        }
    }
}
