//! Word of mail that came back, and of what was sent about a report.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use journal::{Abort, ActKey};
use kernel::Request;
use vocabulary::{Nullable, OrNull, UserError, list_size, request};

use super::{mutation::answer, types::Message};
use crate::{
    error,
    model::{
        act_key,
        bounce::{self, Bounce, BounceMarks},
    },
    policy,
    recipient::RecipientKeys,
    store::Store,
};

/// How many reports one may ask of at once.
const REPORTS_MAX: usize = 100;
/// How many messages are told for each, all together.
const MESSAGES_MAX: u64 = 20;

pub(crate) struct BounceActs {
    pub(crate) store: Store,
    pub(crate) keys: RecipientKeys,
    pub(crate) marks: BounceMarks,
}

/// What a mail server says of a mail that it had taken (RFC 3464).
#[derive(InputObject)]
pub(crate) struct RecordBounceInput {
    /// A UUID; recording the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The mark in the mail's return path, which nobody knows but whom the mail was handed to.
    mark: String,
    /// Whether the mail will never arrive; otherwise it is late.
    permanent: bool,
    /// Why, as an enhanced status code (RFC 3463), e.g. `5.1.1`.
    status: Option<String>,
    /// The reply code (RFC 5321) that the server was given, e.g. 550.
    reply_code: Option<i32>,
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct RecordBouncePayload {
    /// True when it is recorded; null when it was refused.
    recorded: Option<bool>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

#[Object]
impl BounceActs {
    /// Records that a mail came back, or that it is late, for whoever was handed it.
    #[graphql(tag = "public")]
    async fn record_bounce(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the server says.")] input: RecordBounceInput,
    ) -> Nullable<RecordBouncePayload> {
        let outcome = answer(self.record(input, request(ctx)).await, ctx);
        outcome.map(|(done, errors)| Some(RecordBouncePayload { recorded: done.map(|()| true), errors })).or_null(ctx)
    }
}

impl BounceActs {
    async fn record(&self, input: RecordBounceInput, request: &Request) -> Result<(), Abort> {
        let key = act_key(&input.idempotency_key)?;
        let message = self.marks.read(&input.mark).ok_or_else(error::mark_unknown)?;
        let reply_code = input.reply_code.and_then(|code| i16::try_from(code).ok()).filter(|code| (200..600).contains(code));
        let by_address = bounce::is_of_address(input.status.as_deref(), reply_code);
        let bounce = Bounce { message, permanent: input.permanent, by_address: input.permanent && by_address, reply_code };
        let body = (&input.mark, input.permanent, &input.status, reply_code);
        let act = ActKey::new(key, "record_bounce", &request.actor.journal_name(), &body)?;
        self.store.bounce(act, bounce, self.keys.clone(), request.now).await
    }
}

pub(crate) struct NoticeQueries(pub(crate) Store);

#[Object]
impl NoticeQueries {
    /// What reporters were told of these reports, the newest first; together no more than 20 for each report. For the room of reports, which knows
    /// who may see it.
    #[graphql(requires_scopes = "system", directive = list_size::apply(100))]
    async fn messages_to_reporters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The numbers of the reports, 100 at most.")] about: Vec<String>,
    ) -> Nullable<Vec<Message>> {
        let found = match policy::queue_message(&request(ctx).actor) {
            Ok(()) => self.0.to_reporters(&about[..about.len().min(REPORTS_MAX)], MESSAGES_MAX).await,
            Err(error) => Err(error),
        };
        found.map(|messages| Some(messages.into_iter().map(Message).collect())).or_null(ctx)
    }
}
