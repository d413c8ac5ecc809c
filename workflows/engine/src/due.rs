//! Everything that is due on a case, and what a new calendar changes of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Calendar, CaseState, Derived, Process, TimerChange, Who,
    definition::{Definition, TimerClock},
};

/// One clock of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The clock's name in the definition: of the timer that runs on it, or of the promise.
    pub name: String,
    /// When it ends, and how that came to be.
    pub derived: Derived,
}

/// A deadline that another version of a calendar moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved<Id> {
    /// Whose case it is, as the caller named it.
    pub case: Id,
    /// The clock's name in the definition.
    pub clock: String,
    /// The deadline by the old version.
    pub before: Derived,
    /// The deadline by the new one, with its derivation.
    pub after: Derived,
    /// The timer to set, when one runs on this clock.
    pub timer: Option<TimerChange>,
    /// Who is to be told: the reporter, and whoever can act on the case now.
    pub tell: Vec<Who>,
}

impl Process {
    /// Every clock of a case that has not ended: the answer, the timers that run, and what was promised beside; the earliest first. A
    /// timer of which it is not recorded since when it runs is left out.
    ///
    /// # Errors
    /// Never for definitions and terms that were loaded.
    pub fn deadlines(&self, state: &CaseState) -> kernel::Result<Vec<Due>> {
        let mut dues = Vec::new();
        if self.is_ended(state) {
            return Ok(dues);
        }
        for (name, timer) in &self.definition.timers {
            let derived = match (&timer.clock, state.timers.contains_key(name), state.since.get(name)) {
                // While the reporter is asked the timer stands, and the term is still the term.
                (TimerClock::Answer, runs, _) if runs || state.is_paused() => self.deadline(state)?,
                (TimerClock::Named(clock), true, Some(since)) => self.derived(clock, timer.calendar.as_deref(), *since)?,
                _ => continue,
            };
            dues.push(Due { name: name.clone(), derived });
        }
        for promise in self.definition.promises.iter().filter(|promise| promise.within.contains(&state.name)) {
            let derived = self.derived(&promise.clock, promise.calendar.as_deref(), state.terms.received_at)?;
            dues.push(Due { name: promise.name.clone(), derived });
        }
        dues.sort_by_key(|due| due.derived.due_at);
        Ok(dues)
    }

    /// The same process by another version of one of its calendars.
    #[must_use]
    pub fn by_calendar(&self, calendar: &Arc<Calendar>) -> Process {
        let mut process = self.clone();
        let id = &calendar.version().id;
        if process.calendar.version().id == *id {
            process.calendar = Arc::clone(calendar);
        }
        if let Some(other) = process.others.get_mut(id) {
            *other = Arc::clone(calendar);
        }
        process
    }

    /// A timer of a case, as a new derivation sets it.
    fn timer_change(&self, name: &str, state: &CaseState, at: DateTime<Utc>) -> Option<TimerChange> {
        let timer = self.definition.timers.get(name).filter(|_| state.timers.contains_key(name))?;
        Some(TimerChange::Set { name: name.to_owned(), at, raises: timer.raises.clone() })
    }
}

/// What another version of a calendar moves on open cases: each deadline that falls on another instant, and whom to tell. When a report
/// was registered stays as it was recorded.
///
/// # Errors
/// Never for states of that process.
pub fn recalculate<'a, Id: Clone>(
    cases: impl IntoIterator<Item = (Id, &'a CaseState)>,
    old: &Process,
    new: &Arc<Calendar>,
) -> kernel::Result<Vec<Moved<Id>>> {
    let by_new = old.by_calendar(new);
    let mut moved = Vec::new();
    for (case, state) in cases {
        let after = by_new.deadlines(state)?;
        for before in old.deadlines(state)? {
            let after = after.iter().find(|after| after.name == before.name);
            let Some(after) = after.filter(|after| after.derived.due_at != before.derived.due_at) else { continue };
            moved.push(Moved {
                case: case.clone(),
                timer: old.timer_change(&before.name, state, after.derived.due_at),
                clock: before.name,
                before: before.derived,
                after: after.derived.clone(),
                tell: concerned(&old.definition, state),
            });
        }
    }
    Ok(moved)
}

/// The reporter, and those who can move the case on from where it is.
fn concerned(definition: &Definition, state: &CaseState) -> Vec<Who> {
    let leads = definition.transitions.iter().filter(|transition| transition.from.contains(&state.name) && transition.to.is_some());
    let mut concerned: Vec<Who> = leads.flat_map(|transition| transition.who.iter().copied()).chain([Who::Reporter]).collect();
    concerned.retain(|who| !matches!(who, Who::System | Who::Citizen));
    concerned.sort_unstable();
    concerned.dedup();
    concerned
}
