//! The pure engine of work that outlives a request: working days, derived deadlines, the decision table of routing, and the one step by
//! which a case changes.
//!
//! All law is data in `workflows/definitions` and `workflows/calendars`: versioned TOML that an official can read, each rule with the
//! article that it comes from and how sure the house is of it. A published version is never edited, and a running case stays on the
//! versions that it began with.
//!
//! **Invariant:** the engine does no IO and reads no clock. The same state, event and instant give the same step, today and on replay.
//!
//! | Module | Law |
//! |---|---|
//! | [`Calendar`] | working days and hours; registration on the next working day, APPC Art. 64 |
//! | [`Clocks`], [`derive()`] | terms: APPC Art. 65 (forwarding), 76 (15 working days, extension, its notice), 99 (complaints) |
//! | [`Table`] | who answers, and why: a rule of the city |
//! | [`Process`] | the life of a request, an appeal, a rating; silence is a refusal, APPC Art. 91(2) |
//!
//! ```
//! use chrono::{TimeZone, Utc};
//! use engine::{Event, Facts, Kind, Library, PartyFacts, PublicStatus, Terms, Track, Urgency, Who};
//!
//! let process = Library::embedded().latest_process("request")?;
//! let received_at = Utc.with_ymd_and_hms(2026, 3, 20, 14, 0, 0).unwrap(); // Friday, 19:00 in the city: after hours
//! let facts = Facts::new().with("category", "water-supply").with("district", "arys");
//!
//! // Filing: how urgent, and until when. Store the state, and queue the step's effects and timers.
//! let (urgency, _) = process.table().urgency(&facts)?;
//! let registered_on = process.calendar().registration_date(received_at);
//! let filed = process.start(Terms { track: Track::Request, kind: Kind::Message, urgency, received_at, registered_on })?;
//! let deadline = process.deadline(&filed.state)?;
//! assert_eq!((registered_on.to_string(), deadline.due_on.to_string()), ("2026-03-26".to_owned(), "2026-03-31".to_owned())); // Nauryz
//!
//! // The job `route_feedback`: who answers, and why.
//! let parties = [PartyFacts {
//!     slug: "water-arys".to_owned(),
//!     kind: "utility".to_owned(),
//!     territories: vec!["arys".to_owned()],
//!     supervised_by: Some("energy-housing".to_owned()),
//! }];
//! let decision = process.table().decide(&facts, &parties)?;
//! assert_eq!((decision.party.as_str(), decision.row.as_str(), decision.facts.len()), ("water-arys", "water-supply", 2));
//!
//! // Its outcome is an event; so is everything that people do.
//! let routed = Event::new("route", Who::System).with("triage", decision.triage).with_urgency(decision.urgency);
//! let step = process.step(&filed.state, &routed, received_at).map_err(|_| kernel::Error::internal("refused"))?;
//! assert_eq!((step.records.as_str(), process.public_status(&step.state)?), ("assigned", PublicStatus::InProgress));
//! # Ok::<(), kernel::Error>(())
//! ```

mod calendar;
mod case;
mod check;
mod clocks;
mod condition;
mod deadline;
mod definition;
mod drawing;
mod due;
mod embedded;
mod fact;
mod history;
mod library;
mod load;
mod migration;
mod proof;
mod proposal;
mod published;
mod route;
mod simulate;
mod step;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use calendar::{Calendar, DayOff};
pub use case::{AllowedAct, CaseState, Effect, Event, PublicStatus, Step, StepError, Terms, TimerChange, Who};
pub use clocks::{ClockRule, Clocks, Closes, FirstDay, Kind, OnDayOff, Term, Track, Urgency};
pub use deadline::{DeadlineStep, Derived, Pause, StepKind, derive, extend};
pub use definition::Definition;
pub use due::{Due, Moved, Recalculation};
pub use fact::{FactType, FactValue, Facts};
pub use history::{Cause, Difference, History, Recorded, Replayed, replay};
pub use library::{Library, Versions};
pub use load::{Law, LoadError, Status, VersionRef};
pub use migration::Migration;
pub use proposal::Proposal;
pub use published::Draft;
pub use route::Because;
pub use simulate::{Course, Example, Load, Simulation, simulate};
pub use step::Process;
pub use table::{CitedFact, Decision, Joint, PartyFacts, Table};
pub use words::words;
