//! Where a mail's reader ends messages of a kind: with one click of the mail program (RFC 8058), or with the button of a page. The token in
//! the address is all the authority there is; a look at the address changes nothing, for programs that check links look at every one.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use kernel::{Actor, Document, Letter, Locale};
use serde_json::json;

use super::{
    Edge,
    act::{Outcome, act},
    graphql::context,
};
use crate::words::words;

/// Ends what a token names.
pub(crate) static UNSUBSCRIBE: Document = Document {
    name: "server.EndSubscription",
    text: "mutation EndSubscription($input: EndSubscriptionInput!) { endSubscription(input: $input) { errors { __typename code } } }",
};

/// Styles of the page stand in it, and its button sends to this site alone.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Asks whether to end them. The form sends to the page's own address what a mail program sends (RFC 8058 §3.2).
pub(crate) async fn ask(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let locale = edge.asker(request.headers()).1;
    let button = words().text(locale, "unsubscribe-button", &[]);
    let form = format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">\n<button>{button}</button></form>\n"
    );
    page(StatusCode::OK, locale, "unsubscribe-question", &form)
}

/// Ends them. What the body says is not read: RFC 8058 knows one body.
pub(crate) async fn end(State(edge): State<Arc<Edge>>, Path(token): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let locale = edge.asker(&parts.headers).1;
    let (status, said) = match edge.served.get().and_then(|served| served.house.as_ref()) {
        // The graph takes no U+0000, and no token of ours holds anything unusual.
        Some(_) if !token.bytes().all(|byte| byte.is_ascii_graphic()) => (StatusCode::NOT_FOUND, "unsubscribe-unknown"),
        Some(house) => {
            // Whoever holds the mail may end them, signed in or not.
            let request = context(&edge, &parts, Actor::Anonymous, locale);
            // Each click is an act of its own: between two of them, their reader may have taken the messages up again.
            let input = json!({ "idempotencyKey": edge.rng.uuid_v7(request.now), "token": token });
            match act(house, &UNSUBSCRIBE, "endSubscription", input, &request).await {
                Outcome::Done => (StatusCode::OK, "unsubscribe-done"),
                Outcome::Refused(_) => (StatusCode::NOT_FOUND, "unsubscribe-unknown"),
                Outcome::Later => (StatusCode::SERVICE_UNAVAILABLE, "unsubscribe-later"),
            }
        }
        None => (StatusCode::SERVICE_UNAVAILABLE, "unsubscribe-later"),
    };
    page(status, locale, said, "")
}

/// A page with a sentence, and what stands below it as HTML.
fn page(status: StatusCode, locale: Locale, said: &str, below: &str) -> Response {
    let letter = Letter::of(&words().text(locale, said, &[]));
    let page = letter.html(locale, &words().text(locale, "unsubscribe-title", &[])).replace("</main>", &format!("{below}</main>"));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_LANGUAGE, HeaderValue::from_static(locale.tag())),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, page).into_response()
}
