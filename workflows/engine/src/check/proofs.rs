//! What only a proof can tell: which guards hold together, which never hold, and where a timer's event could find none that does.

use std::ops::Range;

use crate::{
    Kind, LoadError, Track, Who,
    check::timers,
    condition::Condition,
    definition::{ProcessFile, TransitionFile},
    fact::Declared,
    load::Source,
    proof::{Closed, Proof, Space, Wanted},
    table::not_proved,
};

/// The conditions of a file, parsed and type-checked.
pub(crate) struct Conditions {
    /// Of the transitions, in their order.
    pub(crate) guards: Vec<Option<Condition>>,
    /// Of the public statuses, in their order.
    pub(crate) publics: Vec<Condition>,
}

struct Prover<'a> {
    source: Source<'a>,
    file: &'a ProcessFile,
    conditions: &'a Conditions,
    declared: &'a Declared,
    faults: Vec<LoadError>,
}

/// Mistakes that show in the conditions of a process whose names and graph are in order.
pub(crate) fn prove(source: Source<'_>, file: &ProcessFile, conditions: &Conditions, declared: &Declared) -> Vec<LoadError> {
    let mut prover = Prover { source, file, conditions, declared, faults: Vec::new() };
    for (n, transition) in file.transition.iter().enumerate() {
        prover.check_guard(n, transition);
        for (earlier, other) in file.transition[..n].iter().enumerate() {
            prover.check_pair((earlier, other), (n, transition));
        }
    }
    prover.check_timers();
    prover.check_publics();
    prover.faults
}

impl<'a> Prover<'a> {
    /// What can be in one of these states.
    fn space(&self, states: &[&str]) -> Space<'a> {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).into()).collect();
        let closed = Closed::from([
            ("state".to_owned(), texts(states)),
            (
                "track".to_owned(),
                texts(
                    &self
                        .file
                        .track
                        .map_or_else(|| Track::ALL.to_vec(), |track| vec![track])
                        .iter()
                        .map(|track| track.as_str())
                        .collect::<Vec<_>>(),
                ),
            ),
            ("kind".to_owned(), texts(&Kind::ALL.map(Kind::as_str))),
        ]);
        Space::new(self.declared, &closed, self.conditions.guards.iter().flatten().chain(&self.conditions.publics))
    }

    fn fault(&mut self, at: Range<usize>, reason: String) {
        self.faults.push(self.source.error(at, reason));
    }

    fn check_guard(&mut self, n: usize, transition: &TransitionFile) {
        let (Some(guard), Some(written)) = (&self.conditions.guards[n], &transition.guard) else { return };
        let states: Vec<&str> = transition.from.iter().map(|from| from.get_ref().as_str()).collect();
        match self.space(&states).find(&[(guard, true)]) {
            Proof::Holds(_) => {}
            Proof::Never => {
                self.fault(written.span(), format!("the guard `{}` never holds: correct it, or remove the transition", guard.text()));
            }
            Proof::NotProved => self.fault(written.span(), not_proved("that the guard can hold")),
        }
    }

    /// Of two transitions that somebody could take by the same event in the same state, at most one is possible.
    fn check_pair(&mut self, (earlier, other): (usize, &TransitionFile), (later, transition): (usize, &TransitionFile)) {
        if other.on.get_ref() != transition.on.get_ref() || !other.who.iter().any(|who| transition.who.contains(who)) {
            return;
        }
        let guards = [earlier, later].into_iter().filter_map(|n| self.conditions.guards[n].as_ref());
        let wanted: Vec<Wanted<'_>> = guards.map(|guard| (guard, true)).collect();
        let (event, line) = (transition.on.get_ref(), self.source.line(other.on.span().start));
        for from in transition.from.iter().filter(|from| other.from.iter().any(|other| other.get_ref() == from.get_ref())) {
            let state = from.get_ref();
            let reason = match self.space(&[state]).find(&wanted) {
                Proof::Never => continue,
                Proof::Holds(facts) => {
                    let when = if wanted.is_empty() { "always".to_owned() } else { format!("when {}", facts.without("state")) };
                    format!(
                        "two transitions compete for `{event}` in state `{state}`, this one and the one of line {line}, {when}: make their guards exclusive"
                    )
                }
                Proof::NotProved => not_proved(&format!("that this transition and the one of line {line} never compete for `{event}`")),
            };
            return self.fault(transition.on.span(), reason);
        }
    }

    /// Whatever else is true when a timer goes off, a transition follows.
    fn check_timers(&mut self) {
        for (state, running) in timers::perhaps(self.file) {
            let ends = self.file.state.iter().any(|known| known.end && known.name.get_ref() == state);
            for timer in self.file.timer.iter().filter(|timer| !ends && running.contains(timer.name.get_ref().as_str())) {
                let event = timer.raises.get_ref();
                let follows = self.file.transition.iter().zip(&self.conditions.guards).filter(|(transition, _)| {
                    transition.on.get_ref() == event
                        && transition.who.contains(&Who::System)
                        && transition.from.iter().any(|from| from.get_ref() == state)
                });
                let Some(guards) = follows.map(|(_, guard)| guard.as_ref()).collect::<Option<Vec<_>>>() else { continue };
                let wanted: Vec<Wanted<'_>> = guards.into_iter().map(|guard| (guard, false)).collect();
                let reason = match self.space(&[state]).find(&wanted) {
                    Proof::Never => continue,
                    Proof::Holds(facts) => format!(
                        "timer `{}` may go off in state `{state}` when {}, and then no guard of `{event}` holds: add a transition for it",
                        timer.name.get_ref(),
                        facts.without("state")
                    ),
                    Proof::NotProved => not_proved(&format!("that some transition follows from `{event}` in state `{state}`")),
                };
                let at = timer.name.span();
                self.fault(at, reason);
            }
        }
    }

    /// Every line of the public statuses decides for somebody.
    fn check_publics(&mut self) {
        let states: Vec<&str> = self.file.state.iter().map(|state| state.name.get_ref().as_str()).collect();
        let space = self.space(&states);
        for (n, line) in self.file.public.iter().enumerate() {
            let (before, this) = (&self.conditions.publics[..n], &self.conditions.publics[n]);
            let wanted: Vec<Wanted<'_>> = std::iter::once((this, true)).chain(before.iter().map(|other| (other, false))).collect();
            match space.find(&wanted) {
                Proof::Holds(_) => {}
                Proof::Never => {
                    let reason = format!("the public status for `{}` is never seen: lines before it take every case", this.text());
                    self.fault(line.when.span(), reason);
                }
                Proof::NotProved => self.fault(line.when.span(), not_proved("that this public status is ever seen")),
            }
        }
    }
}
