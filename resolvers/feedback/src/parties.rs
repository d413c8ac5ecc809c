//! The parties of the directory, as routing needs them. They change rarely, so an answer of the graph serves for a while.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use chrono::{DateTime, TimeDelta, Utc};
use engine::PartyFacts;
use kernel::{Document, Error, GraphHandle, LocalizedText, PartyId, Request, Result};
use serde::Deserialize;
use serde_json::json;

/// All parties with what routing asks of them.
pub(crate) static PARTIES: Document = Document {
    name: "feedback.PartiesForRouting",
    text: "query PartiesForRouting($after: String) {
        parties(first: 100, after: $after) {
            nodes { id slug kind kk: name(locale: KK) ru: name(locale: RU) en: name(locale: EN) territories { slug } supervisedBy { id slug } }
            pageInfo { hasNextPage endCursor }
        }
    }",
};

/// How long an answer serves.
const FRESH_SECONDS: i64 = 60;

/// A party with its names.
#[derive(Clone, Debug)]
pub(crate) struct KnownParty {
    pub(crate) id: PartyId,
    pub(crate) name: LocalizedText,
}

/// One reading of the directory.
#[derive(Debug)]
pub(crate) struct Roster {
    pub(crate) facts: Vec<PartyFacts>,
    by_slug: BTreeMap<String, KnownParty>,
}

impl Roster {
    pub(crate) fn find(&self, slug: &str) -> Option<&KnownParty> {
        self.by_slug.get(slug)
    }

    pub(crate) fn get(&self, slug: &str) -> Result<&KnownParty> {
        self.find(slug).ok_or_else(|| Error::internal(format!("the directory has no party `{slug}`")))
    }

    pub(crate) fn find_by_id(&self, id: PartyId) -> Option<(&str, &KnownParty)> {
        self.by_slug.iter().find(|(_, party)| party.id == id).map(|(slug, party)| (slug.as_str(), party))
    }
}

/// The latest reading.
#[derive(Default)]
pub(crate) struct Parties(Mutex<Option<(DateTime<Utc>, Arc<Roster>)>>);

#[derive(Deserialize)]
struct Page {
    parties: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    nodes: Vec<Node>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    id: String,
    slug: String,
    kind: String,
    kk: String,
    ru: String,
    en: String,
    territories: Vec<Slug>,
    supervised_by: Option<Slug>,
}

#[derive(Deserialize)]
struct Slug {
    slug: String,
}

impl Parties {
    /// The parties, asked of the graph when the last answer is older than a minute.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub(crate) async fn roster(&self, graph: &GraphHandle, request: &Arc<Request>) -> Result<Arc<Roster>> {
        if let Some((read_at, roster)) = &*self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
            && request.now - *read_at < TimeDelta::seconds(FRESH_SECONDS)
        {
            return Ok(Arc::clone(roster));
        }
        let roster = Arc::new(read(graph, request).await?);
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((request.now, Arc::clone(&roster)));
        Ok(roster)
    }
}

async fn read(graph: &GraphHandle, request: &Arc<Request>) -> Result<Roster> {
    let mut roster = Roster { facts: Vec::new(), by_slug: BTreeMap::new() };
    let mut after: Option<String> = None;
    loop {
        let data = graph.ask(&PARTIES, json!({ "after": after }), request).await?;
        let page: Page = serde_json::from_value(data).map_err(Error::internal)?;
        for node in page.parties.nodes {
            let id = PartyId::from_global(&node.id).ok_or_else(|| Error::internal("a party without an id of ours"))?;
            roster.by_slug.insert(node.slug.clone(), KnownParty { id, name: LocalizedText { kk: node.kk, ru: node.ru, en: node.en } });
            roster.facts.push(PartyFacts {
                slug: node.slug,
                kind: node.kind.to_ascii_lowercase(),
                territories: node.territories.into_iter().map(|district| district.slug).collect(),
                supervised_by: node.supervised_by.map(|party| party.slug),
            });
        }
        after = page.parties.page_info.end_cursor;
        if !page.parties.page_info.has_next_page || after.is_none() {
            return Ok(roster);
        }
    }
}
