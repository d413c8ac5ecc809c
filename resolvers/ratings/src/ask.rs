//! What this room asks the others, and how it reads their answers.

use std::sync::Arc;

use kernel::{Document, Error, FeedbackId, GraphHandle, PartyId, Request, Result, ServiceId};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::model::Rating;

/// All documents of the room.
pub(crate) const DOCUMENTS: [&Document; 3] = [&RATED_SERVICE, &RATED_ANSWER, &OPEN_CASE];

static RATED_SERVICE: Document = Document {
    name: "ratings.RatedService",
    text: "query RatedService($id: ID!) { node(id: $id) { ... on Service { id provider { id } } } }",
};

// A wrong key answers as no report.
static RATED_ANSWER: Document = Document {
    name: "ratings.RatedAnswer",
    text: "query RatedAnswer($reference: String!, $key: String!) { \
           feedback(reference: $reference, key: $key) { id status responsible { id } service { id } } }",
};

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
pub(crate) struct RatedAnswer {
    pub(crate) feedback: FeedbackId,
    pub(crate) answered: bool,
    pub(crate) responsible: Option<PartyId>,
    pub(crate) service: Option<ServiceId>,
}

/// Looks a report up with its key; `None` when there is none or the key is another's.
pub(crate) async fn find_answer(graph: &GraphHandle, reference: &str, key: &str, request: &Arc<Request>) -> Result<Option<RatedAnswer>> {
    #[derive(Deserialize)]
    struct Data {
        feedback: Option<Feedback>,
    }
    #[derive(Deserialize)]
    struct Feedback {
        id: String,
        status: String,
        responsible: Option<Stub>,
        service: Option<Stub>,
    }
    let data: Data = read(graph.ask(&RATED_ANSWER, json!({ "reference": reference, "key": key }), request).await?)?;
    let own = data.feedback;
    Ok(own.and_then(|feedback| {
        Some(RatedAnswer {
            feedback: FeedbackId::from_global(&feedback.id)?,
            answered: feedback.status == "ANSWERED",
            responsible: feedback.responsible.and_then(|party| PartyId::from_global(&party.id)),
            service: feedback.service.and_then(|service| ServiceId::from_global(&service.id)),
        })
    }))
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
