//! Ways to be told beside mail, as their owners see and change them.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime as Instant, Utc};
use journal::{Abort, ActKey, Destination, Messengers, Subscription};
use kernel::{EndpointId, Personal, Request, Rng};
use vocabulary::{DateTime, Nullable, OrNull, UserError, list_size, request};

use super::{mutation::answer, preferences::NotificationChannel};
use crate::{
    error,
    model::{
        act_key,
        endpoint::{self, EndpointState as State, channel, mask},
    },
    policy,
    recipient::{Recipient, RecipientKeys},
    store::Store,
};

/// Whether an endpoint is written to.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "endpoint::EndpointState")]
pub(crate) enum EndpointState {
    /// Not yet: a telephone whose code its owner has not told.
    Waiting,
    /// It is.
    Active,
    /// Its other side said that nobody is there any more: the browser ended its subscription, or the bot was blocked. It is forgotten once
    /// another is added.
    Gone,
}

pub(crate) struct Endpoint(pub(crate) endpoint::Endpoint);

/// One way to be told beside mail, e.g. a browser. Only its owner sees it. Nothing of a message's text goes there: what the mail's subject
/// says, what it is about, and where the city is.
#[Object(tag = "scoped")]
impl Endpoint {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        self.0.id.global().into()
    }

    /// By which way it leads to its owner.
    async fn channel(&self) -> NotificationChannel {
        channel(self.0.to.reveal()).into()
    }

    /// Enough of its address to tell two apart: of a browser its push service, e.g. `push.example.net`; of a chat the end of its number; of a
    /// telephone e.g. `+7701***78`.
    async fn address(&self) -> String {
        mask(self.0.to.reveal())
    }

    /// Whether it is written to.
    async fn state(&self) -> EndpointState {
        self.0.state.into()
    }

    /// When it was added.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When something was last tried to be sent there; null when nothing ever was.
    async fn attempted_at(&self) -> Option<DateTime> {
        self.0.attempted_at.map(DateTime)
    }

    /// When something last arrived there; null when nothing ever did.
    async fn delivered_at(&self) -> Option<DateTime> {
        self.0.delivered_at.map(DateTime)
    }

    /// How many tries failed since the last one that did not.
    async fn failures(&self) -> i32 {
        self.0.failures
    }
}

/// A browser that is to be told, as its `PushSubscription` says (Push API).
#[derive(InputObject)]
pub(crate) struct AddPushSubscriptionInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    idempotency_key: String,
    /// Where its push service takes messages: `endpoint`.
    endpoint: String,
    /// Its public key in base64url: `getKey("p256dh")`.
    #[graphql(name = "p256dh")]
    p256dh: String,
    /// Its secret in base64url: `getKey("auth")`.
    auth: String,
}

/// An endpoint that is to be forgotten.
#[derive(InputObject)]
pub(crate) struct RemoveEndpointInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The endpoint.
    endpoint: ID,
}

/// Payloads of acts that give an endpoint.
macro_rules! payloads {
    ($($name:ident)*) => {$(
        /// What became of the endpoint.
        #[derive(SimpleObject)]
        #[graphql(tag = "scoped")]
        pub(crate) struct $name {
            /// The endpoint; null when it was refused.
            endpoint: Option<Endpoint>,
            /// Why it was refused; empty when it was not.
            #[graphql(directive = list_size::apply(5))]
            errors: Vec<UserError>,
        }

        impl $name {
            pub(crate) fn of(ctx: &Context<'_>, outcome: Result<endpoint::Endpoint, Abort>) -> Nullable<$name> {
                let outcome = answer(outcome, ctx);
                outcome.map(|(endpoint, errors)| Some($name { endpoint: endpoint.map(Endpoint), errors })).or_null(ctx)
            }
        }
    )*};
}

payloads! { AddPushSubscriptionPayload AddPhonePayload ConfirmPhonePayload }

/// What became of the endpoint.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct RemoveEndpointPayload {
    /// The endpoint that is no more; null when it was refused.
    removed: Option<ID>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

pub(crate) struct EndpointQueries(pub(crate) Messengers);

/// What pages ask before they offer to be a way.
#[Object]
impl EndpointQueries {
    /// The city's public key in base64url, with which a browser subscribes (Push API, `applicationServerKey`; RFC 8292); null when the city
    /// sends no web push.
    #[graphql(tag = "public")]
    async fn web_push_key(&self) -> Option<&str> {
        self.0.push_key.as_deref()
    }
}

/// What acts on endpoints need.
#[derive(Clone)]
pub(crate) struct Ways {
    pub(crate) store: Store,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) keys: RecipientKeys,
    pub(crate) messengers: Messengers,
}

impl Ways {
    /// An endpoint that begins, and the digest of where it leads.
    pub(crate) fn begun(&self, owner: Recipient, to: Destination, state: State, now: Instant<Utc>) -> (endpoint::Endpoint, String) {
        let (id, place) = (EndpointId::new(now, self.rng.as_ref()), self.keys.place(&to));
        let (attempted_at, delivered_at) = (None, None);
        let to = Personal::new(to);
        (endpoint::Endpoint { id, recipient: owner, to, state, failures: 0, attempted_at, delivered_at, created_at: now }, place)
    }
}

pub(crate) struct EndpointActs(pub(crate) Ways);

/// What people do with ways to themselves.
#[Object]
impl EndpointActs {
    /// Has you told by a browser, too. The same browser again is the same endpoint; one that was somebody else's is theirs no more. You have 10
    /// endpoints at most.
    #[graphql(tag = "scoped")]
    async fn add_push_subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The browser.")] input: AddPushSubscriptionInput,
    ) -> Nullable<AddPushSubscriptionPayload> {
        AddPushSubscriptionPayload::of(ctx, self.add_browser(input, request(ctx)).await)
    }

    /// Has you told by an endpoint no more, and forgets it.
    #[graphql(tag = "scoped")]
    async fn remove_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint.")] input: RemoveEndpointInput,
    ) -> Nullable<RemoveEndpointPayload> {
        let outcome = answer(self.remove(input, request(ctx)).await, ctx);
        outcome.map(|(removed, errors)| Some(RemoveEndpointPayload { removed, errors })).or_null(ctx)
    }
}

impl EndpointActs {
    async fn add_browser(&self, input: AddPushSubscriptionInput, request: &Request) -> Result<endpoint::Endpoint, Abort> {
        let person = policy::account(&request.actor)?;
        let key = act_key(&input.idempotency_key)?;
        let ways = &self.0;
        if ways.messengers.push_key.is_none() {
            return Err(error::push_absent().into());
        }
        let to = Destination::Browser(Subscription { url: input.endpoint, p256dh: input.p256dh, auth: input.auth });
        if !ways.messengers.push.accepts(&to) {
            return Err(error::subscription_unfit().into());
        }
        let act = ActKey::new(key, "add_push_subscription", &request.actor.journal_name(), &to)?;
        let (browser, place) = ways.begun(ways.keys.person(person), to, State::Active, request.now);
        ways.store.add_endpoint(act, None, browser, place).await
    }

    async fn remove(&self, input: RemoveEndpointInput, request: &Request) -> Result<ID, Abort> {
        let owner = self.0.keys.person(policy::account(&request.actor)?);
        let key = act_key(&input.idempotency_key)?;
        let id = EndpointId::from_global(&input.endpoint).ok_or_else(error::endpoint_unknown)?;
        let act = ActKey::new(key, "remove_endpoint", &request.actor.journal_name(), &id)?;
        self.0.store.remove_endpoint(act, owner, id, request.now).await?;
        Ok(input.endpoint)
    }
}
