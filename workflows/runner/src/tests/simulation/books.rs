//! The simulated journal: what `journal` does with SQL, over maps in order. `fidelity` holds one against the other.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use journal::{Fired, Job, NewJob, Priority};
use uuid::Uuid;

use super::room::Case;

/// How many timers one write fires at the most.
const TIMERS_MAX: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Ready,
    Leased,
    Done,
    Dead,
}

/// A job as it is stored, and what only the simulation knows of it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) new: NewJob,
    pub(crate) state: State,
    pub(crate) attempts: i32,
    pub(crate) deaths: i32,
    pub(crate) leased_until: Option<DateTime<Utc>>,
    pub(crate) leased_by: Option<String>,
    pub(crate) last_error: Option<String>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    /// By which taking it was leased last.
    taken: u64,
    /// It was leased because its lease had run out.
    orphan: bool,
    /// Its runner learnt that it took it; another waits until that lease runs out.
    is_known: bool,
    /// The handler began on it since.
    begun: bool,
    /// How many tries failed in this life, by the handler's own account.
    pub(crate) failures: i32,
    /// How often it became a dead letter.
    pub(crate) burials: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimerState {
    Armed,
    Fired,
    Disarmed,
}

#[derive(Debug)]
pub(crate) struct Timer {
    id: i64,
    kind: String,
    pub(crate) due_at: DateTime<Utc>,
    pub(crate) state: TimerState,
}

/// The simulated database of a city.
#[derive(Default)]
pub(crate) struct Books {
    pub(crate) jobs: BTreeMap<i64, Row>,
    ids: BTreeMap<String, i64>,
    last_job: i64,
    pub(crate) timers: BTreeMap<(Uuid, String), Timer>,
    last_timer: i64,
    takings: u64,
    /// The room's cases.
    pub(crate) cases: BTreeMap<Uuid, Case>,
    /// How often each effect was kept, by the job's key.
    pub(crate) kept: BTreeMap<String, u32>,
    /// How often each dead letter was buried.
    pub(crate) buried: BTreeMap<String, u32>,
    /// How often a job may be tried.
    pub(crate) attempts_max: Option<i32>,
    /// What must never happen, and did.
    pub(crate) wrongs: Vec<String>,
    /// What was armed and neither fired nor was disarmed, kept beside the timers themselves.
    pub(crate) promised: BTreeMap<(Uuid, String), DateTime<Utc>>,
}

impl Books {
    pub(crate) fn wrong(&mut self, what: String) {
        self.wrongs.push(what);
    }

    pub(crate) fn enqueue(&mut self, jobs: impl IntoIterator<Item = NewJob>) {
        for new in jobs {
            if self.ids.contains_key(&new.key) {
                continue;
            }
            self.last_job += 1;
            let id = self.last_job;
            self.ids.insert(new.key.clone(), id);
            let row = Row {
                new,
                state: State::Ready,
                attempts: 0,
                deaths: 0,
                leased_until: None,
                leased_by: None,
                last_error: None,
                ended_at: None,
                taken: 0,
                orphan: false,
                is_known: false,
                begun: false,
                failures: 0,
                burials: 0,
            };
            self.jobs.insert(id, row);
        }
    }

    /// Forgets all jobs, as if they were done long ago.
    pub(crate) fn clear_jobs(&mut self) {
        self.jobs.clear();
        self.ids.clear();
        self.kept.clear();
    }

    pub(crate) fn arm(&mut self, stream: Uuid, name: &str, kind: &str, due_at: DateTime<Utc>) {
        let place = (stream, name.to_owned());
        self.promised.insert(place.clone(), due_at);
        self.last_timer += 1;
        let id = self.last_timer;
        self.timers.insert(place, Timer { id, kind: kind.to_owned(), due_at, state: TimerState::Armed });
    }

    pub(crate) fn disarm(&mut self, stream: Uuid, name: &str) {
        let place = (stream, name.to_owned());
        self.promised.remove(&place);
        if let Some(timer) = self.timers.get_mut(&place).filter(|timer| timer.state == TimerState::Armed) {
            timer.state = TimerState::Disarmed;
        }
    }

    pub(crate) fn next_due(&self) -> Option<DateTime<Utc>> {
        let jobs = self.jobs.values().filter_map(|row| match row.state {
            State::Ready => Some(row.new.run_at),
            State::Leased => row.leased_until,
            State::Done | State::Dead => None,
        });
        jobs.chain(self.first_timer().map(|(_, due_at)| due_at)).min()
    }

