//! A process as data: `request.vN.toml`, `appeal.vN.toml`, `rating.vN.toml`. States, transitions, effects, timers.

use std::collections::BTreeMap;

use kernel::RefusalCode;
use serde::Deserialize;
use toml::Spanned;

use crate::{
    Effect, FactType, FactValue, Law, Library, LoadError, PublicStatus, Status, Track, VersionRef, Who,
    check::{self, Conditions},
    condition::Condition,
    fact::Declared,
    load::Source,
    proof::{Closed, Space},
};

/// One version of a process.
pub struct Definition {
    pub(crate) version: VersionRef,
    pub(crate) law: Law,
    pub(crate) track: Option<Track>,
    pub(crate) initial: String,
    pub(crate) rules: String,
    pub(crate) clocks: String,
    pub(crate) calendar: String,
    pub(crate) extension_limit: Option<String>,
    pub(crate) declared: Declared,
    pub(crate) flags: Vec<String>,
    pub(crate) start: Start,
    pub(crate) states: BTreeMap<String, State>,
    pub(crate) overrides: Vec<(Condition, PublicStatus)>,
    pub(crate) timers: BTreeMap<String, Timer>,
    pub(crate) promises: Vec<Promise>,
    pub(crate) transitions: Vec<Transition>,
    pub(crate) refusals: Vec<RefusalRule>,
}

pub(crate) struct State {
    pub(crate) public: PublicStatus,
    pub(crate) end: bool,
}

pub(crate) struct Start {
    pub(crate) records: String,
    pub(crate) message: String,
    pub(crate) effects: Vec<Effect>,
    pub(crate) timers: Vec<String>,
}

pub(crate) struct Timer {
    pub(crate) clock: TimerClock,
    pub(crate) raises: String,
    /// The id of the calendar that its clock counts by; the process's own when there is none.
    pub(crate) calendar: Option<String>,
}

/// A term that is shown and raises nothing: from arrival, as long as the case is in one of the states.
pub(crate) struct Promise {
    pub(crate) name: String,
    pub(crate) clock: String,
    pub(crate) within: Vec<String>,
    pub(crate) calendar: Option<String>,
}

/// Which term a timer runs on.
pub(crate) enum TimerClock {
    /// The term of the answer: from arrival, by track, kind and urgency, with pauses and extension.
    Answer,
    /// A named clock, from the event that starts it.
    Named(String),
    /// While the answer's runs: when so many hundredths of its term are over.
    Share(u8),
}

/// What a transition does to the clock of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClockAct {
    /// Derives it anew, because the urgency may have changed.
    Restart,
    /// Stands still, if the clock itself allows it.
    Pause,
    /// Goes on.
    Resume,
    /// Ends later, by the event's `working_days`, and not after `extension_limit`.
    Extend,
    /// Begins again, from the event.
    Again,
}

pub(crate) struct Transition {
    pub(crate) on: String,
    pub(crate) from: Vec<String>,
    pub(crate) to: Option<String>,
    pub(crate) who: Vec<Who>,
    pub(crate) guard: Option<Condition>,
    pub(crate) refusal: Option<String>,
    pub(crate) records: String,
    pub(crate) message: String,
    pub(crate) internal: bool,
    pub(crate) effects: Vec<Effect>,
    pub(crate) set: Vec<String>,
    pub(crate) clear: Vec<String>,
    pub(crate) clock: Option<ClockAct>,
    pub(crate) start: Vec<String>,
    pub(crate) stop: Vec<String>,
}

pub(crate) struct RefusalRule {
    pub(crate) on: String,
    pub(crate) within: Vec<String>,
    pub(crate) code: RefusalCode,
    pub(crate) message: String,
}

