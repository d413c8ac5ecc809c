//! Runs on SQLite, and also on the PostgreSQL server that `TURKISTAN_TEST_POSTGRES` names.

mod audit;
mod bell;
mod places;
mod receipts;
mod rules;
mod storage;

use std::{path::PathBuf, time::Duration};

use chrono::{DateTime, TimeZone, Utc};
use futures_util::FutureExt;
use kernel::{Personal, Rng, SeededRng};
use migrations::MigratorTrait;
use scratch::Scratch;
use sea_orm::{AccessMode, ConnectionTrait, DbBackend, IsolationLevel, Statement, TransactionTrait};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Abort, Database, NewEvent, Options, Target, append,
    log::{self, Audit, Checkpoint, Checkpoints, Signer},
};

/// A journal with nothing in it, and a signer.
pub(crate) struct Bench {
    pub(crate) database: Database,
    pub(crate) signer: Signer,
    pub(crate) rng: SeededRng,
    scratch: Scratch,
}

pub(crate) fn morning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 24, 5, 30, 0).unwrap()
}

/// A journal on each database that is here.
pub(crate) async fn benches() -> Vec<Bench> {
    let mut benches = Vec::new();
    for scratch in Scratch::each() {
        let database = open(scratch.target(Target::Sqlite, Target::Postgres)).await;
        migrations::Migrator::up(&database.owner, None).await.unwrap();
        let signer = Signer::derive(&Personal::new([7; 32]), "turkistan.test/journal").unwrap();
        benches.push(Bench { database, signer, rng: SeededRng::new(7), scratch });
    }
    benches
}

async fn open(target: Target) -> Database {
    Database::open(&Options { target, readers: 4, commit_delay: Duration::ZERO }).await.unwrap()
}

impl Bench {
    pub(crate) fn is_postgres(&self) -> bool {
        self.database.reader.get_database_backend() == DbBackend::Postgres
    }

    /// Appends the first event of a stream of its own.
    pub(crate) async fn happen(&self, what: &str) -> Uuid {
        let id = self.rng.uuid_v7(morning());
        let event = NewEvent { kind: "happened".into(), payload: json!({ "what": what }), versions: None };
        let write = self
            .database
            .writer
            .write(move |txn| async move { append(txn, "test", id, 0, morning(), "system", vec![event]).await.map(drop) }.boxed());
        write.await.unwrap();
        id
    }

    pub(crate) async fn grow(&self, count: usize) {
        for number in 0..count {
            self.happen(&format!("event {number}")).await;
        }
        self.database.writer.sequence().await.unwrap();
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.scratch.folder().join("checkpoints")
    }

    pub(crate) async fn checkpoint(&self) -> kernel::Result<Checkpoint> {
        log::checkpoint(&self.database, &self.signer, &self.file(), morning()).await
    }

    pub(crate) async fn audit(&self) -> Audit {
        self.audit_since(0).await
    }

    pub(crate) async fn audit_since(&self, since: u64) -> Audit {
        let checkpoints = Checkpoints::read(&self.file(), self.signer.verifier()).unwrap();
        assert_eq!((checkpoints.foreign, checkpoints.torn), (vec![], vec![]));
        // One picture of the whole: the sequencer may be at work meanwhile.
        let (picture, read) = (Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly));
        let txn = self.database.reader.begin_with_config(picture, read).await.unwrap();
        log::verify(&txn, since, &checkpoints.signed).await.unwrap()
    }

    /// Does what somebody with the database's password can do.
    pub(crate) async fn tamper(&self, sql: &str) {
        let (off, on) =
            if self.is_postgres() { ("SET session_replication_role = replica", "SET session_replication_role = origin") } else { ("", "") };
        let drop_triggers =
            ["event", "log_entry"].map(|table| format!("DROP TRIGGER IF EXISTS {table}_update; DROP TRIGGER IF EXISTS {table}_delete;"));
        let drop_triggers = if self.is_postgres() { String::new() } else { drop_triggers.concat() };
        self.database.owner.execute_unprepared(&format!("{off}; {drop_triggers} {sql}; {on}")).await.unwrap();
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.database.reader.get_database_backend(), sql);
        self.database.reader.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    pub(crate) async fn refused(&self, sql: &'static str) -> Abort {
        let write = self.database.writer.write(move |txn| async move { Ok(txn.execute_unprepared(sql).await.map(drop)?) }.boxed());
        write.await.unwrap_err()
    }
}
