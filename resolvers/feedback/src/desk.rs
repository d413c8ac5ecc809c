//! What the room's acts work with, and how one act changes one case.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Utc};
use engine::{CaseState, Cause, Effect, Facts, Library, Process, Step, StepError, TimerChange, Versions, Who};
use journal::{Abort, House, NewEvent, NewJob, Priority, Rules, Signatures, Txn, log::Signer, secret::Keys};
use kernel::{Actor, Error, FeedbackId, Files, Personal, Result};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    contact::ContactKeys, entity::feedback, error, files::FileKeys, learning::Learnt, model::Contact, parties::Parties, routing::Routing,
};

/// The stream of the journal that tells of reports.
pub(crate) const STREAM: &str = "feedback";

/// The job that tells of an event whoever asked to be told by HTTP.
pub(crate) const ANNOUNCE_EVENT: &str = "announce_event";

/// What the room's acts work with. Clones share it.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) house: House,
    pub(crate) rules: Rules,
    pub(crate) keys: Keys,
    pub(crate) contacts: ContactKeys,
    pub(crate) signatures: Arc<dyn Signatures>,
    pub(crate) signer: Arc<Signer>,
    pub(crate) files: Arc<dyn Files>,
    pub(crate) file_keys: FileKeys,
    pub(crate) parties: Arc<Parties>,
    /// Whether acts on cases are only tried: carried out, and taken back.
    pub(crate) rehearses: bool,
    pub(crate) learnt: Arc<Learnt>,
}

/// One act on one case.
pub(crate) struct Act {
    /// What happens, and as what the actor does it.
    pub(crate) event: engine::Event,
    /// What the decision table was told, where it was asked.
    pub(crate) asked: Option<Facts>,
    /// Facts for the timeline and for audit: names of parties, days, reasons as digests; never personal data.
    pub(crate) facts: Map<String, Value>,
    /// Columns that change besides state, term and version.
    pub(crate) change: Change,
}

/// What changes on a row.
type Change = Box<dyn FnOnce(&mut feedback::ActiveModel) + Send>;

/// What was decided on a case, before it is written.
pub(crate) struct Decided {
    /// The rules that it was decided by; the case is on them from now on.
    pub(crate) process: Process,
    /// What becomes of the case.
    pub(crate) step: Step,
    /// What that is derived from.
    pub(crate) cause: Cause,
    /// Facts for the timeline and for audit.
    pub(crate) facts: Value,
    /// Columns that change besides state, term, versions and version.
    pub(crate) change: Change,
}

impl Act {
    pub(crate) fn new(name: &str, by: Vec<Who>) -> Act {
        let event = engine::Event { name: name.to_owned(), by, facts: Facts::new(), urgency: None, clock: None };
        Act { event, asked: None, facts: Map::new(), change: Box::new(|_| ()) }
    }

    pub(crate) fn fact(mut self, name: &str, value: impl Serialize) -> Act {
        self.facts.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// What it is derived from.
    pub(crate) fn cause(&self) -> Cause {
        Cause::Happened { event: self.event.clone(), asked: self.asked.clone() }
    }

    pub(crate) fn change(mut self, change: impl FnOnce(&mut feedback::ActiveModel) + Send + 'static) -> Act {
        self.change = Box::new(change);
        self
    }

    fn decided(self, process: Process, step: Step) -> Decided {
        Decided { process, step, cause: self.cause(), facts: self.facts.into(), change: self.change }
    }
}

/// A value of an enum as it is stored.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Reads a stored value of an enum.
pub(crate) fn parse<T: DeserializeOwned>(word: &str) -> Result<T> {
    serde_json::from_value(Value::String(word.to_owned())).map_err(Error::internal)
}

impl feedback::Model {
    /// The report whose key the reporter has: this one, or the whole of which it is a part.
    pub(crate) fn coupon_id(&self) -> FeedbackId {
        FeedbackId::from_uuid(self.whole.unwrap_or(self.id))
    }

    /// The typed id.
    pub(crate) fn feedback_id(&self) -> FeedbackId {
        FeedbackId::from_uuid(self.id)
    }

    /// The reporter's name, as they gave it.
    pub(crate) fn name(&self) -> Result<Option<String>> {
        Ok(self.contact()?.and_then(|contact| contact.name).map(Personal::into_inner))
    }

    /// The reporter's mail address.
    pub(crate) fn email(&self) -> Result<Option<Personal<String>>> {
        Ok(self.contact()?.and_then(|contact| contact.email))
    }

    fn contact(&self) -> Result<Option<Contact>> {
        self.contact.clone().map(serde_json::from_value).transpose().map_err(Error::internal)
    }

    /// The engine's state.
    pub(crate) fn state(&self) -> Result<CaseState> {
        serde_json::from_value(self.case_state.clone()).map_err(Error::internal)
    }

