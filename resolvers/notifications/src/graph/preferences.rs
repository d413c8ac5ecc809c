//! How people want to be told, as they see and change it.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};
use journal::{Abort, ActKey};
use kernel::{PersonId, Request};
use vocabulary::{Locale, Nullable, OrNull, UserError, list_size, request};

use super::{endpoints::Endpoint, types::MessageTopic};
use crate::{
    error::{self, law, words},
    model::{
        Topic, act_key,
        preference::{self, Channel, Subscription, shown},
    },
    policy,
    recipient::{Recipient, RecipientKeys},
    store::{Choice, Quiet, Store},
};

/// What the types of this file need of a call.
pub(crate) struct Preferences {
    pub(crate) store: Store,
    pub(crate) keys: RecipientKeys,
}

/// By which way people are told.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "preference::Channel")]
pub(crate) enum NotificationChannel {
    /// E-mail: the way by which whatever the law wants you to be told always comes.
    Mail,
    /// A browser that subscribed.
    Push,
    /// A chat with the city's Telegram bot.
    Telegram,
    /// A telephone, by text message.
    Sms,
}

/// How a topic is told.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "preference::Manner")]
pub(crate) enum NotificationDelivery {
    /// As soon as it happens, but for quiet hours.
    AtOnce,
    /// Once a day, in one message with all others.
    Daily,
    /// Not at all.
    Never,
}

/// Whoever asks, as their token says. Everybody sees only themselves.
#[derive(SimpleObject)]
#[graphql(complex, tag = "scoped")]
pub(crate) struct Viewer {
    /// Opaque, and the same for good.
    id: ID,
    #[graphql(skip)]
    person: PersonId,
}

impl Viewer {
    /// The viewer of an id, when it is the actor: nobody looks through another's eyes.
    pub(crate) fn of(id: &ID, actor: &kernel::Actor) -> Option<Viewer> {
        Some(Viewer { id: id.clone(), person: actor.viewer(id)? })
    }

    /// What they chose of each channel, in the order of the channels.
    async fn preferences(&self, ctx: &Context<'_>) -> kernel::Result<Vec<NotificationPreference>> {
        let Preferences { store, keys } = ctx.data_unchecked();
        let chosen = store.preferences(&keys.person(self.person)).await?;
        let all = Channel::ALL.iter().flat_map(|channel| Topic::ALL.iter().map(|topic| (*channel, *topic)));
        let preference = |(channel, topic): (Channel, Topic)| {
            let manner = channel.manner(topic, chosen.get(&(channel, topic)).copied());
            NotificationPreference(Choice { topic, channel, manner })
        };
        Ok(all.map(preference).collect())
    }

    async fn hours(&self, ctx: &Context<'_>, channel: Channel) -> kernel::Result<Option<QuietHours>> {
        let Preferences { store, keys } = ctx.data_unchecked();
        let me = [keys.person(self.person)];
        Ok(store.choices(&me, channel).await?.hours(&me).map(QuietHours))
    }
}

#[ComplexObject]
impl Viewer {
    /// How they want to be told of each topic, by each channel.
    #[graphql(directive = list_size::apply(52))]
    async fn notification_preferences(&self, ctx: &Context<'_>) -> Nullable<Vec<NotificationPreference>> {
        self.preferences(ctx).await.map(Some).or_null(ctx)
    }

    /// When they are not to be disturbed by a channel; null when they chose no such hours. By every other channel those of mail hold then.
    async fn quiet_hours(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The channel.", default_with = "NotificationChannel::Mail")] channel: NotificationChannel,
    ) -> Nullable<QuietHours> {
        self.hours(ctx, channel.into()).await.or_null(ctx)
    }

    /// The ways by which they are told beside mail, the oldest first; 10 at most.
    #[graphql(directive = list_size::apply(10))]
    async fn endpoints(&self, ctx: &Context<'_>) -> Nullable<Vec<Endpoint>> {
        let Preferences { store, keys } = ctx.data_unchecked();
        let read = store.endpoints(&keys.person(self.person)).await;
        read.map(|endpoints| Some(endpoints.into_iter().map(Endpoint).collect())).or_null(ctx)
    }
}

pub(crate) struct NotificationPreference(pub(crate) Choice);

/// How one is told of a topic by a channel.
#[Object(tag = "scoped")]
impl NotificationPreference {
    /// The topic.
    async fn topic(&self) -> MessageTopic {
        self.0.topic.into()
    }

