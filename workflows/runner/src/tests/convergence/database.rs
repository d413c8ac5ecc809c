//! The same over the house's own database: a room of one table, whose cases run by the definitions.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use engine::{CaseState, Event, Process, Step, StepError, TimerChange, Who};
use futures_util::FutureExt;
use journal::{Abort, Commit, Fired, Handler, Job, JobError, NewEvent, NewJob, Priority, Txn};
use kernel::{Clock, Error, ManualClock};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use uuid::Uuid;

use super::{
    crash::{Fuse, Fused, FusedHandler, POINTS, Point},
    state_before,
    ways::{Way, ways},
};
use crate::{
    Options, Runner,
    tests::{
        Bench, effect,
        simulation::room::{Caused, EFFECTS, KINDS, does, event_of},
    },
};

/// The room: one case at a time, by one process.
struct Desk {
    process: Process,
    case: Uuid,
    clock: Arc<ManualClock>,
    /// What came to the recipient.
    outside: Mutex<BTreeSet<String>>,
}

async fn read(txn: &impl ConnectionTrait, case: Uuid) -> Result<(CaseState, i32), Abort> {
    let sql = format!("SELECT state, events FROM fate WHERE id = '{case}'");
    let row = txn.query_one_raw(Statement::from_string(txn.get_database_backend(), sql)).await?;
    let row = row.ok_or_else(|| Error::internal("no such case"))?;
    let state: String = row.try_get("", "state")?;
    Ok((serde_json::from_str(&state).map_err(Error::internal)?, row.try_get("", "events")?))
}

/// Takes a step, unless it is not possible any more, and writes all of it.
async fn act(txn: &Txn, process: &Process, case: Uuid, event: &Event, at: DateTime<Utc>) -> Result<(), Abort> {
    let (state, events) = read(txn, case).await?;
    match process.step(&state, event, at) {
        Ok(step) => keep(txn, process, case, &step, events, at).await,
        Err(StepError::Refused(_)) => Ok(()),
        Err(StepError::Fault(error)) => Err(error.into()),
    }
}

async fn keep(txn: &Txn, process: &Process, case: Uuid, step: &Step, events: i32, at: DateTime<Utc>) -> Result<(), Abort> {
    let told = NewEvent { kind: step.records.clone().into(), payload: json!({}), versions: Some(process.versions()) };
    let number = journal::append(txn, "fate", case, events, at, "system", vec![told]).await?;
    let state = serde_json::to_string(&step.state).map_err(Error::internal)?;
    txn.execute_unprepared(&format!("UPDATE fate SET state = '{state}', events = {number} WHERE id = '{case}'")).await?;
    let jobs = step.effects.iter().map(|effect| NewJob {
        kind: effect.kind().to_owned(),
        key: format!("{}:{case}:{number}", effect.kind()),
        payload: json!({ "case": case }),
        run_at: at,
        priority: Priority::Normal,
    });
    journal::enqueue(txn, at, jobs.collect()).await?;
    for change in &step.timers {
        match change {
            TimerChange::Set { name, at, raises } => journal::arm(txn, case, name, raises, *at).await?,
            TimerChange::Cancel { name } => journal::disarm(txn, case, name).await?,
        }
    }
    Ok(())
}

#[async_trait]
impl Handler for Desk {
    fn kinds(&self) -> &'static [&'static str] {
        &KINDS
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        self.outside.lock().unwrap().insert(job.key.clone());
        let (process, case, now, job) = (self.process.clone(), self.case, self.clock.now(), job.clone());
        Ok(Box::new(move |txn| {
            async move {
                let caused = serde_json::from_value::<Caused>(job.payload.clone()).ok();
                let fired = serde_json::from_value::<Fired>(job.payload.clone()).ok();
                let event = match (caused, &fired) {
                    (Some(Caused { does: Some(event), .. }), _) => Some((event, now)),
                    (Some(_), _) => event_of(&job.kind, &read(txn, case).await?.0, 1).map(|event| (event, now)),
                    (None, Some(fired)) => Some((Event::new(&job.kind, Who::System), fired.happens_at(now))),
                    (None, None) => None,
                };
                if let Some((event, at)) = event {
                    act(txn, &process, case, &event, at).await?;
                }
                effect(fired.map_or(job.key, |fired| format!("{}:{case}", fired.timer)))(txn).await
            }
            .boxed()
        }))
    }
}

/// What became of a case, without instants and without its id.
#[derive(Debug, PartialEq)]
struct Outline {
    history: Vec<String>,
    stands: (String, BTreeSet<String>, Vec<String>),
    kept: Vec<String>,
    outside: usize,
    jobs: BTreeMap<String, String>,
}

