//! What a reporter was told of a report, and whether it arrived. The room of notifications knows; who may see it, this one does.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, InputObject, Object, dataloader::Loader};
use kernel::{Document, Error, GraphHandle, Request};
use serde::Deserialize;
use serde_json::json;
use vocabulary::{Batched, DateTime, Nullable, OrNull, request};

use super::{
    mutation::desk,
    payloads::{Payload, payloads},
    types::Feedback,
};

/// Asks what was sent to the reporters of some reports.
pub(crate) static NOTICES: Document = Document {
    name: "feedback.MessagesToReporters",
    text: "query MessagesToReporters($about: [String!]!) { messagesToReporters(about: $about) { \
           about label email state createdAt deliveries { at } } }",
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    messages_to_reporters: Vec<Notice>,
}

/// Where a message to the reporter is on its way.
#[derive(Clone, Copy, Debug, Deserialize, Enum, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum NoticeState {
    /// It waits for its first or its next try.
    Queued,
    /// The mail server of its reader has taken it.
    Sent,
    /// It was given up.
    Dead,
    /// It came back, or was not sent because mail to its address came back before: the reporter has to be reached in another way.
    Bounced,
    /// The reporter wants no messages of its kind.
    Unwanted,
    /// The reporter left no mail address: it goes to where else they may be reached.
    Unaddressed,
    /// What it said, and to whom, is erased.
    Erased,
}

#[derive(Clone, Debug, Deserialize)]
struct Try {
    at: chrono::DateTime<chrono::Utc>,
}

/// A message to the reporter.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Notice {
    about: Option<String>,
    label: String,
    email: Option<String>,
    state: NoticeState,
    created_at: chrono::DateTime<chrono::Utc>,
    deliveries: Option<Vec<Try>>,
}

/// A message by which the reporter was told of a report.
#[Object(tag = "scoped")]
impl Notice {
    /// What it is about, in words.
    async fn label(&self) -> &str {
        &self.label
    }

    /// The address with most letters hidden, e.g. `a***@e***.kz`; null when it is erased, or when they left none.
    async fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// Where it is on its way.
    async fn state(&self) -> NoticeState {
        self.state
    }

    /// When it was written.
    async fn queued_at(&self) -> DateTime {
        DateTime(self.created_at)
    }

    /// When it was last tried, or came back; null before the first try.
    async fn tried_at(&self) -> Option<DateTime> {
        self.deliveries.as_deref().unwrap_or_default().last().map(|last| DateTime(last.at))
    }
}

/// Asks the graph for one call, in its reader's language.
pub(crate) struct Notices {
    graph: GraphHandle,
    request: Arc<Request>,
}

impl Notices {
    pub(crate) fn new(graph: GraphHandle, request: &Arc<Request>) -> Notices {
        Notices { graph, request: Arc::new(request.by_house()) }
    }
}

impl Loader<String> for Notices {
    type Value = Vec<Notice>;
    type Error = Arc<Error>;

    async fn load(&self, references: &[String]) -> Result<HashMap<String, Vec<Notice>>, Arc<Error>> {
        let data = self.graph.ask(&NOTICES, json!({ "about": references }), &self.request).await.map_err(Arc::new)?;
        let answer: Answer = serde_json::from_value(data).map_err(|error| Arc::new(Error::internal(error)))?;
        let mut found: HashMap<String, Vec<Notice>> = references.iter().map(|reference| (reference.clone(), Vec::new())).collect();
        for notice in answer.messages_to_reporters {
            if let Some(notices) = notice.about.as_ref().and_then(|about| found.get_mut(about)) {
                notices.push(notice);
            }
        }
        Ok(found)
    }
}

/// What was sent to the reporter of a report.
pub(super) async fn of(ctx: &Context<'_>, reference: &str) -> Nullable<Vec<Notice>> {
    ctx.data_unchecked::<Batched<Notices>>().load_one(reference.to_owned()).await.or_null(ctx)
}

/// A report of which a message to the reporter came back.
#[derive(InputObject)]
pub(crate) struct NoteBounceInput {
    /// A UUID; noting the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The number of the report.
    reference: String,
}

payloads! {
    #[graphql(requires_scopes = "system")] NoteBouncePayload: feedback Feedback = "The report.";
}

#[derive(Default)]
pub(crate) struct NoticeActs;

#[Object]
impl NoticeActs {
    /// Notes that a message to the reporter came back, so that those who work the case reach them in another way. Only the house itself does so.
    #[graphql(requires_scopes = "system")]
    async fn note_bounce(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which report.")] input: NoteBounceInput,
    ) -> Nullable<NoteBouncePayload> {
        let outcome = desk(ctx).note_bounce(&input.idempotency_key, &input.reference, request(ctx)).await;
        NoteBouncePayload::of(ctx, outcome.map(Some), |row| Feedback::seen_by(&request(ctx).actor, Arc::new(row)))
    }
}
