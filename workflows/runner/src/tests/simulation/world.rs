//! A simulated world: the journal behind a connection that fails, a recipient behind another, and what went on, as one number.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use journal::{Abort, Committed, Job, JobError};
use kernel::{Clock, Error, Result};
use tokio::sync::watch;

use super::{
    books::Books,
    chance::{Chance, SkewedClock, mixed},
};
use crate::ledger::{Failure, Ledger};

/// What a handler gives to be written. It looks first and changes then, so that whatever aborts has changed nothing.
pub(crate) type Change = Box<dyn FnOnce(&mut Books) -> Result<(), Abort> + Send>;

/// Which faults are in force; rates are per mille.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    /// The database does not answer.
    pub(crate) is_away: bool,
    /// Writes that are not carried out.
    pub(crate) failing: u64,
    /// Writes that are carried out and whose answer is lost.
    pub(crate) unanswered: u64,
    /// Steps that take a while, and one in eight of them very long.
    pub(crate) slow: u64,
    /// Commits that wake nobody.
    pub(crate) silent: u64,
    /// Deliveries that are lost, and as many whose receipt is, and as many that come twice.
    pub(crate) lossy: u64,
    /// Tries in which the handler fails by itself.
    pub(crate) clumsy: u64,
    /// Until then the mail server is down.
    pub(crate) mail_is_down_until: Option<DateTime<Utc>>,
}

impl Weather {
    pub(crate) const CALM: Weather =
        Weather { is_away: false, failing: 0, unanswered: 0, slow: 0, silent: 0, lossy: 0, clumsy: 0, mail_is_down_until: None };
}

/// What went on.
pub(crate) struct Trace {
    hasher: DefaultHasher,
    is_told: bool,
}

pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) clock: Arc<SkewedClock>,
    pub(crate) chance: Arc<Chance>,
    pub(crate) is_shared: bool,
    pub(crate) patience: Duration,
    /// How often a job may be tried.
    pub(crate) attempts_max: i32,
    books: Mutex<Books>,
    weather: Mutex<Weather>,
    /// How often something came to the recipient, by its key.
    outside: Mutex<BTreeMap<String, u32>>,
    /// A bell for each runner: of several at one bell, tokio wakes any first.
    bells: Mutex<Vec<watch::Sender<u64>>>,
    trace: Mutex<Trace>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lost(what: &'static str) -> Abort {
    Abort::Fault(Error::internal(what))
}

impl World {
    pub(crate) fn new(seed: u64, clock: SkewedClock, is_shared: bool, is_told: bool) -> World {
        World {
            seed,
            clock: Arc::new(clock),
            chance: Arc::new(Chance::new(seed)),
            is_shared,
            patience: Duration::from_secs(12),
            attempts_max: 8,
            books: Mutex::default(),
            weather: Mutex::new(Weather::CALM),
            outside: Mutex::default(),
            bells: Mutex::default(),
            trace: Mutex::new(Trace { hasher: DefaultHasher::new(), is_told }),
        }
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        locked(&self.books)
    }

    pub(crate) fn weather(&self) -> MutexGuard<'_, Weather> {
        locked(&self.weather)
    }

    pub(crate) fn outside(&self) -> MutexGuard<'_, BTreeMap<String, u32>> {
        locked(&self.outside)
    }

    /// Notes what happens; the words are found only when somebody reads them.
    pub(crate) fn note(&self, what: &'static str, number: i64, words: impl FnOnce() -> String) {
        let now = self.clock.now();
        let mut trace = locked(&self.trace);
        trace.hasher.write(what.as_bytes());
        trace.hasher.write_i64(number);
        trace.hasher.write_i64(now.timestamp_micros());
        if trace.is_told {
            println!("{} {what} {number} {}", now.format("%m-%d %H:%M:%S%.6f"), words());
        }
    }

    /// All that went on, as one number.
    pub(crate) fn digest(&self) -> u64 {
        locked(&self.trace).hasher.finish()
    }

    /// A number that belongs to a text in this world, whenever it is asked for.
    pub(crate) fn fate(&self, of: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write(of.as_bytes());
        mixed(hasher.finish() ^ self.seed)
    }

    /// Takes the time that a step takes.
    pub(crate) async fn pass(&self) {
        let slow = self.weather().slow;
        if !self.chance.strikes(slow) {
            return;
        }
        let millis = if self.chance.strikes(125) { self.chance.between(1_000, 20_000) } else { self.chance.between(1, 300) };
        tokio::time::sleep(Duration::from_millis(millis.unsigned_abs())).await;
    }

    fn ring(&self) {
        locked(&self.bells).retain(|bell| {
            bell.send_modify(|count| *count += 1);
            !bell.is_closed()
        });
    }

    /// One write, as it goes over a connection.
    pub(crate) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        what: &'static str,
        act: impl FnOnce(&mut Books) -> Result<T, Abort> + Send + 'static,
    ) -> Result<T, Abort> {
        let world = Arc::clone(self);
        let work = async move {
            world.pass().await;
            let Weather { is_away, failing, unanswered, silent, .. } = world.weather().clone();
            if is_away || world.chance.strikes(failing) {
                world.note("fails", 0, || what.to_owned());
                return Err(lost("the database is away"));
            }
            let outcome = act(&mut world.books());
            world.note("writes", i64::from(outcome.is_ok()), || what.to_owned());
            if outcome.is_ok() && !world.chance.strikes(silent) {
                world.ring();
            }
            world.pass().await;
            if outcome.is_ok() && world.chance.strikes(unanswered) {
                world.note("unanswered", 0, || what.to_owned());
                return Err(lost("the connection was lost"));
            }
            outcome
        };
        // What was sent to a server is carried out although whoever sent it dies; an embedded database dies with its program.
        if self.is_shared && self.chance.strikes(100) {
            return tokio::spawn(work).await.unwrap_or_else(|_| Err(lost("the simulation ends")));
        }
        work.await
    }

    /// Brings something to the recipient, who knows by the key what came before.
    pub(crate) fn deliver(&self, job: &Job) -> Result<(), JobError> {
        let Weather { lossy, mail_is_down_until, .. } = self.weather().clone();
        if mail_is_down_until.is_some_and(|until| self.clock.now() < until) {
            return Err(JobError::Retry("MAIL_UNAVAILABLE: smtp 451".to_owned()));
        }
        if self.chance.strikes(lossy) {
            return Err(JobError::Retry("TIMEOUT: it did not arrive".to_owned()));
        }
        let times = 1 + u32::from(self.chance.strikes(lossy));
        self.note("delivers", job.id, || job.key.clone());
        *self.outside().entry(job.key.clone()).or_default() += times;
        if self.chance.strikes(lossy) {
            return Err(JobError::Retry("TIMEOUT: no receipt came".to_owned()));
        }
        Ok(())
    }

    /// A job is given up: the script says so, or it was tried often enough.
    fn check_death(&self, books: &mut Books, job: i64) {
        let Some(row) = books.jobs.get(&job) else { return };
        if row.failures < self.attempts_max && !self.is_doomed(&row.new.kind, &row.new.key) {
            let wrong = format!("{} was given up after {} of {} failures", row.new.key, row.failures, self.attempts_max);
            books.wrong(wrong);
        }
    }

    /// A try of a job failed, so its runner may count it.
    pub(crate) fn count_failure(&self, job: i64) {
        if let Some(row) = self.books().jobs.get_mut(&job) {
            row.failures += 1;
        }
    }
}