    /// The versions that the case is pinned to.
    pub(crate) fn pinned(&self) -> Result<Versions> {
        serde_json::from_value(self.versions.clone()).map_err(Error::internal)
    }
}

/// A case, held until the transaction ends: acts on one case happen one after the other, each on what the one before it left.
pub(crate) async fn held(txn: &Txn, id: Uuid) -> Result<Option<feedback::Model>, Abort> {
    Ok(feedback::Entity::find_by_id(id).lock_exclusive().one(txn).await?)
}

impl Desk {
    /// The rules in force, and all that cases may be on.
    pub(crate) fn library(&self) -> Arc<Library> {
        self.rules.library()
    }

    /// The process that a case runs on.
    pub(crate) fn process(&self, case: &feedback::Model) -> Result<Process> {
        self.library().process(&case.pinned()?)
    }

    /// Takes one step of a case by an act. What its terms have decided by then comes first, whether or not a worker has come to it: a term that
    /// has run out is recorded as run out (APPC Art. 91(2)), and nothing is done any more that it forbids.
    pub(crate) async fn act(
        &self,
        txn: &Txn,
        case: feedback::Model,
        act: Act,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<feedback::Model, Abort> {
        let case = self.raise_due(txn, case, now).await?;
        let process = self.process(&case)?;
        let step = process.step(&case.state()?, &act.event, now)?;
        write(txn, case, act.decided(process, step), actor, now).await
    }

    /// Raises what a case's timers have gone off for, one after the other. What means nothing in its state is passed over.
    pub(crate) async fn raise_due(&self, txn: &Txn, mut case: feedback::Model, now: DateTime<Utc>) -> Result<feedback::Model, Abort> {
        let mut passed_over = BTreeSet::new();
        loop {
            let (process, state) = (self.process(&case)?, case.state()?);
            let Some((timer, event)) = process.due(&state, now).into_iter().find(|(timer, _)| !passed_over.contains(*timer)) else {
                return Ok(case);
            };
            let act = Act::new(event, vec![Who::System]).fact("party", Routing::party_of(&case)?);
            match process.step(&state, &act.event, now) {
                Err(StepError::Refused(_)) => drop(passed_over.insert(timer.to_owned())),
                Err(StepError::Fault(error)) => return Err(error.into()),
                Ok(step) => case = write(txn, case, act.decided(process, step), &Actor::System, now).await?,
            }
        }
    }
}

/// Something that is told of a case and leaves its process as it is.
pub(crate) struct Remark {
    /// The kind of the event.
    pub(crate) kind: &'static str,
    /// The message of this room that says it.
    pub(crate) message: &'static str,
    /// Whether it is the officers' own.
    pub(crate) internal: bool,
    /// Facts for the timeline and for audit; never personal data.
    pub(crate) facts: Value,
    /// The jobs that tell people of it.
    pub(crate) tells: &'static [&'static str],
    /// Whether it changes what an officer of the case decides on, so that a decision taken before it is stale.
    pub(crate) weighs: bool,
    /// Columns that change besides the version.
    pub(crate) change: Change,
}

impl Remark {
    pub(crate) fn new(kind: &'static str, message: &'static str, facts: Value) -> Remark {
        Remark { kind, message, internal: false, facts, tells: &[], weighs: false, change: Box::new(|_| ()) }
    }

    /// Only those who work the case read it.
    pub(crate) fn internal(mut self) -> Remark {
        self.internal = true;
        self
    }

    /// An act of those who work the case: what they decided without having seen it is stale.
    pub(crate) fn weighing(mut self) -> Remark {
        self.weighs = true;
        self
    }

    /// What the journal tells of it.
    pub(crate) fn event(&self, process: &Process) -> NewEvent {
        let payload = json!({ "message": self.message, "internal": self.internal, "facts": self.facts });
        NewEvent { kind: self.kind.into(), payload, versions: Some(process.versions()) }
    }

    pub(crate) fn telling(mut self, jobs: &'static [&'static str]) -> Remark {
        self.tells = jobs;
        self
    }

    pub(crate) fn change(mut self, change: impl FnOnce(&mut feedback::ActiveModel) + Send + 'static) -> Remark {
        self.change = Box::new(change);
        self
    }
}

