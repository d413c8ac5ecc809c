//! The runner's side of `tests/bench/jobs/run`: one measurement on a database of its own, and one line of figures.
//!
//! `cargo bench -p runner --bench jobs -- MEASURE WORKERS`, with `drain` (jobs a second), `start` (milliseconds until a job starts) or
//! `append` (jobs a second). On SQLite, or on the PostgreSQL server that `TURKISTAN_TEST_POSTGRES` names.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints its figures, and fails when it cannot")]

#[path = "../../../tests/bench/jobs/measure.rs"]
mod measure;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::FutureExt;
use journal::{Commit, Database, Handler, House, Job, JobError, NewJob, Priority, Target};
use kernel::{Clock, GraphHandle, Personal, SystemClock, system_rng};
use migrations::MigratorTrait;
use runner::Runner;
use scratch::Scratch;
use sea_orm::{ConnectionTrait, Statement};

use crate::measure::{BACKLOG, Watch};

/// As the other side has. Its default is 10, and ours 16.
const BATCH: u64 = 50;

/// Each job inserts its key, and its start is written down.
struct Inserting(Watch);

#[async_trait]
impl Handler for Inserting {
    fn kinds(&self) -> &'static [&'static str] {
        &["insert"]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        self.0.start(job.key.parse().unwrap());
        let (key, watch) = (job.key.clone(), self.0.clone());
        Ok(Box::new(move |txn| {
            async move {
                let insert = "INSERT INTO effect (key) VALUES ($1)";
                txn.execute_raw(Statement::from_sql_and_values(txn.get_database_backend(), insert, [key.into()])).await?;
                watch.ended();
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

async fn house(scratch: &Scratch) -> House {
    let database = open(scratch.target(Target::Sqlite, Target::Postgres)).await;
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

/// Works until all jobs are done: those that wait, or those that come meanwhile.
async fn work(house: &House, measure: &str, workers: usize) {
    let watch = Watch::over(measure);
    if measure == "drain" {
        for first in (0..BACKLOG).step_by(500) {
            enqueue(&house.database, first..first + 500).await;
        }
        // As the server does by itself within a minute.
        house.database.owner.execute_unprepared("ANALYZE").await.unwrap();
    }
    let handler: Arc<dyn Handler> = Arc::new(Inserting(watch.clone()));
    let options = runner::Options { concurrency: workers, batch: BATCH, ..runner::Options::default() };
    let runner = Runner::new(house.clone(), vec![handler], options);
    let push = async |key| enqueue(&house.database, std::iter::once(key)).await;
    measure::work(measure, &watch, runner.run(watch.end.notified()), push).await;
    if measure == "drain" {
        let count = "SELECT (SELECT count(*) FROM effect) + (SELECT count(*) FROM job WHERE state = 'done') AS count";
        let count = Statement::from_string(house.database.reader.get_database_backend(), count);
        let count: i64 = house.database.reader.query_one_raw(count).await.unwrap().unwrap().try_get("", "count").unwrap();
        assert_eq!(usize::try_from(count), Ok(2 * BACKLOG), "each effect once, and each job is marked");
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let scratch = Scratch::new();
    let house = house(&scratch).await;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [measure @ ("drain" | "start"), workers] => work(&house, measure, workers.parse().unwrap()).await,
        ["append", _] => {
            let push = async |database: &mut Database, key| enqueue(database, std::iter::once(key)).await;
            measure::append(&house.database, push).await;
        }
        _ => panic!("drain, start or append, and how many workers"),
    }
}
