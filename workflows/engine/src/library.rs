//! Everything that was loaded, by name and version. A running case stays on the versions that it began with.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Calendar, Clocks, Definition, Derived, Kind, LoadError, Process, Table, Track, Urgency, VersionRef, derive, embedded, load::Source,
};

/// The versions under which something was decided. Every event is stamped with them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Versions {
    /// The process: states and transitions.
    pub definition: VersionRef,
    /// The decision table.
    pub rules: VersionRef,
    /// The terms.
    pub clocks: VersionRef,
    /// The working days.
    pub calendar: VersionRef,
}

/// All versions of one kind of file.
#[derive(Debug)]
struct Shelf<T>(BTreeMap<VersionRef, Arc<T>>);

impl<T> Default for Shelf<T> {
    fn default() -> Shelf<T> {
        Shelf(BTreeMap::new())
    }
}

impl<T> Clone for Shelf<T> {
    fn clone(&self) -> Shelf<T> {
        Shelf(self.0.clone())
    }
}

impl<T> Shelf<T> {
    fn get(&self, version: &VersionRef) -> kernel::Result<Arc<T>> {
        self.0.get(version).cloned().ok_or_else(|| kernel::Error::internal(format!("{version} is not in the library")))
    }

    fn latest(&self, id: &str) -> kernel::Result<Arc<T>> {
        let found = self.0.iter().rev().find(|(version, _)| version.id == id).map(|(_, item)| item.clone());
        found.ok_or_else(|| kernel::Error::internal(format!("no version of `{id}` is in the library")))
    }
}

/// Everything that was loaded. Clones share the files.
#[derive(Clone, Default)]
pub struct Library {
    calendars: Shelf<Calendar>,
    clocks: Shelf<Clocks>,
    tables: Shelf<Table>,
    definitions: Shelf<Definition>,
}

