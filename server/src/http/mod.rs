//! The edge: from HTTP to the graph and back.

mod connections;
mod csrf;
mod document;
mod events;
mod graphql;
mod health;
mod layers;
mod metrics;
mod negotiate;
mod rejection;
mod respond;
mod socket;
mod status;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use axum::{
    Extension, Router,
    http::HeaderValue,
    routing::{any, get},
};
use federation::Federation;
use kernel::{Clock, Rng};
use tokio::sync::Semaphore;

use crate::{city::City, identity::Issuer, stop::Stopping, telemetry::Metrics};

pub(crate) use connections::accept;

/// How many subscriptions may be open at once; each holds a connection and listens to every commit.
const SUBSCRIPTIONS_MAX: usize = 1_000;

/// What every request may need.
pub(crate) struct Edge {
    city: OnceLock<City>,
    issuer: Arc<Issuer>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    metrics: Metrics,
    subscriptions: Arc<Semaphore>,
    sockets: Arc<Semaphore>,
    stopping: Stopping,
}

impl Edge {
    /// An edge in front of a city that is not open yet: it answers that it lives, and everything else with "not ready".
    pub(crate) fn new(issuer: Arc<Issuer>, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>, stopping: Stopping) -> Arc<Edge> {
        let subscriptions = Arc::new(Semaphore::new(SUBSCRIPTIONS_MAX));
        let sockets = Arc::new(Semaphore::new(socket::SOCKETS_MAX));
        Arc::new(Edge { city: OnceLock::new(), issuer, clock, rng, metrics: Metrics::default(), subscriptions, sockets, stopping })
    }

    /// The graph, once it is open.
    fn graph(&self) -> Option<&Federation> {
        self.city.get().map(|city| &city.graph)
    }

    /// Opens the city to requests.
    pub(crate) fn open(&self, city: City) {
        // Only the composition root opens a city, and it opens one.
        drop(self.city.set(city));
    }
}

/// Everything that the server answers; pages of `origins` may ask, too.
pub(crate) fn routes(edge: &Arc<Edge>, origins: &[HeaderValue]) -> Router {
    let routes = Router::new()
        .route("/graphql", any(graphql::answer).layer(Extension(csrf::Friends::new(origins))))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(metrics::show))
        .with_state(Arc::clone(edge))
        .merge(playground::routes());
    layers::around(routes, edge, origins)
}
