//! Whether the process lives, and whether it can serve.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use futures_util::FutureExt;
use journal::House;
use kernel::{Error, Result};
use serde_json::json;

use super::Edge;
use crate::database;

/// A database that does not answer within this is away.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process answers.
pub(crate) async fn live() -> impl IntoResponse {
    Json(json!({ "status": "live" }))
}

/// The graph is loaded, the tables are those of this program, and the database takes writes. What is amiss stands in the log.
pub(crate) async fn ready(State(edge): State<Arc<Edge>>) -> impl IntoResponse {
    let asked = match edge.served.get().filter(|_| !edge.stopping.is_now()).map(|served| &served.house) {
        Some(Some(house)) => {
            tokio::time::timeout(PATIENCE, ask(house)).await.unwrap_or_else(|_| Err(Error::internal("the database does not answer")))
        }
        // A gateway is ready with its supergraph: a subgraph that is away costs its own fields.
        Some(None) => Ok(()),
        None => Err(Error::internal("the graph is not open")),
    };
    match asked {
        Ok(()) => (StatusCode::OK, Json(json!({ "status": "ready" }))),
        Err(error) => {
            tracing::warn!(error = error.internal_text(), "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "not ready" })))
        }
    }
}

async fn ask(house: &House) -> Result<()> {
    if !database::is_migrated(&house.database).await? {
        return Err(Error::internal("migrations are not applied"));
    }
    // An act that writes nothing still takes the writer's turn and the database's lock.
    house.database.writer.write(|_| async { Ok(()) }.boxed()).await.map_err(database::fault)
}