    /// The timer that is due first, by whose it is.
    pub(crate) fn first_timer(&self) -> Option<(Uuid, DateTime<Utc>)> {
        let armed = self.timers.iter().filter(|(_, timer)| timer.state == TimerState::Armed);
        armed.map(|((stream, _), timer)| (*stream, timer.due_at)).min_by_key(|(_, due_at)| *due_at)
    }

    pub(crate) fn take(&mut self, runner: &str, now: DateTime<Utc>, lease: TimeDelta, limit: u64) -> Vec<Job> {
        self.fire(now);
        self.takings += 1;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let orphans = self.due(limit, |row| row.state == State::Leased && row.leased_until < Some(now));
        let ready = self.due(limit - orphans.len(), |row| row.state == State::Ready && row.new.run_at <= now);
        self.check_order(&ready, now);
        self.check_tries(&ready);
        let mut jobs = Vec::with_capacity(orphans.len() + ready.len());
        for (ids, attempts, deaths) in [(orphans, 0, 1), (ready, 1, 0)] {
            for id in ids {
                let Some(row) = self.jobs.get_mut(&id) else { continue };
                row.state = State::Leased;
                row.leased_by = Some(runner.to_owned());
                row.leased_until = Some(now + lease);
                row.attempts += attempts;
                row.deaths += deaths;
                (row.taken, row.orphan, row.is_known, row.begun) = (self.takings, deaths == 1, false, false);
                jobs.push(Job {
                    id,
                    kind: row.new.kind.clone(),
                    key: row.new.key.clone(),
                    payload: row.new.payload.clone(),
                    attempt: row.attempts,
                    deaths: row.deaths,
                });
            }
        }
        jobs
    }

    fn fire(&mut self, now: DateTime<Utc>) {
        let mut due: Vec<_> = self.timers.iter_mut().filter(|(_, timer)| timer.state == TimerState::Armed && timer.due_at <= now).collect();
        due.sort_by_key(|(_, timer)| (timer.due_at, timer.id));
        let mut jobs = Vec::new();
        for ((stream, name), timer) in due.into_iter().take(TIMERS_MAX) {
            timer.state = TimerState::Fired;
            match self.promised.remove(&(*stream, name.clone())) {
                Some(due_at) if due_at <= now => {}
                Some(due_at) => self.wrongs.push(format!("timer {name} fired at {now}, before {due_at}")),
                None => self.wrongs.push(format!("timer {name} fired, and nobody had armed it")),
            }
            jobs.push(NewJob {
                kind: timer.kind.clone(),
                key: format!("timer:{}:{}", timer.id, timer.due_at.timestamp_micros()),
                payload: serde_json::to_value(Fired { stream_id: *stream, timer: name.clone(), due_at: timer.due_at }).unwrap_or_default(),
                run_at: now,
                priority: Priority::Statutory,
            });
        }
        self.enqueue(jobs);
    }

    fn due(&self, limit: usize, which: impl Fn(&Row) -> bool) -> Vec<i64> {
        let mut due: Vec<_> = self.jobs.iter().filter(|(_, row)| which(row)).collect();
        due.sort_by_key(|(id, row)| (row.new.priority, row.new.run_at, **id));
        due.into_iter().take(limit).map(|(id, _)| *id).collect()
    }

    /// No bulk job is taken while a statutory one that is due is left behind.
    fn check_order(&mut self, ready: &[i64], now: DateTime<Utc>) {
        let waits = |id: &i64, row: &Row| {
            row.state == State::Ready && row.new.priority == Priority::Statutory && row.new.run_at <= now && !ready.contains(id)
        };
        let takes_bulk = ready.iter().any(|id| self.jobs.get(id).is_some_and(|row| row.new.priority == Priority::Bulk));
        if takes_bulk && self.jobs.iter().any(|(id, row)| waits(id, row)) {
            self.wrong(format!("bulk jobs were taken at {now} before a statutory one"));
        }
    }

    /// No job is tried more often than it may be. One that was given to the same runner twice may be: both tries count.
    fn check_tries(&mut self, ready: &[i64]) {
        let Some(attempts_max) = self.attempts_max else { return };
        let tried = |id: &&i64| self.jobs.get(id).is_some_and(|row| row.attempts >= attempts_max && row.deaths == 0);
        if let Some(id) = ready.iter().find(tried) {
            self.wrong(format!("job {id} is tried once more than {attempts_max} times"));
        }
    }

