//! The state of one case, as the journal stores it, and what changes it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Error, Refusal};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Facts, Kind, Pause, Track, Urgency};

/// What the public and the reporter see of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PublicStatus {
    /// Came in.
    Registered,
    /// Somebody works on it.
    InProgress,
    /// The reporter was asked.
    WaitingForReporter,
    /// Went to another body.
    Forwarded,
    /// The term was extended.
    Extended,
    /// The term has run out.
    Overdue,
    /// Answered.
    Answered,
    /// The reporter says that it is not fixed.
    Contested,
    /// Taken back by the reporter.
    Withdrawn,
    /// Ended without an answer on the substance.
    Terminated,
}

impl PublicStatus {
    /// The message that words it.
    #[must_use]
    pub fn text_key(self) -> &'static str {
        match self {
            PublicStatus::Registered => "status-registered",
            PublicStatus::InProgress => "status-in-progress",
            PublicStatus::WaitingForReporter => "status-waiting-for-reporter",
            PublicStatus::Forwarded => "status-forwarded",
            PublicStatus::Extended => "status-extended",
            PublicStatus::Overdue => "status-overdue",
            PublicStatus::Answered => "status-answered",
            PublicStatus::Contested => "status-contested",
            PublicStatus::Withdrawn => "status-withdrawn",
            PublicStatus::Terminated => "status-terminated",
        }
    }
}

/// As what somebody acts on a case. The caller knows whose case it is: an officer of another party is nobody here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The house itself: a job or a timer.
    System,
    /// Whoever filed it.
    Reporter,
    /// Any other person.
    Citizen,
    /// An officer of the responsible party.
    Officer,
    /// Whoever supervises that party.
    Supervisor,
}

impl Who {
    /// The message that names the actor.
    #[must_use]
    pub fn text_key(self) -> &'static str {
        match self {
            Who::System => "who-system",
            Who::Reporter => "who-reporter",
            Who::Citizen => "who-citizen",
            Who::Officer => "who-officer",
            Who::Supervisor => "who-supervisor",
        }
    }
}

/// The jobs that a transition asks for, by their kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Ask the decision table who answers.
    RouteFeedback,
    /// Send the coupon to the reporter.
    SendCoupon,
    /// Tell the officers of the responsible party.
    NotifyOfficers,
    /// Tell those who supervise it.
    NotifySupervisor,
    /// Tell the office of the akim, who controls them all.
    NotifyAkim,
    /// Tell the reporter, and everybody who joined.
    NotifyReporter,
    /// Invite the reporter to rate.
    InviteRating,
    /// Count a rating, or hold it back.
    CountRating,
    /// Open a case for a low rating.
    OpenCase,
}

impl Effect {
    /// The job's kind in the journal.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Effect::RouteFeedback => "route_feedback",
            Effect::SendCoupon => "send_coupon",
            Effect::NotifyOfficers => "notify_officers",
            Effect::NotifySupervisor => "notify_supervisor",
            Effect::NotifyAkim => "notify_akim",
            Effect::NotifyReporter => "notify_reporter",
            Effect::InviteRating => "invite_rating",
            Effect::CountRating => "count_rating",
            Effect::OpenCase => "open_case",
        }
    }
}

/// From what the term of the answer is derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The track.
    pub track: Track,
    /// The kind.
    pub kind: Kind,
    /// How urgent.
    pub urgency: Urgency,
    /// When it came in; after a contest, when it was contested.
    pub received_at: DateTime<Utc>,
    /// The day on which that was registered.
    pub registered_on: NaiveDate,
}

/// The state of one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseState {
    /// The state's name in the definition.
    pub name: String,
    /// The flags that are set.
    pub flags: BTreeSet<String>,
    /// From what the term of the answer is derived.
    pub terms: Terms,
    /// The clock of the answer, when the decision table named one; else it follows from the terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
    /// When the clock of the answer stood still.
    pub pauses: Vec<Pause>,
    /// By how many working days the term was extended.
    pub extended_days: u32,
    /// The timers that run, and when they go off.
    pub timers: BTreeMap<String, DateTime<Utc>>,
    /// Since when those that run from an event do.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub since: BTreeMap<String, DateTime<Utc>>,
}

impl CaseState {
    /// Whether a flag is set.
    #[must_use]
    pub fn is(&self, flag: &str) -> bool {
        self.flags.contains(flag)
    }

    /// SHA-256 of the state's JSON in hexadecimal: the journal keeps it with every event, so that a replay finds the first one that differs.
    #[must_use]
    pub fn digest(&self) -> String {
        // All of its maps and sets are in order, so the same state is the same text.
        let text = serde_json::to_vec(self).unwrap_or_default();
        kernel::hex(&Sha256::digest(text))
    }

    /// Whether the reporter is asked and the clock stands still.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(|pause| pause.to.is_none())
    }
}

/// An act on a case, or something that happens to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The transition's `on`, e.g. `accept`.
    pub name: String,
    /// As what the actor acts; several when a reporter is an officer too.
    pub by: Vec<Who>,
    /// What the guards ask for. `extend` takes `working_days`.
    pub facts: Facts,
    /// A new urgency, when the case was routed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// The clock of the answer that the table named with that urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
}

impl Event {
    /// An event without facts.
    #[must_use]
    pub fn new(name: &str, by: Who) -> Event {
        Event { name: name.to_owned(), by: vec![by], facts: Facts::new(), urgency: None, clock: None }
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<crate::FactValue>) -> Event {
        self.facts = self.facts.with(name, value);
        self
    }

    /// Sets the urgency that routing found.
    #[must_use]
    pub fn with_urgency(mut self, urgency: Urgency) -> Event {
        self.urgency = Some(urgency);
        self
    }

    /// Sets the clock that routing named, with its urgency.
    #[must_use]
    pub fn with_clock(mut self, clock: Option<String>) -> Event {
        self.clock = clock;
        self
    }
}

/// What becomes of a timer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum TimerChange {
    /// It goes off at another time than before, or for the first time.
    Set {
        /// Its name, one per case.
        name: String,
        /// When.
        at: DateTime<Utc>,
        /// The event that it raises, by the house itself.
        raises: String,
    },
    /// It will not go off.
    Cancel {
        /// Its name.
        name: String,
    },
}

/// What a transition did. The caller stores all of it in one transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The name of the state before; empty for the first step.
    pub from: String,
    /// The state after.
    pub state: CaseState,
    /// The name of the event that the journal records, in the past tense.
    pub records: String,
    /// The message that words it in the timeline.
    pub message: String,
    /// Only officers read it.
    pub internal: bool,
    /// The jobs to queue.
    pub effects: Vec<Effect>,
    /// The timers to set and to cancel.
    pub timers: Vec<TimerChange>,
}

/// Why there was no step.
#[derive(Debug)]
pub enum StepError {
    /// The act is refused; data for the person.
    Refused(Refusal),
    /// The caller asked for what the definition does not know.
    Fault(Error),
}

impl From<Error> for StepError {
    fn from(error: Error) -> StepError {
        StepError::Fault(error)
    }
}

impl From<Refusal> for StepError {
    fn from(refusal: Refusal) -> StepError {
        StepError::Refused(refusal)
    }
}

/// An act of the definition, and whether somebody may do it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedAct {
    /// The transition's `on`.
    pub act: String,
    /// Whether it is possible.
    pub possible: bool,
    /// Why not.
    pub why_not: Option<Refusal>,
}
