//! Every transition of every definition, with every job that it gives rise to, and a crash at each point of each: in the end all is as if
//! there had been none. Over the simulated journal for all of them ([`Stage`]), over the real one for every kind of job ([`database`]).

mod crash;
mod database;
mod ways;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use engine::{Facts, Who};
use journal::Handler;
use kernel::{Clock, Rng};
use uuid::Uuid;

use self::{
    crash::{Fuse, Fused, FusedHandler, POINTS, Point},
    ways::{Taken, Way, ways},
};
use crate::{
    Options, Runner,
    tests::simulation::{
        books::{State, TimerState},
        chance::SkewedClock,
        room::{self, PROCESSES, Room},
        world::{Change, Connection, World},
    },
};

const CASE: Uuid = Uuid::from_u128(7);

/// A simulated world that stands where a way ends, before its last event.
struct Stage {
    world: Arc<World>,
}

/// What became of a case.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// What its history records, when, and the digest of the state after it.
    history: Vec<(String, DateTime<Utc>, String)>,
    /// Where it stands: state, flags, timers.
    stands: (String, BTreeSet<String>, Vec<String>),
    /// How often each effect was kept.
    kept: BTreeMap<String, u32>,
    /// What came to the recipient, however often.
    outside: BTreeSet<String>,
    /// What became of each job.
    jobs: BTreeMap<String, State>,
    /// Which timers run, and until when.
    timers: BTreeMap<String, (DateTime<Utc>, TimerState)>,
    wrongs: Vec<String>,
}

impl Outcome {
    /// The same without instants, for a course in which something took time.
    fn outline(&self) -> String {
        let records: Vec<&str> = self.history.iter().map(|(records, ..)| records.as_str()).collect();
        let timers: Vec<&String> = self.timers.keys().collect();
        format!("{:?}", (records, &self.stands, &self.kept, &self.outside, &self.jobs, timers, &self.wrongs))
    }
}

impl Stage {
    fn set(way: &Way, is_shared: bool) -> Stage {
        let world = World::new(0, SkewedClock::standing(way.ends_at()), is_shared, false);
        let stage = Stage { world: Arc::new(world) };
        let (last, before) = way.events.split_last().map_or((None, &[][..]), |(last, before)| (Some(last), before));
        stage.file(way);
        if let Some((event, at)) = last {
            for (event, at) in before {
                stage.happen(event, *at);
            }
            // What was to do until then is done.
            stage.world.books().clear_jobs();
            stage.last(way, event, *at);
        }
        stage
    }

    fn file(&self, way: &Way) {
        let filing = (way.terms, Facts::new());
        room::file(&mut self.world.books(), CASE, &way.process, filing, "filing").unwrap();
    }

    /// Something happens, without a runner.
    fn happen(&self, event: &engine::Event, at: DateTime<Utc>) {
        let books = &mut self.world.books();
        let case = &books.cases[&CASE];
        if let Some(timer) = Way::timer(&case.process, &case.state, &event.name) {
            books.disarm(CASE, &timer);
        }
        room::act(books, CASE, event, None, at).unwrap();
    }

    /// What people do is done, what the house does is a job; a timer is left to the runner.
    fn last(&self, way: &Way, event: &engine::Event, at: DateTime<Utc>) {
        let books = &mut self.world.books();
        let is_timer = Way::timer(&way.process, &books.cases[&CASE].state, &event.name).is_some();
        if event.by != [Who::System] {
            room::act(books, CASE, event, Some("act"), at).unwrap();
        } else if !is_timer {
            books.enqueue([room::does(CASE, event, at)]);
        }
    }

    fn runner(&self, fuse: &Arc<Fuse>) -> Runner<Fused<Connection>> {
        let room: Arc<dyn Handler<Change>> = Arc::new(Room(Arc::clone(&self.world)));
        let handler: Arc<dyn Handler<Change>> = Arc::new(FusedHandler { inner: room, fuse: Arc::clone(fuse) });
        let (clock, rng) = (Arc::clone(&self.world.clock) as Arc<dyn Clock>, Arc::clone(&self.world.chance) as Arc<dyn Rng>);
        let ledger = Fused::new(Connection(Arc::clone(&self.world)), fuse);
        Runner::over(ledger, clock, rng, vec![handler], Options::default())
    }

