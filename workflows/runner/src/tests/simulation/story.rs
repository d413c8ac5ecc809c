//! What happens in one simulated world: people act, machines run and fail, clocks are set, and in the end all is well again.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use engine::{Event, FactValue, Facts, Kind, Process, Terms, Track, Urgency, VersionRef, Who};
use journal::{Abort, Backoff, Handler, NewJob, Priority};
use kernel::{Clock, Rng};
use serde_json::json;
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};
use uuid::Uuid;

use super::{
    books::State,
    chance::{Chance, SkewedClock},
    room::{self, Case, DIGEST, PROCESSES, Room},
    verdict,
    world::{Change, Connection, Weather, World},
};
use crate::{Options, Runner};

/// Longer than this nothing is waited for before the clock is set ahead to it.
const WAITS_MAX: u32 = 20;
/// After so many looks a world that is not at rest never will be.
const LOOKS_MAX: u32 = 3_000;

/// What events tell the guards of each process, with values that stand for all.
type Told = Vec<(String, Vec<FactValue>)>;
static TOLD: LazyLock<BTreeMap<VersionRef, Told>> = LazyLock::new(|| {
    let told = |process: &Process| process.definition().told().into_iter().map(|(name, values)| (name.to_owned(), values)).collect();
    PROCESSES.iter().map(|process| (process.definition().version().clone(), told(process))).collect()
});

/// A machine on which a runner runs, or does not.
struct Machine {
    runs: Option<(JoinHandle<()>, oneshot::Sender<()>)>,
}

impl Machine {
    fn start(&mut self, world: &Arc<World>, options: &Options) {
        if self.runs.is_some() {
            return;
        }
        let room: Arc<dyn Handler<Change>> = Arc::new(Room(Arc::clone(world)));
        let (clock, rng) = (Arc::clone(&world.clock) as Arc<dyn Clock>, Arc::clone(&world.chance) as Arc<dyn Rng>);
        let runner = Runner::over(Connection(Arc::clone(world)), clock, rng, vec![room], options.clone());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move { runner.run(async { drop(stopped.await) }).await });
        self.runs = Some((task, stop));
    }

    /// The power fails.
    async fn crash(&mut self, world: &World) {
        if let Some((task, _)) = self.runs.take() {
            task.abort();
            drop(task.await);
            if !world.is_shared {
                world.books().forget_hands();
            }
        }
    }

    /// Somebody stops it, and waits until it has stopped.
    async fn stop(&mut self) {
        if let Some((task, stop)) = self.runs.take() {
            stop.send(()).unwrap_or_default();
            drop(task.await);
        }
    }
}

/// Everything that a story needs.
pub(crate) struct Story {
    pub(crate) world: Arc<World>,
    options: Options,
    machines: Vec<Machine>,
    /// The acts that were acknowledged.
    pub(crate) acknowledged: Vec<(Uuid, String)>,
    cases: Vec<Uuid>,
    acts: u32,
    rounds: i64,
}

/// Runs the world of a seed, and tells the number of what went on in it, and what was wrong with it.
pub(crate) fn run(seed: u64, is_told: bool) -> (u64, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut story = Story::new(seed, is_told);
        story.tell().await;
        (story.world.digest(), verdict::of(&story))
    })
}

impl Story {
    fn new(seed: u64, is_told: bool) -> Story {
        let chance = Chance::new(!seed);
        let is_shared = chance.strikes(700);
        let shows = Utc.with_ymd_and_hms(2026, 9, 1, 3, 0, 0).unwrap() + TimeDelta::minutes(chance.between(0, 60 * 24 * 90));
        let mut world = World::new(seed, SkewedClock::new(shows), is_shared, is_told);
        world.attempts_max = i32::try_from(chance.between(3, 8)).unwrap_or(8);
        world.books().attempts_max = Some(world.attempts_max);
        let options = Options {
            concurrency: usize::try_from(chance.between(1, 4)).unwrap_or(1),
            batch: chance.between(1, 16).unsigned_abs(),
            lease: Duration::from_secs(3),
            patience: world.patience,
            backoff: Backoff { first: TimeDelta::seconds(1), attempts_max: world.attempts_max, ..Backoff::default() },
            ..Options::default()
        };
        let machines = if is_shared { chance.between(1, 3) } else { 1 };
        Story {
            world: Arc::new(world),
            options,
            machines: (0..machines).map(|_| Machine { runs: None }).collect(),
            acknowledged: Vec::new(),
            cases: Vec::new(),
            acts: 0,
            rounds: chance.between(3, 8),
        }
    }

