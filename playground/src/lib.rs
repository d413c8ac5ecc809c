//! Everything a person sees. Pages know nothing but the graph: the explorer speaks to `/graphql` as any client would.
//!
//! `/verify` verifies a receipt, and knows nothing at all but itself. `/explorer` is GraphiQL, bundled into the program: a browser that opens it asks no other host for anything.

mod explorer;
mod verify;

use axum::{Router, response::Redirect, routing::get};

/// All pages, to be merged into the server's routes. The one that verifies receipts tells the public key of the city's journal.
pub fn routes(log_key: &str) -> Router {
    Router::new().route("/", get(async || Redirect::to("/explorer"))).merge(explorer::routes()).merge(verify::routes(log_key))
}