impl Library {
    /// The files that the binary carries. They are part of the program, so a mistake in them is a defect of the build.
    ///
    /// # Panics
    /// When one of them has a mistake; a test loads them.
    #[must_use]
    pub fn embedded() -> &'static Library {
        static LIBRARY: OnceLock<Library> = OnceLock::new();
        LIBRARY.get_or_init(|| Library::load(&embedded::FILES).unwrap_or_else(|error| panic!("{error}")))
    }

    /// The names and texts of those files.
    #[must_use]
    pub fn embedded_files() -> &'static [(&'static str, &'static str)] {
        &embedded::FILES
    }

    /// Loads files by name and text: an installation's own folder.
    ///
    /// # Errors
    /// The first mistake, with its file and line.
    pub fn load(files: &[(&str, &str)]) -> Result<Library, LoadError> {
        let (library, mut faults) = Library::read(files);
        if faults.is_empty() { Ok(library) } else { Err(faults.swap_remove(0)) }
    }

    /// Every mistake in files by name and text, each with its file and line. Processes are looked at once the other files have none.
    #[must_use]
    pub fn check(files: &[(&str, &str)]) -> Vec<LoadError> {
        Library::read(files).1
    }

    fn read(files: &[(&str, &str)]) -> (Library, Vec<LoadError>) {
        let mut library = Library::default();
        let mut faults = Vec::new();
        // A process names clocks, so it is read after them, whatever the order of the files.
        let is_process = |source: &Source<'_>| source.head().is_ok_and(|(head, _)| head.format.get_ref() == "process");
        let (processes, others): (Vec<_>, Vec<_>) = files.iter().map(|(file, text)| Source { file, text }).partition(is_process);
        for source in others {
            faults.extend(library.add(source).err().unwrap_or_default());
        }
        if faults.is_empty() {
            for source in processes {
                faults.extend(library.add(source).err().unwrap_or_default());
            }
        }
        (library, faults)
    }

    fn add(&mut self, source: Source<'_>) -> Result<(), Vec<LoadError>> {
        let (head, version) = source.head()?;
        let known = match head.format.get_ref().as_str() {
            "calendar" => self.calendars.0.insert(version.clone(), Arc::new(Calendar::load(source, version.clone())?)).is_some(),
            "clocks" => self.clocks.0.insert(version.clone(), Arc::new(Clocks::load(source, version.clone())?)).is_some(),
            "table" => self.tables.0.insert(version.clone(), Arc::new(Table::load(source, version.clone())?)).is_some(),
            "process" => {
                let definition = Definition::load(source, version.clone(), self)?;
                self.definitions.0.insert(version.clone(), Arc::new(definition)).is_some()
            }
            other => {
                let formats = "process, table, clocks or calendar";
                return Err(source.error(head.format.span(), format!("unknown format `{other}`: write {formats}")).into());
            }
        };
        if known {
            return Err(source.error(head.format.span(), format!("{version} is loaded twice: remove one of the files")).into());
        }
        Ok(())
    }

    /// One version of a calendar.
    ///
    /// # Errors
    /// When it is not in the library.
    pub fn calendar(&self, version: &VersionRef) -> kernel::Result<Arc<Calendar>> {
        self.calendars.get(version)
    }

    /// One version of the terms.
    ///
    /// # Errors
    /// When it is not in the library.
    pub fn clocks(&self, version: &VersionRef) -> kernel::Result<Arc<Clocks>> {
        self.clocks.get(version)
    }

    /// One version of a decision table.
    ///
    /// # Errors
    /// When it is not in the library.
    pub fn table(&self, version: &VersionRef) -> kernel::Result<Arc<Table>> {
        self.tables.get(version)
    }

    /// The newest version of a calendar, e.g. `kz`.
    ///
    /// # Errors
    /// When there is none.
    pub fn latest_calendar(&self, id: &str) -> kernel::Result<Arc<Calendar>> {
        self.calendars.latest(id)
    }

    /// The newest version of the terms, `clocks`.
    ///
    /// # Errors
    /// When there is none.
    pub fn latest_clocks(&self, id: &str) -> kernel::Result<Arc<Clocks>> {
        self.clocks.latest(id)
    }

    /// The newest version of a decision table, e.g. `routing`.
    ///
    /// # Errors
    /// When there is none.
    pub fn latest_table(&self, id: &str) -> kernel::Result<Arc<Table>> {
        self.tables.latest(id)
    }

    /// One version of a process, on the versions that a running case is pinned to.
    ///
    /// # Errors
    /// When one of them is not in the library.
    pub fn process(&self, versions: &Versions) -> kernel::Result<Process> {
        Ok(Process {
            definition: self.definitions.get(&versions.definition)?,
            table: self.tables.get(&versions.rules)?,
            clocks: self.clocks.get(&versions.clocks)?,
            calendar: self.calendars.get(&versions.calendar)?,
        })
    }

    /// The newest version of a process, `request`, `appeal` or `rating`, on the newest versions of what it names: for a new case.
    ///
    /// # Errors
    /// When one of them is not in the library.
    pub fn latest_process(&self, id: &str) -> kernel::Result<Process> {
        self.on_newest(self.definitions.latest(id)?)
    }

    fn on_newest(&self, definition: Arc<Definition>) -> kernel::Result<Process> {
        Ok(Process {
            table: self.tables.latest(&definition.rules)?,
            clocks: self.clocks.latest(&definition.clocks)?,
            calendar: self.calendars.latest(&definition.calendar)?,
            definition,
        })
    }

    /// A process by its name, `appeal`, or its name and version, `appeal.v1`; on the newest versions of what it names.
    ///
    /// # Errors
    /// When it is not in the library.
    pub fn find_process(&self, name: &str) -> kernel::Result<Process> {
        let version =
            name.rsplit_once(".v").and_then(|(id, version)| Some(VersionRef { id: id.to_owned(), version: version.parse().ok()? }));
        let definition = match version {
            Some(version) => self.definitions.get(&version)?,
            None => self.definitions.latest(name)?,
        };
        self.on_newest(definition)
    }

    /// Derives the deadline that a report would have that came in at `received_at`, by the newest versions.
    ///
    /// # Errors
    /// When the library has no calendar `kz` or no `clocks`.
    pub fn deadline(&self, track: Track, kind: Kind, urgency: Urgency, received_at: DateTime<Utc>) -> kernel::Result<Derived> {
        let (calendar, clocks) = (self.latest_calendar("kz")?, self.latest_clocks("clocks")?);
        let rule = clocks.get_deadline(track, kind, urgency)?;
        Ok(derive(rule, received_at, calendar.registration_date(received_at), &calendar, &[]))
    }
}
