//! `turkistan gateway`: a supergraph file over subgraphs behind HTTP, with no city in it and no database.

mod supergraph;

use std::{path::Path, sync::Arc};

use federation::Federation;
use kernel::{Clock, Error, Result, Rng, SystemClock};

use crate::{
    city,
    faces::Faces,
    http::{self, Edge, Served},
    identity::{Issuer, Keys},
    manifest,
    serve::{Signals, listen},
    settings::Settings,
    stop::Stop,
};
use supergraph::File;

/// Serves a supergraph until the process is told to stop.
pub(crate) async fn serve(settings: &Settings, path: &Path) -> Result<()> {
    let mut signals = Signals::new()?;
    let (file, supergraph) = File::read(path)?;
    let remotes = supergraph::remotes(&supergraph, &settings.subgraphs)?;
    let (clock, rng): (Arc<dyn Clock>, Arc<dyn Rng>) = (Arc::new(SystemClock), Arc::new(kernel::system_rng()));
    let graph = Federation::over(supergraph, remotes, city::policy(settings)?).map_err(|error| file.refused(&error))?;
    let graph = graph.with_rng(Arc::clone(&rng));
    manifest::check(&graph)?;
    let (listener, _) = listen(settings).await?;
    // A gateway keeps no keys of its own: it knows the issuer of a city when it is told its key.
    let issuer = Keys::given_issuer(settings)?.map(|seed| Issuer::new(&seed).map(Arc::new)).transpose()?;
    let (stop, stopping) = Stop::new();
    let edge = Edge::new(issuer, settings.subgraphs.forwarded(), settings.allow_origins.clone(), Vec::new(), clock, rng, stopping.clone());
    edge.open(Served { graph: graph.clone(), house: None, faces: Faces::default(), files: None, bot_secret: None });
    let serving = tokio::spawn(http::accept(listener, http::gateway_routes(&edge), stopping));
    let watching = tokio::spawn(supergraph::watch(file, graph, settings.subgraphs.clone()));
    signals.next().await;
    tracing::info!("stopping");
    watching.abort();
    stop.now();
    serving.await.map_err(Error::internal)
}
