//! The runner's side of `tests/bench/jobs/run`: one measurement on a database of its own, and one line of figures.
//!
//! `cargo bench -p runner --bench jobs -- MEASURE WORKERS`, with `drain` (jobs a second), `start` (milliseconds until a job starts) or
//! `append` (jobs a second). On SQLite, or on the PostgreSQL server that `TURKISTAN_TEST_POSTGRES` names.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints its figures, and fails when it cannot")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use futures_util::FutureExt;
use journal::{Commit, Database, Handler, House, Job, JobError, NewJob, Priority, Target};
use kernel::{Clock, GraphHandle, Personal, Rng, SystemClock, system_rng};
use migrations::MigratorTrait;
use runner::Runner;
use sea_orm::{ConnectionTrait, Statement};
use tokio::sync::Notify;

const BACKLOG: u32 = 5_000;
const STARTS: u32 = 500;
const PAUSE: Duration = Duration::from_millis(20);
const APPENDING: Duration = Duration::from_secs(3);
const WRITERS: usize = 16;
/// As the other side has. Its default is 10, and ours 16.
const BATCH: u64 = 50;

/// Each job inserts its key, and its start is written down.
struct Inserting {
    started: Mutex<Vec<(usize, Instant)>>,
    inserted: Arc<AtomicUsize>,
    all: u32,
    end: Arc<Notify>,
}

#[async_trait]
impl Handler for Inserting {
    fn kinds(&self) -> &'static [&'static str] {
        &["insert"]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        self.started.lock().unwrap().push((job.key.parse().unwrap(), Instant::now()));
        let (key, all, inserted, end) = (job.key.clone(), self.all as usize, Arc::clone(&self.inserted), Arc::clone(&self.end));
        Ok(Box::new(move |txn| {
            async move {
                let insert = "INSERT INTO effect (key) VALUES ($1)";
                txn.execute_raw(Statement::from_sql_and_values(txn.get_database_backend(), insert, [key.into()])).await?;
                if inserted.fetch_add(1, Ordering::Relaxed) + 1 == all {
                    end.notify_one();
                }
                Ok(())
            }
            .boxed()
        }))
    }
}

async fn open(target: Target) -> Database {
    // Twenty connections to PostgreSQL, as the other side has.
    Database::open(&journal::Options { target, readers: 10, commit_delay: Duration::ZERO }).await.unwrap()
}

async fn house(folder: &std::path::Path) -> House {
    let target = match std::env::var("TURKISTAN_TEST_POSTGRES") {
        Ok(server) => {
            let name = format!("jobs_{}", system_rng().uuid_v7(SystemClock.now()).simple());
            let database = open(Target::Postgres(server.clone())).await;
            database.owner.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
            database.close().await.unwrap();
            Target::Postgres(format!("{}/{name}", server.rsplit_once('/').unwrap().0))
        }
        Err(_) => Target::Sqlite(folder.join("turkistan.db")),
    };
    let database = open(target).await;
    migrations::Migrator::up(&database.owner, None).await.unwrap();
    database.owner.execute_unprepared("CREATE TABLE effect (key TEXT NOT NULL)").await.unwrap();
    House {
        database,
        graph: GraphHandle::default(),
        clock: Arc::new(SystemClock),
        rng: Arc::new(system_rng()),
        secret: Personal::new([7; 32]),
    }
}

/// An act that causes jobs; it is on disk when this returns.
async fn enqueue(database: &Database, keys: impl Iterator<Item = usize>) {
    let now = SystemClock.now();
    let jobs = keys.map(|key| NewJob {
        kind: "insert".to_owned(),
        key: key.to_string(),
        payload: serde_json::json!({ "key": key }),
        run_at: now,
        priority: Priority::Normal,
    });
    let jobs: Vec<_> = jobs.collect();
    database.writer.write(move |txn| async move { journal::enqueue(txn, now, jobs).await }.boxed()).await.unwrap();
}

/// Works until so many jobs are done; what is given runs beside it. Returns when each job started.
async fn work(house: &House, workers: usize, all: u32, beside: impl Future<Output = ()>) -> Vec<(usize, Instant)> {
    let end = Arc::new(Notify::new());
    let handler = Arc::new(Inserting { started: Mutex::default(), inserted: Arc::default(), all, end: Arc::clone(&end) });
    let options = runner::Options { concurrency: workers, batch: BATCH, ..runner::Options::default() };
    let runner = Runner::new(house.clone(), vec![Arc::clone(&handler) as Arc<dyn Handler>], options);
    tokio::join!(runner.run(end.notified()), beside);
    handler.started.lock().unwrap().clone()
}

async fn drain(house: &House, workers: usize) {
    for first in (0..BACKLOG as usize).step_by(500) {
        enqueue(&house.database, first..first + 500).await;
    }
    // As the server does by itself within a minute.
    house.database.owner.execute_unprepared("ANALYZE").await.unwrap();
    let began = Instant::now();
    work(house, workers, BACKLOG, async {}).await;
    println!("{:.0}", f64::from(BACKLOG) / began.elapsed().as_secs_f64());
    let count = "SELECT (SELECT count(*) FROM effect) + (SELECT count(*) FROM job WHERE state = 'done') AS count";
    let count = Statement::from_string(house.database.reader.get_database_backend(), count);
    let count: i64 = house.database.reader.query_one_raw(count).await.unwrap().unwrap().try_get("", "count").unwrap();
    assert_eq!(count, 2 * i64::from(BACKLOG), "each effect once, and each job is marked");
}

async fn start(house: &House, workers: usize) {
    let enqueued = Mutex::new(Vec::new());
    let beside = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        for key in 0..STARTS as usize {
            let asked = Instant::now();
            enqueue(&house.database, std::iter::once(key)).await;
            enqueued.lock().unwrap().push((asked, Instant::now()));
            tokio::time::sleep_until((asked + PAUSE).into()).await;
        }
    };
    let started = work(house, workers, STARTS, beside).await;
    let enqueued = enqueued.into_inner().unwrap();
    let waited = |since: fn(&(Instant, Instant)) -> Instant| {
        // A job that starts before its enqueuer is answered did not wait.
        let mut waited: Vec<_> = started.iter().map(|(key, at)| at.saturating_duration_since(since(&enqueued[*key]))).collect();
        waited.sort();
        [waited[waited.len() / 2], waited[waited.len() * 99 / 100]].map(|time| time.as_secs_f64() * 1e3)
    };
    let ([p50, p99], [asked50, asked99]) = (waited(|(_, answered)| *answered), waited(|(asked, _)| *asked));
    println!("{p50:.2} {p99:.2} {asked50:.2} {asked99:.2}");
}

async fn append(house: &House) {
    let (began, next) = (Instant::now(), AtomicUsize::new(0));
    let writers = (0..WRITERS).map(|_| async {
        while began.elapsed() < APPENDING {
            enqueue(&house.database, std::iter::once(next.fetch_add(1, Ordering::Relaxed))).await;
        }
    });
    futures_util::future::join_all(writers).await;
    println!("{:.0}", f64::from(u32::try_from(next.into_inner()).unwrap()) / began.elapsed().as_secs_f64());
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let folder = tempfile::tempdir().unwrap();
    let house = house(folder.path()).await;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["drain", workers] => drain(&house, workers.parse().unwrap()).await,
        ["start", workers] => start(&house, workers.parse().unwrap()).await,
        ["append", _] => append(&house).await,
        _ => panic!("drain, start or append, and how many workers"),
    }
}
