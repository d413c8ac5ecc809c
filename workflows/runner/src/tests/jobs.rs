//! Who is performed when.

use chrono::TimeDelta;
use journal::Backoff;

use super::*;
use crate::worker::DEATHS_MAX;

fn keeps_its_key() -> Arc<Script> {
    Script::new(|job| async move { Ok(effect(job.key)) })
}

#[tokio::test]
async fn every_job_is_performed_once() {
    let bench = Bench::new().await;
    let keys: Vec<String> = (100..150).map(|n| n.to_string()).collect();
    bench.enqueue(&keys).await;
    bench.enqueue(&keys).await;
    let script = keeps_its_key();
    let runner = bench.runner(&script);
    assert_eq!(runner.drain().await.unwrap(), 50);
    assert_eq!(runner.drain().await.unwrap(), 0);
    assert_eq!(bench.effects().await, keys);
    assert_eq!(script.performed().len(), 50);
}

#[tokio::test]
async fn two_runners_on_one_queue_keep_each_effect_once() {
    let bench = Bench::new().await;
    let keys: Vec<String> = (100..300).map(|n| n.to_string()).collect();
    bench.enqueue(&keys).await;
    let (one, other) = (keeps_its_key(), keeps_its_key());
    let (one_runner, other_runner) = (bench.runner(&one), bench.runner(&other));
    let (a, b) = tokio::join!(one_runner.drain(), other_runner.drain());
    assert_eq!(a.unwrap() + b.unwrap(), 200);
    assert_eq!(bench.effects().await, keys);
}

#[tokio::test]
async fn the_more_urgent_job_goes_first() {
    let bench = Bench::new().await;
    let now = bench.clock.now();
    let job = |key: &str, priority| NewJob {
        kind: "act".to_owned(),
        key: key.to_owned(),
        payload: serde_json::Value::Null,
        run_at: now,
        priority,
    };
    let jobs = vec![job("bulk", Priority::Bulk), job("normal", Priority::Normal), job("statutory", Priority::Statutory)];
    bench.write(move |txn| async move { journal::enqueue(txn, now, jobs).await }.boxed()).await;
    let script = keeps_its_key();
    bench.runner(&script).drain().await.unwrap();
    let order: Vec<_> = script.performed().into_iter().map(|(key, _)| key).collect();
    assert_eq!(order, ["statutory", "normal", "bulk"]);
}

#[tokio::test]
async fn tries_come_after_doubling_delays_and_the_eighth_is_the_last() {
    let bench = Bench::new().await;
    bench.enqueue(["a"]).await;
    let script = Script::new(|_| async { Err(JobError::Retry("TIMEOUT: slow".to_owned())) });
    let runner = bench.runner(&script);
    for whole_seconds in [5, 10, 20, 40, 80, 160, 320] {
        assert_eq!(runner.drain().await.unwrap(), 1);
        let due = journal::next_lease(&bench.house.database.reader).await.unwrap().unwrap();
        let (delay, whole) = (due - bench.clock.now(), TimeDelta::seconds(whole_seconds));
        assert!(delay >= whole / 2 && delay <= whole, "{delay} is not within {whole}");
        bench.clock.advance(delay - TimeDelta::microseconds(1));
        assert_eq!(runner.drain().await.unwrap(), 0, "too early");
        bench.clock.advance(TimeDelta::microseconds(1));
    }
    assert_eq!(runner.drain().await.unwrap(), 1);
    let dead = journal::dead(&bench.house.database.reader, 0, 10).await.unwrap();
    let letters: Vec<_> = dead.iter().map(|letter| (letter.key.as_str(), letter.attempts, letter.last_error.as_deref())).collect();
    assert_eq!(letters, [("a", 8, Some("TIMEOUT: slow"))]);
    assert_eq!(bench.effects().await, ["buried a"]);
    bench.clock.advance(TimeDelta::days(30));
    assert_eq!(runner.drain().await.unwrap(), 0, "the dead stay dead");
}

/// Fails whenever it is tried, and has more patience than others.
struct Patient;

#[async_trait]
impl Handler for Patient {
    fn kinds(&self) -> &'static [&'static str] {
        &["act"]
    }

    fn backoff(&self) -> Option<Backoff> {
        Some(Backoff { first: TimeDelta::minutes(1), max: TimeDelta::minutes(2), attempts_max: 10 })
    }

    async fn perform(&self, _job: &Job) -> Result<Commit, JobError> {
        Err(JobError::Retry("TIMEOUT: slow".to_owned()))
    }
}

