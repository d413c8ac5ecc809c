//! The simulated room: cases that run by the city's definitions, and the handler of all their jobs. It turns a step into an event, jobs and
//! timers as the room of reports does.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use engine::{CaseState, Cause, Event, Facts, Library, Process, Recorded, Step, StepError, Terms, TimerChange, Who};
use journal::{Abort, Fired, Handler, Job, JobError, NewJob, Priority};
use kernel::{Clock, Error, LocalizedText, Refusal, RefusalCode};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    books::Books,
    world::{Change, World},
};

/// A case, with its history.
pub(crate) struct Case {
    pub(crate) process: Process,
    pub(crate) state: CaseState,
    /// The state in which it was before.
    pub(crate) before: String,
    pub(crate) events: Vec<Told>,
}

/// An event of a case.
pub(crate) struct Told {
    pub(crate) recorded: Recorded,
    /// The key of the act, when a person did it.
    pub(crate) act: Option<String>,
    /// The keys of the jobs that it gave rise to.
    pub(crate) jobs: Vec<String>,
}

/// Jobs that nothing follows from, many at once.
pub(crate) const DIGEST: &str = "send_digest";

/// What jobs may be of: every effect, every event that a timer raises or another job leads to, and the digests.
pub(crate) static KINDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut kinds = BTreeSet::from([DIGEST.to_owned()]);
    for process in PROCESSES.iter() {
        kinds.extend(process.definition().transitions().map(|(on, ..)| on.to_owned()));
    }
    kinds.extend(EFFECTS.map(str::to_owned));
    kinds.into_iter().map(|kind| &*kind.leak()).collect()
});

/// Every version of every process.
pub(crate) static PROCESSES: LazyLock<Vec<Process>> = LazyLock::new(|| Library::embedded().processes().unwrap());

/// The kinds of the engine's effects; a test sees that no definition has another.
pub(crate) const EFFECTS: [&str; 9] = [
    "count_rating",
    "invite_rating",
    "notify_akim",
    "notify_officers",
    "notify_reporter",
    "notify_supervisor",
    "open_case",
    "route_feedback",
    "send_coupon",
];

/// Files a case. A second filing with the same key changes nothing.
pub(crate) fn file(books: &mut Books, id: Uuid, process: &Process, (terms, facts): (Terms, Facts), key: &str) -> Result<(), Abort> {
    if books.cases.contains_key(&id) {
        return Ok(());
    }
    let step = process.start_on(terms, process.table().clock(&facts)?)?;
    let case = Case { process: process.clone(), state: step.state.clone(), before: String::new(), events: Vec::new() };
    books.cases.insert(id, case);
    keep(books, id, step, Cause::Filed { terms, facts }, Some(key.to_owned()), terms.received_at);
    Ok(())
}

/// Takes one step of a case. A second act with the same key changes nothing.
pub(crate) fn act(books: &mut Books, id: Uuid, event: &Event, key: Option<&str>, at: DateTime<Utc>) -> Result<(), Abort> {
    let Some(case) = books.cases.get(&id) else { return Err(Error::internal("no such case").into()) };
    if key.is_some() && case.events.iter().any(|told| told.act.as_deref() == key) {
        return Ok(());
    }
    let step = case.process.step(&case.state, event, at).map_err(|error| match error {
        StepError::Refused(refusal) => Abort::from(refusal),
        StepError::Fault(error) => Abort::from(error),
    })?;
    keep(books, id, step, Cause::Happened { event: event.clone(), asked: None }, key.map(str::to_owned), at);
    Ok(())
}

/// Writes what a step did: the state, the event, its jobs and its timers.
fn keep(books: &mut Books, id: Uuid, step: Step, cause: Cause, act: Option<String>, at: DateTime<Utc>) {
    let Some(case) = books.cases.get_mut(&id) else { return };
    let number = i32::try_from(case.events.len() + 1).unwrap_or(i32::MAX);
    let job = |kind: &str| NewJob {
        kind: kind.to_owned(),
        key: format!("{kind}:{id}:{number}"),
        payload: json!({ "case": id, "event": number }),
        run_at: at,
        priority: Priority::Normal,
    };
    let jobs: Vec<NewJob> = step.effects.iter().map(|effect| job(effect.kind())).collect();
    let recorded =
        Recorded { number, at, versions: case.process.versions(), cause, records: step.records.clone(), state: step.state.digest() };
    case.events.push(Told { recorded, act, jobs: jobs.iter().map(|job| job.key.clone()).collect() });
    if step.from != step.state.name {
        case.before = step.from;
    }
    case.state = step.state;
    books.enqueue(jobs);
    for change in &step.timers {
        match change {
            TimerChange::Set { name, at, raises } => books.arm(id, name, raises, *at),
            TimerChange::Cancel { name } => books.disarm(id, name),
        }
    }
}

/// The event to which a job leads on a case in some state, if to any.
pub(crate) fn event_of(kind: &str, state: &CaseState, fate: u64) -> Option<Event> {
    match (kind, state.name.as_str()) {
        ("route_feedback", "submitted" | "routing") => {
            Some(Event::new("route", Who::System).with("triage", fate.is_multiple_of(4)).with_urgency(state.terms.urgency))
        }
        ("count_rating", "received") if fate.is_multiple_of(3) => Some(Event::new("hold", Who::System)),
        ("count_rating", "received") => Some(Event::new("count", Who::System).with("stars", i64::try_from(fate % 5).unwrap_or(0) + 1)),
        ("open_case", "repairing") => Some(Event::new("repair", Who::System)),
        _ => None,
    }
}

