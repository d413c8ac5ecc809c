//! Inputs from the catalogue of datasets, as it stands now.

use std::sync::Arc;

use journal::House;
use kernel::{Document, Error, Request, Result};
use serde::Deserialize;
use serde_json::json;

use super::gather::Found;
use crate::model::{CatalogueMeasure, TraceInput};

/// Which datasets there are, whether they have a version, and whether they are late.
pub(super) static CATALOGUE: Document = Document {
    name: "kpis.Catalogue",
    text: "query Catalogue($after: String) { datasets(first: 100, after: $after) {
             nodes { freshness { status } versions(first: 1) { nodes { id } } } pageInfo { hasNextPage endCursor } } }",
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    nodes: Vec<Dataset>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
struct Dataset {
    freshness: Freshness,
    versions: Versions,
}

#[derive(Deserialize)]
struct Freshness {
    status: String,
}

#[derive(Deserialize)]
struct Versions {
    nodes: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

/// Counts over the catalogue.
pub(super) async fn find(house: &House, measure: CatalogueMeasure, request: &Arc<Request>) -> Result<Found> {
    let (mut seen, mut counted) = (0_i64, 0_i64);
    let mut after: Option<String> = None;
    loop {
        let answer = house.graph.ask(&CATALOGUE, json!({ "after": after }), request).await?;
        let page: Page = serde_json::from_value(answer["datasets"].clone()).map_err(Error::internal)?;
        for dataset in page.nodes {
            let published = !dataset.versions.nodes.is_empty();
            let late = dataset.freshness.status == "LATE";
            seen += 1;
            counted += i64::from(published && !(measure == CatalogueMeasure::Fresh && late));
        }
        after = page.page_info.end_cursor;
        if !page.page_info.has_next_page {
            break;
        }
    }
    let input =
        TraceInput { value: counted.into(), measure: Some(measure.word().to_owned()), row_count: Some(seen), ..TraceInput::default() };
    Ok(Found { district: None, synthetic: false, input })
}

impl CatalogueMeasure {
    /// The measure as traces and clients name it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            CatalogueMeasure::Published => "PUBLISHED",
            CatalogueMeasure::Fresh => "FRESH",
        }
    }
}
