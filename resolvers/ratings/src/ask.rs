//! What this room asks the others, and how it reads their answers.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use kernel::{Document, Error, FeedbackId, GraphHandle, PartyId, Request, Result, ServiceId};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::model::{Answer, Rating};

/// All documents of the room.
pub(crate) const DOCUMENTS: [&Document; 3] = [&RATED_SERVICE, &RATED_ANSWER, &OPEN_CASE];

static RATED_SERVICE: Document = Document {
    name: "ratings.RatedService",
    text: "query RatedService($id: ID!) { node(id: $id) { ... on Service { id provider { id } } } }",
};

// A wrong key answers as no report. When an answer was given is read from the timeline.
static RATED_ANSWER: Document = Document {
    name: "ratings.RatedAnswer",
    text: "query RatedAnswer($reference: String!, $key: String!, $after: String) { \
           feedback(reference: $reference, key: $key) { id status responsible { id } service { id } \
           timeline(first: 100, after: $after) { nodes { kind at } pageInfo { hasNextPage endCursor } } } }",
};

/// What stands in the timeline when a report is answered, and when it ends without an answer on the substance.
const ANSWERS: [&str; 2] = ["answered", "terminated"];
/// Where a report stands while its last answer does. Every end may be rated, a refusal too.
const RATED_STATUSES: [&str; 2] = ["ANSWERED", "TERMINATED"];

static OPEN_CASE: Document = Document {
    name: "ratings.OpenCase",
    text: "mutation OpenCase($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { feedback { reference } errors { code } } }",
};

#[derive(Deserialize)]
struct Stub {
    id: String,
}

/// Who provides a service that exists.
pub(crate) struct RatedService {
    pub(crate) provider: Option<PartyId>,
}

/// Looks a service up; `None` when there is none that the actor may see.
pub(crate) async fn find_service(graph: &GraphHandle, id: ServiceId, request: &Arc<Request>) -> Result<Option<RatedService>> {
    #[derive(Deserialize)]
    struct Data {
        node: Option<Node>,
    }
    #[derive(Deserialize)]
    struct Node {
        id: String,
        provider: Option<Stub>,
    }
    let data: Data = read(graph.ask(&RATED_SERVICE, json!({ "id": id.global() }), request).await?)?;
    let node = data.node.filter(|node| ServiceId::from_global(&node.id) == Some(id));
    Ok(node.map(|node| RatedService { provider: node.provider.and_then(|party| PartyId::from_global(&party.id)) }))
}

/// A report that its reporter asks for.
pub(crate) struct RatedReport {
    /// Its last answer; `None` when it has none yet, or it is contested.
    pub(crate) answer: Option<Answer>,
    pub(crate) responsible: Option<PartyId>,
    pub(crate) service: Option<ServiceId>,
}

#[derive(Deserialize)]
struct Feedback {
    id: String,
    status: String,
    responsible: Option<Stub>,
    service: Option<Stub>,
    timeline: Timeline,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Timeline {
    nodes: Vec<Event>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
struct Event {
    kind: String,
    at: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

impl Feedback {
    /// What of it matters, once its whole timeline was read.
    fn read(self, answered_at: Option<DateTime<Utc>>) -> Result<Option<RatedReport>> {
        let Some(feedback) = FeedbackId::from_global(&self.id) else { return Ok(None) };
        let answer = match answered_at {
            _ if !RATED_STATUSES.contains(&self.status.as_str()) => None,
            Some(given_at) => Some(Answer { feedback, given_at }),
            None => return Err(Error::internal(format!("a report is {} and its timeline tells of no answer", self.status))),
        };
        Ok(Some(RatedReport {
            answer,
            responsible: self.responsible.and_then(|party| PartyId::from_global(&party.id)),
            service: self.service.and_then(|service| ServiceId::from_global(&service.id)),
        }))
    }
}

/// Looks a report up with its key; `None` when there is none or the key is another's. Its timeline is read to the end: the last answer counts,
/// and where the report stands is told with the last page, so that an answer that comes in between is not taken for the one before.
pub(crate) async fn find_report(graph: &GraphHandle, reference: &str, key: &str, request: &Arc<Request>) -> Result<Option<RatedReport>> {
    #[derive(Deserialize)]
    struct Data {
        feedback: Option<Feedback>,
    }
    let mut answered_at = None;
    let mut after: Option<String> = None;
    loop {
        let variables = json!({ "reference": reference, "key": key, "after": after });
        let data: Data = read(graph.ask(&RATED_ANSWER, variables, request).await?)?;
        let Some(feedback) = data.feedback else { return Ok(None) };
        let newest = feedback.timeline.nodes.iter().rev().find(|event| ANSWERS.contains(&event.kind.as_str()));
        answered_at = newest.map(|event| event.at).or(answered_at);
        match &feedback.timeline.page_info {
            PageInfo { has_next_page: true, end_cursor: Some(cursor) } => after = Some(cursor.clone()),
            _ => return feedback.read(answered_at),
        }
    }
}

/// What became of a request to open a case.
pub(crate) enum Opened {
    /// The case's reference.
    Case(String),
    /// The codes of the refusals.
    Refused(Vec<String>),
}

/// Files the rating's comment as a complaint. The rating's id is the key, so asking again opens no second case.
pub(crate) async fn open_case(graph: &GraphHandle, rating: &Rating, comment: &str, request: &Arc<Request>) -> Result<Opened> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Data {
        submit_feedback: Option<Payload>,
    }
    #[derive(Deserialize)]
    struct Payload {
        feedback: Option<Feedback>,
        errors: Vec<Refused>,
    }
    #[derive(Deserialize)]
    struct Feedback {
        reference: String,
    }
    #[derive(Deserialize)]
    struct Refused {
        code: String,
    }
    let input = json!({
        "idempotencyKey": rating.id.uuid(),
        "track": "REQUEST",
        "kind": "COMPLAINT",
        "service": rating.service.map(ServiceId::global),
        "text": comment,
        "locale": rating.locale.tag().to_ascii_uppercase(),
    });
    let data: Data = read(graph.ask(&OPEN_CASE, json!({ "input": input }), request).await?)?;
    match data.submit_feedback {
        Some(Payload { feedback: Some(feedback), .. }) => Ok(Opened::Case(feedback.reference)),
        Some(Payload { errors, .. }) if !errors.is_empty() => Ok(Opened::Refused(errors.into_iter().map(|error| error.code).collect())),
        _ => Err(Error::internal("submitFeedback gave neither a report nor a reason")),
    }
}

fn read<T: DeserializeOwned>(data: Value) -> Result<T> {
    serde_json::from_value(data).map_err(Error::internal)
}
