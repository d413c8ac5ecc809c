//! `turkistan compose`: any subgraphs put together to one supergraph, without a city, a database or a network.

use std::{fs, path::PathBuf, process::ExitCode};

use federation::Part;
use kernel::{Error, Result};

use crate::{cli::SubgraphUrl, console};

/// Prints the supergraph. A subgraph has the name of its file.
pub(crate) fn compose(files: &[PathBuf], urls: &[SubgraphUrl]) -> Result<ExitCode> {
    let mut subgraphs = Vec::with_capacity(files.len());
    for file in files {
        let name =
            file.file_stem().and_then(|stem| stem.to_str()).ok_or_else(|| Error::internal(format!("{}: no name", file.display())))?;
        let sdl = fs::read_to_string(file).map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
        subgraphs.push((name, sdl));
    }
    if let Some(unknown) = urls.iter().find(|url| !subgraphs.iter().any(|(name, _)| *name == url.subgraph)) {
        return Err(Error::internal(format!("--url {}: no file has this name", unknown.subgraph)));
    }
    let url = |name: &str| urls.iter().find(|url| url.subgraph == name).map(|url| url.url.as_str());
    let parts: Vec<Part<'_>> = subgraphs.iter().map(|(name, sdl)| Part { name, sdl, url: url(name) }).collect();
    let supergraph = federation::compose(&parts).map_err(Error::internal)?;
    console::say(supergraph.trim_end())?;
    Ok(ExitCode::SUCCESS)
}