    /// The topic, in words.
    async fn label(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> String {
        words().text(vocabulary::locale(ctx, locale), &format!("topic-{}", self.0.topic.word()), &[])
    }

    /// The channel.
    async fn channel(&self) -> NotificationChannel {
        self.0.channel.into()
    }

    /// How one is told: what was chosen, or what is usual.
    async fn delivery(&self) -> NotificationDelivery {
        self.0.manner.into()
    }

    /// What may be chosen.
    #[graphql(directive = list_size::apply(3))]
    async fn choices(&self) -> Vec<NotificationDelivery> {
        self.0.channel.manners(self.0.topic).map(Into::into).collect()
    }

    /// The law that wants people to be told, e.g. `APPC Art. 64`. By mail such messages always pass, and therefore one may end them by every
    /// other channel. Null when there is none.
    async fn law(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> Option<String> {
        let article = self.0.topic.rule().article?;
        Some(law(article).get(vocabulary::locale(ctx, locale)).to_owned())
    }
}

pub(crate) struct QuietHours(preference::QuietHours);

/// The hours of each day, by the city's clock (Asia/Almaty), in which nothing comes that the law does not ask for; it comes when they end.
#[Object(tag = "scoped")]
impl QuietHours {
    /// Their first minute, e.g. `22:00`.
    async fn from(&self) -> String {
        shown(self.0.begins)
    }

    /// The first minute after them, e.g. `07:30`; when it is earlier than `from`, it is the next day's.
    async fn to(&self) -> String {
        shown(self.0.ends)
    }
}

/// A choice for one topic and channel.
#[derive(InputObject)]
pub(crate) struct SetNotificationPreferenceInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    pub(crate) idempotency_key: String,
    /// The topic.
    pub(crate) topic: MessageTopic,
    /// The channel.
    #[graphql(default_with = "NotificationChannel::Mail")]
    pub(crate) channel: NotificationChannel,
    /// How to be told; one of the topic's `choices`.
    pub(crate) delivery: NotificationDelivery,
    /// What stands at the end of the address by which a mail of this topic is unsubscribed from, instead of a sign-in: for whoever has no
    /// account.
    pub(crate) token: Option<String>,
}

/// What became of the choice.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct SetNotificationPreferencePayload {
    /// The preference as it is now; null when it was refused.
    pub(crate) preference: Option<NotificationPreference>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    pub(crate) errors: Vec<UserError>,
}

/// The hours of a day in which not to be disturbed.
#[derive(InputObject)]
pub(crate) struct QuietHoursInput {
    /// Their first minute by the city's clock (Asia/Almaty), e.g. `22:00`.
    from: String,
    /// The first minute after them, e.g. `07:30`; when it is earlier than `from`, it is the next day's.
    to: String,
}

/// Hours in which not to be disturbed.
#[derive(InputObject)]
pub(crate) struct SetQuietHoursInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    pub(crate) idempotency_key: String,
    /// The channel. What is chosen for mail holds for every channel for which nothing is.
    #[graphql(default_with = "NotificationChannel::Mail")]
    pub(crate) channel: NotificationChannel,
    /// The hours; null ends them.
    pub(crate) hours: Option<QuietHoursInput>,
}

/// What became of the hours.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct SetQuietHoursPayload {
    /// The hours as they are now; null when there are none, and when they were refused.
    pub(crate) hours: Option<QuietHours>,
    /// Why they were refused; empty when they were not.
    #[graphql(directive = list_size::apply(5))]
    pub(crate) errors: Vec<UserError>,
}

/// What a mail's reader ends.
#[derive(InputObject)]
pub(crate) struct EndSubscriptionInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    idempotency_key: String,
    /// What stands at the end of the mail's address for unsubscribing.
    token: String,
}

/// What was ended.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct EndSubscriptionPayload {
    /// The topics of which no messages come any more; null when it was refused.
    #[graphql(directive = list_size::apply(13))]
    topics: Option<Vec<MessageTopic>>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

impl EndSubscriptionPayload {
    pub(crate) fn of(ctx: &Context<'_>, outcome: Result<Vec<Topic>, Abort>) -> Nullable<EndSubscriptionPayload> {
        let outcome = super::mutation::answer(outcome, ctx);
        let topics = |topics: Option<Vec<Topic>>| topics.map(|topics| topics.into_iter().map(Into::into).collect());
        outcome.map(|(ended, errors)| Some(EndSubscriptionPayload { topics: topics(ended), errors })).or_null(ctx)
    }
}