    fn outcome(&self) -> Outcome {
        let mut books = self.world.books();
        let wrongs = std::mem::take(&mut books.wrongs);
        let case = &books.cases[&CASE];
        let recorded = case.events.iter().map(|told| &told.recorded);
        Outcome {
            history: recorded.map(|event| (event.records.clone(), event.at, event.state.clone())).collect(),
            stands: (case.state.name.clone(), case.state.flags.clone(), case.state.timers.keys().cloned().collect()),
            kept: books.kept.clone(),
            outside: self.world.outside().keys().cloned().collect(),
            jobs: books.jobs.values().map(|row| (row.new.key.clone(), row.state)).collect(),
            timers: books.timers.iter().map(|((_, name), timer)| (name.clone(), (timer.due_at, timer.state))).collect(),
            wrongs,
        }
    }
}

/// Without any crash.
async fn undisturbed(way: &Way) -> Outcome {
    let stage = Stage::set(way, false);
    stage.runner(&Fuse::none()).drain().await.unwrap();
    stage.outcome()
}

/// With a crash, and a runner that starts after it.
async fn crashed(way: &Way, key: &str, point: Point) -> Outcome {
    let (stage, fuse) = (Stage::set(way, false), Fuse::new(key, point));
    let runner = stage.runner(&fuse);
    let mut draining = tokio::spawn(async move { runner.drain().await });
    fuse.reached(&mut draining).await;
    draining.abort();
    assert!(draining.await.unwrap_err().is_cancelled());
    let next = stage.runner(&Fuse::none());
    next.recover().await;
    next.drain().await.unwrap();
    stage.outcome()
}

/// With two runners, of which one hangs until its lease has run out and the other has done all.
async fn overtaken(way: &Way, key: &str, point: Point) -> Outcome {
    let (stage, fuse) = (Stage::set(way, true), Fuse::new(key, point));
    let (slow, other) = (stage.runner(&fuse), stage.runner(&Fuse::none()));
    let mut draining = tokio::spawn(async move { slow.drain().await });
    fuse.reached(&mut draining).await;
    stage.world.clock.set_by(TimeDelta::from_std(Options::default().lease).unwrap() + TimeDelta::seconds(1));
    other.drain().await.unwrap();
    fuse.go_on();
    draining.await.unwrap().unwrap();
    other.drain().await.unwrap();
    stage.outcome()
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(work)
}

#[test]
fn a_way_leads_to_every_transition_of_every_definition() {
    let all = ways();
    let mut missing = Vec::new();
    for process in PROCESSES.iter() {
        let definition = process.definition();
        let taken: BTreeSet<(String, Who, String, String)> = all
            .iter()
            .filter(|way| way.process.definition().version() == definition.version())
            .filter_map(|way| {
                let (event, at) = way.events.last()?;
                let state = state_before(way);
                let to = way.process.step(&state, event, *at).unwrap().state.name;
                Some((event.name.clone(), event.by[0], way.from.clone(), to) as Taken)
            })
            .collect();
        for (on, from, to, who) in definition.transitions() {
            for by in who {
                let wanted = (on.to_owned(), *by, from.to_owned(), to.to_owned());
                if !taken.contains(&wanted) {
                    missing.push(format!("{}: {on} by {by:?} in {from}", definition.version()));
                }
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}

/// The state from which the last event of a way leads.
fn state_before(way: &Way) -> engine::CaseState {
    let before = &way.events[..way.events.len().saturating_sub(1)];
    let start = way.process.start(way.terms).unwrap().state;
    before.iter().fold(start, |state, (event, at)| way.process.step(&state, event, *at).unwrap().state)
}

#[test]
fn after_a_crash_at_any_point_of_any_job_of_any_transition_all_is_as_without_it() {
    block_on(async {
        let mut crashes = 0;
        for way in ways() {
            let expected = undisturbed(&way).await;
            assert!(expected.wrongs.is_empty() && expected.kept.values().all(|times| *times == 1), "{}: {expected:?}", way.name());
            assert!(expected.jobs.values().all(|state| *state == State::Done), "{}: {expected:?}", way.name());
            assert!(expected.history.len() > way.events.len(), "{} does not happen: {expected:?}", way.name());
            for (key, point) in expected.jobs.keys().flat_map(|key| POINTS.map(|point| (key, point))) {
                assert_eq!(crashed(&way, key, point).await, expected, "{}, {point:?} of {key}", way.name());
                crashes += 1;
            }
        }
        println!("{crashes} crashes");
        assert!(crashes > 1_000, "{crashes}");
    });
}

#[test]
fn two_runners_of_which_one_loses_its_lease_do_together_what_one_does() {
    block_on(async {
        for way in ways() {
            let expected = undisturbed(&way).await;
            for (key, point) in expected.jobs.keys().flat_map(|key| POINTS.map(|point| (key, point))) {
                let outcome = overtaken(&way, key, point).await;
                assert_eq!(outcome.outline(), expected.outline(), "{}, {point:?} of {key}", way.name());
            }
        }
    });
}