    /// The handler begins on a job: no statutory one that its runner took earlier or with it waits behind a bulk job.
    pub(crate) fn begin(&mut self, id: i64) {
        let Some(row) = self.jobs.get_mut(&id) else { return };
        row.begun = true;
        let row = &self.jobs[&id];
        if row.new.priority != Priority::Bulk || row.orphan || row.state != State::Leased {
            return;
        }
        let waits = |other: &&Row| {
            other.state == State::Leased
                && other.leased_by == row.leased_by
                && other.new.priority == Priority::Statutory
                && other.is_known
                && !other.begun
                && other.taken <= row.taken
        };
        if let Some(waiting) = self.jobs.values().find(waits) {
            let wrong = format!("{} began while {} waited", row.new.key, waiting.new.key);
            self.wrong(wrong);
        }
    }

    /// A runner learns what it took.
    pub(crate) fn hand_over(&mut self, jobs: &[Job]) {
        for job in jobs {
            if let Some(row) = self.jobs.get_mut(&job.id) {
                row.is_known = true;
            }
        }
    }

    /// A runner died, and what it knew with it.
    pub(crate) fn forget_hands(&mut self) {
        self.jobs.values_mut().for_each(|row| row.is_known = false);
    }

    /// The job, when it is leased to this runner.
    fn held(&mut self, id: i64, runner: &str) -> Option<&mut Row> {
        self.jobs.get_mut(&id).filter(|row| row.state == State::Leased && row.leased_by.as_deref() == Some(runner))
    }

    /// Whether a job is leased to this runner.
    pub(crate) fn is_held(&mut self, id: i64, runner: &str) -> bool {
        self.held(id, runner).is_some()
    }

    fn held_by<'b>(&'b mut self, runner: &'b str) -> impl Iterator<Item = (i64, &'b mut Row)> {
        let rows = self.jobs.iter_mut().map(|(id, row)| (*id, row));
        rows.filter(move |(_, row)| row.state == State::Leased && row.leased_by.as_deref() == Some(runner))
    }

    pub(crate) fn extend(&mut self, runner: &str, jobs: &[i64], until: DateTime<Utc>) {
        for (_, row) in self.held_by(runner).filter(|(id, _)| jobs.contains(id)) {
            row.leased_until = Some(until);
        }
    }

    pub(crate) fn expire(&mut self, runner: &str, now: DateTime<Utc>) {
        for (_, row) in self.held_by(runner) {
            row.leased_until = Some(now - TimeDelta::microseconds(1));
        }
    }

    pub(crate) fn release(&mut self, runner: &str) {
        for (_, row) in self.held_by(runner) {
            row.state = State::Ready;
            row.attempts -= 1;
            (row.leased_by, row.leased_until) = (None, None);
        }
    }

    pub(crate) fn done(&mut self, job: i64, runner: &str, now: DateTime<Utc>) -> bool {
        let Some(row) = self.held(job, runner) else { return false };
        row.state = State::Done;
        (row.ended_at, row.last_error) = (Some(now), None);
        true
    }

    pub(crate) fn fail(&mut self, job: i64, runner: &str, now: DateTime<Utc>, error: &str, retry_at: Option<DateTime<Utc>>) -> bool {
        let Some(row) = self.held(job, runner) else { return false };
        row.last_error = Some(error.to_owned());
        (row.leased_by, row.leased_until) = (None, None);
        match retry_at {
            Some(at) => (row.state, row.new.run_at) = (State::Ready, at),
            None => {
                (row.state, row.ended_at) = (State::Dead, Some(now));
                row.burials += 1;
            }
        }
        true
    }

    pub(crate) fn retry_dead(&mut self, job: i64, now: DateTime<Utc>) -> bool {
        let Some(row) = self.jobs.get_mut(&job).filter(|row| row.state == State::Dead) else { return false };
        row.state = State::Ready;
        row.new.run_at = now;
        (row.attempts, row.deaths, row.ended_at, row.failures) = (0, 0, None, 0);
        true
    }

    pub(crate) fn prune(&mut self, before: DateTime<Utc>, limit: u64) -> u64 {
        let old = self.jobs.iter().filter(|(_, row)| row.state == State::Done && row.ended_at < Some(before)).map(|(id, _)| *id);
        let old: Vec<i64> = old.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect();
        for id in &old {
            if let Some(row) = self.jobs.remove(id) {
                self.ids.remove(&row.new.key);
            }
        }
        old.len() as u64
    }
}
