//! What this room asks the others.

use std::{collections::HashSet, sync::Arc};

use kernel::{Document, Error, GraphHandle, Request, Result};
use serde::Deserialize;
use serde_json::json;

/// All documents of the room.
pub(crate) const DOCUMENTS: [&Document; 1] = [&KNOWN_THINGS];

static KNOWN_THINGS: Document =
    Document { name: "surveys.KnownThings", text: "query KnownThings($ids: [ID!]!) { nodes(ids: $ids) { id } }" };

/// How many ids `nodes` takes at once.
const IDS_MAX: usize = 100;

/// Which of these global ids belong to things that the actor may see.
pub(crate) async fn known(graph: &GraphHandle, ids: &[String], request: &Arc<Request>) -> Result<HashSet<String>> {
    #[derive(Deserialize)]
    struct Data {
        nodes: Vec<Option<Node>>,
    }
    #[derive(Deserialize)]
    struct Node {
        id: String,
    }
    let mut known = HashSet::new();
    for ids in ids.chunks(IDS_MAX) {
        let data = graph.ask(&KNOWN_THINGS, json!({ "ids": ids }), request).await?;
        let data: Data = serde_json::from_value(data).map_err(Error::internal)?;
        known.extend(data.nodes.into_iter().flatten().map(|node| node.id));
    }
    Ok(known)
}
