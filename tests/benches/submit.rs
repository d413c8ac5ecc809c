//! How many reports are acknowledged in a second, over HTTP, each on disk before its answer, beside the floor measured in the same run:
//! bare SQLite writing the same rows with one fsync each.
//!
//! Run with `cargo bench -p tests --bench submit`; it needs a release binary (`cargo build --release`). Prints medians.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use serde_json::json;
use sqlx::{
    ConnectOptions, Connection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tests::{City, Options, Store, uuid};

const SUBMIT: &str =
    "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { coupon { reference key dueOn } errors { code } } }";
const ROUND: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Acknowledged reports in a second with so many clients.
async fn round(city: &City, clients: usize) -> f64 {
    let acknowledged = AtomicU64::new(0);
    let until = Instant::now() + ROUND;
    let one = || async {
        while Instant::now() < until {
            let input = json!({ "idempotencyKey": uuid(), "text": "Көшеде су ағып жатыр, жол мұзға айналды", "locale": "KK" });
            let answer = city.ask(None, SUBMIT, json!({ "input": input })).await;
            assert!(answer.data("/submitFeedback/coupon/reference").is_string());
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    };
    futures_util::future::join_all((0..clients).map(|_| one())).await;
    f64::from(u32::try_from(acknowledged.load(Ordering::Relaxed)).unwrap_or(u32::MAX)) / ROUND.as_secs_f64()
}

async fn rounds(city: &City, clients: usize) -> f64 {
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        rates.push(round(city, clients).await);
    }
    median(rates)
}

/// Bare SQLite: five inserts and a counter, one commit and one fsync for each report.
async fn floor() -> f64 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("floor.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = options.connect().await.expect("SQLite");
    for table in ["act_key", "feedback", "event", "job", "timer"] {
        let create = format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT)");
        sqlx::query(sqlx::AssertSqlSafe(create)).execute(&mut connection).await.expect("a table");
    }
    let payload = "x".repeat(400);
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let (started, mut count) = (Instant::now(), 0_u32);
        while started.elapsed() < ROUND {
            let mut transaction = connection.begin().await.expect("a transaction");
            for table in ["act_key", "feedback", "event", "job", "timer"] {
                let insert = format!("INSERT INTO {table} (a, b, c) VALUES (?, ?, ?)");
                let query = sqlx::query(sqlx::AssertSqlSafe(insert)).bind(&payload).bind("kk").bind("request");
                query.execute(&mut *transaction).await.expect("a row");
            }
            transaction.commit().await.expect("a commit");
            count += 1;
        }
        rates.push(f64::from(count) / started.elapsed().as_secs_f64());
    }
    median(rates)
}

/// Resident memory of the server in MB.
fn memory_mb(city: &City) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", city.process_id())).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

#[tokio::main]
async fn main() {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!("cores {cores}, medians of {ROUNDS} rounds of {} s", ROUND.as_secs());
    let city = City::start(&Store::Sqlite, Options::default()).await;
    city.idle().await;
    println!("idle memory of the demo city       {:>8.0} MB", memory_mb(&city));
    let bare = floor().await;
    println!("bare SQLite, one fsync a report    {bare:>8.0} /s");
    for clients in [1, 16, 64] {
        let rate = rounds(&city, clients).await;
        println!("submitFeedback, {clients:>2} clients         {rate:>8.0} /s   {:.2} of the floor", rate / bare);
    }
    drop(city);
    let slow = Options { arguments: vec!["--commit-delay-ms".to_owned(), "10".to_owned()], ..Options::default() };
    let city = City::start(&Store::Sqlite, slow).await;
    city.idle().await;
    println!("64 clients, each commit 10 ms late {:>8.0} /s", rounds(&city, 64).await);
}
