//! Every state is reached, and leads to an end; nothing leads out of an end; nothing waits for good.

use std::collections::BTreeSet;

use crate::{
    Who,
    check::{Checker, timers},
    definition::{ProcessFile, StateFile, TransitionFile},
};

/// Who moves a case on; any citizen may add to one and move nothing.
const OWNERS: [Who; 3] = [Who::Reporter, Who::Officer, Who::Supervisor];

pub(super) fn check(checker: &mut Checker<'_>, file: &ProcessFile) {
    check_ends(checker, file);
    check_reach(checker, file);
    if checker.faults.is_empty() {
        timers::check(checker, file);
        check_waits(checker, file);
    }
}

/// Nothing leads out of an end.
fn check_ends(checker: &mut Checker<'_>, file: &ProcessFile) {
    for state in file.state.iter().filter(|state| state.end) {
        let name = state.name.get_ref();
        for from in file.transition.iter().flat_map(|transition| &transition.from).filter(|from| from.get_ref() == name) {
            checker.fault(from.span(), format!("`{name}` is an end, and nothing leads out of an end: leave it out here"));
        }
    }
}

/// Every state is reached from the initial one, and reaches an end.
fn check_reach(checker: &mut Checker<'_>, file: &ProcessFile) {
    let edges: Vec<(&str, &str)> = file
        .transition
        .iter()
        .filter_map(|transition| transition.to.as_ref().map(|to| (transition, to.get_ref().as_str())))
        .flat_map(|(transition, to)| transition.from.iter().map(move |from| (from.get_ref().as_str(), to)))
        .collect();
    let reached = spread(&[file.initial.get_ref().as_str()], &edges);
    let ends: Vec<&str> = file.state.iter().filter(|state| state.end).map(|state| state.name.get_ref().as_str()).collect();
    let backwards: Vec<(&str, &str)> = edges.iter().map(|(from, to)| (*to, *from)).collect();
    let ending = spread(&ends, &backwards);
    for state in &file.state {
        let name = state.name.get_ref().as_str();
        if !reached.contains(name) {
            checker.fault(state.name.span(), format!("state `{name}` is never reached: lead a transition to it, or remove it"));
        } else if !ending.contains(name) {
            checker.fault(state.name.span(), format!("no way leads from state `{name}` to an end: add a transition, or end = true"));
        }
    }
}

fn spread<'a>(from: &[&'a str], edges: &[(&'a str, &'a str)]) -> BTreeSet<&'a str> {
    let mut reached: BTreeSet<&str> = from.iter().copied().collect();
    loop {
        let more: Vec<&str> =
            edges.iter().filter(|(from, to)| reached.contains(from) && !reached.contains(to)).map(|(_, to)| *to).collect();
        if more.is_empty() {
            return reached;
        }
        reached.extend(more);
    }
}

/// Whoever waits, waits for somebody who can move the case on, for a timer that surely runs, or for a job of the house.
fn check_waits(checker: &mut Checker<'_>, file: &ProcessFile) {
    let running = timers::surely(file);
    for state in file.state.iter().filter(|state| !state.end) {
        let name = state.name.get_ref().as_str();
        let owned =
            file.transition.iter().any(|transition| leaves(transition, name) && transition.who.iter().any(|who| OWNERS.contains(who)));
        let timed = running.get(name).is_some_and(|timers| !timers.is_empty());
        check_job(checker, file, state);
        if !owned && !timed && state.awaits.is_none() {
            let reason = format!(
                "state `{name}` may wait for good: no timer surely runs in it, and no reporter, officer or supervisor can move it on; \
                 start a timer on every way into it, let a person act, or say which job it awaits (awaits = \"…\")"
            );
            checker.fault(state.name.span(), reason);
        }
    }
}

fn leaves(transition: &TransitionFile, state: &str) -> bool {
    transition.from.iter().any(|from| from.get_ref() == state) && transition.to.as_ref().is_some_and(|to| to.get_ref() != state)
}

/// A state that awaits a job is entered by nothing that does not ask for it.
fn check_job(checker: &mut Checker<'_>, file: &ProcessFile, state: &StateFile) {
    let Some(job) = &state.awaits else { return };
    let (name, effect) = (state.name.get_ref(), *job.get_ref());
    let starts = file.initial.get_ref() == name && !file.start.effects.contains(&effect);
    if starts {
        checker.fault(
            job.span(),
            format!("the first state `{name}` awaits `{}`, so the start asks for it: add it to `effects`", effect.kind()),
        );
    }
    let enters = |transition: &&TransitionFile| transition.to.as_ref().is_some_and(|to| to.get_ref() == name);
    for transition in file.transition.iter().filter(enters).filter(|transition| !transition.effects.contains(&effect)) {
        let reason = format!("state `{name}` awaits `{}`, and this way into it does not ask for it: add it to `effects`", effect.kind());
        checker.fault(transition.on.span(), reason);
    }
}