/// How a way is gone.
#[derive(Clone, Copy)]
enum Course<'c> {
    Undisturbed,
    /// The runner crashes at a point of the first job of a kind, and another starts.
    Crashed(&'c str, Point),
    /// The runner hangs there until another has done all.
    Overtaken(&'c str, Point),
}

/// One job at a time, so that two timers of one instant are heard in one order; and a lease that nobody extends while a runner is stopped,
/// which ends before the next timer is due.
fn options() -> Options {
    Options { concurrency: 1, lease: Duration::from_secs(50), ..Options::default() }
}

/// Goes a way, and sees what became of the case.
async fn go(bench: &Bench, way: &Way, course: Course<'_>) -> Outline {
    // What a way before left armed is no concern of this one.
    bench.house.database.owner.execute_unprepared("UPDATE timer SET state = 'disarmed'").await.unwrap();
    let clock = Arc::new(ManualClock::new(way.ends_at()));
    let case = bench.house.rng.uuid_v7(clock.now());
    let desk = Arc::new(Desk { process: way.process.clone(), case, clock, outside: Mutex::default() });
    set(bench, way, case).await;
    let runner = |fuse: &Arc<Fuse>| {
        let handler: Arc<dyn Handler> = Arc::new(FusedHandler { inner: Arc::clone(&desk) as Arc<dyn Handler>, fuse: Arc::clone(fuse) });
        let (clock, rng) = (Arc::clone(&desk.clock) as Arc<dyn Clock>, Arc::clone(&bench.house.rng));
        Runner::over(Fused::new(bench.house.database.clone(), fuse), clock, rng, vec![handler], options())
    };
    let lease = TimeDelta::from_std(options().lease).unwrap() + TimeDelta::seconds(1);
    if let Course::Crashed(kind, point) | Course::Overtaken(kind, point) = course {
        let fuse = Fuse::new(kind, point);
        let stopped = runner(&fuse);
        let mut draining = tokio::spawn(async move { stopped.drain().await });
        fuse.reached(&mut draining).await;
        desk.clock.advance(lease);
        if let Course::Crashed(..) = course {
            draining.abort();
            assert!(draining.await.unwrap_err().is_cancelled());
        } else {
            runner(&Fuse::none()).drain().await.unwrap();
            fuse.go_on();
            draining.await.unwrap().unwrap();
        }
    }
    let last = runner(&Fuse::none());
    last.recover().await;
    last.drain().await.unwrap();
    outline(bench, &desk).await
}

/// Brings a case to where the way ends, before its last event, and lets that happen as far as it is not the runner's.
async fn set(bench: &Bench, way: &Way, case: Uuid) {
    let (way, state) = (way.clone(), state_before(way));
    let json = serde_json::to_string(&state).unwrap();
    bench
        .write(move |txn| {
            async move {
                txn.execute_unprepared(&format!("INSERT INTO fate (id, state, events) VALUES ('{case}', '{json}', 0)")).await?;
                for (name, due_at) in &state.timers {
                    journal::arm(txn, case, name, way.process.raises(name).unwrap_or_default(), *due_at).await?;
                }
                let Some((event, at)) = way.events.last() else {
                    let filed = way.process.start(way.terms)?;
                    return keep(txn, &way.process, case, &filed, 0, way.ends_at()).await;
                };
                if event.by != [Who::System] {
                    act(txn, &way.process, case, event, *at).await
                } else if Way::timer(&way.process, &state, &event.name).is_none() {
                    journal::enqueue(txn, *at, vec![does(case, event, *at)]).await
                } else {
                    Ok(())
                }
            }
            .boxed()
        })
        .await;
}

async fn outline(bench: &Bench, desk: &Desk) -> Outline {
    let id = desk.case.to_string();
    let named = |key: String| key.replace(&id, "case");
    let (state, _) = read(&bench.house.database.reader, desk.case).await.unwrap();
    let events = journal::history(&bench.house.database.reader, desk.case, 0, 100).await.unwrap();
    let effects = bench.effects().await.into_iter().filter(|key| key.contains(&id));
    let jobs = bench.rows(&format!("SELECT key, state FROM job WHERE key LIKE '%{id}%'")).await;
    let job = |row: &sea_orm::QueryResult| (named(row.try_get("", "key").unwrap()), row.try_get("", "state").unwrap());
    Outline {
        history: events.into_iter().map(|event| event.kind).collect(),
        stands: (state.name, state.flags, state.timers.into_keys().collect()),
        kept: effects.map(named).collect(),
        outside: desk.outside.lock().unwrap().len(),
        jobs: jobs.iter().map(job).collect(),
    }
}

/// The kinds of jobs that a way's last event gives rise to at once.
fn kinds(way: &Way) -> BTreeSet<String> {
    let Some((event, at)) = way.events.last() else {
        return way.process.start(way.terms).unwrap().effects.iter().map(|effect| effect.kind().to_owned()).collect();
    };
    let state = state_before(way);
    let step = way.process.step(&state, event, *at).unwrap();
    let timer = Way::timer(&way.process, &state, &event.name).map(|_| event.name.clone());
    step.effects.iter().map(|effect| effect.kind().to_owned()).chain(timer).collect()
}

#[tokio::test]
async fn the_houses_own_database_converges_for_every_kind_of_job() {
    let bench = Bench::new().await;
    let table = "CREATE TABLE fate (id TEXT PRIMARY KEY, state TEXT NOT NULL, events INTEGER NOT NULL)";
    bench.house.database.owner.execute_unprepared(table).await.unwrap();
    let mut tried = BTreeSet::new();
    for way in ways() {
        let new: Vec<String> = kinds(&way).into_iter().filter(|kind| tried.insert(kind.clone())).collect();
        if new.is_empty() {
            continue;
        }
        let expected = go(&bench, &way, Course::Undisturbed).await;
        assert!(expected.jobs.values().all(|state| state == "done"), "{}: {expected:?}", way.name());
        for (kind, point) in new.iter().flat_map(|kind| POINTS.map(|point| (kind, point))) {
            for course in [Course::Crashed(kind, point), Course::Overtaken(kind, point)] {
                assert_eq!(go(&bench, &way, course).await, expected, "{}, {point:?} of {kind}", way.name());
            }
        }
    }
    for kind in EFFECTS {
        assert!(tried.contains(kind), "no job of the kind {kind}");
    }
    assert!(tried.contains("deadline_passed") && tried.contains("contest_window_passed"), "{tried:?}");
}
