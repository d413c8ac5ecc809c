//! Everything that was loaded, by name and version. A running case stays on the versions that it began with.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Calendar, Clocks, Definition, Derived, Draft, Kind, LoadError, Migration, Process, Table, Track, Urgency, VersionRef, derive, embedded,
    load::Source, published,
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
    /// The working days of clocks that count by other calendars, by the calendars' ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<String, VersionRef>,
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

    /// By name, or by name and version: `appeal`, `appeal.v1`.
    fn find(&self, name: &str) -> kernel::Result<Arc<T>> {
        let version =
            name.rsplit_once(".v").and_then(|(id, version)| Some(VersionRef { id: id.to_owned(), version: version.parse().ok()? }));
        version.map_or_else(|| self.latest(name), |version| self.get(&version))
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
    migrations: BTreeMap<(VersionRef, VersionRef), Arc<Migration>>,
    /// The SHA-256 of every file, by its name, e.g. `appeal.v1`.
    digests: BTreeMap<String, String>,
    /// Whose next versions two persons publish.
    two_persons: BTreeSet<String>,
}

impl Library {
    /// The files that the binary carries. They are part of the program, so a mistake in them is a defect of the build.
    ///
    /// # Panics
    /// When one of them has a mistake; a test loads them.
    #[must_use]
    pub fn embedded() -> &'static Library {
        static LIBRARY: OnceLock<Library> = OnceLock::new();
        LIBRARY.get_or_init(|| Library::load(&Library::embedded_files()).unwrap_or_else(|error| panic!("{error}")))
    }

    /// The names and texts of those files, the list of published versions among them.
    #[must_use]
    pub fn embedded_files() -> Vec<(&'static str, &'static str)> {
        embedded::FILES.into_iter().chain([embedded::PUBLISHED]).collect()
    }

    /// Loads files by name and text: an installation's own folder. When `published.toml` is among them, every version must be in it, as it
    /// was when it was published.
    ///
    /// # Errors
    /// The first mistake, with its file and line.
    pub fn load(files: &[(&str, &str)]) -> Result<Library, LoadError> {
        let (library, mut faults, drafts) = Library::read(Library::default(), files);
        let unpublished = |draft: Draft| {
            let Draft { file, name, digest } = draft;
            let reason = format!("{name} is not published: when it is final, add the line \"{name}\" = \"{digest}\" to published.toml");
            LoadError { file, line: 1, reason }
        };
        faults.extend(drafts.into_iter().map(unpublished));
        if faults.is_empty() { Ok(library) } else { Err(faults.swap_remove(0)) }
    }

    /// Loads files by name and text, drafts among them: to draw them, or to try them on cases of the past. No case begins on a draft.
    ///
    /// # Errors
    /// The first mistake, with its file and line.
    pub fn with_drafts(files: &[(&str, &str)]) -> Result<Library, LoadError> {
        let (library, mut faults, _) = Library::read(Library::default(), files);
        if faults.is_empty() { Ok(library) } else { Err(faults.swap_remove(0)) }
    }

    /// The same library with more files: a draft, to try on cases of the past.
    ///
    /// # Errors
    /// The first mistake, with its file and line; also when a version is there already.
    pub fn with(&self, files: &[(&str, &str)]) -> Result<Library, LoadError> {
        let (library, mut faults, _) = Library::read(self.clone(), files);
        if faults.is_empty() { Ok(library) } else { Err(faults.swap_remove(0)) }
    }

    /// Every mistake in files by name and text, each with its file and line; and the versions that are not published yet, when there is a
    /// list of those that are. Processes are looked at once the other files have no mistake, maps and the list at the end.
    #[must_use]
    pub fn check(files: &[(&str, &str)]) -> (Vec<LoadError>, Vec<Draft>) {
        let (_, faults, drafts) = Library::read(Library::default(), files);
        (faults, drafts)
    }

    pub(crate) fn read(mut library: Library, files: &[(&str, &str)]) -> (Library, Vec<LoadError>, Vec<Draft>) {
        let mut faults = Vec::new();
        let sources = files.iter().map(|(file, text)| Source { file, text });
        let (lists, versions): (Vec<_>, Vec<_>) = sources.partition(|source| source.file.rsplit('/').next() == Some(published::FILE));
        // A process names clocks, so it is read after them, whatever the order of the files; and a map names processes.
        let turn = |source: &Source<'_>| match source.format().as_deref() {
            Some("migration") => 2,
            Some("process") => 1,
            _ => 0,
        };
        for this in 0..3 {
            if faults.is_empty() {
                for source in versions.iter().filter(|source| turn(source) == this) {
                    let added = if this == 2 { library.add_migration(*source) } else { library.add(*source) };
                    faults.extend(added.err().unwrap_or_default());
                }
            }
        }
        library.digests.extend(versions.iter().map(|file| (published::name(file.file).to_owned(), published::digest(file.text))));
        let mut drafts = Vec::new();
        for list in lists {
            match published::compare(list, &versions) {
                Ok(compared) => {
                    faults.extend(compared.faults);
                    drafts.extend(compared.drafts);
                    library.two_persons.extend(compared.two_persons);
                }
                Err(fault) => faults.push(fault),
            }
        }
        (library, faults, drafts)
    }

    fn add_migration(&mut self, source: Source<'_>) -> Result<(), Vec<LoadError>> {
        let migration = Migration::load(source, |version| self.definitions.get(version).ok())?;
        self.migrations.insert((migration.from().clone(), migration.to().clone()), Arc::new(migration));
        Ok(())
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
                let formats = "process, table, clocks, calendar or migration";
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
            others: versions
                .others
                .iter()
                .map(|(id, version)| Ok((id.clone(), self.calendars.get(version)?)))
                .collect::<kernel::Result<_>>()?,
        })
    }

    /// The newest version of a process, `request`, `appeal` or `rating`, on the newest versions of what it names: for a new case.
    ///
    /// # Errors
    /// When one of them is not in the library.
    pub fn latest_process(&self, id: &str) -> kernel::Result<Process> {
        self.on_newest(self.definitions.latest(id)?)
    }

    /// Every version of every process, on the newest versions of what it names.
    ///
    /// # Errors
    /// When one of those is not in the library.
    pub fn processes(&self) -> kernel::Result<Vec<Process>> {
        self.definitions.0.values().map(|definition| self.on_newest(Arc::clone(definition))).collect()
    }

    fn on_newest(&self, definition: Arc<Definition>) -> kernel::Result<Process> {
        Ok(Process {
            table: self.tables.latest(&definition.rules)?,
            clocks: self.clocks.latest(&definition.clocks)?,
            calendar: self.calendars.latest(&definition.calendar)?,
            others: definition
                .other_calendars()
                .map(|id| Ok((id.to_owned(), self.calendars.latest(id)?)))
                .collect::<kernel::Result<_>>()?,
            definition,
        })
    }

    /// A process by its name, `appeal`, or its name and version, `appeal.v1`; on the newest versions of what it names.
    ///
    /// # Errors
    /// When it is not in the library.
    pub fn find_process(&self, name: &str) -> kernel::Result<Process> {
        self.on_newest(self.definitions.find(name)?)
    }

    /// A calendar by its name, `kz`, or its name and version, `kz.v1`.
    ///
    /// # Errors
    /// When it is not in the library.
    pub fn find_calendar(&self, name: &str) -> kernel::Result<Arc<Calendar>> {
        self.calendars.find(name)
    }

    /// The map from one version of a process to another.
    ///
    /// # Errors
    /// When there is none: running cases stay on theirs.
    pub fn migration(&self, from: &VersionRef, to: &VersionRef) -> kernel::Result<Arc<Migration>> {
        let found = self.migrations.get(&(from.clone(), to.clone())).cloned();
        found.ok_or_else(|| kernel::Error::internal(format!("no map leads from {from} to {to}")))
    }

    /// All maps.
    pub(crate) fn migrations(&self) -> impl Iterator<Item = &Migration> {
        self.migrations.values().map(|map| &**map)
    }

    /// The map that leads on from a version of a process, if there is one; of several the one that leads furthest.
    #[must_use]
    pub fn migration_from(&self, from: &VersionRef) -> Option<Arc<Migration>> {
        self.migrations.iter().rev().find(|((start, _), _)| start == from).map(|(_, map)| Arc::clone(map))
    }

    /// The versions on which a case goes on that a map leads to another version of its process: those that it was on, where they have what
    /// that version names, else the newest.
    ///
    /// # Errors
    /// When the version is not in the library.
    pub fn carried_on(&self, pinned: &Versions, to: &VersionRef) -> kernel::Result<Versions> {
        let definition = self.definitions.get(to)?;
        let mut versions = self.on_newest(Arc::clone(&definition))?.versions();
        let keep = |newest: &mut VersionRef, old: &VersionRef| {
            if newest.id == old.id {
                newest.clone_from(old);
            }
        };
        keep(&mut versions.rules, &pinned.rules);
        keep(&mut versions.calendar, &pinned.calendar);
        for (id, version) in &mut versions.others {
            pinned.others.get(id).iter().for_each(|old| version.clone_from(old));
        }
        if self.clocks.get(&pinned.clocks).is_ok_and(|clocks| definition.clocks().all(|id| clocks.find(id).is_some())) {
            keep(&mut versions.clocks, &pinned.clocks);
        }
        Ok(versions)
    }

    /// The newest version of every calendar.
    pub fn newest_calendars(&self) -> impl Iterator<Item = &Arc<Calendar>> {
        let newest: BTreeMap<&str, &Arc<Calendar>> =
            self.calendars.0.iter().map(|(version, calendar)| (version.id.as_str(), calendar)).collect();
        newest.into_values()
    }

    /// The SHA-256 of every file in hexadecimal, by its name, e.g. `appeal.v1`.
    #[must_use]
    pub fn digests(&self) -> &BTreeMap<String, String> {
        &self.digests
    }

    /// How many persons publish the next version of something, e.g. `appeal`.
    #[must_use]
    pub fn persons(&self, id: &str) -> usize {
        if self.two_persons.contains(id) { 2 } else { 1 }
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
