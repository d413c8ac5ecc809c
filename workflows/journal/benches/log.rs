//! What the log costs: how much of an act's transaction is its event with its place in the log, and how long a log of many events takes to
//! be audited.
//!
//! `cargo bench -p journal --bench log`, and on PostgreSQL too where `TURKISTAN_TEST_POSTGRES` names a server. `LOG_EVENTS` is how many events
//! the audit reads, a million by default; `LOG_FOLDER`, when set, keeps their embedded database.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints its figures, and fails when it cannot")]

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Abort, Database, NewEvent, NewJob, Options, Priority, Target, Txn, append, arm, claim_with, enqueue, log};
use kernel::{Personal, Rng, SeededRng};
use migrations::MigratorTrait;
use scratch::Scratch;
use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::json;
use uuid::Uuid;

const ROUND: Duration = Duration::from_secs(3);
const ROUNDS: usize = 5;

fn morning() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_500_000, 0).unwrap_or_default()
}

async fn open(target: Target) -> Database {
    let database = Database::open(&Options { target, readers: 4, commit_delay: Duration::ZERO }).await.unwrap();
    migrations::Migrator::up(&database.owner, None).await.unwrap();
    let text = "CREATE TABLE filing (id VARCHAR PRIMARY KEY, text TEXT NOT NULL)";
    database.owner.execute_unprepared(text).await.unwrap();
    database
}

/// What an act of filing writes, with its event or without.
async fn act(txn: &Txn, id: Uuid, with_event: bool) -> Result<(), Abort> {
    let key = journal::ActKey::new(id, "file", "anonymous", &id)?;
    claim_with(txn, &key, morning(), &id).await?;
    let text = "Көшеде су ағып жатыр, жол мұзға айналды ".repeat(8);
    let insert = "INSERT INTO filing (id, text) VALUES ($1, $2)";
    let values = [id.to_string().into(), text.into()];
    txn.execute_raw(sea_orm::Statement::from_sql_and_values(txn.get_database_backend(), insert, values)).await?;
    if with_event {
        let facts = json!({ "reference": "TK-2026-000001", "digest": format!("sha256:{:064x}", id.as_u128()), "category": "water-supply" });
        let payload = json!({ "from": null, "to": "submitted", "message": "event-submitted", "internal": false, "facts": facts });
        append(txn, "feedback", id, 0, morning(), "anonymous", vec![NewEvent { kind: "submitted".into(), payload, versions: None }])
            .await?;
    }
    let job = |kind: &str| NewJob {
        kind: kind.to_owned(),
        key: format!("{kind}:{id}:1"),
        payload: json!({ "feedback": id, "event": 1 }),
        run_at: morning(),
        priority: Priority::Normal,
    };
    enqueue(txn, morning(), vec![job("route_feedback"), job("send_coupon")]).await?;
    arm(txn, id, "deadline", "deadline_passed", morning()).await?;
    Ok(())
}

/// Microseconds for each act, with so many at once.
async fn round(database: &Database, rng: &SeededRng, at_once: usize, with_event: bool) -> f64 {
    let (started, mut count) = (Instant::now(), 0_u32);
    while started.elapsed() < ROUND {
        let acts = (0..at_once).map(|_| {
            let id = rng.uuid_v7(morning());
            database.writer.write(move |txn| act(txn, id, with_event).boxed())
        });
        for done in futures_util::future::join_all(acts).await {
            done.unwrap();
            count += 1;
        }
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(count)
}

async fn appending(database: &Database, name: &str) {
    let rng = SeededRng::new(7);
    for at_once in [1, 16, 64] {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        // In turns, so that a disk that slows down slows both.
        for _ in 0..ROUNDS {
            without.push(round(database, &rng, at_once, false).await);
            with.push(round(database, &rng, at_once, true).await);
        }
        let median = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let (with, without) = (median(with), median(without));
        let share = (with - without) / with * 100.0;
        println!("{name}, {at_once:>2} at once: an act {with:>6.0} µs, without its event {without:>6.0} µs: {share:>4.1} % of it");
    }
}

async fn auditing(database: &Database, name: &str, events: u64) {
    let versions = r#"{"definition":"request.v1","rules":"routing.v1","clocks":"clocks.v1","calendar":"kz.v1"}"#;
    let payload = r#"{"from":null,"to":"submitted","message":"event-submitted","internal":false,"facts":{"reference":"TK-2026-000001","digest":"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","category":"water-supply","urgency":"ORDINARY","dueOn":"2026-12-15"}}"#;
    let columns = "INSERT INTO event (stream, stream_id, number, kind, at, actor, payload, versions)";
    let fill = match database.owner.get_database_backend() {
        DbBackend::Postgres => format!(
            "{columns} SELECT 'feedback', gen_random_uuid(), 1, 'submitted', '2026-11-24T05:30:00Z', 'anonymous', '{payload}', '{versions}' \
             FROM generate_series(1, {events})"
        ),
        _ => format!(
            "{columns} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {events}) SELECT 'feedback', randomblob(16), 1, \
             'submitted', '2026-11-24T05:30:00+00:00', 'anonymous', '{payload}', '{versions}' FROM n"
        ),
    };
    let timed = Instant::now();
    database.owner.execute_unprepared(&fill).await.unwrap();
    println!("{name}: {events} events written in {:.1} s", timed.elapsed().as_secs_f64());
    let timed = Instant::now();
    database.writer.sequence().await.unwrap();
    println!("{name}: given their places in {:.1} s", timed.elapsed().as_secs_f64());
    let folder = tempfile::tempdir().unwrap();
    let signer = log::Signer::derive(&Personal::new([7; 32]), "turkistan.test/journal").unwrap();
    let timed = Instant::now();
    let checkpoint = log::checkpoint(database, &signer, &folder.path().join("checkpoints"), morning()).await.unwrap();
    println!("{name}: signed in {:.3} s", timed.elapsed().as_secs_f64());
    let timed = Instant::now();
    let audit = log::verify(&database.reader, 0, &[checkpoint]).await.unwrap();
    assert!(audit.bad.is_none() && audit.size >= events, "{audit:?}");
    println!("{name}: {} entries verified in {:.1} s", audit.size, timed.elapsed().as_secs_f64());
}

#[tokio::main]
async fn main() {
    let events = std::env::var("LOG_EVENTS").ok().map_or(1_000_000, |count| count.parse().unwrap());
    for (name, scratch) in ["SQLite", "PostgreSQL"].into_iter().zip(Scratch::each()) {
        appending(&open(scratch.target(Target::Sqlite, Target::Postgres)).await, name).await;
    }
    for (name, scratch) in ["SQLite", "PostgreSQL"].into_iter().zip(Scratch::each()) {
        let kept = |file| std::env::var_os("LOG_FOLDER").map_or(file, |folder| std::path::Path::new(&folder).join("turkistan.db"));
        let target = scratch.target(|file| Target::Sqlite(kept(file)), Target::Postgres);
        auditing(&open(target).await, name, events).await;
    }
}
