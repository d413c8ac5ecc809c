//! What is wrong with a process before anybody's case runs on it. Names first, then the graph of its states ([`graph`]), then what only a
//! proof can tell ([`proofs`]): each needs that the one before found nothing.

mod graph;
mod proofs;
mod timers;

use std::collections::BTreeSet;

use toml::Spanned;

use crate::{
    Library, LoadError, Who,
    definition::{ClockAct, ProcessFile, TimerFile, TimerFrom},
    load::Source,
    words::Named,
};

pub(crate) use proofs::{Conditions, prove};

/// Mistakes in the names and in the graph of a process.
pub(crate) fn check(source: Source<'_>, file: &ProcessFile, library: &Library) -> Vec<LoadError> {
    let mut checker = Checker { source, faults: Vec::new() };
    checker.names(file);
    if checker.faults.is_empty() {
        checker.shelves(file, library);
        checker.timers(file, library);
    }
    if checker.faults.is_empty() {
        graph::check(&mut checker, file);
    }
    checker.faults
}

/// Collects what is wrong.
struct Checker<'a> {
    source: Source<'a>,
    faults: Vec<LoadError>,
}

impl Checker<'_> {
    fn fault(&mut self, at: std::ops::Range<usize>, reason: impl Into<String>) {
        self.faults.push(self.source.error(at, reason));
    }

    fn names(&mut self, file: &ProcessFile) {
        let states = self.once("state", file.state.iter().map(|state| &state.name));
        let timers = self.once("timer", file.timer.iter().map(|timer| &timer.name));
        let flags = self.once("flag", file.flags.iter());
        let events: BTreeSet<&str> = file.transition.iter().map(|transition| transition.on.get_ref().as_str()).collect();
        self.known("state", &states, [&file.initial]);
        self.known("timer", &timers, &file.start.timers);
        for transition in &file.transition {
            self.known("state", &states, transition.from.iter().chain(&transition.to));
            self.known("flag", &flags, transition.set.iter().chain(&transition.clear));
            self.known("timer", &timers, transition.start.iter().chain(&transition.stop));
            if transition.who.is_empty() {
                let reason =
                    format!("nobody may raise `{}`: say who, system, reporter, citizen, officer or supervisor", transition.on.get_ref());
                self.fault(transition.on.span(), reason);
            }
        }
        for state in &file.state {
            self.worded(Named::State, &state.name);
        }
        for transition in &file.transition {
            self.worded(Named::Act, &transition.on);
        }
        for refusal in &file.refusal {
            self.known("event", &events, [&refusal.on]);
            self.known("state", &states, &refusal.within);
        }
        for timer in &file.timer {
            self.known("event", &events, [&timer.raises]);
        }
        self.once("clock", file.timer.iter().map(|timer| &timer.name).chain(file.promise.iter().map(|promise| &promise.name)));
        for promise in &file.promise {
            self.known("state", &states, &promise.within);
        }
    }

    /// States and events have names that people read, in every language.
    fn worded(&mut self, what: Named, name: &Spanned<String>) {
        let key = Spanned::new(name.span(), what.key(name.get_ref()));
        self.faults.extend(self.source.message(&key).err());
    }

    fn once<'f>(&mut self, what: &str, all: impl Iterator<Item = &'f Spanned<String>>) -> BTreeSet<&'f str> {
        let mut seen = BTreeSet::new();
        for name in all {
            if !seen.insert(name.get_ref().as_str()) {
                self.fault(name.span(), format!("{what} `{}` is there twice: give one of them another name", name.get_ref()));
            }
        }
        seen
    }

    fn known<'f>(&mut self, what: &str, all: &BTreeSet<&str>, used: impl IntoIterator<Item = &'f Spanned<String>>) {
        for name in used {
            if !all.contains(name.get_ref().as_str()) {
                let known = all.iter().copied().collect::<Vec<_>>().join(", ");
                self.fault(name.span(), format!("unknown {what} `{}`: known are {known}", name.get_ref()));
            }
        }
    }

    /// What a process names beside itself is there.
    fn shelves(&mut self, file: &ProcessFile, library: &Library) {
        let (rules, calendar) = (file.rules.get_ref(), file.calendar.get_ref());
        if library.latest_calendar(calendar).is_err() {
            self.fault(file.calendar.span(), format!("there is no calendar `{calendar}`: put {calendar}.v1.toml beside this file"));
        }
        let others = file
            .timer
            .iter()
            .filter_map(|timer| timer.calendar.as_ref())
            .chain(file.promise.iter().filter_map(|promise| promise.calendar.as_ref()));
        for other in others.filter(|other| library.latest_calendar(other.get_ref()).is_err()) {
            let id = other.get_ref();
            self.fault(other.span(), format!("there is no calendar `{id}`: put {id}.v1.toml beside this file"));
        }
        let Ok(clocks) = library.latest_clocks(file.clocks.get_ref()) else {
            let id = file.clocks.get_ref();
            self.fault(file.clocks.span(), format!("there are no clocks `{id}`: put {id}.v1.toml beside this file"));
            return;
        };
        let Ok(table) = library.latest_table(rules) else {
            self.fault(file.rules.span(), format!("there is no table `{rules}`: put {rules}.v1.toml beside this file"));
            return;
        };
        for (row, clock) in table.clocks() {
            if clocks.find(clock).is_none() {
                let reason =
                    format!("row `{row}` of {} names the clock `{clock}`, which {} does not have", table.version(), clocks.version());
                self.fault(file.rules.span(), reason);
            }
        }
    }

    /// A timer from the deadline says after which share of the answer's term it goes off, and no other timer does.
    fn share(&mut self, file: &ProcessFile, timer: &TimerFile) {
        let is_share = timer.from == TimerFrom::Deadline;
        if let Some(passed) = timer.passed.as_ref().filter(|passed| !is_share || !(1..100).contains(passed.get_ref())) {
            self.fault(passed.span(), "`passed` is the share of the term, 1 to 99, after which a timer from = \"deadline\" goes off");
        } else if timer.clock.get_ref() != "answer" || timer.passed.is_none() {
            self.fault(timer.clock.span(), "a timer from the deadline runs on the clock `answer`: say clock = \"answer\" and passed = 75");
        } else if !file.timer.iter().any(|timer| timer.from == TimerFrom::Arrival) {
            self.fault(timer.clock.span(), "there is no clock `answer`: add a timer that runs on it");
        }
    }

    /// A timer runs on a clock that exists, and the house itself can raise its event wherever the timer may run.
    fn timers(&mut self, file: &ProcessFile, library: &Library) {
        let Ok(clocks) = library.latest_clocks(file.clocks.get_ref()) else { return };
        let mut has_answer = false;
        for timer in &file.timer {
            let clock = timer.clock.get_ref().as_str();
            let is_answer = clock == "answer";
            if timer.passed.is_some() || timer.from == TimerFrom::Deadline {
                self.share(file, timer);
            } else if is_answer != (timer.from == TimerFrom::Arrival) {
                self.fault(
                    timer.clock.span(),
                    "only the clock `answer` runs from arrival, and it always does: from = \"event\" for the others",
                );
            } else if is_answer && std::mem::replace(&mut has_answer, true) {
                self.fault(timer.clock.span(), "there is one clock `answer`: remove this timer");
            } else if let Some(calendar) = timer.calendar.as_ref().filter(|_| is_answer) {
                self.fault(calendar.span(), "the answer counts by the calendar of the process: leave this line out");
            } else if !is_answer && clocks.find(clock).is_none() {
                self.fault(timer.clock.span(), format!("unknown clock `{clock}`: add it to {}.toml", clocks.version()));
            }
            let raised = file.transition.iter().filter(|transition| transition.on.get_ref() == timer.raises.get_ref());
            for transition in raised.filter(|transition| !transition.who.contains(&Who::System)) {
                let event = timer.raises.get_ref();
                self.fault(transition.on.span(), format!("`{event}` is raised by a timer, so `system` may act: add it to `who`"));
            }
        }
        for promise in file.promise.iter().filter(|promise| clocks.find(promise.clock.get_ref()).is_none()) {
            self.fault(promise.clock.span(), format!("unknown clock `{}`: add it to {}.toml", promise.clock.get_ref(), clocks.version()));
        }
        let limit = file.extension_limit.as_ref();
        if let Some(limit) = limit.filter(|limit| clocks.find(limit.get_ref()).is_none()) {
            self.fault(limit.span(), format!("unknown clock `{}`: add it to {}.toml", limit.get_ref(), clocks.version()));
        }
        for act in file.transition.iter().filter_map(|transition| transition.clock.as_ref()) {
            if !has_answer {
                self.fault(act.span(), "there is no clock `answer`: add a timer that runs on it");
            } else if *act.get_ref() == ClockAct::Extend && limit.is_none() {
                self.fault(act.span(), "an extension needs an `extension_limit`: name the clock beyond which it cannot go");
            }
        }
    }
}
