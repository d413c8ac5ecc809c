//! How subgraphs behind HTTP are called: `[subgraph.<name>]` for one, `[subgraph_defaults]` for all.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use remote::Settings;
use serde::Deserialize;

/// The tables of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subgraphs {
    /// What goes for every subgraph that says nothing else.
    pub(super) defaults: Table,
    pub(super) named: BTreeMap<String, Table>,
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
}

impl Subgraphs {
    /// The settings of one subgraph; `url` is the supergraph's address of it.
    pub(crate) fn of(&self, name: &str, url: &str) -> Settings {
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
