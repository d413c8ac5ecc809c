//! `turkistan workflow`: the definitions of processes, routing, terms and calendars, without a database; and the recorded cases that ran by
//! them.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use engine::{Library, Process};
use kernel::{Error, Result};

use crate::{city, cli::Workflow, console, histories, settings::Settings};

type Files = Vec<(String, String)>;

/// Performs a subcommand.
pub(crate) async fn run(what: &Workflow, settings: &Settings) -> Result<ExitCode> {
    match what {
        Workflow::Check { paths } => check(&gather(paths, settings)?),
        Workflow::Calendar { name, newer } => calendar(name, newer.as_deref(), settings),
        Workflow::Draw { name, locale } => {
            let picture = process(name, settings)?.draw(*locale);
            console::say(picture.trim_end()).map(|()| ExitCode::SUCCESS)
        }
        Workflow::Replay => histories::replay_all(settings).await,
        Workflow::Simulate { draft, json } => histories::simulate(settings, draft, *json).await,
    }
}

/// Names every mistake, or says what was proved.
fn check(files: &[(String, String)]) -> Result<ExitCode> {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (faults, drafts) = Library::check(&files);
    for fault in &faults {
        console::say(&fault.to_string())?;
    }
    if !faults.is_empty() {
        console::say(&format!("mistakes: {}", faults.len()))?;
        return Ok(ExitCode::FAILURE);
    }
    for (name, _) in &files {
        console::say(&format!("ok {name}"))?;
    }
    for draft in drafts {
        console::say(&format!(
            "draft {}: to publish it, add the line \"{}\" = \"{}\" to published.toml",
            draft.file, draft.name, draft.digest
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A process by its name, or of a file that is a draft yet.
fn process(name: &str, settings: &Settings) -> Result<Process> {
    let Some(draft) = name.strip_suffix(".toml") else { return city::library(settings)?.find_process(name) };
    let files = gather(&[name.into()], settings)?;
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let library = Library::with_drafts(&files).map_err(Error::internal)?;
    library.find_process(draft.rsplit('/').next().unwrap_or(draft))
}

/// Every day of a calendar, or those that a newer version sees otherwise.
fn calendar(name: &str, newer: Option<&str>, settings: &Settings) -> Result<ExitCode> {
    let library = city::library(settings)?;
    let calendar = library.find_calendar(name)?;
    let say = |(day, worked): (chrono::NaiveDate, bool)| console::say(&format!("{day} {}", if worked { "worked" } else { "off" }));
    match newer {
        Some(newer) => calendar.changes(&*library.find_calendar(newer)?).try_for_each(say)?,
        None => calendar.days().try_for_each(say)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What is to be checked: a folder alone, or files instead of those of the same name among all others.
fn gather(paths: &[PathBuf], settings: &Settings) -> Result<Files> {
    if let [folder] = paths
        && folder.is_dir()
    {
        return city::definition_files(folder);
    }
    let mut files = match &settings.definitions {
        Some(folder) => city::definition_files(folder)?,
        None => Library::embedded_files().into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect(),
    };
    for path in paths {
        let file = city::definition_file(path)?;
        files.retain(|(name, _)| Path::new(name).file_name() != path.file_name());
        files.push(file);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Installation, Serving};

    fn settings() -> Settings {
        Settings::gather(Installation::default(), &Serving::default()).unwrap()
    }

    fn embedded(name: &str) -> String {
        let found = Library::embedded_files().into_iter().find(|(file, _)| file.ends_with(name));
        found.map(|(_, text)| text.to_owned()).unwrap()
    }

    #[test]
    fn a_file_is_checked_among_the_definitions_that_it_does_not_replace() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("request.v1.toml");
        std::fs::write(&path, embedded("request.v1.toml").replace("guard = \"!triage\"\n", "")).unwrap();
        let files = gather(&[path], &settings()).unwrap();
        assert_eq!(files.len(), Library::embedded_files().len());
        assert_eq!(check(&files).unwrap(), ExitCode::FAILURE);
        assert_eq!(check(&gather(&[], &settings()).unwrap()).unwrap(), ExitCode::SUCCESS);
        assert!(gather(&["no-such-file.toml".into()], &settings()).is_err());
    }

    #[test]
    fn a_draft_is_drawn_before_it_is_published() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rating.v2.toml");
        std::fs::write(&path, embedded("rating.v1.toml").replace("version = 1", "version = 2")).unwrap();
        let drawn = |name: &str| process(name, &settings()).map(|process| process.draw(kernel::Locale::En));
        assert!(drawn(&path.display().to_string()).unwrap().contains("Rating, version 2"));
        assert!(drawn("rating").unwrap().contains("Rating, version 1"));
        assert!(drawn("rating.v2").is_err());
    }

    #[test]
    fn a_folder_is_checked_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("request.v1.toml"), embedded("request.v1.toml")).unwrap();
        let files = gather(&[folder.path().to_owned()], &settings()).unwrap();
        assert_eq!((files.len(), check(&files).unwrap()), (1, ExitCode::FAILURE));
    }
}
