//! Chats with the city's bot: their owners ask for a link, and the house tells what the bot was told.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use journal::{Abort, ActKey, Destination};
use kernel::Request;
use uuid::Uuid;
use vocabulary::{DateTime, Nullable, OrNull, UserError, list_size, request};

use super::{endpoints::Ways, mutation::answer};
use crate::{
    error,
    model::{
        act_key,
        endpoint::{EndpointState, LINK_MINUTES},
    },
    policy,
};

/// A chat that is to be linked.
#[derive(InputObject)]
pub(crate) struct LinkTelegramInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    idempotency_key: String,
}

/// How to link a chat.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct LinkTelegramPayload {
    /// Where to go with Telegram, e.g. `https://t.me/…?start=…`: one tap there links the chat. For nobody else's eyes; null when it was refused.
    url: Option<String>,
    /// Until when it is good, for one chat.
    expires_at: Option<DateTime>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

/// What somebody told the bot who followed a link.
#[derive(InputObject)]
pub(crate) struct CompleteTelegramLinkInput {
    /// A UUID; telling the same again changes nothing and answers the same.
    idempotency_key: String,
    /// What stands behind `/start`.
    token: String,
    /// The number of the chat.
    chat: String,
}

/// What became of the chat.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "system")]
pub(crate) struct CompleteTelegramLinkPayload {
    /// True when it is linked now; null when it was refused.
    linked: Option<bool>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

/// A chat whose owner told the bot to stop.
#[derive(InputObject)]
pub(crate) struct EndTelegramLinkInput {
    /// A UUID; telling the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The number of the chat.
    chat: String,
}

/// What became of the chat.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "system")]
pub(crate) struct EndTelegramLinkPayload {
    /// How many endpoints are no more; null when it was refused.
    removed: Option<i32>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

pub(crate) struct TelegramActs(pub(crate) Ways);

/// What people do with chats, and what the house does for them.
#[Object]
impl TelegramActs {
    /// Gives a link by which you are told in a chat with the city's Telegram bot, too.
    #[graphql(tag = "scoped")]
    async fn link_telegram(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be linked.")] input: LinkTelegramInput,
    ) -> Nullable<LinkTelegramPayload> {
        let outcome = answer(self.link(input, request(ctx)).await, ctx);
        let payload = |(link, errors): (Option<(String, chrono::DateTime<Utc>)>, _)| {
            let (url, expires_at) = link.map_or((None, None), |(url, until)| (Some(url), Some(DateTime(until))));
            Some(LinkTelegramPayload { url, expires_at, errors })
        };
        outcome.map(payload).or_null(ctx)
    }

    /// Links a chat to whom its link was made for. Only the house itself does so, for what its bot was told.
    #[graphql(requires_scopes = "system")]
    async fn complete_telegram_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the bot was told.")] input: CompleteTelegramLinkInput,
    ) -> Nullable<CompleteTelegramLinkPayload> {
        let outcome = answer(self.complete(input, request(ctx)).await, ctx);
        outcome.map(|(linked, errors)| Some(CompleteTelegramLinkPayload { linked: linked.map(|_| true), errors })).or_null(ctx)
    }

    /// Has nobody told in a chat any more. Only the house itself does so, for what its bot was told.
    #[graphql(requires_scopes = "system")]
    async fn end_telegram_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which chat.")] input: EndTelegramLinkInput,
    ) -> Nullable<EndTelegramLinkPayload> {
        let outcome = answer(self.end(input, request(ctx)).await, ctx);
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        outcome.map(|(count, errors)| Some(EndTelegramLinkPayload { removed: count.map(number), errors })).or_null(ctx)
    }
}

impl TelegramActs {
    async fn link(&self, input: LinkTelegramInput, request: &Request) -> Result<(String, chrono::DateTime<Utc>), Abort> {
        let owner = self.0.keys.person(policy::account(&request.actor)?);
        let key = act_key(&input.idempotency_key)?;
        let bot = self.0.messengers.telegram_bot.as_ref().ok_or_else(error::telegram_absent)?;
        let act = ActKey::new(key, "link_telegram", &request.actor.journal_name(), &())?;
        // A link tells its end to the second.
        let until = request.now.timestamp() + 60 * LINK_MINUTES;
        let until = self.0.store.begin_link(act, until, request.now).await?;
        let until = chrono::DateTime::from_timestamp(until, 0).unwrap_or(request.now);
        Ok((format!("https://t.me/{bot}?start={}", self.0.keys.link(&owner, until)), until))
    }

    async fn complete(&self, input: CompleteTelegramLinkInput, request: &Request) -> Result<(), Abort> {
        policy::hear_bot(&request.actor)?;
        let (key, to) = heard(&input.idempotency_key, &input.chat)?;
        let name = request.actor.journal_name();
        let act = ActKey::new(key, "complete_telegram_link", &name, &(&input.token, &input.chat))?;
        let owner = self.0.keys.linked(&input.token, request.now).ok_or_else(error::link_unknown)?;
        // A link serves one chat: whoever saw it over somebody's shoulder comes too late.
        let proof = Uuid::new_v5(&Uuid::NAMESPACE_OID, input.token.as_bytes());
        let proof = ActKey::new(proof, "spend_telegram_link", &name, &input.chat)?;
        let (chat, place) = self.0.begun(owner, to, EndpointState::Active, request.now);
        self.0.store.add_endpoint(act, Some(proof), chat, place).await?;
        Ok(())
    }

    async fn end(&self, input: EndTelegramLinkInput, request: &Request) -> Result<usize, Abort> {
        policy::hear_bot(&request.actor)?;
        let (key, to) = heard(&input.idempotency_key, &input.chat)?;
        let act = ActKey::new(key, "end_telegram_link", &request.actor.journal_name(), &input.chat)?;
        self.0.store.forget_place(act, self.0.keys.place(&to), request.now).await
    }
}

/// The key of what the bot was told, and the chat.
fn heard(key: &str, chat: &str) -> Result<(Uuid, Destination), Abort> {
    let key = act_key(key)?;
    let chat = chat.parse().map(Destination::Chat).map_err(|_| error::chat_malformed())?;
    Ok((key, chat))
}
