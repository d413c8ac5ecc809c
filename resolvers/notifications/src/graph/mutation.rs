//! The room's acts: the house has messages sent, and administrators try again what was given up.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use journal::{Abort, ActKey};
use kernel::{MessageId, PersonId, Personal, Request, Rng};
use vocabulary::{Locale, Nullable, OrNull, UserError, list_size, refusals, request};

use super::{
    preferences::{
        EndSubscriptionInput, EndSubscriptionPayload, SetNotificationPreferenceInput, SetNotificationPreferencePayload, SetQuietHoursInput,
        SetQuietHoursPayload, me,
    },
    types::{DeadLetter, Message, MessageTopic},
};
use crate::{
    error,
    model::{self, Draft, act_key},
    policy,
    recipient::RecipientKeys,
    store::Store,
};

pub(crate) struct MessageActs {
    pub(crate) store: Store,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) keys: RecipientKeys,
}

/// A message to one person, worded by whoever asks.
#[derive(InputObject)]
pub(crate) struct QueueMessageInput {
    /// A UUID; queuing the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The address; without one it goes to the endpoints of the person, who has to be named then.
    email: Option<String>,
    /// The language of subject and text.
    locale: Locale,
    /// What it is about.
    topic: MessageTopic,
    /// The number of the report that it is about, e.g. `TK-2026-000123`, or by what else the room knows again what was said of.
    about: Option<String>,
    /// One line of 200 characters at most.
    subject: String,
    /// Plain text, 50,000 characters at most.
    text: String,
    /// Whether `{coupon-key}` in the text stands for the coupon's key of the report, and `{confirmation-code}` for the code that confirms the
    /// mail address. They are put in at delivery and never stored.
    #[graphql(default)]
    with_coupon_key: bool,
    /// The id of the person, when they have an account: what they chose counts before what was chosen for the address.
    person: Option<ID>,
    /// Whether the law governs the case that it is about, as it does an appeal. A message of a statutory topic then names the article.
    #[graphql(default)]
    by_law: bool,
    /// Whether it is for whoever filed the report that it is about.
    #[graphql(default)]
    to_reporter: bool,
}

/// What became of the message.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "system")]
pub(crate) struct QueueMessagePayload {
    /// The message; null when it was refused.
    message: Option<Message>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

/// Messages that are to be erased.
#[derive(InputObject)]
pub(crate) struct EraseMessagesInput {
    /// A UUID; erasing the same again changes nothing more.
    idempotency_key: String,
    /// The number of the report that they are about, or by what else the room knows it.
    about: String,
}

/// An address whose reader wants messages again.
#[derive(InputObject)]
pub(crate) struct ResumeMessagesInput {
    /// A UUID; asking for the same again changes nothing more.
    idempotency_key: String,
    /// The address.
    email: String,
    /// What the messages are about.
    topic: MessageTopic,
}

/// What became of the wish.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "system")]
pub(crate) struct ResumeMessagesPayload {
    /// Whether messages had been ended; null when it was refused.
    resumed: Option<bool>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

/// What became of the messages.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "system")]
pub(crate) struct EraseMessagesPayload {
    /// How many messages there were; null when it was refused.
    erased: Option<i32>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

/// A dead letter that is to have another life.
#[derive(InputObject)]
pub(crate) struct RetryDeadLetterInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The dead letter.
    id: ID,
}

/// What became of the dead letter.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "admin")]
pub(crate) struct RetryDeadLetterPayload {
    /// The dead letter as it was; null when it was refused.
    dead_letter: Option<DeadLetter>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

#[Object]
impl MessageActs {
    /// Queues a message to one person. Only the house itself does so, for a room.
    #[graphql(requires_scopes = "system")]
    async fn queue_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The message.")] input: QueueMessageInput,
    ) -> Nullable<QueueMessagePayload> {
        let outcome = answer(self.queue(input, request(ctx)).await, ctx);
        outcome.map(|(message, errors)| Some(QueueMessagePayload { message: message.map(Message), errors })).or_null(ctx)
    }

    /// Erases what was said in all messages about a report, and to whom. Only the house itself does so, for a room whose report was erased.
    #[graphql(requires_scopes = "system")]
    async fn erase_messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which messages.")] input: EraseMessagesInput,
    ) -> Nullable<EraseMessagesPayload> {
        let outcome = answer(self.erase(input, request(ctx)).await, ctx);
        let erased = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
        outcome.map(|(count, errors)| Some(EraseMessagesPayload { erased: count.map(erased), errors })).or_null(ctx)
    }

    /// Takes back that the reader of an address ended messages of a topic. Only the house itself does so, for a room whose reader has just confirmed
    /// that they want them.
    #[graphql(requires_scopes = "system")]
    async fn resume_messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To which address, and of what.")] input: ResumeMessagesInput,
    ) -> Nullable<ResumeMessagesPayload> {
        let outcome = answer(self.resume(input, request(ctx)).await, ctx);
        outcome.map(|(resumed, errors)| Some(ResumeMessagesPayload { resumed, errors })).or_null(ctx)
    }

