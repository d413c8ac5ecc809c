//! On an embedded SQLite database, as durable as ours: WAL and `synchronous = FULL`.

use std::time::Duration;

use apalis::prelude::*;
use apalis_sqlite::{Config, SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteStorage};
use futures_util::StreamExt;

use crate::measure::{self, BACKLOG, Watch};

const BATCH: usize = 50;
const POLL: Duration = Duration::from_millis(100);

pub(crate) async fn run(measure: &str, workers: usize) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("apalis.db");
    // SQLite's update hook wakes the worker: apalis' own way to start jobs soon.
    let (pool, listener) = SqliteStorage::connect_with_callback(&format!("sqlite://{}?mode=rwc", file.display())).unwrap();
    // `SqliteStorage::setup` would also switch `synchronous` off on one of the connections.
    sqlx::query("PRAGMA journal_mode = WAL").execute(&pool).await.unwrap();
    SqliteStorage::migrations().run(&pool).await.unwrap();
    sqlx::query("CREATE TABLE effect (key TEXT NOT NULL)").execute(&pool).await.unwrap();
    promises(&pool).await;
    // One connection for the effects: SQLite has one writer, and connections that wait for each other sleep.
    let effects = SqlitePoolOptions::new().max_connections(1).connect_with(SqliteConnectOptions::new().filename(&file)).await.unwrap();
    promises(&effects).await;
    let config = Config::default().queue("jobs").batch_size(BATCH).lock_tasks(false);
    let mut storage: SqliteStorage<usize> = SqliteStorage::new(&pool).with_config(config);
    let strategy = Strategy::new().stream(listener.ready_chunks(BATCH)).interval(POLL);
    if measure == "append" {
        return measure::append(&storage, async |storage: &mut SqliteStorage<usize>, key| storage.push(key).await.unwrap()).await;
    }
    let watch = Watch::over(measure);
    if measure == "drain" {
        storage.push_bulk((0..BACKLOG).collect()).await.unwrap();
        // As the server does by itself within a minute.
        sqlx::query("ANALYZE").execute(&pool).await.unwrap();
    }
    let worker = WorkerBuilder::new("worker")
        .backend(storage.clone().poll_with_strategy(strategy))
        .concurrency(workers)
        .parallelize(tokio::spawn)
        .data(watch.clone())
        .data(effects)
        .build(insert);
    let end = watch.end.clone();
    let running = async {
        let signal = async move {
            end.notified().await;
            Ok::<(), std::io::Error>(())
        };
        worker.run_until(signal).await.unwrap();
    };
    measure::work(measure, &watch, running, async |key| storage.push(key).await.unwrap()).await;
    if measure == "drain" {
        let done: i64 = sqlx::query_scalar("SELECT count(*) FROM Jobs WHERE status = 'Done'").fetch_one(&pool).await.unwrap();
        assert_eq!(usize::try_from(done), Ok(BACKLOG), "each job is marked");
    }
}

async fn insert(key: usize, watch: Data<Watch>, effects: Data<SqlitePool>) -> Result<(), BoxDynError> {
    watch.start(key);
    sqlx::query("INSERT INTO effect (key) VALUES ($1)").bind(key.to_string()).execute(&*effects).await?;
    watch.ended();
    Ok(())
}

async fn promises(pool: &SqlitePool) {
    let synchronous: i64 = sqlx::query_scalar("SELECT synchronous FROM pragma_synchronous").fetch_one(pool).await.unwrap();
    let journal: String = sqlx::query_scalar("SELECT journal_mode FROM pragma_journal_mode").fetch_one(pool).await.unwrap();
    assert_eq!((synchronous, journal.as_str()), (2, "wal"), "both sides keep what they acknowledge");
}