impl Desk {
    /// Tells something of a case that the transaction holds, and has people told.
    pub(crate) async fn remark(
        &self,
        txn: &Txn,
        case: &feedback::Model,
        remark: Remark,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<feedback::Model, Abort> {
        let event = remark.event(&self.process(case)?);
        let number = journal::append(txn, STREAM, case.id, case.events, now, &actor.journal_name(), vec![event]).await?;
        journal::enqueue(txn, now, jobs_of(remark.tells.iter().copied(), case.id, number, now)).await?;
        let mut changed = feedback::ActiveModel {
            id: Unchanged(case.id),
            version: Set(case.version + i32::from(remark.weighs)),
            events: Set(number),
            ..Default::default()
        };
        (remark.change)(&mut changed);
        Ok(feedback::Entity::update(changed).exec(txn).await?)
    }
}

/// Writes all of what was decided on a case: the new state and term, the event, its jobs and its timers. The case must not have changed
/// since it was read.
pub(crate) async fn write(
    txn: &Txn,
    case: feedback::Model,
    decided: Decided,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<feedback::Model, Abort> {
    let Decided { process, step, cause, facts, change } = decided;
    let told = event_of(&process, &step, &facts, &cause)?;
    let number = append(txn, &case, &step, told, actor, now).await?;
    let (id, version) = (case.id, case.version);
    let mut changed = case.into_active_model();
    write_state(&mut changed, &process, &step.state)?;
    changed.version = Set(version + 1);
    changed.events = Set(number);
    change(&mut changed);
    let written = feedback::Entity::update_many()
        .set(changed)
        .filter(feedback::Column::Id.eq(id))
        .filter(feedback::Column::Version.eq(version))
        .exec(txn)
        .await?;
    if written.rows_affected != 1 {
        return Err(error::stale(version, version + 1).into());
    }
    let case = feedback::Entity::find_by_id(id).one(txn).await?;
    case.ok_or_else(|| Abort::from(Error::internal("a case vanished")))
}

/// Appends what a step did to the journal.
async fn append(txn: &Txn, case: &feedback::Model, step: &Step, told: NewEvent, actor: &Actor, now: DateTime<Utc>) -> Result<i32, Abort> {
    let number = case.events + 1;
    enqueue(txn, case.id, number, step, now).await?;
    turn_timers(txn, case.id, step).await?;
    journal::append(txn, STREAM, case.id, case.events, now, &actor.journal_name(), vec![told]).await
}

/// What the journal tells of a step: for readers, and what it was derived from, so that it can be derived again.
pub(crate) fn event_of(process: &Process, step: &Step, facts: &Value, cause: &Cause) -> Result<NewEvent> {
    let payload = json!({
        "from": step.from,
        "to": step.state.name,
        "message": step.message,
        "internal": step.internal,
        "facts": facts,
        "cause": serde_json::to_value(cause).map_err(Error::internal)?,
        "state": step.state.digest(),
    });
    Ok(NewEvent { kind: step.records.clone().into(), payload, versions: Some(process.versions()) })
}

/// Writes what follows from a state: status, term, whether it ended; and by which versions.
pub(crate) fn write_state(row: &mut feedback::ActiveModel, process: &Process, state: &CaseState) -> Result<()> {
    let deadline = process.deadline(state)?;
    row.status = Set(word(&process.public_status(state)?));
    row.ended = Set(process.is_ended(state) || state.name == "answered");
    row.contested = Set(state.name == "contested" || state.is("reopened"));
    row.urgency = Set(word(&state.terms.urgency));
    row.due_at = Set(deadline.due_at);
    row.due_on = Set(deadline.due_on);
    row.deadline = Set(serde_json::to_value(&deadline).map_err(Error::internal)?);
    row.case_state = Set(serde_json::to_value(state).map_err(Error::internal)?);
    row.versions = Set(serde_json::to_value(process.versions()).map_err(Error::internal)?);
    Ok(())
}

/// Queues the jobs of a step, and word of it for whoever listens. A job's key names the report, the event and the effect, so that each
/// effect happens once.
pub(crate) async fn enqueue(txn: &Txn, id: Uuid, number: i32, step: &Step, now: DateTime<Utc>) -> Result<(), Abort> {
    journal::enqueue(txn, now, jobs_of(step.effects.iter().map(|effect| effect.kind()), id, number, now)).await
}

/// The jobs of an event: those that tell people, and the one that tells programs. Whether any of them listens, the room of notifications knows.
fn jobs_of<'k>(kinds: impl Iterator<Item = &'k str>, id: Uuid, number: i32, now: DateTime<Utc>) -> Vec<NewJob> {
    let announcement = effect_job(ANNOUNCE_EVENT, id, number, now).ranked(Priority::Bulk);
    kinds.map(|kind| effect_job(kind, id, number, now)).chain([announcement]).collect()
}

/// The job of one effect of one event.
pub(crate) fn effect_job(kind: &str, id: Uuid, number: i32, now: DateTime<Utc>) -> NewJob {
    // The coupon says that a report was accepted: it goes before all that tells of the work (APPC Art. 64).
    let priority = if kind == Effect::SendCoupon.kind() { Priority::Statutory } else { Priority::Normal };
    NewJob::new(kind, format_args!("{id}:{number}"), json!({ "feedback": id, "event": number }), now).ranked(priority)
}

/// Sets and cancels the timers of a step. A timer's job has the name of the event that it raises.
pub(crate) async fn turn_timers(txn: &Txn, id: Uuid, step: &Step) -> Result<(), Abort> {
    for change in &step.timers {
        match change {
            TimerChange::Set { name, at, raises } => journal::arm(txn, id, name, raises, *at).await?,
            TimerChange::Cancel { name } => journal::disarm(txn, id, name).await?,
        }
    }
    Ok(())
}
