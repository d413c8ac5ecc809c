//! The supergraph's file: read at the start, and again when it changes.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use federation::{CompositionError, Federation, graphs};
use kernel::{Error, Result, Subgraph};

use crate::settings::Subgraphs;

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The file as it was read.
pub(crate) struct File {
    path: PathBuf,
    seen: Option<Seen>,
}

/// What tells one state of the file from the next without reading it.
#[derive(PartialEq)]
struct Seen(SystemTime, u64);

fn look(path: &Path) -> Option<Seen> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(Seen(metadata.modified().ok()?, metadata.len()))
}

impl File {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<(File, String)> {
        // Looked at before it is read: what changes in between is read again.
        let seen = look(path);
        let text = std::fs::read_to_string(path).map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
        Ok((File { path: path.to_owned(), seen }, text))
    }

    /// Why the file is not served.
    pub(crate) fn refused(&self, error: &CompositionError) -> Error {
        Error::internal(format!("{}: {error}", self.path.display()))
    }
}

/// The subgraphs that a supergraph names, each at the address of the settings or else of the supergraph.
pub(crate) fn remotes(supergraph: &str, settings: &Subgraphs) -> Result<Vec<Arc<dyn Subgraph>>> {
    let graphs = graphs(supergraph).map_err(Error::internal)?;
    graphs.iter().map(|graph| settings.open(&graph.name, &graph.url)).collect()
}

/// Serves the file's newest state as long as it runs. A state that cannot be served is refused, and the last good one stays.
pub(crate) async fn watch(mut file: File, graph: Federation, settings: Subgraphs) {
    let mut clock = tokio::time::interval(LOOK_EVERY);
    loop {
        clock.tick().await;
        let seen = look(&file.path);
        // A file that is being replaced may be gone for a moment.
        if seen.is_none() || seen == file.seen {
            continue;
        }
        file.seen = seen;
        match renew(&file, &graph, &settings) {
            Ok(()) => tracing::info!(file = %file.path.display(), "the supergraph is renewed"),
            Err(error) => tracing::error!(reason = error.internal_text(), "the supergraph is refused; the last good one stays"),
        }
    }
}

fn renew(file: &File, graph: &Federation, settings: &Subgraphs) -> Result<()> {
    let (_, text) = File::read(&file.path)?;
    let remotes = remotes(&text, settings)?;
    graph.swap_over(text, remotes).map_err(|error| file.refused(&error))
}
