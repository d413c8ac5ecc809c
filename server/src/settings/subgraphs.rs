//! How subgraphs behind HTTP are called: `[subgraph.<name>]` for one, `[subgraph_defaults]` for all.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use kernel::{Error, Result, Subgraph};
use remote::{Endpoint, Mapping, Remote, Rest, Settings};
use serde::Deserialize;

/// The tables of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subgraphs {
    /// What goes for every subgraph that says nothing else.
    defaults: Table,
    named: BTreeMap<String, Table>,
}

/// One table. What each name means is told by [`remote::Settings`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    url: Option<String>,
    timeout_ms: Option<u64>,
    idle_connections_max: Option<usize>,
    http2: Option<bool>,
    retries_max: Option<u32>,
    failures_max: Option<u32>,
    pause_ms: Option<u64>,
    response_bytes_max: Option<usize>,
    headers: Option<Vec<String>>,
    fixed_headers: Option<BTreeMap<String, String>>,
    show_errors: Option<bool>,
    rest: Option<RestTable>,
}

/// `[subgraph.<name>.rest]`: a system that speaks no GraphQL. What each name means is told by [`remote::Mapping`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RestTable {
    /// The address below which all paths are.
    base: String,
    /// A file with the subgraph's schema, beside the configuration.
    sdl: PathBuf,
    #[serde(skip)]
    sdl_text: String,
    #[serde(default)]
    query: BTreeMap<String, EndpointTable>,
    #[serde(default)]
    mutation: BTreeMap<String, EndpointTable>,
    #[serde(default)]
    entity: BTreeMap<String, EndpointTable>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointTable {
    path: String,
    #[serde(default)]
    at: String,
}

impl RestTable {
    fn mapping(&self) -> Mapping {
        let endpoints = |tables: &BTreeMap<String, EndpointTable>| {
            let endpoint = |table: &EndpointTable| Endpoint { path: table.path.clone(), at: table.at.clone() };
            tables.iter().map(|(name, table)| (name.clone(), endpoint(table))).collect()
        };
        Mapping {
            sdl: self.sdl_text.clone(),
            query: endpoints(&self.query),
            mutation: endpoints(&self.mutation),
            entity: endpoints(&self.entity),
            fields: self.fields.clone(),
        }
    }
}

impl Subgraphs {
    /// Takes the tables of a file in `folder`, and reads what they name beside it.
    pub(super) fn gather(defaults: Table, mut named: BTreeMap<String, Table>, folder: &Path) -> Result<Subgraphs> {
        for rest in named.values_mut().filter_map(|table| table.rest.as_mut()) {
            let path = folder.join(&rest.sdl);
            rest.sdl_text = std::fs::read_to_string(&path).map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
        }
        Ok(Subgraphs { defaults, named })
    }

    /// The way to a subgraph; `url` is the supergraph's address of it.
    pub(crate) fn open(&self, name: &str, url: &str) -> Result<Arc<dyn Subgraph>> {
        Ok(match self.named.get(name).and_then(|table| table.rest.as_ref()) {
            Some(rest) => Arc::new(Rest::new(name, self.of(name, &rest.base), rest.mapping())?),
            None => Arc::new(Remote::new(name, self.of(name, url))?),
        })
    }

    /// The settings of one subgraph; `url` is the supergraph's address of it.
    fn of(&self, name: &str, url: &str) -> Settings {
        let mut settings = Settings::new(url);
        self.defaults.apply(&mut settings);
        if let Some(table) = self.named.get(name) {
            table.apply(&mut settings);
        }
        settings
    }

    /// All headers that some subgraph is to be told.
    pub(crate) fn forwarded(&self) -> Vec<String> {
        let defaults = self.of("", "").headers;
        let named = self.named.values().flat_map(|table| table.headers.iter().flatten().map(|header| header.to_ascii_lowercase()));
        defaults.into_iter().chain(named).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Table {
    fn apply(&self, settings: &mut Settings) {
        fn set<T: Clone>(place: &mut T, value: Option<&T>) {
            if let Some(value) = value {
                place.clone_from(value);
            }
        }
        let lower = |(name, value): (&String, &String)| (name.to_ascii_lowercase(), value.clone());
        set(&mut settings.url, self.url.as_ref());
        set(&mut settings.timeout, self.timeout_ms.map(Duration::from_millis).as_ref());
        set(&mut settings.idle_connections_max, self.idle_connections_max.as_ref());
        set(&mut settings.http2, self.http2.as_ref());
        set(&mut settings.retries_max, self.retries_max.as_ref());
        set(&mut settings.breaker.failures_max, self.failures_max.as_ref());
        set(&mut settings.breaker.pause, self.pause_ms.map(Duration::from_millis).as_ref());
        set(&mut settings.response_bytes_max, self.response_bytes_max.as_ref());
        set(&mut settings.headers, self.headers.as_ref().map(|all| all.iter().map(|name| name.to_ascii_lowercase()).collect()).as_ref());
        set(&mut settings.fixed_headers, self.fixed_headers.as_ref().map(|all| all.iter().map(lower).collect()).as_ref());
        set(&mut settings.show_errors, self.show_errors.as_ref());
    }
}
