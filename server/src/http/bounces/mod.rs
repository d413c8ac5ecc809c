//! `POST /bounces`: where the city's mail server hands over what comes back to its return path, so that the graph hears of mail that was taken
//! and never arrived. The mark in the return path is all the authority there is: whoever was not handed the mail does not know it.

mod report;

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header::CACHE_CONTROL, request::Parts},
    response::{IntoResponse, Response},
};
use kernel::{Actor, Code, Document, Locale};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Edge,
    act::{Outcome, act},
    csrf, document,
    graphql::{context, starting},
    rejection::Rejection,
};
use report::{Failure, Report};

/// Records what a server says.
pub(crate) static RECORD: Document = Document {
    name: "server.RecordBounce",
    text: "mutation RecordBounce($input: RecordBounceInput!) { recordBounce(input: $input) { errors { __typename code message } } }",
};

/// Takes a report, as it came by mail.
pub(crate) async fn receive(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let locale = edge.asker(&parts.headers).1;
    match take(&edge, &parts, body, locale).await {
        Ok(()) => (StatusCode::NO_CONTENT, [(CACHE_CONTROL, "no-store")]).into_response(),
        Err(rejection) => (rejection.status, [(CACHE_CONTROL, "no-store")], format!("{}\n", rejection.message.get(locale))).into_response(),
    }
}

async fn take(edge: &Edge, parts: &Parts, body: Body, locale: Locale) -> Result<(), Rejection> {
    csrf::check(&parts.method, &parts.headers)?;
    let mail = document::arrive(&edge.load, body).await?;
    let Some(Report { mark, failures }) = Report::read(mail.bytes()) else {
        return Err(Rejection::new(StatusCode::UNPROCESSABLE_ENTITY, Code::BadUserInput, "bounce-unmarked", &[]));
    };
    let house = edge.served().ok_or_else(starting)?.house.as_ref().ok_or_else(starting)?;
    let request = context(edge, parts, Actor::Anonymous, locale);
    // The same report is one act, however often a server hands it over.
    let digest: [u8; 32] = Sha256::digest(mail.bytes()).into();
    for (number, Failure { permanent, status, reply_code }) in failures.into_iter().enumerate() {
        let key = Uuid::new_v5(&Uuid::NAMESPACE_OID, &[digest.as_slice(), &number.to_be_bytes()].concat());
        let input = json!({ "idempotencyKey": key, "mark": mark, "permanent": permanent, "status": status, "replyCode": reply_code });
        match act(house, &RECORD, "recordBounce", input, &request).await {
            Outcome::Done => {}
            Outcome::Refused(codes) if codes.iter().any(|code| code == "NOT_FOUND") => {
                return Err(Rejection::new(StatusCode::NOT_FOUND, Code::NotFound, "bounce-unknown", &[]));
            }
            Outcome::Refused(_) => return Err(Rejection::malformed("bounce-unmarked", &[])),
            // The server keeps it and hands it over again.
            Outcome::Later => return Err(Rejection::general(StatusCode::SERVICE_UNAVAILABLE, Code::SubgraphUnavailable)),
        }
    }
    Ok(())
}