    /// Chooses how you are told of a topic. What the law wants you to be told always passes.
    #[graphql(tag = "scoped")]
    async fn set_notification_preference(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The choice.")] input: SetNotificationPreferenceInput,
    ) -> Nullable<SetNotificationPreferencePayload> {
        let (preferences, request) = me(ctx);
        SetNotificationPreferencePayload::of(ctx, preferences.set(input, request).await)
    }

    /// Ends messages of a kind for whoever was sent a mail with this token, as their mail program does with one click (RFC 8058).
    #[graphql(tag = "public")]
    async fn end_subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to end.")] input: EndSubscriptionInput,
    ) -> Nullable<EndSubscriptionPayload> {
        let (preferences, request) = me(ctx);
        EndSubscriptionPayload::of(ctx, preferences.end(input, request).await)
    }

    /// Chooses the hours in which you are not to be disturbed, or ends them.
    #[graphql(tag = "scoped")]
    async fn set_quiet_hours(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The hours.")] input: SetQuietHoursInput,
    ) -> Nullable<SetQuietHoursPayload> {
        let (preferences, request) = me(ctx);
        SetQuietHoursPayload::of(ctx, preferences.keep_quiet(input, request).await)
    }

    /// Gives a dead letter another life: it is tried again at once, and its tries are counted anew.
    #[graphql(requires_scopes = "admin")]
    async fn retry_dead_letter(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The dead letter.")] input: RetryDeadLetterInput,
    ) -> Nullable<RetryDeadLetterPayload> {
        let outcome = answer(self.retry(input, request(ctx)).await, ctx);
        outcome.map(|(letter, errors)| Some(RetryDeadLetterPayload { dead_letter: letter.map(DeadLetter), errors })).or_null(ctx)
    }
}

impl MessageActs {
    async fn queue(&self, input: QueueMessageInput, request: &Request) -> Result<model::Message, Abort> {
        policy::queue_message(&request.actor)?;
        let key = act_key(&input.idempotency_key)?;
        let person = match input.person {
            Some(id) => Some(PersonId::from_global(&id).ok_or_else(error::person_unknown)?),
            None => None,
        };
        let draft = Draft {
            email: input.email.map(Personal::new),
            locale: input.locale.into(),
            topic: input.topic.into(),
            about: input.about,
            subject: Personal::new(input.subject),
            text: Personal::new(input.text),
            with_coupon_key: input.with_coupon_key,
            recipient: person.map(|person| self.keys.person(person)),
            by_law: input.by_law,
            to_reporter: input.to_reporter,
        };
        let refusals = draft.refusals();
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        let act = ActKey::new(key, "queue_message", &request.actor.journal_name(), &draft)?;
        let id = MessageId::new(request.now, self.rng.as_ref());
        self.store.queue(act, id, draft, request.now).await
    }

    async fn erase(&self, input: EraseMessagesInput, request: &Request) -> Result<u64, Abort> {
        policy::queue_message(&request.actor)?;
        let key = act_key(&input.idempotency_key)?;
        let act = ActKey::new(key, "erase_messages", &request.actor.journal_name(), &input.about)?;
        self.store.erase(act, input.about, request.now).await
    }

    async fn resume(&self, input: ResumeMessagesInput, request: &Request) -> Result<bool, Abort> {
        policy::queue_message(&request.actor)?;
        let key = act_key(&input.idempotency_key)?;
        let (recipient, topic) = (self.keys.address(&input.email), input.topic.into());
        let act = ActKey::new(key, "resume_messages", &request.actor.journal_name(), &(&recipient.0, topic))?;
        self.store.resume(act, recipient, topic, request.now).await
    }

    async fn retry(&self, input: RetryDeadLetterInput, request: &Request) -> Result<model::DeadLetter, Abort> {
        policy::retry_dead_letter(&request.actor)?;
        let key = act_key(&input.idempotency_key)?;
        let letter = model::DeadLetter::row_from_global(&input.id).ok_or_else(error::dead_letter_unknown)?;
        let act = ActKey::new(key, "retry_dead_letter", &request.actor.journal_name(), &letter)?;
        self.store.revive(act, letter, request.now).await
    }
}

/// What was done, or why it was refused.
pub(crate) fn answer<T>(outcome: Result<T, Abort>, ctx: &Context<'_>) -> kernel::Result<(Option<T>, Vec<UserError>)> {
    match outcome {
        Ok(thing) => Ok((Some(thing), Vec::new())),
        Err(abort) => Ok((None, refusals(&abort.into_refusals()?, request(ctx).locale))),
    }
}
