//! The cases of `tests/federation`: subgraphs, a world, and what clients must be answered by the specification.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, atomic::Ordering},
};

use federation::{Federation, GraphRequest, Limits, Part, compose};
use futures_util::StreamExt;
use kernel::{Actor, OperationKind, Rng, Role, Subgraph};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    rooms::{person, request},
    view::View,
    world::{World, schema},
};

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What must hold, and where that is written.
    #[expect(dead_code, reason = "for readers")]
    about: String,
    /// Types by subgraph.
    pub subgraphs: BTreeMap<String, String>,
    /// What stands before the types, where it is not `head.graphql`.
    #[serde(default)]
    heads: BTreeMap<String, String>,
    /// Part of the reason why composition here refuses the subgraphs though they are legal.
    refused: Option<String>,
    /// JSON, see `world.rs`.
    pub world: String,
    asks: Vec<Ask>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    query: String,
    #[serde(default)]
    variables: Option<String>,
    /// The role of who asks; nobody in particular without it.
    #[serde(rename = "as")]
    role: Option<String>,
    /// Labels of `@override` that are on.
    #[serde(default)]
    labels: Vec<String>,
    /// Where in 0–100 the draw for percentages falls.
    draw: Option<u64>,
    /// Subgraphs that are away.
    #[serde(default)]
    dead: Vec<String>,
    /// JSON; for a subscription the list of all events' data.
    data: String,
    /// `CODE path`, in any order.
    #[serde(default)]
    errors: Vec<String>,
    /// Which subgraphs are called, in order.
    calls: Option<Vec<String>>,
}

struct Drawn(u64);

impl Rng for Drawn {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }

    fn below(&self, end: u64) -> u64 {
        (end / 100 * self.0).min(end - 1)
    }
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/federation")
}

impl Case {
    pub fn read(name: &str) -> Case {
        let path = folder().join(format!("{name}.toml"));
        toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The world, and its views by the subgraphs, which note their calls.
    pub fn views(&self, calls: &Arc<Mutex<Vec<String>>>) -> (Arc<World>, Vec<Arc<View>>) {
        let head = fs::read_to_string(folder().join("head.graphql")).unwrap();
        let schemas: Vec<_> = self.subgraphs.values().map(|types| schema(types)).collect();
        let world = World::new(serde_json::from_str(&self.world).unwrap(), &schemas.iter().collect::<Vec<_>>());
        let views = self.subgraphs.iter().map(|(name, types)| {
            let head = self.heads.get(name).unwrap_or(&head);
            Arc::new(View::new(name, head, types, &world).noting(calls))
        });
        let views = views.collect();
        (world, views)
    }

    /// The supergraph that lies beside the case, or else the composed one.
    pub fn supergraph(&self, name: &str, views: &[Arc<View>]) -> Result<String, String> {
        let parts: Vec<Part<'_>> = views.iter().map(|view| Part { name: view.name(), sdl: view.sdl(), url: None }).collect();
        let composed = compose(&parts).map_err(|error| error.to_string());
        let elsewhere = fs::read_to_string(folder().join(format!("{name}.supergraph.graphql"))).ok();
        match (&self.refused, composed) {
            (None, composed) => elsewhere.map_or(composed, Ok),
            (Some(_), Ok(_)) => Err("composition accepts it now: take the case off the list in docs/federation.md".to_owned()),
            (Some(reason), Err(error)) if error.contains(reason) => elsewhere.ok_or_else(|| "no supergraph lies beside it".to_owned()),
            (Some(_), Err(error)) => Err(error),
        }
    }
}

/// All cases, in order.
pub fn names() -> Vec<String> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let cases = files.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let mut names: Vec<_> = cases.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

async fn check(name: &str) -> Vec<String> {
    let case = Case::read(name);
    let mut wrong = Vec::new();
    for (number, ask) in case.asks.iter().enumerate() {
        let calls = Arc::default();
        let (_, views) = case.views(&calls);
        let federation = case.supergraph(name, &views).and_then(|supergraph| {
            let subgraphs = views.iter().map(|view| Arc::clone(view) as Arc<dyn Subgraph>).collect();
            Federation::over(supergraph, subgraphs, Limits::default()).map_err(|error| error.to_string())
        });
        match federation {
            Ok(federation) => {
                wrong.extend(ask.check(&federation, &views, &calls).await.map(|why| format!("{name} #{}: {why}", number + 1)));
            }
            Err(error) => return vec![format!("{name}: {error}")],
        }
    }
    wrong
}

impl Ask {
    /// Why the answer is wrong, when it is.
    async fn check(&self, federation: &Federation, views: &[Arc<View>], calls: &Arc<Mutex<Vec<String>>>) -> Option<String> {
        let federation = match self.draw {
            Some(draw) => federation.clone().with_rng(Arc::new(Drawn(draw))),
            None => federation.clone(),
        };
        for view in views.iter().filter(|view| self.dead.iter().any(|dead| dead == view.name())) {
            view.dead.store(true, Ordering::SeqCst);
        }
        let role = |name: &str| Role::ALL.into_iter().find(|role| role.scope() == name).unwrap();
        let request = request(self.role.as_deref().map_or(Actor::Anonymous, |name| person(&[role(name)])));
        let variables = self.variables.as_ref().map(|text| serde_json::from_str(text).unwrap()).unwrap_or_default();
        let params = GraphRequest { query: self.query.clone(), variables, ..GraphRequest::default() };
        let (data, errors) = match federation.prepare_with(params, &self.labels, &request) {
            Err(refused) => (json!(refused.data), refused.errors),
            Ok(prepared) if prepared.kind() == OperationKind::Subscription => {
                let events: Vec<_> = prepared.subscribe(&request).await.collect().await;
                let (data, errors): (Vec<_>, Vec<_>) = events.into_iter().map(|event| (event.data, event.errors)).unzip();
                (json!(data), errors.concat())
            }
            Ok(prepared) => {
                let answer = prepared.execute(&request).await;
                (json!(answer.data), answer.errors)
            }
        };
        let mut errors: Vec<_> = errors.iter().map(|error| format!("{} {}", error.code.as_str(), json!(error.path))).collect();
        let mut expected = self.errors.clone();
        errors.sort();
        expected.sort();
        let told: Value = serde_json::from_str(&self.data).unwrap();
        let calls = calls.lock().unwrap().clone();
        // As texts, for the order of fields counts.
        let (got, told) = (data.to_string(), told.to_string());
        if got != told {
            return Some(format!("\n  {}\n  got      {got}\n  expected {told}\n  errors {errors:?}, calls {calls:?}", self.query));
        }
        if errors != expected {
            return Some(format!("\n  {}\n  errors   {errors:?}\n  expected {expected:?}", self.query));
        }
        self.calls
            .as_ref()
            .filter(|expected| **expected != calls)
            .map(|expected| format!("\n  {}\n  calls    {calls:?}\n  expected {expected:?}", self.query))
    }
}

#[tokio::test]
async fn every_case_is_answered_as_the_specification_says() {
    let mut wrong = Vec::new();
    let wanted = std::env::var("FEDERATION_CASE").ok();
    let names: Vec<_> = names().into_iter().filter(|name| wanted.as_ref().is_none_or(|wanted| wanted == name)).collect();
    assert!(!names.is_empty());
    for name in &names {
        wrong.extend(check(name).await);
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), names.len(), wrong.join("\n"));
}
