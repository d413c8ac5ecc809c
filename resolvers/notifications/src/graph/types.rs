//! The types that the room owns.

use async_graphql::{Context, Enum, ID, Interface, Object};
use vocabulary::{DateTime, Locale, Nullable, OrNull, list_size};

use super::{
    loaders::{DeliveriesOf, messages},
    preferences::NotificationChannel,
};
use crate::{
    error,
    model::{self, mask},
};

/// A thing that can be fetched again by its id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for good."))]
pub(crate) enum Node {
    Message(Message),
}

/// What a message is about.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::Topic")]
pub(crate) enum MessageTopic {
    /// The receipt of a report, with the key that opens it.
    Coupon,
    /// An officer has a new case.
    Assignment,
    /// The report went to another body.
    Forwarded,
    /// There is an answer.
    Answer,
    /// A deadline comes near.
    Reminder,
    /// A deadline has passed: to those who work the case or supervise it.
    Overdue,
    /// The reporter is asked for something.
    Question,
    /// The term of the answer was made longer.
    Extension,
    /// Something happened to a report that somebody joined.
    Followed,
    /// A deadline has passed without an answer: to the reporter.
    Silence,
    /// The reporter may rate the answer.
    Rating,
    /// What is new in areas that somebody subscribed to.
    Area,
    /// The code that confirms an address.
    Confirmation,
}

/// Where a message is on its way.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::State")]
pub(crate) enum MessageState {
    /// It waits for its first or its next try.
    Queued,
    /// The mail server has taken it. What became of it by other ways its `deliveries` tell.
    Sent,
    /// It was given up; see `deadLetters`.
    Dead,
    /// What it said, and to whom, is erased.
    Erased,
    /// Its reader wants no messages of its topic by mail; what it said, and to whom, is erased.
    Unwanted,
    /// Its reader left no mail address: it goes to their endpoints, where its `deliveries` tell what became of it.
    Unaddressed,
    /// A mail server refused it because of its address, or had taken it and gave it back; or none tried because its address gives mail back.
    Bounced,
}

/// How a try to deliver a message ended.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::Outcome")]
pub(crate) enum DeliveryOutcome {
    /// The mail server, or whoever stands at another way, has taken the message.
    Sent,
    /// It may work later.
    Deferred,
    /// It never will.
    Refused,
    /// The mail server had taken it, and gave it back.
    Bounced,
}

/// Why something was not done.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::Reason")]
pub(crate) enum FailureReason {
    /// The mail server refuses the message or the address.
    MailRefused,
    /// Somebody who was needed, such as the mail server or a part of the graph, did not answer.
    Unavailable,
    /// A part of the graph refused what the house asked of it.
    Refused,
    /// Whoever it was for refuses it, or their address is not one that the house goes to.
    ReceiverRefused,
    /// Mail to this address came back not long ago.
    AddressBounces,
    /// Anything else; the log knows more.
    Other,
}

pub(crate) struct Message(pub(crate) model::Message);

/// A message to one person. What it says, and to whom, leaves the house by mail only; its subject goes to its reader's endpoints as well.
#[Object(requires_scopes = "system", requires_scopes = "auditor", requires_scopes = "admin")]
impl Message {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        self.0.id.global().into()
    }

    /// What it is about.
    async fn topic(&self) -> MessageTopic {
        self.0.topic.into()
    }

    /// What it is about, in words.
    async fn label(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> String {
        error::words().text(vocabulary::locale(ctx, locale), &format!("topic-{}", self.0.topic.word()), &[])
    }

    /// The number of the report that it is about, e.g. `TK-2026-000123`.
    async fn about(&self) -> Option<&str> {
        self.0.about.as_deref()
    }

    /// The address with most letters hidden, e.g. `a***@e***.kz`; null when it is erased, or when its reader left none.
    async fn email(&self) -> Option<String> {
        Some(self.0.email.reveal()).filter(|email| !email.is_empty()).map(|email| mask(email))
    }

    /// The language in which it is written.
    async fn locale(&self) -> Locale {
        self.0.locale.into()
    }

    /// Where it is on its way.
    async fn state(&self) -> MessageState {
        self.0.state.into()
    }

    /// When it was queued.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// The last ten tries, oldest first, by whatever way.
    #[graphql(directive = list_size::apply(10))]
    async fn deliveries(&self, ctx: &Context<'_>) -> Nullable<Vec<Delivery>> {
        let found = messages(ctx).load_one(DeliveriesOf(self.0.id)).await;
        found.map(|found| found.map(|deliveries| deliveries.into_iter().map(Delivery).collect())).or_null(ctx)
    }
}