#[tokio::test]
async fn a_handler_that_has_a_patience_of_its_own_is_given_it() {
    let bench = Bench::new().await;
    bench.enqueue(["a"]).await;
    let runner = Runner::new(bench.house.clone(), vec![Arc::new(Patient)], Options::default());
    let begin = bench.clock.now();
    for _ in 0..10 {
        assert_eq!(runner.drain().await.unwrap(), 1);
        bench.clock.advance(TimeDelta::minutes(2));
    }
    let dead = journal::dead(&bench.house.database.reader, 0, 10).await.unwrap();
    assert_eq!((dead[0].attempts, dead[0].ended_at), (10, Some(begin + TimeDelta::minutes(18))));
}

#[tokio::test]
async fn a_dead_letter_can_be_given_another_life() {
    let bench = Bench::new().await;
    bench.enqueue(["a"]).await;
    let script =
        Script::new(
            |job| async move { if job.attempt == 1 { Err(JobError::Fail("OTHER: once".to_owned())) } else { Ok(effect(job.key)) } },
        );
    let runner = bench.runner(&script);
    runner.drain().await.unwrap();
    let letter = journal::dead(&bench.house.database.reader, 0, 10).await.unwrap().remove(0);
    let now = bench.clock.now();
    let revived = bench.house.database.writer.write(move |txn| journal::retry_dead(txn, letter.id, now).boxed()).await;
    assert!(revived.unwrap());
    assert_eq!(runner.drain().await.unwrap(), 1, "its tries are counted anew");
    assert_eq!(job_rows(&bench).await[0].attempts, 1);
}

/// Runners that lease the one job and are not heard of again.
async fn die(bench: &Bench, runners: i32) {
    let lease = TimeDelta::seconds(30);
    for _ in 0..runners {
        let now = bench.clock.now();
        bench.write(move |txn| async move { journal::lease(txn, "gone", now, lease, 1).await.map(drop) }.boxed()).await;
        bench.clock.advance(lease + TimeDelta::seconds(1));
    }
}

#[tokio::test]
async fn a_job_whose_runners_died_for_other_reasons_is_performed_and_keeps_its_tries() {
    let bench = Bench::new().await;
    bench.enqueue(["a"]).await;
    die(&bench, DEATHS_MAX - 1).await;
    let script = keeps_its_key();
    bench.runner(&script).drain().await.unwrap();
    assert_eq!(script.performed().len(), 1);
    assert_eq!(job_rows(&bench).await[0].attempts, 1);
}

#[tokio::test]
async fn a_job_that_kills_its_runner_each_time_becomes_a_dead_letter() {
    let bench = Bench::new().await;
    bench.enqueue(["a"]).await;
    die(&bench, DEATHS_MAX).await;
    let script = keeps_its_key();
    bench.runner(&script).drain().await.unwrap();
    assert!(script.performed().is_empty());
    assert_eq!(job_rows(&bench).await[0].last_error.as_deref(), Some("INTERNAL: no try came to an end"));
}

#[tokio::test]
async fn a_backlog_of_840_jobs_drains() {
    let bench = Bench::new().await;
    bench.enqueue((0..280).map(|n| format!("route {n}"))).await;
    let script = Script::new(|job| async move {
        let next = match job.key.split_once(' ') {
            Some(("route", n)) => Some(format!("notify {n}")),
            Some(("notify", n)) => Some(format!("deliver {n}")),
            _ => None,
        };
        let commit: Commit = Box::new(move |txn| {
            async move {
                let jobs = next.into_iter().map(|key| NewJob {
                    kind: "act".to_owned(),
                    key,
                    payload: serde_json::json!({}),
                    run_at: morning(),
                    priority: Priority::Normal,
                });
                journal::enqueue(txn, morning(), jobs.collect()).await?;
                effect(job.key)(txn).await
            }
            .boxed()
        });
        Ok(commit)
    });
    let begun = std::time::Instant::now();
    assert_eq!(bench.runner(&script).drain().await.unwrap(), 840);
    println!("840 jobs in {:?}", begun.elapsed());
    assert_eq!(bench.effects().await.len(), 840);
}

#[tokio::test]
async fn what_was_done_long_ago_is_forgotten_and_nothing_else_is() {
    let bench = Bench::new().await;
    bench.enqueue(["a", "b", "c"]).await;
    let script = Script::new(|job| async move {
        match job.key.as_str() {
            "b" => Err(JobError::Fail("REFUSED: never".to_owned())),
            _ => Ok(effect(job.key)),
        }
    });
    let runner = bench.runner(&script);
    runner.drain().await.unwrap();
    let states = |rows: Vec<JobRow>| rows.into_iter().map(|row| row.state).collect::<Vec<_>>();
    bench.clock.advance(TimeDelta::days(29));
    runner.prune().await;
    assert_eq!(states(job_rows(&bench).await), ["done", "dead", "done"]);
    bench.enqueue(["d"]).await;
    bench.clock.advance(TimeDelta::days(2));
    runner.prune().await;
    assert_eq!(states(job_rows(&bench).await), ["dead", "ready"]);
}
