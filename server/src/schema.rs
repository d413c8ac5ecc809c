//! `turkistan schema`: the graph of this program, without a database.

use std::{path::Path, process::ExitCode, sync::Arc};

use journal::Database;
use kernel::{Error, Result};

use crate::{
    city::{self, City},
    cli::Schema,
    console, identity,
    settings::Settings,
    usage::Touched,
};

/// Prints a schema, or what of it would break clients.
pub(crate) async fn show(which: &Schema, settings: &Settings) -> Result<ExitCode> {
    let city = build(settings).await?;
    match which {
        Schema::Print => console::say(city.graph.api_sdl().trim_end())?,
        Schema::Supergraph => console::say(city.graph.supergraph_sdl().trim_end())?,
        Schema::Subgraph { name } => {
            let subgraph = city.graph.subgraph(name).ok_or_else(|| Error::internal(format!("the graph has no subgraph {name}")))?;
            console::say(subgraph.sdl().trim_end())?;
        }
        Schema::Check { old, used, mail } => return check(old, *used, *mail, &city.graph.api_sdl(), settings).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Names what would break clients of an older graph; with `used` also whose documents, and what of theirs is newly deprecated.
async fn check(old: &Path, used: bool, mail: bool, new: &str, settings: &Settings) -> Result<ExitCode> {
    let text = std::fs::read_to_string(old).map_err(|error| Error::internal(format!("{}: {error}", old.display())))?;
    let changes = federation::breaking_changes(&text, new).map_err(Error::internal)?;
    let touched = match (&settings.documents, used) {
        (Some(manifest), true) => Some(Touched::read(manifest, &text, new)?),
        (None, true) => return Err(Error::internal("--used needs the manifest of trusted documents: --documents FILE")),
        (_, false) => None,
    };
    for change in &changes {
        console::say(&format!("{} {}", change.coordinate, change.description))?;
        touched.iter().flat_map(|touched| touched.by(change)).try_for_each(|line| console::say(&line))?;
    }
    if let Some(touched) = touched {
        for (deprecation, users) in touched.deprecated() {
            console::say(&format!("{} is deprecated: {}", deprecation.coordinate, deprecation.reason))?;
            users.iter().try_for_each(|line| console::say(line))?;
        }
        if mail {
            let sent = touched.tell(&*city::mailer(settings, Arc::new(kernel::SystemClock))?).await?;
            console::say(&format!("mails to owners: {sent}"))?;
        }
    }
    Ok(if changes.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A city over an empty database in a folder that goes away: rooms need one to be opened, not to be described.
pub(crate) async fn build(settings: &Settings) -> Result<City> {
    let folder = tempfile::tempdir().map_err(Error::internal)?;
    let settings = settings.moved_to(folder.path());
    let rng = Arc::new(kernel::system_rng());
    let database = Database::open(&settings.database).await?;
    City::build(&settings, database, identity::ephemeral(rng.as_ref()).secret, Arc::new(kernel::SystemClock), rng)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Installation, Serving};

    #[tokio::test]
    async fn the_rooms_compose_and_the_programs_documents_fit_their_graph() {
        let settings = Settings::gather(Installation::default(), &Serving::default()).unwrap();
        let city = build(&settings).await.unwrap();
        assert!(city.graph.api_sdl().contains("type Query"));
        assert!(city.graph.supergraph_sdl().contains("enum join__Graph"));
        let same = city.graph.api_sdl();
        assert_eq!(federation::breaking_changes(&same, &same).unwrap(), []);
    }
}
