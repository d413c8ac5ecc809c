//! From the subgraphs' SDL to the supergraph, and from the supergraph to what clients see of it.

mod api;
mod compare;
mod graphs;
mod joined;
mod machinery;
mod modern;
mod node;
mod owned;
mod read;
mod remedies;

use std::fmt;

use graphql_composition::Subgraphs;
use graphql_tools::parser::parse_schema;

pub(crate) use api::api_document;
pub use api::api_schema;
pub use compare::{Change, breaking_changes};
pub(crate) use graphs::graphs_of;
pub use graphs::{GraphAddress, graphs};
pub(crate) use modern::modern;
pub(crate) use node::NodeSubgraph;
pub use read::subgraph_types;

/// One thing that keeps subgraphs from becoming one graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompositionFault {
    /// The subgraph at fault, when there is one.
    pub subgraph: Option<String>,
    /// The type or field, as a schema coordinate: `Type` or `Type.field`.
    pub coordinate: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it, when that is known.
    pub remedy: Option<&'static str>,
}

/// Why subgraphs do not become one graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompositionError {
    /// All that is wrong; never empty.
    pub faults: Vec<CompositionFault>,
}

impl CompositionError {
    pub(crate) fn of(subgraph: Option<&str>, message: impl fmt::Display) -> CompositionError {
        let message = message.to_string();
        let fault = CompositionFault { subgraph: subgraph.map(str::to_owned), coordinate: None, remedy: remedies::find(&message), message };
        CompositionError { faults: vec![fault] }
    }

    pub(crate) fn at(mut self, coordinate: &str) -> CompositionError {
        self.faults.iter_mut().for_each(|fault| fault.coordinate = Some(coordinate.to_owned()));
        self
    }
}

impl fmt::Display for CompositionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the subgraphs do not compose")?;
        for fault in &self.faults {
            write!(f, "\n- ")?;
            if let Some(subgraph) = &fault.subgraph {
                write!(f, "{subgraph}: ")?;
            }
            if let Some(coordinate) = &fault.coordinate {
                write!(f, "{coordinate}: ")?;
            }
            f.write_str(&fault.message)?;
            if let Some(remedy) = fault.remedy {
                write!(f, "\n  remedy: {remedy}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for CompositionError {}

/// One subgraph as composition sees it.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Its name in the supergraph.
    pub name: &'a str,
    /// Its federation v2 SDL.
    pub sdl: &'a str,
    /// Where it answers, for routers that run the supergraph. Without it the supergraph names a local address, which they replace.
    pub url: Option<&'a str>,
}

/// Composes the supergraph's SDL. The same parts in any order give the same text.
///
/// # Errors
/// When a part cannot be parsed, or the parts contradict each other.
pub fn compose(parts: &[Part<'_>]) -> Result<String, CompositionError> {
    let mut sorted = parts.to_vec();
    sorted.sort_by_key(|part| part.name);
    if let Some(twins) = sorted.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(CompositionError::of(Some(twins[0].name), "two subgraphs have this name"));
    }
    let mut documents = Vec::with_capacity(sorted.len());
    let mut subgraphs = Subgraphs::default();
    for part in &sorted {
        documents.push((part.name, read::read(part.name, part.sdl)?));
        let address = part.url.map_or_else(|| format!("http://localhost/subgraphs/{}", part.name), str::to_owned);
        subgraphs.ingest_str(part.sdl, part.name, Some(&address)).map_err(|error| CompositionError::of(Some(part.name), error))?;
    }
    let graph = graphql_composition::compose(&mut subgraphs).into_result().map_err(|diagnostics| CompositionError {
        faults: diagnostics.iter_errors().map(|message| diagnose(message, &sorted)).collect(),
    })?;
    let sdl = graphql_composition::render_federated_sdl(&graph).map_err(|error| CompositionError::of(None, error))?;
    let composed = parse_schema::<String>(&sdl).map_err(|error| CompositionError::of(None, error))?.into_static();
    Ok(machinery::complete(composed, &documents).to_string())
}

/// Reads out of a composition message which subgraph and which coordinate it speaks of. Composition begins with `[subgraph]` or ends with
/// a list of subgraphs, and marks names with quotes, but none of it always.
fn diagnose(message: &str, parts: &[Part<'_>]) -> CompositionFault {
    let (prefix, text) = message.strip_prefix('[').and_then(|rest| rest.split_once(']')).unwrap_or(("", message));
    let text = text.trim_start_matches([':', ' ']);
    let is_subgraph = |name: &&str| parts.iter().any(|part| part.name == *name);
    let quoted: Vec<&str> = text.split(['"', '`']).skip(1).step_by(2).filter(|quoted| is_coordinate(quoted)).collect();
    let words: Vec<&str> = text.split([' ', '(']).map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric())).collect();
    let listed = text.rsplit(": ").next().into_iter().flat_map(|list| list.split(", "));
    let after_in = words.windows(2).filter(|pair| matches!(pair[0], "in" | "subgraph" | "subgraphs")).map(|pair| pair[1]);
    let subgraph = std::iter::once(prefix).chain(quoted.iter().copied()).chain(listed).chain(after_in).find(is_subgraph);
    let dotted = words.iter().copied().filter(|word| word.contains('.') && is_coordinate(word));
    let coordinates = quoted.into_iter().chain(dotted).filter(|name| !is_subgraph(name));
    let coordinate = coordinates.max_by_key(|name| (name.contains('.'), name.starts_with(|c: char| c.is_ascii_uppercase())));
    CompositionFault {
        subgraph: subgraph.map(str::to_owned),
        coordinate: coordinate.map(str::to_owned),
        message: text.to_owned(),
        remedy: remedies::find(text),
    }
}

fn is_coordinate(text: &str) -> bool {
    !text.is_empty() && text.split('.').all(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}
