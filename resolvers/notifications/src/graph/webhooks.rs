//! Webhooks, as those who keep them see them.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use journal::{Abort, ActKey, Courier};
use kernel::{PartyId, Personal, Request, Rng, WebhookId};
use vocabulary::{Connection, DateTime, Nullable, OrNull, UserError, connection, list_size, page, request};

use super::mutation::answer;
use crate::{
    error,
    model::{
        act_key,
        webhook::{self, Announcement, WebhookKeys, WebhookState as State},
    },
    policy,
    store::Store,
};

/// Whoever can be responsible.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id", tag = "public")]
pub(crate) struct Party {
    /// Opaque, and the same for good.
    id: ID,
}

/// Whether a webhook is told of what happens.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "webhook::WebhookState")]
pub(crate) enum WebhookState {
    /// It is.
    Active,
    /// Its receiver said that it is gone for good (HTTP 410).
    Gone,
}

pub(crate) struct Webhook(webhook::Webhook);

/// Somebody who is told by HTTP of what happens to reports, by Standard Webhooks 1.0: what happened, when, to which report, whose case it is,
/// and nothing about a person. Messages are signed; one that is not answered with 2xx is sent again for some minutes and then lies with the
/// dead letters.
#[Object(requires_scopes = "supervisor", requires_scopes = "auditor", requires_scopes = "admin")]
impl Webhook {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.id.global())
    }

    /// Where it listens.
    async fn url(&self) -> &str {
        self.0.url.reveal()
    }

    /// Whose cases it is told of: those of the party and of the parties that it supervises; null for all.
    async fn party(&self) -> Option<Party> {
        self.0.party.map(|party| Party { id: ID(party.global()) })
    }

    /// Whether it is told of what happens.
    async fn state(&self) -> WebhookState {
        self.0.state.into()
    }

    /// When it was registered.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last tried to tell it something; null when it never was.
    async fn attempted_at(&self) -> Option<DateTime> {
        self.0.attempted_at.map(DateTime)
    }

    /// When it last took a message; null when it never did.
    async fn delivered_at(&self) -> Option<DateTime> {
        self.0.delivered_at.map(DateTime)
    }

    /// The status of the last answer, e.g. 200; null when there was none.
    async fn reply_status(&self) -> Option<i32> {
        self.0.reply_status.map(Into::into)
    }

    /// How many tries failed since the last one that did not.
    async fn failures(&self) -> i32 {
        self.0.failures
    }
}

/// Somebody who is to be told.
#[derive(InputObject)]
pub(crate) struct RegisterWebhookInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    idempotency_key: String,
    /// Where it listens: an HTTPS address outside the city's own network, 2,048 characters at most.
    url: String,
    /// Whose cases it is told of: those of the party and of the parties that it supervises. A supervisor's own when it is absent, and for an
    /// administrator all.
    party: Option<ID>,
}

/// What became of the webhook.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "supervisor", requires_scopes = "admin")]
pub(crate) struct RegisterWebhookPayload {
    /// The webhook; null when it was refused.
    webhook: Option<Webhook>,
    /// With what its messages are signed, e.g. `whsec_…`. It is shown here alone; null when the webhook was refused.
    secret: Option<String>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

/// Somebody who is not to be told any more.
#[derive(InputObject)]
pub(crate) struct RemoveWebhookInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The webhook.
    webhook: ID,
}

