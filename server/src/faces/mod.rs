//! The city's other faces: what programs are told that speak another standard than GraphQL.
//!
//! **Invariants:** a face is a client of the graph, with documents of its own, and knows no room; it shows what anybody may ask the graph for,
//! and nobody's token changes it; what it takes passes the same limits as an operation of the graph.

mod calendar;
mod feeds;
pub(crate) mod open311;
mod report;
mod xml;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header::HOST, request::Parts, uri::Authority},
};
use journal::House;
use kernel::{Actor, Answer, Code, Document, Fault, Graph, Locale, LocalizedText, Request};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::SemaphorePermit;

use crate::{
    http::{
        Edge,
        graphql::{context, starting},
        rejection::Rejection,
    },
    settings::Settings,
};
use open311::Open311;

/// The documents by which the faces ask the graph.
pub(crate) const DOCUMENTS: [&Document; 5] = [&open311::SERVICES, &open311::REQUESTS, &open311::FILE, &feeds::FEED, &calendar::CALENDAR];

/// What the faces are told of the installation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faces {
    /// Where people reach the city, `https://host` without a slash at its end.
    pub(crate) public_url: Option<String>,
    /// Who gives ids to what feeds hold (RFC 4151): the host in the journal's name, which is for good.
    pub(crate) tag_authority: String,
    /// Open311: whose reports are taken, and for which city.
    pub(crate) open311: Open311,
}

impl Faces {
    /// As the settings have it.
    pub(crate) fn of(settings: &Settings) -> Faces {
        let tag_authority = settings.log_origin.split('/').next().unwrap_or_default().to_owned();
        Faces { public_url: settings.public_url.clone(), tag_authority, open311: Open311::of(settings) }
    }
}

/// Everything that the faces answer.
pub(crate) fn routes() -> Router<Arc<Edge>> {
    open311::routes().merge(feeds::routes()).merge(calendar::routes())
}

/// One request to a face: what it may ask, and its turn among all that the server carries.
pub(crate) struct Visit<'a> {
    pub(crate) faces: &'a Faces,
    pub(crate) house: &'a House,
    graph: &'a dyn Graph,
    /// Whoever asks a face is nobody to the graph.
    pub(crate) request: Arc<Request>,
    _turn: SemaphorePermit<'a>,
}

impl<'a> Visit<'a> {
    /// Waits for a turn. `cost` is in the units of an operation's cost.
    pub(crate) async fn begin(edge: &'a Edge, parts: &Parts, locale: Locale, cost: u64) -> Result<Visit<'a>, Rejection> {
        let served = edge.served().ok_or_else(starting)?;
        let house = served.house.as_ref().ok_or_else(starting)?;
        let turn = edge.load.turn(cost).await?;
        Ok(Visit {
            faces: &served.faces,
            house,
            graph: &served.graph,
            request: context(edge, parts, Actor::Anonymous, locale),
            _turn: turn,
        })
    }

    /// Where people reach the city, without a slash at its end: as the settings say, or else by the host that was asked.
    pub(crate) fn base(&self, headers: &HeaderMap) -> Option<String> {
        let host = || Some(format!("http://{}", headers.get(HOST)?.to_str().ok()?.parse::<Authority>().ok()?));
        self.faces.public_url.clone().or_else(host)
    }

    /// Asks the graph. What a room that is away leaves empty is empty here, too; without what was asked for as a whole there is no answer.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, document: &'static Document, variables: Value) -> Result<T, Rejection> {
        let Value::Object(variables) = variables else { return Err(internal(document, "variables must be an object")) };
        let Answer { data, faults } = self.graph.execute(document, variables, &self.request).await;
        match (serde_json::from_value(data.into()), faults.into_iter().next()) {
            (Ok(answer), fault) => {
                if let Some(Fault { code, path, .. }) = fault {
                    tracing::debug!(document = document.name, code = code.as_str(), ?path, "a part of an answer is missing");
                }
                Ok(answer)
            }
            (Err(_), Some(fault)) => Err(rejected(document, &fault)),
            (Err(error), None) => Err(internal(document, &error.to_string())),
        }
    }
}

/// A fault of the graph as a status.
fn rejected(document: &Document, fault: &Fault) -> Rejection {
    let status = match fault.code {
        Code::BadUserInput | Code::GraphqlValidationFailed => StatusCode::BAD_REQUEST,
        Code::Timeout => StatusCode::GATEWAY_TIMEOUT,
        Code::RateLimited | Code::SubgraphUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => return internal(document, &fault.message),
    };
    // It is in the reader's language already.
    Rejection { status, code: fault.code, message: LocalizedText::from_fn(|_| fault.message.clone()) }
}

/// What is wrong inside goes to the log.
fn internal(document: &Document, error: &str) -> Rejection {
    tracing::error!(document = document.name, error, "a face got no answer");
    Rejection::general(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal)
}
