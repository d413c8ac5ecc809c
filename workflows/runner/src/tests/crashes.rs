//! Runners that die, hang, or lose their lease.

use chrono::TimeDelta;
use tokio::sync::Semaphore;

use super::*;

/// A handler that stops at a gate on the first try: whatever it did outside the database is done, and nothing is written yet.
fn stops_at(gate: &Arc<Semaphore>, reached: &Arc<Semaphore>) -> Arc<Script> {
    let (gate, reached) = (Arc::clone(gate), Arc::clone(reached));
    Script::new(move |job| {
        let (gate, reached) = (Arc::clone(&gate), Arc::clone(&reached));
        async move {
            if job.deaths == 0 {
                reached.add_permits(1);
                gate.acquire().await.unwrap().forget();
            }
            Ok(effect(job.key))
        }
    })
}

struct Stopped {
    bench: Bench,
    script: Arc<Script>,
    gate: Arc<Semaphore>,
    draining: tokio::task::JoinHandle<kernel::Result<usize>>,
}

/// A runner that performs the job `a` and stands between its effect outside and its commit.
async fn stopped() -> Stopped {
    let bench = Bench::new().await;
    bench.enqueue(["a"]).await;
    let (gate, reached) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let script = stops_at(&gate, &reached);
    let runner = bench.runner(&script);
    let draining = tokio::spawn(async move { runner.drain().await });
    reached.acquire().await.unwrap().forget();
    Stopped { bench, script, gate, draining }
}

#[tokio::test]
async fn after_a_crash_between_perform_and_commit_the_job_is_performed_again_and_its_effect_kept_once() {
    let Stopped { bench, script, draining, .. } = stopped().await;
    draining.abort();
    assert!(draining.await.unwrap_err().is_cancelled());
    let next = bench.runner(&script);
    assert_eq!(next.drain().await.unwrap(), 0, "the lease of the dead runner still stands");
    bench.clock.advance(TimeDelta::seconds(31));
    assert_eq!(next.drain().await.unwrap(), 1);
    assert_eq!(script.performed(), [("a".to_owned(), 1), ("a".to_owned(), 1)], "a try that did not end is the same try again");
    assert_eq!(bench.effects().await, ["a"]);
}

#[tokio::test]
async fn an_embedded_runner_takes_over_what_its_last_life_left() {
    let Stopped { bench, script, draining, .. } = stopped().await;
    draining.abort();
    drop(draining.await);
    if bench.house.database.reader.get_database_backend() != sea_orm::DbBackend::Sqlite {
        return;
    }
    let mut committed = bench.house.database.writer.committed();
    let next = bench.runner(&script);
    let done = async {
        while bench.effects().await.is_empty() {
            committed.changed().await.unwrap();
        }
    };
    next.run(done).await;
    assert_eq!(bench.effects().await, ["a"]);
}

#[tokio::test]
async fn a_runner_that_lost_its_lease_keeps_no_effect() {
    let Stopped { bench, script, gate, draining } = stopped().await;
    bench.clock.advance(TimeDelta::seconds(31));
    let now = bench.clock.now();
    bench.write(move |txn| lease_and_finish(txn, now).boxed()).await;
    gate.add_permits(1);
    draining.await.unwrap().unwrap();
    assert_eq!(script.performed().len(), 1);
    assert_eq!(bench.effects().await, ["of the other"]);
}

async fn lease_and_finish(txn: &journal::Txn, now: DateTime<Utc>) -> Result<(), Abort> {
    let jobs = journal::lease(txn, "other", now, TimeDelta::seconds(30), 1).await?;
    assert_eq!(jobs.len(), 1);
    assert!(journal::done(txn, jobs[0].id, "other", now).await?);
    effect("of the other".to_owned())(txn).await
}

#[tokio::test]
async fn a_failure_reported_after_the_job_was_done_does_not_revive_it() {
    let bench = Bench::new().await;
    bench.enqueue(["a"]).await;
    let script = Script::new(|job| async move { Ok(effect(job.key)) });
    bench.runner(&script).drain().await.unwrap();
    let now = bench.clock.now();
    let holder = bench.rows("SELECT leased_by FROM job").await[0].try_get::<String>("", "leased_by").unwrap();
    bench
        .write(move |txn| {
            async move {
                assert!(!journal::fail(txn, 1, &holder, now, "INTERNAL: connection lost", Some(now)).await?);
                Ok(())
            }
            .boxed()
        })
        .await;
    assert_eq!(job_rows(&bench).await[0].state, "done");
}

#[tokio::test]
async fn a_handler_that_takes_longer_than_its_lease_keeps_it() {
    let mut bench = Bench::new().await;
    bench.house.clock = Arc::new(kernel::SystemClock);
    bench.enqueue(["a"]).await;
    let database = bench.house.database.clone();
    let script = Script::new(move |job| {
        let database = database.clone();
        async move {
            let lease_end = || journal::next_lease(&database.reader);
            let first = lease_end().await?;
            while lease_end().await? == first {
                tokio::task::yield_now().await;
            }
            Ok(effect(job.key))
        }
    });
    let options = Options { lease: Duration::from_millis(1500), ..Options::default() };
    let runner = Runner::new(bench.house.clone(), vec![Arc::clone(&script) as Arc<dyn Handler>], options);
    assert_eq!(runner.drain().await.unwrap(), 1);
    assert_eq!(bench.effects().await, ["a"]);
}

#[tokio::test]
async fn a_handler_without_end_is_broken_off_and_tried_again() {
    let bench = Bench::new().await;
    bench.enqueue(["a"]).await;
    let script = Script::new(|_| std::future::pending());
    let options = Options { patience: Duration::from_millis(1), ..Options::default() };
    let runner = Runner::new(bench.house.clone(), vec![Arc::clone(&script) as Arc<dyn Handler>], options);
    assert_eq!(runner.drain().await.unwrap(), 1);
    assert_eq!(job_rows(&bench).await[0].last_error.as_deref(), Some("TIMEOUT: the handler took too long"));
}
