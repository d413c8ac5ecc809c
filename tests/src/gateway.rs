use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    City,
    process::{Process, binary, run},
};

/// The rooms of a city, and the generated subgraph beside them.
pub const SUBGRAPHS: [&str; 9] = ["directory", "services", "datasets", "kpis", "surveys", "ratings", "feedback", "notifications", "node"];

/// A running `turkistan gateway`.
pub struct Gateway {
    /// Where it answers.
    pub url: String,
    _process: Process,
    /// Its copy of the supergraph.
    pub supergraph: PathBuf,
    _folder: TempDir,
    http: reqwest::Client,
}

impl Gateway {
    /// Starts a gateway over a supergraph with a configuration.
    pub fn start(supergraph: &str, config: &str) -> Gateway {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            path
        };
        let (supergraph, config) = (write("supergraph.graphql", supergraph), write("gateway.toml", config));
        let mut command = Command::new(binary());
        command.args(["gateway", "--listen", "127.0.0.1:0", "--supergraph"]).arg(&supergraph).arg("--config").arg(config);
        let process = Process::start(&mut command, &folder.path().join("gateway.log"));
        Gateway { url: process.url.clone(), _process: process, supergraph, _folder: folder, http: reqwest::Client::new() }
    }

    /// Starts a gateway over the city's own graph, with the rooms at `<url>/subgraphs/<room>`.
    pub fn before(city: &City, url: &str) -> Gateway {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/supergraph.graphql");
        let supergraph = std::fs::read_to_string(path).expect("the committed supergraph");
        let token = service_token(city);
        let table = |room: &str| format!("[subgraph.{room}]\nurl = \"{url}/subgraphs/{room}\"\n");
        let config = format!("[subgraph_defaults]\nfixed_headers = {{ x-service-token = \"{token}\" }}\n{}", SUBGRAPHS.map(table).concat());
        Gateway::start(&supergraph, &config)
    }

    /// What it counted, as `/metrics` shows it.
    pub async fn metrics(&self) -> String {
        let page = self.http.get(format!("{}/metrics", self.url)).send().await.expect("the gateway answers");
        page.text().await.expect("metrics are text")
    }

    /// Asks, in English.
    pub async fn ask(&self, token: Option<&str>, query: &str) -> Value {
        let request = self.http.post(format!("{}/graphql", self.url)).header("Accept-Language", "en").json(&json!({ "query": query }));
        let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
        request.send().await.expect("the gateway answers").json().await.expect("JSON")
    }
}

/// A service token of the city, as `turkistan service-token` prints it.
#[must_use]
pub fn service_token(city: &City) -> String {
    run(Command::new(binary()).args(["service-token", "--data-dir"]).arg(city.data.path()))
}