/// The file. [`check::check`] compares its parts with one another before a [`Definition`] is made of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProcessFile {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "id")]
    _id: String,
    #[serde(rename = "version")]
    _version: u32,
    pub(crate) initial: Spanned<String>,
    /// The track of its cases, when they have but one.
    pub(crate) track: Option<Track>,
    pub(crate) rules: Spanned<String>,
    pub(crate) clocks: Spanned<String>,
    pub(crate) calendar: Spanned<String>,
    pub(crate) extension_limit: Option<Spanned<String>>,
    pub(crate) flags: Vec<Spanned<String>>,
    source: Spanned<String>,
    status: Status,
    pub(crate) facts: BTreeMap<Spanned<String>, FactType>,
    pub(crate) start: StartFile,
    #[serde(default)]
    pub(crate) public: Vec<OverrideFile>,
    pub(crate) state: Vec<StateFile>,
    pub(crate) timer: Vec<TimerFile>,
    #[serde(default)]
    pub(crate) promise: Vec<PromiseFile>,
    pub(crate) transition: Vec<TransitionFile>,
    #[serde(default)]
    pub(crate) refusal: Vec<RefusalFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartFile {
    records: String,
    message: Spanned<String>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) timers: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideFile {
    pub(crate) when: Spanned<String>,
    status: PublicStatus,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StateFile {
    pub(crate) name: Spanned<String>,
    public: PublicStatus,
    #[serde(default)]
    pub(crate) end: bool,
    /// The job that moves a case on from here, when neither a person nor a timer does.
    pub(crate) awaits: Option<Spanned<Effect>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimerFile {
    pub(crate) name: Spanned<String>,
    pub(crate) clock: Spanned<String>,
    pub(crate) from: TimerFrom,
    /// Per cent of the term; with `from = "deadline"` only.
    pub(crate) passed: Option<Spanned<u8>>,
    pub(crate) raises: Spanned<String>,
    pub(crate) calendar: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromiseFile {
    pub(crate) name: Spanned<String>,
    pub(crate) clock: Spanned<String>,
    #[serde(rename = "in")]
    pub(crate) within: Vec<Spanned<String>>,
    pub(crate) calendar: Option<Spanned<String>>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TimerFrom {
    Arrival,
    Event,
    Deadline,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransitionFile {
    pub(crate) on: Spanned<String>,
    pub(crate) from: Vec<Spanned<String>>,
    pub(crate) to: Option<Spanned<String>>,
    pub(crate) who: Vec<Who>,
    pub(crate) guard: Option<Spanned<String>>,
    refusal: Option<Spanned<String>>,
    records: String,
    message: Spanned<String>,
    #[serde(default)]
    internal: bool,
    #[serde(default)]
    pub(crate) effects: Vec<Effect>,
    #[serde(default)]
    pub(crate) set: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) clear: Vec<Spanned<String>>,
    pub(crate) clock: Option<Spanned<ClockAct>>,
    #[serde(default)]
    pub(crate) start: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) stop: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefusalFile {
    pub(crate) on: Spanned<String>,
    #[serde(rename = "in")]
    pub(crate) within: Vec<Spanned<String>>,
    code: RefusalCode,
    message: Spanned<String>,
}

impl Definition {
    /// Loads a process and proves it. The library has the table, the clocks and the calendar that it names.
    ///
    /// # Errors
    /// Every mistake that was found, each with its line.
    pub(crate) fn load(source: Source<'_>, version: VersionRef, library: &Library) -> Result<Definition, Vec<LoadError>> {
        let file: ProcessFile = source.parse()?;
        let mut faults = check::check(source, &file, library);
        if !faults.is_empty() {
            return Err(faults);
        }
        let declared = declared(source, &file)?;
        let conditions = conditions(source, &file, &declared)?;
        faults.extend(check::prove(source, &file, &conditions, &declared));
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Definition::of(source, version, file, declared, conditions)?)
    }

    fn of(
        source: Source<'_>,
        version: VersionRef,
        file: ProcessFile,
        declared: Declared,
        conditions: Conditions,
    ) -> Result<Definition, LoadError> {
        let law = source.law(&file.source, file.status)?;
        let start = Start {
            records: file.start.records,
            message: source.message(&file.start.message)?,
            effects: file.start.effects,
            timers: plain(file.start.timers),
        };
        let overrides = conditions.publics.into_iter().zip(file.public.iter().map(|line| line.status)).collect();
        let guarded = file.transition.into_iter().zip(conditions.guards);
        let transitions =
            guarded.map(|(transition, guard)| Transition::read(source, transition, guard)).collect::<Result<_, LoadError>>()?;
        let refusals = file
            .refusal
            .into_iter()
            .map(|rule| {
                let message = source.message(&rule.message)?;
                Ok(RefusalRule { on: rule.on.into_inner(), within: plain(rule.within), code: rule.code, message })
            })
            .collect::<Result<_, LoadError>>()?;
        let states =
            file.state.into_iter().map(|state| (state.name.into_inner(), State { public: state.public, end: state.end })).collect();
        let timers = file.timer.into_iter().map(TimerFile::read).collect();
        let promise = |promise: PromiseFile| Promise {
            name: promise.name.into_inner(),
            clock: promise.clock.into_inner(),
            within: plain(promise.within),
            calendar: promise.calendar.map(Spanned::into_inner),
        };
        let promises = file.promise.into_iter().map(promise).collect();
        Ok(Definition {
            version,
            law,
            track: file.track,
            initial: file.initial.into_inner(),
            rules: file.rules.into_inner(),
            clocks: file.clocks.into_inner(),
            calendar: file.calendar.into_inner(),
            extension_limit: file.extension_limit.map(Spanned::into_inner),
            flags: plain(file.flags),
            declared,
            start,
            states,
            overrides,
            timers,
            promises,
            transitions,
            refusals,
        })
    }

    /// Which version this is.
    #[must_use]
    pub fn version(&self) -> &VersionRef {
        &self.version
    }

    /// Where the process comes from.
    #[must_use]
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// The states, what people see of them, and whether they are an end.
    pub fn states(&self) -> impl Iterator<Item = (&str, PublicStatus, bool)> {
        self.states.iter().map(|(name, state)| (name.as_str(), state.public, state.end))
    }

    /// The ids of the calendars that its clocks count by, beside the process's own.
    pub(crate) fn other_calendars(&self) -> impl Iterator<Item = &str> {
        let timers = self.timers.values().filter_map(|timer| timer.calendar.as_deref());
        timers.chain(self.promises.iter().filter_map(|promise| promise.calendar.as_deref()))
    }

    /// The ids of the named clocks that it needs.
    pub(crate) fn clocks(&self) -> impl Iterator<Item = &str> {
        let timers = self.timers.values().filter_map(|timer| match &timer.clock {
            TimerClock::Named(clock) => Some(clock),
            TimerClock::Answer | TimerClock::Share(_) => None,
        });
        timers.chain(self.promises.iter().map(|promise| &promise.clock)).chain(&self.extension_limit).map(String::as_str)
    }

    /// The flags that a case may have.
    pub fn flags(&self) -> impl Iterator<Item = &str> {
        self.flags.iter().map(String::as_str)
    }

    /// The track of its cases, when they have but one.
    #[must_use]
    pub fn track(&self) -> Option<Track> {
        self.track
    }

    /// The facts that events tell its guards, each with values that stand for all: the guards tell no more apart. For whoever tries every
    /// event.
    #[must_use]
    pub fn told(&self) -> Vec<(&str, Vec<FactValue>)> {
        let guards = self.transitions.iter().filter_map(|transition| transition.guard.as_ref());
        let space = Space::new(&self.declared, &Closed::new(), guards);
        let of_the_case = |name: &str| ["state", "track", "kind"].contains(&name) || self.flags().any(|flag| flag == name);
        space.values().filter(|(name, _)| !of_the_case(name)).map(|(name, values)| (name, values.to_vec())).collect()
    }

    /// The transitions: event, state before, state after, who may raise it.
    pub fn transitions(&self) -> impl Iterator<Item = (&str, &str, &str, &[Who])> {
        self.transitions.iter().flat_map(|transition| {
            transition.from.iter().map(move |from| {
                let to = transition.to.as_ref().unwrap_or(from);
                (transition.on.as_str(), from.as_str(), to.as_str(), transition.who.as_slice())
            })
        })
    }
}

impl Transition {
    fn read(source: Source<'_>, file: TransitionFile, guard: Option<Condition>) -> Result<Transition, LoadError> {
        Ok(Transition {
            guard,
            refusal: file.refusal.as_ref().map(|key| source.message(key)).transpose()?,
            message: source.message(&file.message)?,
            on: file.on.into_inner(),
            from: plain(file.from),
            to: file.to.map(Spanned::into_inner),
            who: file.who,
            records: file.records,
            internal: file.internal,
            effects: file.effects,
            set: plain(file.set),
            clear: plain(file.clear),
            clock: file.clock.map(Spanned::into_inner),
            start: plain(file.start),
            stop: plain(file.stop),
        })
    }
}

impl TimerFile {
    fn read(self) -> (String, Timer) {
        let clock = match self.from {
            TimerFrom::Arrival => TimerClock::Answer,
            TimerFrom::Event => TimerClock::Named(self.clock.into_inner()),
            TimerFrom::Deadline => TimerClock::Share(self.passed.map(Spanned::into_inner).unwrap_or_default()),
        };
        let calendar = self.calendar.map(Spanned::into_inner);
        (self.name.into_inner(), Timer { clock, raises: self.raises.into_inner(), calendar })
    }
}

/// What guards may speak of: the events' facts, the flags, and three words on the case.
fn declared(source: Source<'_>, file: &ProcessFile) -> Result<Declared, LoadError> {
    let mut declared = Declared::from(["state", "track", "kind"].map(|name| (name.to_owned(), FactType::Text)));
    let facts = file.facts.iter().map(|(name, of)| (name, *of)).chain(file.flags.iter().map(|name| (name, FactType::Bool)));
    for (name, of) in facts {
        if declared.insert(name.get_ref().clone(), of).is_some() {
            return Err(source.error(name.span(), format!("`{}` is declared twice: give one of them another name", name.get_ref())));
        }
    }
    Ok(declared)
}

/// The conditions of a file, or every one that is none.
fn conditions(source: Source<'_>, file: &ProcessFile, declared: &Declared) -> Result<Conditions, Vec<LoadError>> {
    let mut faults = Vec::new();
    let mut read = |text: &Spanned<String>| {
        let read = Condition::parse(text.get_ref(), declared).map_err(|reason| source.error(text.span(), reason));
        read.map_err(|fault| faults.push(fault)).ok()
    };
    let publics = file.public.iter().filter_map(|line| read(&line.when)).collect();
    let guards = file.transition.iter().map(|transition| transition.guard.as_ref().and_then(&mut read)).collect();
    if faults.is_empty() { Ok(Conditions { guards, publics }) } else { Err(faults) }
}

fn plain(names: Vec<Spanned<String>>) -> Vec<String> {
    names.into_iter().map(Spanned::into_inner).collect()
}
