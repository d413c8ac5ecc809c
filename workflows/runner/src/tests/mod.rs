//! Runs on SQLite, or on the PostgreSQL server that `TURKISTAN_TEST_POSTGRES` names.

mod convergence;
mod crashes;
mod effects;
mod folder;
mod jobs;
mod serving;
mod simulation;
mod smtp;
mod timers;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeZone, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use journal::{Abort, Commit, Database, Handler, House, Job, JobError, NewJob, Priority, Target};
use kernel::{Clock, GraphHandle, ManualClock, Personal, SeededRng};
use migrations::MigratorTrait;
use scratch::Scratch;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use crate::{Options, Runner};

/// A house with an empty journal, a clock that stands still, and a table `effect` that counts what jobs did.
pub(crate) struct Bench {
    pub(crate) house: House,
    pub(crate) clock: Arc<ManualClock>,
    _scratch: Scratch,
}

pub(crate) fn morning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 24, 5, 30, 0).unwrap()
}

impl Bench {
    pub(crate) async fn new() -> Bench {
        let scratch = Scratch::new();
        let database = open(scratch.target(Target::Sqlite, Target::Postgres)).await;
        migrations::Migrator::up(&database.owner, None).await.unwrap();
        database.owner.execute_unprepared("CREATE TABLE effect (key TEXT NOT NULL)").await.unwrap();
        let clock = Arc::new(ManualClock::new(morning()));
        let house = House {
            database,
            graph: GraphHandle::default(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            rng: Arc::new(SeededRng::new(7)),
            secret: Personal::new([7; 32]),
        };
        Bench { house, clock, _scratch: scratch }
    }

    pub(crate) fn runner(&self, handler: &Arc<Script>) -> Runner {
        Runner::new(self.house.clone(), vec![Arc::clone(handler) as Arc<dyn Handler>], Options::default())
    }

    pub(crate) async fn write<F>(&self, act: F)
    where
        F: for<'t> FnOnce(&'t journal::Txn) -> BoxFuture<'t, Result<(), Abort>> + Send + 'static,
    {
        self.house.database.writer.write(act).await.unwrap();
    }

    /// Stores jobs of the kind `act` with these keys, due now.
    pub(crate) async fn enqueue(&self, keys: impl IntoIterator<Item = impl ToString>) {
        let now = self.clock.now();
        let jobs = keys.into_iter().map(|key| NewJob {
            kind: "act".to_owned(),
            key: key.to_string(),
            payload: serde_json::json!({}),
            run_at: now,
            priority: Priority::Normal,
        });
        let jobs: Vec<_> = jobs.collect();
        self.write(move |txn| async move { journal::enqueue(txn, now, jobs).await }.boxed()).await;
    }

    /// The keys of the jobs whose effects were kept, in order.
    pub(crate) async fn effects(&self) -> Vec<String> {
        let rows = self.rows("SELECT key FROM effect ORDER BY key").await;
        rows.iter().map(|row| row.try_get("", "key").unwrap()).collect()
    }

    pub(crate) async fn rows(&self, sql: &str) -> Vec<sea_orm::QueryResult> {
        let reader = &self.house.database.reader;
        reader.query_all_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap()
    }
}

async fn open(target: Target) -> Database {
    Database::open(&journal::Options { target, readers: 4, commit_delay: Duration::ZERO }).await.unwrap()
}

type Play = Box<dyn Fn(Job) -> BoxFuture<'static, Result<Commit, JobError>> + Send + Sync>;

/// A handler of the kind `act` that does what the test says.
pub(crate) struct Script {
    play: Play,
    performed: Mutex<Vec<(String, i32)>>,
}

impl Script {
    pub(crate) fn new<F>(play: impl Fn(Job) -> F + Send + Sync + 'static) -> Arc<Script>
    where
        F: Future<Output = Result<Commit, JobError>> + Send + 'static,
    {
        Arc::new(Script { play: Box::new(move |job| play(job).boxed()), performed: Mutex::default() })
    }

    /// Which jobs were performed, with the number of the try.
    pub(crate) fn performed(&self) -> Vec<(String, i32)> {
        self.performed.lock().unwrap().clone()
    }
}

#[async_trait]
impl Handler for Script {
    fn kinds(&self) -> &'static [&'static str] {
        &["act"]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        self.performed.lock().unwrap().push((job.key.clone(), job.attempt));
        (self.play)(job.clone()).await
    }

    fn bury(&self, job: &Job) -> Option<Commit> {
        Some(effect(format!("buried {}", job.key)))
    }
}

/// A commit that writes one row.
pub(crate) fn effect(key: String) -> Commit {
    Box::new(move |txn| {
        async move {
            let statement = Statement::from_string(txn.get_database_backend(), format!("INSERT INTO effect (key) VALUES ('{key}')"));
            txn.execute_raw(statement).await?;
            Ok(())
        }
        .boxed()
    })
}

/// A job as a test looks at it.
#[derive(Debug, FromQueryResult)]
pub(crate) struct JobRow {
    pub(crate) state: String,
    pub(crate) attempts: i32,
    pub(crate) last_error: Option<String>,
}

pub(crate) async fn job_rows(bench: &Bench) -> Vec<JobRow> {
    let rows = bench.rows("SELECT state, attempts, last_error FROM job ORDER BY id").await;
    rows.iter().map(|row| JobRow::from_query_result(row, "").unwrap()).collect()
}
