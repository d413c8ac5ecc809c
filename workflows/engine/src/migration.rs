//! How running cases come from one version of a process to another: `<name>.vN-vM.toml`, an explicit map. Without one they stay on theirs.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::{CaseState, Definition, LoadError, Step, TimerChange, VersionRef, definition::TimerClock, load::Source};

/// A map from each state, flag and timer of one version to those of another.
pub struct Migration {
    from: VersionRef,
    to: VersionRef,
    states: BTreeMap<String, String>,
    /// `None`: the flag is dropped.
    flags: BTreeMap<String, Option<String>>,
    /// `None`: the timer is stopped.
    timers: BTreeMap<String, Option<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MigrationFile {
    #[serde(rename = "format")]
    _format: String,
    id: String,
    from: Spanned<u32>,
    to: Spanned<u32>,
    states: Spanned<Names>,
    #[serde(default)]
    flags: Option<Spanned<Names>>,
    #[serde(default)]
    timers: Option<Spanned<Names>>,
}

/// From a name of the old version to one of the new; empty: dropped.
type Names = BTreeMap<Spanned<String>, Spanned<String>>;

impl Migration {
    /// Reads a map, and holds it against both versions of the process.
    ///
    /// # Errors
    /// Every mistake: a name that it leaves out, and one that is not there.
    pub(crate) fn load(
        source: Source<'_>,
        find: impl Fn(&VersionRef) -> Option<std::sync::Arc<Definition>>,
    ) -> Result<Migration, Vec<LoadError>> {
        let file: MigrationFile = source.parse()?;
        let version = |version: &Spanned<u32>| VersionRef { id: file.id.clone(), version: *version.get_ref() };
        let (from, to) = (version(&file.from), version(&file.to));
        let named = file_name(&from, &to);
        if source.file.rsplit('/').next() != Some(named.as_str()) {
            return Err(source.error(file.from.span(), format!("the file must be named {named}")).into());
        }
        let known = |version: &VersionRef, at: &Spanned<u32>| {
            find(version).ok_or_else(|| source.error(at.span(), format!("there is no {version}: put {version}.toml beside this file")))
        };
        let (old, new) = (known(&from, &file.from)?, known(&to, &file.to)?);
        let nothing = Spanned::new(file.states.span(), Names::new());
        let (flags, timers) = (file.flags.as_ref().unwrap_or(&nothing), file.timers.as_ref().unwrap_or(&nothing));
        let mut faults = Vec::new();
        let mut map = Mapper { source, from: &from, to: &to, faults: &mut faults };
        let states = map.read("state", &file.states, &names(old.states.keys()), &names(new.states.keys()), false);
        let flags = map.read("flag", flags, &names(old.flags.iter()), &names(new.flags.iter()), true);
        let timers = map.read("timer", timers, &names(old.timers.keys()), &names(new.timers.keys()), true);
        map.ends(&file.states, &old, &new);
        if !faults.is_empty() {
            return Err(faults);
        }
        let states = states.into_iter().filter_map(|(from, to)| Some((from, to?))).collect();
        Ok(Migration { from, to, states, flags, timers })
    }

    /// The name of its file, e.g. `request.v1-v2.toml`.
    #[must_use]
    pub fn file(&self) -> String {
        file_name(&self.from, &self.to)
    }

    /// From which version.
    #[must_use]
    pub fn from(&self) -> &VersionRef {
        &self.from
    }

    /// To which version.
    #[must_use]
    pub fn to(&self) -> &VersionRef {
        &self.to
    }

