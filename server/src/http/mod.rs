//! The edge: from HTTP to the graph and back.

mod act;
mod bounces;
pub(crate) mod caching;
mod connections;
pub(crate) mod csrf;
pub(crate) mod document;
mod events;
mod files;
mod flights;
pub(crate) mod graphql;
mod health;
mod layers;
pub(crate) mod load;
mod metrics;
pub(crate) mod negotiate;
pub(crate) mod rejection;
pub(crate) mod respond;
mod socket;
mod status;
mod stream;
mod subgraph;
mod telegram;
#[cfg(test)]
mod tests;
mod unsubscribe;

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    http::{HeaderMap, HeaderValue},
    routing::{any, get, post},
};
use federation::Federation;
use journal::House;
use kernel::{Actor, Clock, Files, Locale, Personal, Rng};
use remote::Flights;
use tokio::sync::Semaphore;

use crate::{
    city::City,
    faces::{self, Faces},
    identity::{Identified, Issuer, identify},
    messengers::BOT_PATH,
    stop::Stopping,
    telemetry::Metrics,
};

pub(crate) use bounces::RECORD as RECORD_BOUNCE;
pub(crate) use connections::accept;
pub(crate) use files::FILES;
pub(crate) use graphql::Carried;
pub(crate) use subgraph::Door;
pub(crate) use telegram::TELEGRAM;
pub(crate) use unsubscribe::UNSUBSCRIBE;

/// How many subscriptions may be open at once; each holds a connection and listens to every commit.
const SUBSCRIPTIONS_MAX: usize = 1_000;

/// What stands behind the edge.
pub(crate) struct Served {
    /// The graph.
    pub(crate) graph: Federation,
    /// What the rooms share; a gateway has no rooms.
    pub(crate) house: Option<House>,
    /// What its other faces are told; a gateway has none.
    pub(crate) faces: Faces,
    /// What keeps the files that people send, likewise.
    pub(crate) files: Option<Arc<dyn Files>>,
    /// By what Telegram proves itself; nothing without a bot.
    pub(crate) bot_secret: Option<Personal<String>>,
}

impl From<City> for Served {
    fn from(city: City) -> Served {
        Served { graph: city.graph, house: Some(city.house), faces: city.faces, files: Some(city.files), bot_secret: city.bot_secret }
    }
}

/// What every request may need.
pub(crate) struct Edge {
    served: OnceLock<Served>,
    /// Who vouches for tokens; without one they are passed on unread.
    issuer: Option<Arc<Issuer>>,
    /// Headers, in lower case, that go on to subgraphs behind HTTP.
    forwarded: Vec<String>,
    /// Sites whose pages may ask, cross-origin.
    origins: Vec<HeaderValue>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    metrics: Metrics,
    subscriptions: Arc<Semaphore>,
    sockets: Arc<Semaphore>,
    pub(crate) load: load::Load,
    intake: files::Intake,
    /// The queries to a gateway that are under way.
    flights: Flights<flights::Same, flights::Landed>,
    stopping: Stopping,
}

impl Edge {
    /// An edge in front of a graph that is not open yet: it answers that it lives, and everything else with "not ready".
    pub(crate) fn new(
        issuer: Option<Arc<Issuer>>,
        forwarded: Vec<String>,
        origins: Vec<HeaderValue>,
        proxies: Vec<IpAddr>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        stopping: Stopping,
    ) -> Arc<Edge> {
        let (served, metrics, load) = (OnceLock::new(), Metrics::default(), load::Load::default());
        let subscriptions = Arc::new(Semaphore::new(SUBSCRIPTIONS_MAX));
        let sockets = Arc::new(Semaphore::new(socket::SOCKETS_MAX));
        Arc::new(Edge {
            served,
            issuer,
            forwarded,
            origins,
            clock,
            rng,
            metrics,
            subscriptions,
            sockets,
            load,
            intake: files::Intake::new(proxies),
            flights: Flights::default(),
            stopping,
        })
    }

    /// The graph, once it is open.
    fn graph(&self) -> Option<&Federation> {
        self.served.get().map(|served| &served.graph)
    }

    /// What stands behind it, once it is open.
    pub(crate) fn served(&self) -> Option<&Served> {
        self.served.get()
    }

    /// Who asks, `None` when the token is bad, and in which language to answer either way.
    pub(crate) fn asker(&self, headers: &HeaderMap) -> (Option<Identified>, Locale) {
        let identified = identify(self.issuer.as_deref(), headers);
        let locale = negotiate::locale(headers, identified.as_ref().map_or(&Actor::Anonymous, |identified| &identified.actor));
        (identified, locale)
    }

    /// What of a request's headers goes on to subgraphs behind HTTP.
    fn forwarded(&self, headers: &HeaderMap) -> Arc<[(String, String)]> {
        let passed = |name: &String| Some((name.clone(), headers.get(name)?.to_str().ok()?.to_owned()));
        self.forwarded.iter().filter_map(passed).collect()
    }

    /// Opens the graph to requests.
    pub(crate) fn open(&self, served: impl Into<Served>) {
        // Only the composition root opens a graph, and it opens one.
        drop(self.served.set(served.into()));
    }
}

/// Everything that a city answers; its pages tell the public key of its journal.
pub(crate) fn city_routes(edge: &Arc<Edge>, log_key: &str) -> Router {
    let upload = post(files::receive).layer(DefaultBodyLimit::disable());
    let rooms = graph_routes()
        .route(layers::FILES_PATH, upload)
        .route("/files/{token}", get(files::send))
        .route("/subgraphs/{name}", any(subgraph::answer_guarded))
        .route("/bounces", post(bounces::receive))
        .route("/unsubscribe/{token}", get(unsubscribe::ask).post(unsubscribe::end))
        .route(BOT_PATH, post(telegram::hear))
        .merge(faces::routes());
    let routes = rooms.with_state(Arc::clone(edge)).merge(playground::routes(log_key));
    layers::around(routes, edge)
}

/// Everything that a gateway answers.
pub(crate) fn gateway_routes(edge: &Arc<Edge>) -> Router {
    layers::around(graph_routes().with_state(Arc::clone(edge)), edge)
}

/// Everything that one room answers as a subgraph.
pub(crate) fn subgraph_routes(edge: &Arc<Edge>, door: subgraph::Door) -> Router {
    let routes = watched().route("/graphql", any(subgraph::answer)).layer(Extension(door)).with_state(Arc::clone(edge));
    layers::around(routes, edge)
}

/// The graph, and what the process shows of itself.
fn graph_routes() -> Router<Arc<Edge>> {
    watched().route("/graphql", any(graphql::answer))
}

/// What every process shows of itself.
fn watched() -> Router<Arc<Edge>> {
    Router::new().route("/health/live", get(health::live)).route("/health/ready", get(health::ready)).route("/metrics", get(metrics::show))
}
