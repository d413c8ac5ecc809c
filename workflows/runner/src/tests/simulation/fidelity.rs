//! The simulated journal does what the house's database does: the same calls, at random, with the same answers and the same jobs and timers
//! after each.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Abort, Commit, Job, NewJob, Priority};
use kernel::{Clock, Error, Rng};
use serde_json::json;
use uuid::Uuid;

use super::{
    books::{Books, State, TimerState},
    chance::{Chance, SkewedClock},
    world::{Change, Connection, World},
};
use crate::{
    ledger::{Failure, Ledger},
    tests::{Bench, effect, morning},
};

/// Two runners that may share a queue; the embedded database does not mind.
const RUNNERS: [&str; 2] = ["one", "other"];

/// A call of the journal, with everything that chance decides of it. Jobs are told by their place among all, for databases leave gaps
/// between ids.
#[derive(Clone, Debug)]
enum Call {
    Enqueue(Vec<(u64, Priority, DateTime<Utc>)>),
    Arm(u64, DateTime<Utc>),
    Disarm(u64),
    Take(&'static str, u64),
    Extend(&'static str, Vec<i64>),
    Expire(&'static str),
    Release(&'static str),
    Prune(DateTime<Utc>),
    Finish(&'static str, i64, Ending),
    Fail(&'static str, i64, Option<DateTime<Utc>>, Ending),
    Revive(i64),
}

/// How what a handler gave to be written ends.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Kept,
    Aborted,
}

impl Call {
    /// The same call, with the ids of one of the journals.
    fn by(mut self, ids: &[i64]) -> Call {
        let id = |place: i64| usize::try_from(place).ok().and_then(|place| ids.get(place)).copied().unwrap_or_default();
        match &mut self {
            Call::Extend(_, jobs) => jobs.iter_mut().for_each(|job| *job = id(*job)),
            Call::Finish(_, job, _) | Call::Fail(_, job, ..) | Call::Revive(job) => *job = id(*job),
            _ => {}
        }
        self
    }
}

fn choose(chance: &Chance, now: DateTime<Utc>, jobs: i64) -> Call {
    let about = |seconds: i64| now + TimeDelta::milliseconds(chance.between(-seconds * 1_000, seconds * 1_000));
    let (runner, job) = (*chance.pick(&RUNNERS), chance.between(0, jobs));
    let ending = if chance.strikes(200) { Ending::Aborted } else { Ending::Kept };
    match chance.below(17) {
        0..=2 => {
            let priority = || *chance.pick(&[Priority::Statutory, Priority::Normal, Priority::Bulk]);
            Call::Enqueue((0..chance.between(0, 4)).map(|_| (chance.below(60), priority(), about(30))).collect())
        }
        3 | 4 => Call::Arm(chance.below(6), about(60)),
        5 => Call::Disarm(chance.below(6)),
        6..=8 => Call::Take(runner, chance.between(1, 5).unsigned_abs()),
        9 => Call::Extend(runner, vec![job, job + 1, job + 2]),
        10 => Call::Expire(runner),
        11 => Call::Release(runner),
        12 => Call::Prune(about(60)),
        13 | 14 => Call::Finish(runner, job, ending),
        15 => Call::Fail(runner, job, chance.strikes(600).then(|| about(30)), ending),
        _ => Call::Revive(job),
    }
}

fn new_job((key, priority, run_at): (u64, Priority, DateTime<Utc>)) -> NewJob {
    NewJob { kind: "act".to_owned(), key: key.to_string(), payload: json!({ "of": key }), run_at, priority }
}

fn abort() -> Abort {
    Error::internal("gone").into()
}

/// What was handed out, and whether it went well.
type Answer = Result<String, String>;

fn answer<T: std::fmt::Debug>(outcome: Result<T, Abort>) -> Answer {
    outcome.map(|outcome| format!("{outcome:?}")).map_err(|abort| format!("{abort:?}"))
}

async fn simulated(ledger: &Connection, now: DateTime<Utc>, call: Call) -> Answer {
    let write = |ending| -> Change {
        Box::new(move |books: &mut Books| match ending {
            Ending::Aborted => Err(abort()),
            Ending::Kept => {
                *books.kept.entry("kept".to_owned()).or_default() += 1;
                Ok(())
            }
        })
    };
    let mut books = ledger.0.books();
    match call {
        Call::Enqueue(jobs) => books.enqueue(jobs.into_iter().map(new_job)),
        Call::Arm(name, due_at) => books.arm(Uuid::nil(), &name.to_string(), "act", due_at),
        Call::Disarm(name) => books.disarm(Uuid::nil(), &name.to_string()),
        Call::Revive(job) => return answer(Ok(books.retry_dead(job, now))),
        _ => {
            drop(books);
            return asked(ledger, now, call, write).await;
        }
    }
    answer(Ok(()))
}

async fn real(bench: &Bench, now: DateTime<Utc>, call: Call) -> Answer {
    let database = &bench.house.database;
    let write = |ending| -> Commit {
        Box::new(move |txn| {
            async move {
                effect("kept".to_owned())(txn).await?;
                match ending {
                    Ending::Kept => Ok(()),
                    Ending::Aborted => Err(abort()),
                }
            }
            .boxed()
        })
    };
    let writer = &database.writer;
    match call {
        Call::Enqueue(jobs) => {
            let jobs = jobs.into_iter().map(new_job).collect();
            answer(writer.write(move |txn| journal::enqueue(txn, now, jobs).boxed()).await)
        }
        Call::Arm(name, due_at) => answer(
            writer.write(move |txn| async move { journal::arm(txn, Uuid::nil(), &name.to_string(), "act", due_at).await }.boxed()).await,
        ),
        Call::Disarm(name) => {
            answer(writer.write(move |txn| async move { journal::disarm(txn, Uuid::nil(), &name.to_string()).await }.boxed()).await)
        }
        Call::Revive(job) => answer(writer.write(move |txn| journal::retry_dead(txn, job, now).boxed()).await),
        _ => asked(database, now, call, write).await,
    }
}

/// What a runner asks for.
async fn asked<L: Ledger>(ledger: &L, now: DateTime<Utc>, call: Call, write: impl Fn(Ending) -> L::Commit) -> Answer {
    let lease = TimeDelta::seconds(20);
    match call {
        Call::Take(runner, limit) => {
            let taken = ledger.take(runner, now, lease, limit).await;
            let without_id = |mut job: Job| {
                // PostgreSQL keeps an object and not the order of its names.
                job.payload.sort_all_objects();
                (job.key, job.kind, job.payload, job.attempt, job.deaths)
            };
            answer(taken.map(|jobs| jobs.into_iter().map(without_id).collect::<Vec<_>>()))
        }
        Call::Extend(runner, jobs) => answer(ledger.extend(runner, jobs, now + lease).await),
        Call::Expire(runner) => answer(ledger.expire(runner, now).await),
        Call::Release(runner) => answer(ledger.release(runner).await),
        Call::Prune(before) => answer(ledger.prune(before, 1_000).await),
        Call::Finish(runner, job, ending) => answer(ledger.finish(job, runner, now, write(ending)).await),
        Call::Fail(runner, job, retry_at, ending) => {
            let failure = Failure { text: "TIMEOUT: slow".to_owned(), retry_at };
            answer(ledger.fail(job, runner, now, failure, Some(write(ending))).await)
        }
        other => Err(format!("{other:?} is nothing that a runner asks for")),
    }
}

/// All jobs and timers, a line each.
fn simulated_rows(books: &Books) -> Vec<String> {
    let state = |state| match state {
        State::Ready => "ready",
        State::Leased => "leased",
        State::Done => "done",
        State::Dead => "dead",
    };
    let jobs = books.jobs.values().map(|row| {
        let (by, error) = (row.leased_by.as_deref(), row.last_error.as_deref());
        let times = (Some(row.new.run_at), row.leased_until, row.ended_at);
        format!("{} {} {} {} {by:?} {error:?} {times:?}", row.new.key, state(row.state), row.attempts, row.deaths)
    });
    let timers = books.timers.iter().map(|((_, name), timer)| {
        let state = match timer.state {
            TimerState::Armed => "armed",
            TimerState::Fired => "fired",
            TimerState::Disarmed => "disarmed",
        };
        format!("{name} {state} {:?}", timer.due_at)
    });
    jobs.chain(timers).collect()
}

async fn real_rows(bench: &Bench) -> Vec<String> {
    let jobs = bench.rows("SELECT * FROM job ORDER BY id").await;
    let jobs = jobs.iter().map(|row| {
        let text = |name| row.try_get::<String>("", name).unwrap();
        let count = |name| row.try_get::<i32>("", name).unwrap();
        let maybe = |name| row.try_get::<Option<String>>("", name).unwrap();
        let time = |name| row.try_get::<Option<DateTime<Utc>>>("", name).unwrap();
        let (by, error) = (maybe("leased_by"), maybe("last_error"));
        let times = (time("run_at"), time("leased_until"), time("ended_at"));
        format!("{} {} {} {} {by:?} {error:?} {times:?}", text("key"), text("state"), count("attempts"), count("deaths"))
    });
    let timers = bench.rows("SELECT * FROM timer ORDER BY name").await;
    let timers = timers.iter().map(|row| {
        let text = |name| row.try_get::<String>("", name).unwrap();
        format!("{} {} {:?}", text("name"), text("state"), row.try_get::<DateTime<Utc>>("", "due_at").unwrap())
    });
    jobs.chain(timers).collect()
}

#[tokio::test]
async fn the_simulated_journal_does_what_the_houses_database_does() {
    for seed in 0..4 {
        let bench = Bench::new().await;
        let world = Arc::new(World::new(seed, SkewedClock::standing(morning()), false, false));
        let ledger = Connection(Arc::clone(&world));
        for step in 0..150 {
            world.clock.set_by(TimeDelta::seconds(world.chance.between(-10, 15)));
            let now = world.clock.now();
            let ids: Vec<i64> = world.books().jobs.keys().copied().collect();
            let stored = bench.rows("SELECT id FROM job ORDER BY id").await;
            let stored: Vec<i64> = stored.iter().map(|row| row.try_get("", "id").unwrap()).collect();
            let call = choose(&world.chance, now, i64::try_from(ids.len()).unwrap());
            let one = simulated(&ledger, now, call.clone().by(&ids)).await;
            let other = real(&bench, now, call.clone().by(&stored)).await;
            assert_eq!(one, other, "seed {seed}, step {step}: {call:?}");
            let rows = simulated_rows(&world.books());
            assert_eq!(rows, real_rows(&bench).await, "seed {seed}, step {step}: {call:?}");
            assert_eq!(ledger.next_due().await.unwrap(), bench.house.database.next_due().await.unwrap(), "seed {seed}, step {step}");
            let kept = world.books().kept.get("kept").copied().unwrap_or_default();
            assert_eq!(kept, u32::try_from(bench.effects().await.len()).unwrap(), "seed {seed}, step {step}: {call:?}");
        }
    }
}