    /// The case in the new version, `new`, and what becomes of its timers: each goes off when it would have.
    ///
    /// # Errors
    /// Why the map does not fit the case, for the official who writes the map.
    pub fn carry(&self, state: &CaseState, new: &Definition) -> Result<Step, String> {
        if *new.version() != self.to {
            return Err(format!("the map leads to {}, not to {}", self.to, new.version()));
        }
        let mut carried = state.clone();
        carried.name = self.states.get(&state.name).ok_or_else(|| format!("{} has no state `{}`", self.from, state.name))?.clone();
        carried.flags.clear();
        for flag in &state.flags {
            let to = self.flags.get(flag).ok_or_else(|| format!("{} has no flag `{flag}`", self.from))?;
            carried.flags.extend(to.clone());
        }
        let mut changes = Vec::new();
        carried.timers.clear();
        carried.since.clear();
        for (timer, at) in &state.timers {
            let to = self.timers.get(timer).ok_or_else(|| format!("{} has no timer `{timer}`", self.from))?;
            if to.as_ref() != Some(timer) {
                changes.push(TimerChange::Cancel { name: timer.clone() });
            }
            let Some(name) = to else { continue };
            let raises = new.timers.get(name).map(|timer| timer.raises.clone()).unwrap_or_default();
            if !new.transitions.iter().any(|transition| transition.on == raises && transition.from.contains(&carried.name)) {
                return Err(format!("timer `{name}` runs, and in state `{}` nothing follows from `{raises}`", carried.name));
            }
            if carried.timers.insert(name.clone(), *at).is_some() {
                return Err(format!("two running timers become `{name}`"));
            }
            carried.since.extend(state.since.get(timer).map(|since| (name.clone(), *since)));
            changes.push(TimerChange::Set { name: name.clone(), at: *at, raises });
        }
        if state.is_paused() && !new.timers.values().any(|timer| matches!(timer.clock, TimerClock::Answer)) {
            return Err(format!("its clock stands still, and {} has no clock `answer`", self.to));
        }
        if state.extended_days > 0 && new.extension_limit.is_none() {
            return Err(format!("its term was extended, and {} has no `extension_limit`", self.to));
        }
        Ok(Step {
            from: state.name.clone(),
            state: carried,
            records: "migrated".to_owned(),
            message: "event-migrated".to_owned(),
            internal: true,
            effects: Vec::new(),
            timers: changes,
        })
    }
}

fn file_name(from: &VersionRef, to: &VersionRef) -> String {
    format!("{from}-v{}.toml", to.version)
}

fn names<'a>(all: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    all.map(String::as_str).collect()
}

struct Mapper<'a> {
    source: Source<'a>,
    from: &'a VersionRef,
    to: &'a VersionRef,
    faults: &'a mut Vec<LoadError>,
}

impl Mapper<'_> {
    fn read(&mut self, what: &str, map: &Spanned<Names>, old: &[&str], new: &[&str], may_drop: bool) -> BTreeMap<String, Option<String>> {
        for missing in old.iter().filter(|name| !map.get_ref().keys().any(|key| key.get_ref() == *name)) {
            let drop = if may_drop { ", or = \"\" to drop it" } else { "" };
            let reason = format!("{what} `{missing}` of {} is left out: say what becomes of it in [{what}s]{drop}", self.from);
            self.faults.push(self.source.error(map.span(), reason));
        }
        for (key, value) in map.get_ref() {
            let (from, to) = (key.get_ref().as_str(), value.get_ref().as_str());
            if !old.contains(&from) {
                self.faults.push(self.source.error(key.span(), format!("{} has no {what} `{from}`: leave it out", self.from)));
            }
            if !(new.contains(&to) || may_drop && to.is_empty()) {
                self.faults
                    .push(self.source.error(value.span(), format!("{} has no {what} `{to}`: known are {}", self.to, new.join(", "))));
            }
        }
        let entry = |(key, value): (&Spanned<String>, &Spanned<String>)| {
            (key.get_ref().clone(), Some(value.get_ref().clone()).filter(|to| !to.is_empty()))
        };
        map.get_ref().iter().map(entry).collect()
    }

    /// Nobody's case ends, or begins again, because a file was changed.
    fn ends(&mut self, map: &Spanned<Names>, old: &Definition, new: &Definition) {
        for (key, value) in map.get_ref() {
            let ends = |definition: &Definition, state: &str| definition.states.get(state).map(|state| state.end);
            if let (Some(was), Some(is)) = (ends(old, key.get_ref()), ends(new, value.get_ref()))
                && was != is
            {
                let (one, other) = if was { ("is an end", "is none") } else { ("is no end", "is one") };
                let reason = format!("`{}` {one} and `{}` {other}: map ends to ends", key.get_ref(), value.get_ref());
                self.faults.push(self.source.error(value.span(), reason));
            }
        }
    }
}