/// The simulated journal as a runner sees it.
pub(crate) struct Connection(pub(crate) Arc<World>);

#[async_trait]
impl Ledger for Connection {
    type Commit = Change;

    fn is_shared(&self) -> bool {
        self.0.is_shared
    }

    fn committed(&self) -> Committed {
        let (bell, committed) = watch::channel(0);
        locked(&self.0.bells).push(bell);
        committed
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        self.0.pass().await;
        if self.0.weather().is_away {
            return Err(Error::internal("the database is away"));
        }
        Ok(self.0.books().next_due())
    }

    async fn take(&self, runner: &str, now: DateTime<Utc>, lease: TimeDelta, limit: u64) -> Result<Vec<Job>, Abort> {
        let (world, runner) = (Arc::clone(&self.0), runner.to_owned());
        let take = move |books: &mut Books| {
            let jobs = books.take(&runner, now, lease, limit);
            for job in &jobs {
                world.note("takes", job.id, || format!("{} by {runner}, try {}, death {}", job.key, job.attempt, job.deaths));
            }
            Ok(jobs)
        };
        let jobs = self.0.write("take", take).await?;
        self.0.books().hand_over(&jobs);
        Ok(jobs)
    }

    async fn extend(&self, runner: &str, jobs: Vec<i64>, until: DateTime<Utc>) -> Result<(), Abort> {
        let runner = runner.to_owned();
        let extend = move |books: &mut Books| {
            books.extend(&runner, &jobs, until);
            Ok(())
        };
        self.0.write("extend", extend).await
    }

    async fn expire(&self, runner: &str, now: DateTime<Utc>) -> Result<(), Abort> {
        let runner = runner.to_owned();
        let expire = move |books: &mut Books| {
            books.expire(&runner, now);
            Ok(())
        };
        self.0.write("expire", expire).await
    }

    async fn release(&self, runner: &str) -> Result<(), Abort> {
        let runner = runner.to_owned();
        let release = move |books: &mut Books| {
            books.release(&runner);
            Ok(())
        };
        self.0.write("release", release).await
    }

    async fn prune(&self, before: DateTime<Utc>, limit: u64) -> Result<u64, Abort> {
        self.0.write("prune", move |books| Ok(books.prune(before, limit))).await
    }

    async fn finish(&self, job: i64, runner: &str, now: DateTime<Utc>, commit: Change) -> Result<bool, Abort> {
        let runner = runner.to_owned();
        let finish = move |books: &mut Books| {
            if !books.is_held(job, &runner) {
                return Ok(false);
            }
            commit(books)?;
            Ok(books.done(job, &runner, now))
        };
        let outcome = self.0.write("finish", finish).await;
        self.0.note("finished", job, || format!("{outcome:?}"));
        if outcome.is_err() {
            self.0.count_failure(job);
        }
        outcome
    }

    async fn fail(&self, job: i64, runner: &str, now: DateTime<Utc>, failure: Failure, burial: Option<Change>) -> Result<(), Abort> {
        let (world, runner) = (Arc::clone(&self.0), runner.to_owned());
        let fail = move |books: &mut Books| {
            let is_held = books.is_held(job, &runner);
            world.note("failed", job, || format!("held {is_held}, {failure:?}"));
            match burial {
                Some(burial) if is_held => burial(books)?,
                _ => {}
            }
            if failure.retry_at.is_none() && is_held {
                world.check_death(books, job);
            }
            books.fail(job, &runner, now, &failure.text, failure.retry_at);
            Ok(())
        };
        self.0.write("fail", fail).await
    }
}