impl Preferences {
    /// Keeps what the actor chose for a topic.
    pub(crate) async fn set(&self, input: SetNotificationPreferenceInput, request: &Request) -> Result<NotificationPreference, Abort> {
        let topic = input.topic.into();
        let recipient = match &input.token {
            Some(token) => self.holder(token, topic)?,
            None => self.keys.person(policy::account(&request.actor)?),
        };
        let key = act_key(&input.idempotency_key)?;
        let choice = Choice { topic, channel: input.channel.into(), manner: input.delivery.into() };
        // The token stands in a mail, and says nothing of any other way to its reader.
        if input.token.is_some() && choice.channel != Channel::Mail {
            return Err(error::channel_of_account().into());
        }
        if !choice.channel.allows(topic, choice.manner) {
            return Err(match topic.rule().article {
                _ if choice.channel != Channel::Mail => error::channel_not_daily().into(),
                Some(article) => error::topic_statutory(&law(article)).into(),
                None if choice.topic.rule().asked_for => error::topic_asked_for().into(),
                None => error::topic_not_daily().into(),
            });
        }
        let act = ActKey::new(key, "set_notification_preference", &request.actor.journal_name(), &(&recipient.0, choice))?;
        self.store.choose(act, recipient, choice, request.now).await?;
        Ok(NotificationPreference(choice))
    }

    /// Whoever was sent a mail of the topic with this token.
    fn holder(&self, token: &str, topic: Topic) -> Result<Recipient, kernel::Refusal> {
        let read = self.keys.read(token).filter(|(_, subscription)| subscription.holds(topic));
        read.map(|(recipient, _)| recipient).ok_or_else(error::token_unknown)
    }

    /// Ends what a token names.
    pub(crate) async fn end(&self, input: EndSubscriptionInput, request: &Request) -> Result<Vec<Topic>, Abort> {
        let key = act_key(&input.idempotency_key)?;
        let (recipient, subscription) = self.keys.read(&input.token).ok_or_else(error::token_unknown)?;
        let act = ActKey::new(key, "end_subscription", &request.actor.journal_name(), &input.token)?;
        if let Subscription::Topic(topic) = subscription
            && let Some(article) = topic.rule().article
        {
            return Err(error::topic_statutory(&law(article)).at("input.token").into());
        }
        self.store.end(act, recipient, subscription, request.now).await
    }

    /// Keeps the actor's quiet hours.
    pub(crate) async fn keep_quiet(&self, input: SetQuietHoursInput, request: &Request) -> Result<Option<QuietHours>, Abort> {
        let person = policy::account(&request.actor)?;
        let key = act_key(&input.idempotency_key)?;
        let read = |hours: &QuietHoursInput| preference::QuietHours::read(&hours.from, &hours.to).ok_or_else(error::hours_malformed);
        let quiet = Quiet { channel: input.channel.into(), hours: input.hours.as_ref().map(read).transpose()? };
        let act = ActKey::new(key, "set_quiet_hours", &request.actor.journal_name(), &quiet)?;
        self.store.keep_quiet(act, self.keys.person(person), quiet, request.now).await?;
        Ok(quiet.hours.map(QuietHours))
    }
}

impl SetNotificationPreferencePayload {
    pub(crate) fn of(ctx: &Context<'_>, outcome: Result<NotificationPreference, Abort>) -> Nullable<SetNotificationPreferencePayload> {
        let outcome = super::mutation::answer(outcome, ctx);
        outcome.map(|(preference, errors)| Some(SetNotificationPreferencePayload { preference, errors })).or_null(ctx)
    }
}

impl SetQuietHoursPayload {
    pub(crate) fn of(ctx: &Context<'_>, outcome: Result<Option<QuietHours>, Abort>) -> Nullable<SetQuietHoursPayload> {
        let outcome = super::mutation::answer(outcome, ctx);
        outcome.map(|(hours, errors)| Some(SetQuietHoursPayload { hours: hours.flatten(), errors })).or_null(ctx)
    }
}

/// Whoever asks; for mutations.
pub(crate) fn me<'a>(ctx: &Context<'a>) -> (&'a Preferences, &'a Request) {
    (ctx.data_unchecked(), request(ctx))
}
