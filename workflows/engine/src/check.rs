//! What is wrong with a process before anybody's case runs on it.

use std::collections::BTreeSet;

use toml::Spanned;

use crate::{
    LoadError, Who,
    definition::{ClockAct, ProcessFile, TimerFrom},
    load::Source,
};

pub(crate) fn check(source: Source<'_>, file: &ProcessFile, clock_known: impl Fn(&str, &str) -> bool) -> Result<(), LoadError> {
    let states = names(source, "state", file.state.iter().map(|state| &state.name))?;
    let timers = names(source, "timer", file.timer.iter().map(|timer| &timer.name))?;
    let flags = names(source, "flag", file.flags.iter())?;
    let events: BTreeSet<&str> = file.transition.iter().map(|transition| transition.on.get_ref().as_str()).collect();

    known(source, "state", &states, [&file.initial])?;
    known(source, "timer", &timers, &file.start.timers)?;
    for transition in &file.transition {
        known(source, "state", &states, transition.from.iter().chain(&transition.to))?;
        known(source, "flag", &flags, transition.set.iter().chain(&transition.clear))?;
        known(source, "timer", &timers, transition.start.iter().chain(&transition.stop))?;
    }
    for refusal in &file.refusal {
        known(source, "event", &events, [&refusal.on])?;
        known(source, "state", &states, &refusal.within)?;
    }
    check_timers(source, file, &events, clock_known)?;
    check_ends(source, file)?;
    check_reach(source, file)
}

fn names<'a>(source: Source<'_>, what: &str, all: impl Iterator<Item = &'a Spanned<String>>) -> Result<BTreeSet<&'a str>, LoadError> {
    let mut seen = BTreeSet::new();
    for name in all {
        if !seen.insert(name.get_ref().as_str()) {
            return Err(source.error(name.span(), format!("{what} `{}` is there twice", name.get_ref())));
        }
    }
    Ok(seen)
}

fn known<'a>(
    source: Source<'_>,
    what: &str,
    all: &BTreeSet<&str>,
    used: impl IntoIterator<Item = &'a Spanned<String>>,
) -> Result<(), LoadError> {
    match used.into_iter().find(|name| !all.contains(name.get_ref().as_str())) {
        Some(name) => Err(source.error(name.span(), format!("unknown {what} `{}`", name.get_ref()))),
        None => Ok(()),
    }
}

/// A timer runs on a clock that exists, and the house itself can raise its event wherever the timer may run.
fn check_timers(
    source: Source<'_>,
    file: &ProcessFile,
    events: &BTreeSet<&str>,
    clock_known: impl Fn(&str, &str) -> bool,
) -> Result<(), LoadError> {
    let mut has_answer = false;
    for timer in &file.timer {
        known(source, "event", events, [&timer.raises])?;
        let clock = timer.clock.get_ref().as_str();
        let is_answer = clock == "answer";
        if is_answer != (timer.from == TimerFrom::Arrival) {
            return Err(source.error(timer.clock.span(), "only the clock `answer` runs from arrival, and it always does"));
        }
        if is_answer && std::mem::replace(&mut has_answer, true) {
            return Err(source.error(timer.clock.span(), "there is one clock `answer`"));
        }
        if !is_answer && !clock_known(file.clocks.get_ref(), clock) {
            return Err(source.error(timer.clock.span(), format!("unknown clock `{clock}`")));
        }
        let raised = file.transition.iter().filter(|transition| transition.on.get_ref() == timer.raises.get_ref());
        if let Some(transition) = raised.into_iter().find(|transition| !transition.who.contains(&Who::System)) {
            return Err(
                source.error(transition.on.span(), format!("`{}` is raised by a timer, so `system` may act", timer.raises.get_ref()))
            );
        }
    }
    let limit = file.extension_limit.as_ref();
    if let Some(limit) = limit.filter(|limit| !clock_known(file.clocks.get_ref(), limit.get_ref())) {
        return Err(source.error(limit.span(), format!("unknown clock `{}`", limit.get_ref())));
    }
    for act in file.transition.iter().filter_map(|transition| transition.clock.as_ref()) {
        if !has_answer {
            return Err(source.error(act.span(), "there is no clock `answer`"));
        }
        if *act.get_ref() == ClockAct::Extend && limit.is_none() {
            return Err(source.error(act.span(), "an extension needs an `extension_limit`"));
        }
    }
    Ok(())
}

/// Nothing leads out of an end, and something leads out of everything else.
fn check_ends(source: Source<'_>, file: &ProcessFile) -> Result<(), LoadError> {
    for state in file.state.iter().filter(|state| state.end) {
        let out = file.transition.iter().flat_map(|transition| &transition.from).find(|from| from.get_ref() == state.name.get_ref());
        if let Some(from) = out {
            return Err(source.error(from.span(), format!("`{}` is an end, and nothing leads out of an end", state.name.get_ref())));
        }
    }
    Ok(())
}

/// Every state is reached from the initial one, and reaches an end.
fn check_reach(source: Source<'_>, file: &ProcessFile) -> Result<(), LoadError> {
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
            return Err(source.error(state.name.span(), format!("state `{name}` is never reached")));
        }
        if !ending.contains(name) {
            return Err(source.error(state.name.span(), format!("no way leads from state `{name}` to an end")));
        }
    }
    Ok(())
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
