//! Everything a person sees. Pages know nothing but the graph: the explorer speaks to `/graphql` as any client would.
//!
//! `/explorer` is GraphiQL, bundled into the program: a browser that opens it asks no other host for anything.

mod explorer;

use axum::{Router, response::Redirect, routing::get};

/// All pages, to be merged into the server's routes.
pub fn routes() -> Router {
    Router::new().route("/", get(async || Redirect::to("/explorer"))).merge(explorer::routes())
}