/// What became of the webhook.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "supervisor", requires_scopes = "admin")]
pub(crate) struct RemoveWebhookPayload {
    /// The webhook that is no more; null when it was refused.
    removed: Option<ID>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

/// Something that happened to a report.
#[derive(InputObject)]
pub(crate) struct AnnounceEventInput {
    /// A UUID; announcing the same again changes nothing and answers the same.
    idempotency_key: String,
    /// What happened, in the past tense, e.g. `answered`.
    event: String,
    /// The number of the report, e.g. `TK-2026-000123`.
    reference: String,
    /// Whose case it is.
    party: Option<ID>,
    /// Who supervises that party.
    supervisor: Option<ID>,
    /// When it happened.
    at: DateTime,
}

/// Who is told.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "system")]
pub(crate) struct AnnounceEventPayload {
    /// How many webhooks are told; null when it was refused.
    webhooks: Option<i32>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

pub(crate) struct WebhookQueries(pub(crate) Store);

/// What those who keep webhooks ask.
#[Object]
impl WebhookQueries {
    /// Who is told by HTTP of what happens to reports, the oldest first: a supervisor sees those of their party.
    #[graphql(requires_scopes = "supervisor", requires_scopes = "auditor", requires_scopes = "admin")]
    async fn webhooks(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Webhook>> {
        let read = async {
            let audience = policy::list_webhooks(&request(ctx).actor)?;
            self.0.webhooks(audience, &page(first, after)?).await
        };
        read.await.map(|page| Some(connection(page, Webhook))).or_null(ctx)
    }
}

pub(crate) struct WebhookActs {
    pub(crate) store: Store,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) keys: WebhookKeys,
    pub(crate) courier: Arc<dyn Courier>,
}

/// What those who keep webhooks do, and what the house does for them.
#[Object]
impl WebhookActs {
    /// Has somebody told by HTTP of what happens to reports from now on.
    #[graphql(requires_scopes = "supervisor", requires_scopes = "admin")]
    async fn register_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to be told.")] input: RegisterWebhookInput,
    ) -> Nullable<RegisterWebhookPayload> {
        let outcome = answer(self.register(input, request(ctx)).await, ctx);
        let payload = |(webhook, errors): (Option<webhook::Webhook>, _)| {
            let secret = webhook.as_ref().map(|webhook| self.keys.secret(webhook.id));
            Some(RegisterWebhookPayload { webhook: webhook.map(Webhook), secret, errors })
        };
        outcome.map(payload).or_null(ctx)
    }

    /// Has somebody told no more.
    #[graphql(requires_scopes = "supervisor", requires_scopes = "admin")]
    async fn remove_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to be told no more.")] input: RemoveWebhookInput,
    ) -> Nullable<RemoveWebhookPayload> {
        let outcome = answer(self.remove(input, request(ctx)).await, ctx);
        outcome.map(|(removed, errors)| Some(RemoveWebhookPayload { removed, errors })).or_null(ctx)
    }

    /// Tells all webhooks that hear of it what happened to a report. Only the house itself does so, for a room.
    #[graphql(requires_scopes = "system")]
    async fn announce_event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What happened.")] input: AnnounceEventInput,
    ) -> Nullable<AnnounceEventPayload> {
        let outcome = answer(self.announce(input, request(ctx)).await, ctx);
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        outcome.map(|(count, errors)| Some(AnnounceEventPayload { webhooks: count.map(number), errors })).or_null(ctx)
    }
}

impl WebhookActs {
    async fn register(&self, input: RegisterWebhookInput, request: &Request) -> Result<webhook::Webhook, Abort> {
        let named = match &input.party {
            Some(id) => Some(PartyId::from_global(id).ok_or_else(error::party_unknown)?),
            None => None,
        };
        let party = policy::keep_webhook(&request.actor, named)?;
        let key = act_key(&input.idempotency_key)?;
        if !self.courier.accepts(&input.url) {
            return Err(error::url_unfit().into());
        }
        let act = ActKey::new(key, "register_webhook", &request.actor.journal_name(), &(&input.url, party))?;
        let webhook = webhook::Webhook {
            id: WebhookId::new(request.now, self.rng.as_ref()),
            party,
            url: Personal::new(input.url),
            state: State::Active,
            failures: 0,
            attempted_at: None,
            delivered_at: None,
            reply_status: None,
            created_at: request.now,
        };
        self.store.register(act, webhook).await
    }

    async fn remove(&self, input: RemoveWebhookInput, request: &Request) -> Result<ID, Abort> {
        let audience = policy::remove_webhook(&request.actor)?;
        let key = act_key(&input.idempotency_key)?;
        let id = WebhookId::from_global(&input.webhook).ok_or_else(error::webhook_unknown)?;
        let act = ActKey::new(key, "remove_webhook", &request.actor.journal_name(), &id)?;
        self.store.remove_webhook(act, audience, id, request.now).await?;
        Ok(input.webhook)
    }

    async fn announce(&self, input: AnnounceEventInput, request: &Request) -> Result<usize, Abort> {
        policy::queue_message(&request.actor)?;
        let key = act_key(&input.idempotency_key)?;
        let party = |id: Option<ID>| {
            let read = id.map(|id| PartyId::from_global(&id).map(PartyId::uuid).ok_or_else(error::party_unknown));
            read.transpose()
        };
        let (party, supervisor) = (party(input.party)?, party(input.supervisor)?);
        let what = Announcement { event: input.event, reference: input.reference, party, supervisor, at: input.at.0 };
        let act = ActKey::new(key, "announce_event", &request.actor.journal_name(), &what)?;
        self.store.announce(act, key, what, request.now).await
    }
}
