//! Events get their places.

use std::collections::BTreeSet;

use futures_util::FutureExt;
use kernel::Rng;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio::sync::oneshot;

use super::{Bench, benches, morning};
use crate::{Abort, NewEvent, append, log::Wrong, stream_after};

#[tokio::test]
async fn every_event_has_a_place_without_gaps_in_the_order_of_commits() {
    for bench in benches().await {
        let writes = (0..64).map(|number| bench.happen(if number % 2 == 0 { "even" } else { "odd" }));
        let ids: BTreeSet<_> = futures_util::future::join_all(writes).await.into_iter().collect();
        bench.database.writer.sequence().await.unwrap();
        let logged = stream_after(&bench.database.reader, "test", 0, 100).await.unwrap();
        assert_eq!(logged.iter().map(|logged| logged.position).collect::<Vec<_>>(), (1..=64).collect::<Vec<_>>());
        assert_eq!(logged.iter().map(|logged| logged.event.stream_id).collect::<BTreeSet<_>>(), ids);
        let audit = bench.audit().await;
        assert_eq!((audit.size, audit.waiting, audit.bad), (64, 0, None));
    }
}

#[tokio::test]
async fn an_act_that_aborts_takes_no_place() {
    for bench in benches().await {
        bench.happen("before").await;
        let id = bench.rng.uuid_v7(morning());
        let write = bench.database.writer.write(move |txn| {
            async move {
                let event = NewEvent { kind: "happened".into(), payload: json!({}), versions: None };
                append(txn, "test", id, 0, morning(), "system", vec![event]).await?;
                Err::<(), _>(Abort::Refused(Vec::new()))
            }
            .boxed()
        });
        assert!(write.await.is_err());
        bench.happen("after").await;
        bench.database.writer.sequence().await.unwrap();
        assert_eq!(bench.number("SELECT COUNT(*) FROM log_entry").await, 2);
        assert_eq!(bench.number("SELECT MAX(position) FROM log_entry").await, 2);
    }
}

/// An act that began first and is committed last: it holds a lower number of `event` than what is read before it.
#[tokio::test]
async fn a_listener_passes_over_no_event_that_is_committed_late() {
    for bench in benches().await.into_iter().filter(Bench::is_postgres) {
        let (began, has_begun) = oneshot::channel();
        let (may_commit, commits) = oneshot::channel::<()>();
        let writer = bench.database.writer.clone();
        let id = bench.rng.uuid_v7(morning());
        let slow = tokio::spawn(async move {
            let write = writer.write(move |txn| {
                async move {
                    let event = NewEvent { kind: "late".into(), payload: json!({}), versions: None };
                    append(txn, "test", id, 0, morning(), "system", vec![event]).await?;
                    began.send(()).unwrap();
                    commits.await.unwrap();
                    Ok(())
                }
                .boxed()
            });
            write.await.unwrap();
        });
        has_begun.await.unwrap();
        bench.happen("quick").await;
        bench.database.writer.sequence().await.unwrap();
        let read = stream_after(&bench.database.reader, "test", 0, 10).await.unwrap();
        assert_eq!(read.iter().map(|logged| logged.event.kind.as_str()).collect::<Vec<_>>(), ["happened"]);
        may_commit.send(()).unwrap();
        slow.await.unwrap();
        bench.database.writer.sequence().await.unwrap();
        let rest = stream_after(&bench.database.reader, "test", read[0].position, 10).await.unwrap();
        assert_eq!(rest.iter().map(|logged| logged.event.kind.as_str()).collect::<Vec<_>>(), ["late"]);
        assert_eq!(bench.audit().await.bad, None);
    }
}

#[tokio::test]
async fn what_an_older_program_left_without_a_place_gets_one() {
    for bench in benches().await {
        bench.grow(3).await;
        bench.tamper("DELETE FROM log_entry").await;
        if bench.is_postgres() {
            bench.database.owner.execute_unprepared("INSERT INTO log_waiting SELECT position FROM event").await.unwrap();
        }
        let audit = bench.audit().await;
        assert_eq!(audit.waiting + audit.size, 3, "the sequencer may be at work already");
        bench.grow(1).await;
        let audit = bench.audit().await;
        assert_eq!((audit.size, audit.waiting, audit.bad), (4, 0, None));
    }
}

#[tokio::test]
async fn events_and_the_log_are_only_added_to() {
    for bench in benches().await {
        bench.grow(2).await;
        bench.checkpoint().await.unwrap();
        for statement in [
            "UPDATE event SET kind = 'other'",
            "DELETE FROM event",
            "UPDATE log_entry SET event = 7 WHERE position = 1",
            "DELETE FROM log_entry WHERE position = 2",
            "UPDATE log_checkpoint SET note = ''",
            "DELETE FROM log_checkpoint",
        ] {
            let refused = format!("{:?}", bench.refused(statement).await);
            assert!(refused.contains("is only added to"), "{statement}: {refused}");
        }
        if bench.is_postgres() {
            let refused = format!("{:?}", bench.refused("TRUNCATE event, log_entry").await);
            assert!(refused.contains("is only added to"), "{refused}");
        }
        assert_eq!(bench.audit().await.bad, None);
    }
}

#[tokio::test]
async fn an_event_behind_the_logs_back_is_found() {
    for bench in benches().await {
        bench.grow(3).await;
        bench.tamper("UPDATE event SET position = position + 10 WHERE position = 3").await;
        bench.tamper("UPDATE log_entry SET event = 13 WHERE event = 3").await;
        let columns = "stream, stream_id, number, kind, at, actor, payload, versions";
        let stray = format!(
            "INSERT INTO event (position, {columns}) SELECT 7, stream, stream_id, 2, kind, at, actor, payload, versions FROM event WHERE position = 1"
        );
        bench.tamper(&stray).await;
        assert_eq!(bench.audit().await.bad.map(|bad| (bad.position, bad.wrong)), Some((0, Wrong::Unlogged(7))));
    }
}
