//! The pure engine of work that outlives a request: calendars, deadlines, routing.

mod calendar;
mod case;
mod check;
mod clocks;
mod condition;
mod deadline;
mod definition;
mod embedded;
mod library;
mod load;
mod route;
mod step;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use calendar::{Calendar, DayOff};
pub use case::{AllowedAct, CaseState, Effect, Event, PublicStatus, Step, StepError, Terms, TimerChange, Who};
pub use clocks::{ClockRule, Clocks, Closes, FirstDay, Kind, OnDayOff, Term, Track, Urgency};
pub use condition::{FactType, FactValue, Facts};
pub use deadline::{DeadlineStep, Derived, Pause, StepKind, derive, extend};
pub use definition::Definition;
pub use library::{Library, Versions};
pub use load::{Law, LoadError, Status, VersionRef};
pub use route::Because;
pub use step::Process;
pub use table::{CitedFact, Decision, PartyFacts, Table};
pub use words::words;
