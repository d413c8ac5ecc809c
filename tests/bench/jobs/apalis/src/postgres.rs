//! On a PostgreSQL server.

use std::time::{Duration, SystemTime};

use apalis::prelude::*;
use apalis_postgres::{Config, PgPool, PostgresStorage};
use sqlx::postgres::PgPoolOptions;

use crate::measure::{self, BACKLOG, Watch};

const BATCH: usize = 50;
const POLL: Duration = Duration::from_millis(100);
/// As many as the other side has.
const CONNECTIONS: u32 = 20;

pub(crate) async fn run(server: &str, measure: &str, workers: usize) {
    let name = format!("apalis_{}", SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos());
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&PgPool::connect(server).await.unwrap()).await.unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).connect(&url).await.unwrap();
    PostgresStorage::setup(&pool).await.unwrap();
    sqlx::query("CREATE TABLE effect (key TEXT NOT NULL)").execute(&pool).await.unwrap();
    let config = Config::default().queue("jobs").batch_size(BATCH).lock_tasks(false);
    let mut storage: PostgresStorage<usize> = PostgresStorage::new(&pool).with_config(config);
    if measure == "append" {
        return measure::append(&storage, async |storage: &mut PostgresStorage<usize>, key| storage.push(key).await.unwrap()).await;
    }
    let watch = Watch::over(measure);
    if measure == "drain" {
        storage.push_bulk((0..BACKLOG).collect()).await.unwrap();
        // As the server does by itself within a minute.
        sqlx::query("ANALYZE").execute(&pool).await.unwrap();
    }
    // LISTEN/NOTIFY wakes the worker: apalis' own way to start jobs soon.
    let worker = WorkerBuilder::new("worker")
        .backend(storage.clone().with_pubsub().poll_with_strategy(Strategy::new().interval(POLL)))
        .concurrency(workers)
        .parallelize(tokio::spawn)
        .data(watch.clone())
        .data(pool.clone())
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
        let done: i64 = sqlx::query_scalar("SELECT count(*) FROM apalis.jobs WHERE status = 'Done'").fetch_one(&pool).await.unwrap();
        assert_eq!(usize::try_from(done), Ok(BACKLOG), "each job is marked");
    }
}

async fn insert(key: usize, watch: Data<Watch>, effects: Data<PgPool>) -> Result<(), BoxDynError> {
    watch.start(key);
    sqlx::query("INSERT INTO effect (key) VALUES ($1)").bind(key.to_string()).execute(&*effects).await?;
    watch.ended();
    Ok(())
}
