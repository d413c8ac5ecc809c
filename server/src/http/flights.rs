//! Queries to a gateway that are the same and under way at the same time are run together: once, and the answer is for all who ask. Every call
//! of theirs would have been shared by itself; so is what comes after the calls.
//!
//! A city does not do so: its rooms answer from their own database, and whoever has just been told that something was done must find it done,
//! whatever somebody else has been asking for since before.

use std::sync::Arc;

use axum::{
    body::Bytes,
    http::{Method, header::AUTHORIZATION, request::Parts},
    response::Response,
};
use federation::{Prepared, TrustedDocument};
use kernel::{Actor, Locale, OperationKind, Request};

use super::{
    Edge, Served,
    document::Received,
    graphql::Carried,
    negotiate::Media,
    rejection::Rejection,
    respond::{Audience, Timing, Written},
    status,
};

/// Longer bodies are not compared.
const BODY_BYTES_MAX: usize = 8 * 1024;

/// What makes two queries the same: what is asked, in which form and language the answer is to be, and the headers that go on.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Same {
    body: Bytes,
    media: Media,
    locale: Locale,
    headers: Arc<[(String, String)]>,
}

impl Same {
    /// `None` where nothing is shared.
    pub(super) fn of(edge: &Edge, served: &Served, parts: &Parts, received: &Received<'_>, form: (Option<Media>, Locale)) -> Option<Same> {
        match (received, form) {
            (Received::Body(body), (Some(media), locale)) if served.house.is_none() && body.bytes().len() <= BODY_BYTES_MAX => {
                Some(Same { body: Bytes::copy_from_slice(body.bytes()), media, locale, headers: edge.forwarded(&parts.headers) })
            }
            _ => None,
        }
    }
}

/// What became of an operation, for whoever asks for it.
pub(crate) type Landed = Result<Outcome, Rejection>;

/// What was carried out, and the answer.
pub(crate) struct Outcome {
    written: Written,
    carried: Carried,
    /// Whether everybody would be told the same.
    is_common: bool,
    /// Whether those who asked without a token may keep it.
    is_kept: bool,
    trusted: Option<Arc<TrustedDocument>>,
}

/// Runs a query or a mutation, when its turn comes.
pub(super) async fn run(edge: Arc<Edge>, prepared: Prepared, request: Arc<Request>, media: Media) -> Landed {
    let carried = Carried::of(&prepared);
    let _turn = edge.load.turn(carried.cost).await?;
    let response = status::settle(prepared.execute(&request).await);
    if carried.kind == OperationKind::Mutation {
        edge.flights.close();
    }
    let trusted = prepared.trusted().cloned();
    // What is passed on to subgraphs may tell them who asks.
    let is_common = prepared.is_for_everybody() && request.forwarded.is_empty();
    let is_kept = is_common && trusted.is_some() && request.actor == Actor::Anonymous;
    Ok(Outcome { written: Written::of(&response, media)?, carried, is_common, is_kept, trusted })
}

impl Outcome {
    /// The answer for one who asked.
    pub(super) fn to(&self, parts: &Parts, locale: Locale, timing: Timing) -> Response {
        // A trusted document that is asked for with GET and without a token gives the same answer to everybody who asks so.
        let may_keep = self.is_kept && parts.method == Method::GET && !parts.headers.contains_key(AUTHORIZATION);
        let audience = match self.is_common {
            true if may_keep => Audience::Keepers(&parts.headers),
            true => Audience::Everybody,
            false => Audience::Asker,
        };
        let mut response = self.written.to(audience, locale, timing);
        response.extensions_mut().insert(self.carried.clone());
        response
    }

    /// Counts one more who asked for the same without its being prepared again.
    pub(super) fn count_use(&self) {
        self.trusted.iter().for_each(|document| document.count_use());
    }
}
