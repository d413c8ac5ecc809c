//! Which timers run in which state: those that may, and those that surely do.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::Checker,
    definition::{ClockAct, ProcessFile, TimerFrom, TransitionFile},
};

type Running<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The timers that run in a state however a case came there.
pub(super) fn surely(file: &ProcessFile) -> Running<'_> {
    follow(file, false)
}

/// The timers that run in a state for some case.
pub(super) fn perhaps(file: &ProcessFile) -> Running<'_> {
    follow(file, true)
}

/// A timer that nothing starts, and one that goes off where nothing follows.
pub(super) fn check(checker: &mut Checker<'_>, file: &ProcessFile) {
    let running = perhaps(file);
    for timer in &file.timer {
        let (name, event) = (timer.name.get_ref().as_str(), timer.raises.get_ref());
        if !running.values().any(|timers| timers.contains(name)) {
            checker.fault(timer.name.span(), format!("timer `{name}` is never started: start it in a transition, or remove it"));
        }
        for state in file.state.iter().filter(|state| !state.end).map(|state| state.name.get_ref().as_str()) {
            let runs = running.get(state).is_some_and(|timers| timers.contains(name));
            let follows = file
                .transition
                .iter()
                .any(|transition| transition.on.get_ref() == event && transition.from.iter().any(|from| from.get_ref() == state));
            if runs && !follows {
                let reason = format!(
                    "timer `{name}` may go off in state `{state}`, where nothing follows from `{event}`: stop it on the way, or add a transition"
                );
                checker.fault(timer.name.span(), reason);
            }
        }
    }
}

/// Carries timers along the transitions until nothing changes: their union where a case may have come by any of them, what they have in
/// common where it must hold for all.
fn follow(file: &ProcessFile, perhaps: bool) -> Running<'_> {
    let first: BTreeSet<&str> = file.start.timers.iter().map(|timer| timer.get_ref().as_str()).collect();
    let first = with_shares(file, first, perhaps);
    let mut running = Running::from([(file.initial.get_ref().as_str(), first)]);
    loop {
        let before = running.clone();
        for transition in &file.transition {
            for from in &transition.from {
                let from = from.get_ref().as_str();
                let Some(timers) = running.get(from) else { continue };
                let after = after(file, transition, timers.clone(), perhaps);
                let to = transition.to.as_ref().map_or(from, |to| to.get_ref().as_str());
                let joined = match running.get(to) {
                    None => after,
                    Some(known) if perhaps => known | &after,
                    Some(known) => known & &after,
                };
                running.insert(to, joined);
            }
        }
        if running == before {
            return running;
        }
    }
}

/// The same order as in a step: the timer that went off, the clock of the answer, what starts, what stops.
fn after<'a>(file: &'a ProcessFile, transition: &'a TransitionFile, mut timers: BTreeSet<&'a str>, perhaps: bool) -> BTreeSet<&'a str> {
    let raised = file.timer.iter().find(|timer| timer.raises.get_ref() == transition.on.get_ref());
    if let Some(timer) = raised {
        timers.remove(timer.name.get_ref().as_str());
    }
    let answer = file.timer.iter().find(|timer| timer.from == TimerFrom::Arrival).map(|timer| timer.name.get_ref().as_str());
    if let (Some(answer), Some(act)) = (answer, &transition.clock) {
        match act.get_ref() {
            // Whether the clock can stand still, its term says.
            ClockAct::Pause if !perhaps => drop(timers.remove(answer)),
            ClockAct::Resume if perhaps => drop(timers.insert(answer)),
            ClockAct::Extend | ClockAct::Again => drop(timers.insert(answer)),
            ClockAct::Pause | ClockAct::Resume | ClockAct::Restart => {}
        }
    }
    timers.extend(transition.start.iter().map(|timer| timer.get_ref().as_str()));
    for timer in &transition.stop {
        timers.remove(timer.get_ref().as_str());
    }
    with_shares(file, timers, perhaps)
}

/// What goes off when a share of the term is over may run wherever the answer's timer does, and may have gone off already.
fn with_shares<'a>(file: &'a ProcessFile, mut timers: BTreeSet<&'a str>, perhaps: bool) -> BTreeSet<&'a str> {
    let named = |from: TimerFrom| file.timer.iter().filter(move |timer| timer.from == from).map(|timer| timer.name.get_ref().as_str());
    let runs = perhaps && named(TimerFrom::Arrival).any(|answer| timers.contains(answer));
    timers.retain(|timer| !named(TimerFrom::Deadline).any(|share| share == *timer));
    timers.extend(named(TimerFrom::Deadline).filter(|_| runs));
    timers
}