    async fn tell(&mut self) {
        if self.world.chance.strikes(750) {
            *self.world.weather() = self.storm();
        }
        for machine in &mut self.machines {
            machine.start(&self.world, &self.options);
        }
        self.file().await;
        for _ in 0..self.rounds {
            self.befall().await;
            for _ in 0..self.world.chance.between(0, 2) {
                self.act().await;
            }
            let millis = *self.world.chance.pick(&[0, 5, 40, 400, 3_000]);
            sleep(Duration::from_millis(millis)).await;
        }
        self.heal();
        self.rest().await;
        for machine in &mut self.machines {
            machine.stop().await;
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.world.clock.now()
    }

    /// Somebody files a case.
    async fn file(&mut self) {
        let chance = &self.world.chance;
        let process: &'static Process = chance.pick(&PROCESSES);
        let (id, key) = (chance.uuid_v7(self.now()), format!("act {}", self.acts));
        let track = process.definition().track().unwrap_or(*chance.pick(&[Track::Request, Track::Appeal]));
        let (kind, urgency) = (*chance.pick(&Kind::ALL), *chance.pick(&Urgency::ALL));
        let filed = move |now| {
            let terms = Terms { track, kind, urgency, received_at: now, registered_on: process.calendar().registration_date(now) };
            (terms, Facts::new().with("category", "water-supply"))
        };
        self.acts += 1;
        self.cases.push(id);
        self.ask(id, key, move |books, key, now| room::file(books, id, process, filed(now), key)).await;
    }

    /// Somebody acts on a case, or does so again because no answer came.
    async fn act(&mut self) {
        let id = *self.world.chance.pick(&self.cases);
        let event = self.world.books().cases.get(&id).and_then(|case| choose(&self.world.chance, case));
        if let Some(event) = event {
            self.carry_out(id, event).await;
        }
    }

    /// Does something that sets a timer of the case or stops one, if chance finds it.
    async fn turn_timer(&mut self, id: Uuid) {
        let now = self.now();
        let event = self.world.books().cases.get(&id).and_then(|case| {
            let turns = |event: &Event| case.process.step(&case.state, event, now).is_ok_and(|step| !step.timers.is_empty());
            (0..4).filter_map(|_| choose(&self.world.chance, case)).find(turns)
        });
        if let Some(event) = event {
            self.carry_out(id, event).await;
        }
    }

    async fn carry_out(&mut self, id: Uuid, event: Event) {
        let key = format!("act {}", self.acts);
        self.acts += 1;
        self.world.note("act", 0, || format!("{key}: {} by {:?} on {id}", event.name, event.by));
        self.ask(id, key, move |books, key, now| room::act(books, id, &event, Some(key), now)).await;
    }

    /// Writes what somebody asks for, with the same key until an answer comes or they give up; at times once more after it came.
    async fn ask(
        &mut self,
        id: Uuid,
        key: String,
        act: impl Fn(&mut super::books::Books, &str, DateTime<Utc>) -> Result<(), Abort> + Clone + Send + 'static,
    ) {
        for _ in 0..3 {
            let (act, of, now) = (act.clone(), key.clone(), self.now());
            match self.world.write("act", move |books| act(books, &of, now)).await {
                Ok(()) => {
                    self.acknowledged.push((id, key.clone()));
                    if !self.world.chance.strikes(150) {
                        return;
                    }
                }
                Err(Abort::Refused(_)) => return,
                Err(Abort::Fault(_)) => sleep(Duration::from_millis(500)).await,
            }
        }
    }

    /// Something befalls the world, or passes again.
    async fn befall(&mut self) {
        let world = Arc::clone(&self.world);
        let chance = &world.chance;
        let machine = usize::try_from(chance.below(self.machines.len() as u64)).unwrap_or(0);
        match chance.below(17) {
            0 | 1 => self.machines[machine].crash(&world).await,
            2 => self.machines[machine].stop().await,
            3 | 4 => self.machines.iter_mut().for_each(|machine| machine.start(&world, &self.options)),
            5 => *world.weather() = self.storm(),
            6 => world.weather().is_away = chance.strikes(500),
            7 => world.clock.set_by(-TimeDelta::seconds(chance.between(1, 4 * 3_600))),
            8 => world.clock.set_by(TimeDelta::seconds(chance.between(1, 4 * 3_600))),
            9 => self.reach_timer(),
            10 => self.endure_a_day_without_mail().await,
            11 => self.flood(),
            12 | 13 => self.rewind_at_timer().await,
            14 | 15 => self.act_at_timer().await,
            _ => self.file().await,
        }
        world.note("befalls", 0, || format!("{:?}", world.weather()));
    }

    fn storm(&self) -> Weather {
        let rate = || *self.world.chance.pick(&[0, 0, 50, 200]);
        Weather { failing: rate(), unanswered: rate(), slow: rate(), silent: rate(), lossy: rate(), clumsy: rate(), ..Weather::CALM }
    }

    /// Time passes until the next timer is due, or nearly.
    fn reach_timer(&self) {
        let next = self.world.books().first_timer();
        if let Some((_, next)) = next {
            self.world.clock.set_by(next - self.now() + TimeDelta::milliseconds(self.world.chance.between(-20, 20)));
        }
    }

    /// The clock is set back while what a timer gave rise to is in somebody's hands.
    async fn rewind_at_timer(&self) {
        self.reach_timer();
        sleep(Duration::from_millis(self.world.chance.below(1_500))).await;
        self.world.clock.set_by(-TimeDelta::seconds(self.world.chance.between(1, 4 * 3_600)));
    }

    /// People act to and fro on the case while it is, and whoever has it in hand is slow.
    async fn act_at_timer(&mut self) {
        let next = self.world.books().first_timer();
        self.reach_timer();
        let slow = std::mem::replace(&mut self.world.weather().slow, *self.world.chance.pick(&[0, 700]));
        for _ in 0..self.world.chance.between(1, 5) {
            sleep(Duration::from_millis(*self.world.chance.pick(&[0, 5, 15, 300]))).await;
            match next {
                Some((id, _)) if self.world.chance.strikes(800) => self.turn_timer(id).await,
                _ => self.act().await,
            }
        }
        self.world.weather().slow = slow;
    }

    async fn endure_a_day_without_mail(&self) {
        self.world.weather().mail_is_down_until = Some(self.now() + TimeDelta::days(1));
        for _ in 0..6 {
            sleep(Duration::from_secs(2)).await;
            self.world.clock.set_by(TimeDelta::hours(4));
        }
    }

    /// Many jobs that can wait.
    fn flood(&self) {
        let (now, act) = (self.now(), self.acts);
        let job = |n| NewJob {
            kind: DIGEST.to_owned(),
            key: format!("{DIGEST}:{act}:{n}"),
            payload: json!({}),
            run_at: now,
            priority: Priority::Bulk,
        };
        self.world.books().enqueue((0..self.world.chance.between(2, 20)).map(job));
    }

    /// All faults end, and every machine runs.
    fn heal(&mut self) {
        *self.world.weather() = Weather::CALM;
        self.world.note("heals", 0, String::new);
        self.world.clock.set_by(TimeDelta::seconds(self.world.chance.between(0, 30)));
        for machine in &mut self.machines {
            machine.start(&self.world, &self.options);
        }
    }

    /// Revives every dead letter but those that can never be performed.
    fn revive(&self) {
        let now = self.now();
        let mut books = self.world.books();
        let dead = books.jobs.iter().filter(|(_, row)| row.state == State::Dead && !self.world.is_doomed(&row.new.kind, &row.new.key));
        let dead: Vec<i64> = dead.map(|(id, _)| *id).collect();
        for id in dead {
            books.retry_dead(id, now);
        }
    }

    /// Waits until nothing is left to do, while an operator gives dead letters another life. What lies far ahead is not waited for: the
    /// clock is set to it.
    async fn rest(&self) {
        let (mut lease, mut waits) = (None, 0);
        for _ in 0..LOOKS_MAX {
            self.revive();
            let (next, leased) = {
                let books = self.world.books();
                let leased = books.jobs.values().filter(|row| row.state == State::Leased);
                (books.next_due(), leased.filter_map(|row| row.leased_until).min())
            };
            let Some(next) = next else { return };
            // A lease that somebody extends is somebody's work; one that nobody does may end when a clock that was set back gets there.
            waits = if leased == lease { waits + 1 } else { 0 };
            lease = leased;
            let ahead = next - self.now();
            if ahead > TimeDelta::zero() && (leased.is_none() || waits > WAITS_MAX) {
                self.world.clock.set_by(ahead);
                waits = 0;
            }
            sleep(Duration::from_millis(300)).await;
        }
        self.world.books().wrong("it does not come to rest".to_owned());
    }
}

/// An act that the definition knows in the state of a case; whether it is possible, the engine says.
fn choose(chance: &Chance, case: &Case) -> Option<Event> {
    let definition = case.process.definition();
    let here = definition.transitions().filter(|(_, from, ..)| *from == case.state.name).map(|(on, _, to, who)| (on, to, who));
    let here: Vec<(&str, &str, &[Who])> = here.collect();
    // Half of the time back to where it came from, if anything leads there.
    let back: Vec<_> = here.iter().filter(|(_, to, _)| *to == case.before).collect();
    let (on, _, who) = match back.as_slice() {
        [_, ..] if chance.strikes(500) => chance.pick(&back),
        _ if here.is_empty() => return None,
        _ => chance.pick(&here),
    };
    let mut event = Event::new(on, *chance.pick(who));
    for (name, values) in TOLD.get(definition.version())? {
        event = if name == "working_days" { event.with(name, chance.between(0, 5)) } else { event.with(name, chance.pick(values).clone()) };
    }
    Some(event)
}
