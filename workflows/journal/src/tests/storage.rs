//! A disk that is full, and a database that is gone for a moment.

use std::collections::VecDeque;

use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use kernel::{Code, Error};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;
use tokio::sync::watch;
use uuid::Uuid;

use super::{benches, morning};
use crate::{Abort, Database, NewEvent, Source, Txn, append, latest_position, listen};

/// Writes an event that is too large for what is free in a file of any age.
async fn write(database: &Database) -> Result<i32, Code> {
    let payload = json!({ "text": "a".repeat(200_000) });
    let written = database.writer.write(move |txn| {
        async move {
            let event = NewEvent { kind: "written".into(), payload, versions: None };
            append(txn, "test", Uuid::new_v4(), 0, morning(), "system", vec![event]).await
        }
        .boxed()
    });
    written.await.map_err(|abort: Abort| abort.into_fault().code())
}

#[tokio::test]
async fn a_writer_whose_disk_was_full_writes_again() {
    for bench in benches().await.into_iter().filter(|bench| bench.database.owner.get_database_backend() == DbBackend::Sqlite) {
        let database = &bench.database;
        assert_eq!(write(database).await, Ok(1));
        for _ in 0..3 {
            database.owner.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
            let outcomes = futures_util::future::join_all((0..4).map(|_| write(database))).await;
            assert!(outcomes.contains(&Err(Code::SubgraphUnavailable)), "{outcomes:?}");
            database.owner.execute_unprepared("PRAGMA max_page_count = 1000000").await.unwrap();
            let before = latest_position(&database.reader).await.unwrap();
            assert_eq!(write(database).await, Ok(1));
            assert_eq!(latest_position(&database.reader).await.unwrap(), before + 1, "nothing was half-written");
        }
    }
}

#[tokio::test]
async fn a_writer_whose_connections_were_ended_writes_again() {
    for bench in benches().await.into_iter().filter(|bench| bench.database.owner.get_database_backend() == DbBackend::Postgres) {
        let database = &bench.database;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let ended = database.writer.write(move |txn| {
            async move {
                txn.execute_unprepared(end).await?;
                // Its own, too: the act does not live to be committed.
                txn.execute_unprepared("SELECT pg_terminate_backend(pg_backend_pid())").await?;
                Ok(())
            }
            .boxed()
        });
        assert_eq!(ended.await.map_err(|abort: Abort| abort.into_fault().code()), Err(Code::SubgraphUnavailable));
        assert_eq!(write(database).await, Ok(1));
    }
}

/// Answers as it is told.
struct Told(VecDeque<Result<Vec<u32>, Code>>);

impl Source for Told {
    type Item = u32;

    async fn next(&mut self) -> kernel::Result<Vec<u32>> {
        self.0.pop_front().unwrap_or(Err(Code::Internal)).map_err(|code| Error::coded(code, "told"))
    }
}

#[tokio::test(start_paused = true)]
async fn a_listener_waits_for_a_database_that_is_away_and_no_longer_for_a_house_that_failed() {
    let away = || Err(Code::SubgraphUnavailable);
    let (_committed, commits) = watch::channel(0);
    let told = Told([Ok(vec![1, 2]), away(), away(), Ok(vec![3]), Err(Code::Internal), Ok(vec![4])].into());
    assert_eq!(listen(told, commits).collect::<Vec<_>>().await, [1, 2, 3]);
}

/// How a transaction says that it waits for the disk.
fn disk(txn: &Txn) -> BoxFuture<'_, Result<String, Abort>> {
    let sql = match txn.get_database_backend() {
        DbBackend::Postgres => "SELECT current_setting('synchronous_commit')",
        _ => "SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous",
    };
    let statement = Statement::from_string(txn.get_database_backend(), sql);
    async move { Ok(txn.query_one_raw(statement).await?.unwrap().try_get_by_index(0)?) }.boxed()
}

#[tokio::test]
async fn what_a_relaxed_act_left_undone_no_later_act_leaves_undone() {
    for bench in benches().await {
        let writer = &bench.database.writer;
        let (full, relaxed) = if bench.is_postgres() { ("on", "off") } else { ("2", "1") };
        for _ in 0..2 {
            assert_eq!(writer.write(disk).await.unwrap(), full);
            assert_eq!(writer.write_relaxed(disk).await.unwrap(), relaxed);
            assert_eq!(writer.write_relaxed(disk).await.unwrap(), relaxed);
        }
    }
}
