//! Where those who watch over the house enter.

use async_graphql::{Context, ID, Object, Result};
use kernel::{MessageId, Page, PageRequest};
use vocabulary::{Connection, Nullable, OrFault, OrNull, connection, page, request};

use super::{
    loaders::messages,
    preferences::{Preferences, Viewer},
    types::{DeadLetter, Message, MessageState, MessageTopic, Queue},
};
use crate::{
    model::{
        self, MessageFilter,
        preference::{Channel, Manner},
    },
    policy,
    store::Store,
};

pub(crate) struct MessageQueries {
    pub(crate) store: Store,
}

#[Object]
impl MessageQueries {
    /// Messages to people, newest first.
    #[graphql(requires_scopes = "auditor", requires_scopes = "admin")]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only messages about this.")] topic: Option<MessageTopic>,
        #[graphql(desc = "Only messages in this state.")] state: Option<MessageState>,
        #[graphql(desc = "Only messages about the report with this number, e.g. `TK-2026-000123`.")] about: Option<String>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Message>> {
        let filter = MessageFilter { topic: topic.map(Into::into), state: state.map(Into::into), about };
        let found = self.page_of_messages(ctx, &filter, page(first, after)).await;
        found.map(|page| Some(connection(page, Message))).or_null(ctx)
    }

    /// What the house could not do, oldest first.
    #[graphql(requires_scopes = "supervisor", requires_scopes = "auditor", requires_scopes = "admin")]
    async fn dead_letters(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<DeadLetter>> {
        let found = self.page_of_dead_letters(ctx, page(first, after)).await;
        found.map(|page| Some(connection(page, DeadLetter))).or_null(ctx)
    }

    /// How much work of the house waits, and whether it keeps up.
    #[graphql(requires_scopes = "auditor", requires_scopes = "admin")]
    async fn queue(&self, ctx: &Context<'_>) -> Nullable<Queue> {
        let request = request(ctx);
        let found = match policy::see_queue(&request.actor) {
            Ok(()) => self.store.work(request.now).await,
            Err(error) => Err(error),
        };
        found.map(|found| Some(Queue { found, now: request.now })).or_null(ctx)
    }

    /// Whether the reader of an address wants messages of a topic, as far as they chose without an account. Only the house itself asks, for a room
    /// that forgets whoever does not.
    #[graphql(requires_scopes = "system")]
    async fn wants_messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] email: String,
        #[graphql(desc = "What the messages are about.")] topic: MessageTopic,
    ) -> Nullable<bool> {
        let read = async {
            policy::queue_message(&request(ctx).actor)?;
            let Preferences { store, keys } = ctx.data_unchecked();
            let (reader, topic) = ([keys.address(&email)], topic.into());
            let choices = store.choices(&reader, Channel::Mail).await?;
            Ok(Some(choices.manner(&reader, topic) != Some(Manner::Never)))
        };
        let read: kernel::Result<Option<bool>> = read.await;
        read.or_null(ctx)
    }

    #[graphql(entity)]
    async fn find_viewer_by_id(&self, ctx: &Context<'_>, id: ID) -> Option<Viewer> {
        Viewer::of(&id, &request(ctx).actor)
    }

    #[graphql(entity)]
    async fn find_message_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Message>> {
        let Some(id) = MessageId::from_global(&id) else { return Ok(None) };
        Ok(messages(ctx).load_one(id).await.or_fault(ctx)?.map(Message))
    }
}

impl MessageQueries {
    async fn page_of_messages(
        &self,
        ctx: &Context<'_>,
        filter: &MessageFilter,
        page: kernel::Result<PageRequest>,
    ) -> kernel::Result<Page<model::Message>> {
        let actor = &request(ctx).actor;
        policy::list_messages(actor)?;
        self.store.messages(policy::messages(actor), filter, &page?).await
    }

    async fn page_of_dead_letters(&self, ctx: &Context<'_>, page: kernel::Result<PageRequest>) -> kernel::Result<Page<model::DeadLetter>> {
        policy::list_dead_letters(&request(ctx).actor)?;
        self.store.dead_letters(&page?).await
    }
}