/// The payload of an effect's job, or of one that does something to a case.
#[derive(Deserialize)]
pub(crate) struct Caused {
    case: Uuid,
    pub(crate) does: Option<Event>,
}

/// A job that does something to a case by the house itself.
pub(crate) fn does(case: Uuid, event: &Event, now: DateTime<Utc>) -> NewJob {
    NewJob {
        kind: event.name.clone(),
        key: format!("{}:{case}", event.name),
        payload: json!({ "case": case, "does": event }),
        run_at: now,
        priority: Priority::Normal,
    }
}

/// The timer that a job comes from, if it comes from one.
fn fired(job: &Job) -> Option<Fired> {
    serde_json::from_value(job.payload.clone()).ok()
}

/// What a job changes: its own effect, and the event to which it leads. An event that is not possible any more means nothing.
pub(crate) fn change(job: &Job, fate: u64, now: DateTime<Utc>) -> Change {
    let job = job.clone();
    Box::new(move |books| {
        let caused: Option<Caused> = serde_json::from_value(job.payload.clone()).ok();
        let event = match (caused, fired(&job)) {
            (Some(Caused { case: id, does: Some(event) }), _) => Some((id, event, now)),
            (Some(Caused { case: id, does: None }), _) => {
                books.cases.get(&id).and_then(|case| Some((id, event_of(&job.kind, &case.state, fate)?, now)))
            }
            (None, Some(fired)) => Some((fired.stream_id, Event::new(&job.kind, Who::System), fired.happens_at(now))),
            (None, None) => None,
        };
        if let Some((id, event, at)) = event {
            match act(books, id, &event, None, at) {
                Err(Abort::Fault(error)) => return Err(error.into()),
                Ok(()) | Err(Abort::Refused(_)) => {}
            }
        }
        *books.kept.entry(job.key.clone()).or_default() += 1;
        Ok(())
    })
}

/// Performs the jobs of a world, as well as its weather lets it.
pub(crate) struct Room(pub(crate) Arc<World>);

/// Sees to it that a try that was broken off is counted by the simulation as it is by the runner.
struct Try<'r> {
    world: &'r World,
    job: i64,
    since: Instant,
    is_over: bool,
}

impl Drop for Try<'_> {
    fn drop(&mut self) {
        let is_broken_off = std::thread::panicking() || self.since.elapsed() >= self.world.patience;
        if !self.is_over && is_broken_off {
            self.world.count_failure(self.job);
        }
    }
}

impl World {
    /// Whether the script says that a job can never be performed. Only such as nothing follows from.
    pub(crate) fn is_doomed(&self, kind: &str, key: &str) -> bool {
        (kind.starts_with("notify") || kind == DIGEST) && self.fate(key).is_multiple_of(40)
    }
}

fn refusal() -> Abort {
    Refusal::new(RefusalCode::WrongState, LocalizedText::from_fn(|_| "no".to_owned())).into()
}

#[async_trait]
impl Handler<Change> for Room {
    fn kinds(&self) -> &'static [&'static str] {
        &KINDS
    }

    async fn perform(&self, job: &Job) -> Result<Change, JobError> {
        let world = &self.0;
        world.books().begin(job.id);
        world.note("begins", job.id, || job.key.clone());
        let mut attempt = Try { world, job: job.id, since: Instant::now(), is_over: false };
        let outcome = self.play(job).await;
        attempt.is_over = true;
        if outcome.is_err() {
            world.count_failure(job.id);
        }
        outcome
    }

    fn bury(&self, job: &Job) -> Option<Change> {
        let key = job.key.clone();
        Some(Box::new(move |books| {
            *books.buried.entry(key).or_default() += 1;
            Ok(())
        }))
    }
}

impl Room {
    async fn play(&self, job: &Job) -> Result<Change, JobError> {
        let world = &self.0;
        let now = world.clock.now();
        world.pass().await;
        let clumsy = world.weather().clumsy;
        if world.chance.strikes(clumsy) {
            match world.chance.between(0, 2) {
                0 => return Err(JobError::Retry("INTERNAL: the graph did not answer".to_owned())),
                // A panic that prints nothing.
                1 => std::panic::resume_unwind(Box::new("clumsy")),
                _ => std::future::pending().await,
            }
        }
        let is_doomed = world.is_doomed(&job.kind, &job.key);
        let fate = world.fate(&job.key);
        if is_doomed && fate & 1024 == 0 {
            return Err(JobError::Fail("MAIL_REFUSED: smtp 550".to_owned()));
        }
        if is_doomed {
            return Ok(Box::new(|_| Err(refusal())));
        }
        if world.chance.strikes(clumsy) {
            return Ok(Box::new(|_| Err(Error::internal("gone").into())));
        }
        if fired(job).is_none() {
            world.deliver(job)?;
            world.pass().await;
        }
        Ok(change(job, fate, now))
    }
}
