//! What is measured, on both sides and whichever the database.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use tokio::sync::Notify;

pub(crate) const BACKLOG: usize = 5_000;
const STARTS: usize = 500;
const PAUSE: Duration = Duration::from_millis(20);
const APPENDING: Duration = Duration::from_secs(3);
const WRITERS: usize = 16;

/// What the handler shares with the measurement.
#[derive(Clone)]
pub(crate) struct Watch {
    started: Arc<Mutex<Vec<(usize, Instant)>>>,
    ended: Arc<AtomicUsize>,
    all: usize,
    pub(crate) end: Arc<Notify>,
}

impl Watch {
    pub(crate) fn over(measure: &str) -> Watch {
        let all = if measure == "drain" { BACKLOG } else { STARTS };
        Watch { started: Arc::default(), ended: Arc::default(), all, end: Arc::new(Notify::new()) }
    }

    pub(crate) fn start(&self, key: usize) {
        self.started.lock().unwrap().push((key, Instant::now()));
    }

    /// After the effect is committed.
    pub(crate) fn ended(&self) {
        if self.ended.fetch_add(1, Ordering::Relaxed) + 1 == self.all {
            self.end.notify_one();
        }
    }
}

fn print_rate(jobs: usize, began: Instant) {
    println!("{:.0}", jobs as f64 / began.elapsed().as_secs_f64());
}

/// Lets a worker run until it is told that all is done, and prints its rate; or, with `start`, how long each of the jobs waited that are pushed
/// meanwhile.
pub(crate) async fn work(measure: &str, watch: &Watch, running: impl Future<Output = ()>, push: impl AsyncFnMut(usize)) {
    if measure == "drain" {
        let began = Instant::now();
        running.await;
        print_rate(BACKLOG, began);
    } else {
        let ((), enqueued) = tokio::join!(running, enqueue_slowly(watch, push));
        print_starts(watch, &enqueued);
    }
}

/// Enqueues one job after the other, and tells when each was asked for and answered.
async fn enqueue_slowly(watch: &Watch, mut push: impl AsyncFnMut(usize)) -> Vec<(Instant, Instant)> {
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut enqueued = Vec::new();
    for key in 0..watch.all {
        let asked = Instant::now();
        push(key).await;
        enqueued.push((asked, Instant::now()));
        tokio::time::sleep_until((asked + PAUSE).into()).await;
    }
    enqueued
}

fn print_starts(watch: &Watch, enqueued: &[(Instant, Instant)]) {
    let started = watch.started.lock().unwrap();
    let waited = |since: fn(&(Instant, Instant)) -> Instant| {
        // A job that starts before its enqueuer is answered did not wait.
        let mut waited: Vec<_> = started.iter().map(|(key, at)| at.saturating_duration_since(since(&enqueued[*key]))).collect();
        waited.sort();
        [waited[waited.len() / 2], waited[waited.len() * 99 / 100]].map(|time| time.as_secs_f64() * 1e3)
    };
    let ([p50, p99], [asked50, asked99]) = (waited(|(_, answered)| *answered), waited(|(asked, _)| *asked));
    println!("{p50:.2} {p99:.2} {asked50:.2} {asked99:.2}");
}

/// Appends from many tasks at once, each with a storage of its own.
pub(crate) async fn append<S: Clone>(storage: &S, push: impl AsyncFn(&mut S, usize)) {
    let (began, next) = (Instant::now(), AtomicUsize::new(0));
    let writers = (0..WRITERS).map(|_| async {
        let mut storage = storage.clone();
        while began.elapsed() < APPENDING {
            push(&mut storage, next.fetch_add(1, Ordering::Relaxed)).await;
        }
    });
    join_all(writers).await;
    print_rate(next.into_inner(), began);
}