pub(crate) struct Delivery(model::Delivery);

/// One try to deliver a message.
#[Object(requires_scopes = "system", requires_scopes = "auditor", requires_scopes = "admin")]
impl Delivery {
    /// By which way it was.
    async fn channel(&self) -> NotificationChannel {
        self.0.channel.into()
    }

    /// Which try by this way to the same place this is, from 1.
    async fn attempt(&self) -> i32 {
        self.0.attempt
    }

    /// When it ended.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// How it ended.
    async fn outcome(&self) -> DeliveryOutcome {
        self.0.outcome.into()
    }

    /// Why the message was not sent; null when it was.
    async fn reason(&self) -> Option<FailureReason> {
        self.0.reason.map(Into::into)
    }

    /// The mail server's reply code (RFC 5321), e.g. 550; null when it took the message or did not reply. By another way the status of the
    /// other side's answer (RFC 9110), e.g. 201; null when it did not answer.
    async fn reply_code(&self) -> Option<i32> {
        self.0.reply_code.map(Into::into)
    }
}

pub(crate) struct DeadLetter(pub(crate) model::DeadLetter);

/// A job of the house that was given up. Not only messages: whatever the house could not do lies here until an administrator gives it
/// another life.
#[Object(requires_scopes = "supervisor", requires_scopes = "auditor", requires_scopes = "admin")]
impl DeadLetter {
    /// Opaque; what `retryDeadLetter` takes.
    async fn id(&self) -> ID {
        self.0.global().into()
    }

    /// What was to be done, e.g. `deliver_message` or `route_feedback`.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// Who sees to it.
    async fn owner(&self) -> DeadLetterOwner {
        model::Owner::of_kind(&self.0.kind).into()
    }

    /// How many tries there were.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// Why the last try failed.
    async fn reason(&self) -> FailureReason {
        self.0.reason.into()
    }

    /// When the job was begun.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was given up.
    async fn died_at(&self) -> Option<DateTime> {
        self.0.died_at.map(DateTime)
    }

    /// The message that was not delivered; null for other jobs, and for those who may not see messages.
    #[graphql(requires_scopes = "auditor", requires_scopes = "admin")]
    async fn message(&self, ctx: &Context<'_>) -> Nullable<Message> {
        let id = self.0.message?;
        messages(ctx).load_one(id).await.map(|found| found.map(Message)).or_null(ctx)
    }
}

/// Who sees to a dead letter.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Owner")]
pub(crate) enum DeadLetterOwner {
    /// Whoever supervises the work: a case has not gone on, and somebody waits for it.
    Supervisor,
    /// Whoever runs the house: mail and other means have failed.
    Administrator,
}

pub(crate) struct Queue {
    pub(crate) found: journal::Queue,
    pub(crate) now: chrono::DateTime<chrono::Utc>,
}

/// The work of the house that waits, at the instant of the question. Times tell whether it keeps up.
#[Object(requires_scopes = "auditor", requires_scopes = "admin")]
impl Queue {
    /// Jobs that are due and wait for a hand.
    async fn waiting(&self) -> i32 {
        number(self.found.waiting.iter().map(|(_, count)| count).sum())
    }

    /// Those of them for which the law sets a term. They go first.
    async fn waiting_statutory(&self) -> i32 {
        let statutory = journal::Priority::Statutory as i16;
        number(self.found.waiting.iter().filter(|(priority, _)| *priority == statutory).map(|(_, count)| count).sum())
    }

    /// Jobs that failed, or are not due yet, and are tried later.
    async fn later(&self) -> i32 {
        number(self.found.later)
    }

    /// Jobs that are being performed.
    async fn in_hand(&self) -> i32 {
        number(self.found.leased)
    }

    /// Jobs that were given up; `deadLetters` lists them.
    async fn dead(&self) -> i32 {
        number(self.found.dead)
    }

    /// How long the job has waited that has waited longest, in seconds; 0 when none waits.
    async fn oldest_job_seconds(&self) -> i32 {
        self.seconds_since(self.found.oldest_due)
    }

    /// How late the timer is that is most late, in seconds; 0 when none is late.
    async fn timer_lag_seconds(&self) -> i32 {
        self.seconds_since(self.found.oldest_timer)
    }
}

impl Queue {
    fn seconds_since(&self, since: Option<chrono::DateTime<chrono::Utc>>) -> i32 {
        number(since.map_or(0, |since| (self.now - since).num_seconds().max(0).unsigned_abs()))
    }
}

fn number(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
