//! Everything that is due on a case, and what a new calendar changes of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    Calendar, CaseState, Derived, Effect, Process, Step, Who,
    definition::{TimerClock, Transition},
};

/// One clock of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The clock's name in the definition: of the timer that runs on it, or of the promise.
    pub name: String,
    /// When it ends, and how that came to be.
    pub derived: Derived,
}

/// A clock that another version of a calendar moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The clock's name in the definition.
    pub clock: String,
    /// By the old version.
    pub before: Derived,
    /// By the new one, with its derivation.
    pub after: Derived,
}

/// What another version of a calendar changes on a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recalculation {
    /// The clocks that end at another instant.
    pub moved: Vec<Moved>,
    /// What to write, and whom to tell.
    pub step: Step,
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

    /// What another version of one of its calendars changes on a case; none when every clock ends as before. When a report was registered stays
    /// as it was recorded.
    ///
    /// # Errors
    /// Never for states of this process.
    pub fn recalculate(&self, state: &CaseState, new: &Arc<Calendar>) -> kernel::Result<Option<Recalculation>> {
        let by_new = self.by_calendar(new);
        let after = by_new.deadlines(state)?;
        let mut moved = Vec::new();
        for before in self.deadlines(state)? {
            let after = after.iter().find(|after| after.name == before.name).map(|after| &after.derived);
            if let Some(after) = after.filter(|after| after.due_at != before.derived.due_at) {
                moved.push(Moved { clock: before.name, before: before.derived, after: after.clone() });
            }
        }
        if moved.is_empty() {
            return Ok(None);
        }
        Ok(Some(Recalculation { moved, step: by_new.recalculated(state)? }))
    }

    /// The case with its timers as the calendars of this process set them.
    ///
    /// # Errors
    /// Never for states of this process.
    pub fn recalculated(&self, state: &CaseState) -> kernel::Result<Step> {
        let mut next = state.clone();
        for due in self.deadlines(state)? {
            if let Some(at) = next.timers.get_mut(&due.name) {
                *at = due.derived.due_at;
            }
        }
        // One that went off stays so: nobody is warned twice because a calendar changed.
        self.run_shares(&mut next, chrono::DateTime::<chrono::Utc>::MAX_UTC);
        Ok(Step {
            from: state.name.clone(),
            records: "deadline_moved".to_owned(),
            message: "event-deadline-moved".to_owned(),
            internal: false,
            effects: self.concerned(state),
            timers: self.changes(&state.timers, &next.timers, None),
            state: next,
        })
    }

    /// The reporter, and those who can move the case on from where it is.
    fn concerned(&self, state: &CaseState) -> Vec<Effect> {
        let leads = |transition: &Transition| transition.from.contains(&state.name) && transition.to.is_some();
        let is_worked = self.definition.transitions.iter().any(|transition| leads(transition) && transition.who.contains(&Who::Officer));
        [Effect::NotifyReporter].into_iter().chain(is_worked.then_some(Effect::NotifyOfficers)).collect()
    }
}
