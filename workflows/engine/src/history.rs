//! What a case was given, in order, so that what became of it can be derived again: to prove that the engine still does what it did, to look
//! at a case as it was, and to try other rules on what has happened.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{CaseState, Event, Facts, Library, Step, StepError, Terms, VersionRef, Versions};

/// What an event of the journal was derived from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It was filed on these terms; the table was told these facts.
    Filed {
        /// From what the first term was derived.
        terms: Terms,
        /// What the decision table was told of it.
        facts: Facts,
    },
    /// Somebody acted, or something happened.
    Happened {
        /// What the process was told.
        event: Event,
        /// What the decision table was told, where it was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<Facts>,
    },
    /// The version of the calendar that the event is stamped with counts for it from now on.
    Recalculated,
    /// A map led it on from this version of its process to the one that the event is stamped with.
    Migrated {
        /// The version that it was on.
        from: VersionRef,
    },
}

/// One event of a case as the journal holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its place in the case, from 1.
    pub number: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// By which versions it was judged.
    pub versions: Versions,
    /// What it was derived from.
    pub cause: Cause,
    /// The event's name in the journal, in the past tense.
    pub records: String,
    /// The digest of the state that it led to ([`CaseState::digest`]).
    pub state: String,
}

/// A case as the journal holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The case's number.
    pub case: String,
    /// What happened, oldest first, without what happened beside its process.
    pub events: Vec<Recorded>,
    /// The digest of the state that the case is in.
    pub state: String,
}

impl History {
    /// Whether the case can be derived: an older program did not record causes, and without its filing nothing that followed has a state to
    /// follow from.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self.events.first(), Some(Recorded { number: 1, cause: Cause::Filed { .. }, .. }))
    }
}

/// Something that was recorded in one way and is derived in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The case's number.
    pub case: String,
    /// The event's place in the case; none for the state that the case is in.
    pub number: Option<i32>,
    /// What the journal says.
    pub recorded: String,
    /// What the engine says.
    pub derived: String,
}

/// A case derived again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replayed {
    /// The state after each event, by the event's place.
    pub states: Vec<(i32, CaseState)>,
    /// The first difference, if there is one: what comes after it follows from it.
    pub difference: Option<Difference>,
}

/// Derives a case again, each event by the versions that it was judged by, and compares.
///
/// # Errors
/// When a version is not in the library, or the history is not whole.
pub fn replay(library: &Library, history: &History) -> kernel::Result<Replayed> {
    let mut replayed = Replayed::default();
    for event in &history.events {
        let before = replayed.states.last().map(|(_, state)| state);
        let found = match derive(library, before, event) {
            Ok(step) if step.records == event.records && step.state.digest() == event.state => {
                replayed.states.push((event.number, step.state));
                continue;
            }
            Ok(step) => format!("{} to {}", step.records, step.state.digest()),
            Err(StepError::Refused(refusal)) => format!("refused: {}", refusal.message.en),
            Err(StepError::Fault(error)) => return Err(error),
        };
        let recorded = format!("{} to {}", event.records, event.state);
        replayed.difference = Some(Difference { case: history.case.clone(), number: Some(event.number), recorded, derived: found });
        return Ok(replayed);
    }
    let last = replayed.states.last().map(|(_, state)| state.digest()).unwrap_or_default();
    if last != history.state {
        let difference = Difference { case: history.case.clone(), number: None, recorded: history.state.clone(), derived: last };
        replayed.difference = Some(difference);
    }
    Ok(replayed)
}

fn derive(library: &Library, before: Option<&CaseState>, event: &Recorded) -> Result<Step, StepError> {
    let process = library.process(&event.versions)?;
    match (&event.cause, before) {
        (Cause::Filed { terms, facts }, _) => Ok(process.start_on(*terms, process.table().clock(facts)?)?),
        (Cause::Happened { event: happened, .. }, Some(state)) => process.step(state, happened, event.at),
        (Cause::Recalculated, Some(state)) => Ok(process.recalculated(state)?),
        (Cause::Migrated { from }, Some(state)) => {
            let map = library.migration(from, &event.versions.definition)?;
            map.carry(state, process.definition()).map_err(|reason| kernel::Error::internal(reason).into())
        }
        (_, None) => Err(kernel::Error::internal("a history that does not begin with a filing").into()),
    }
}
