//! The runner as a task beside the server.

use tokio::sync::{Semaphore, oneshot};

use super::*;

#[tokio::test]
async fn a_commit_wakes_the_runner_and_the_job_that_it_causes_follows() {
    let bench = Bench::new().await;
    let script = Script::new(|job| async move {
        let follows: Commit = Box::new(move |txn| {
            async move {
                if job.key == "first" {
                    let next = NewJob {
                        kind: job.kind,
                        key: "second".to_owned(),
                        payload: job.payload,
                        run_at: morning(),
                        priority: Priority::Normal,
                    };
                    journal::enqueue(txn, morning(), vec![next]).await?;
                }
                effect(job.key)(txn).await
            }
            .boxed()
        });
        Ok(follows)
    });
    let runner = bench.runner(&script);
    let mut committed = bench.house.database.writer.committed();
    let story = async {
        bench.enqueue(["first"]).await;
        while bench.effects().await.len() < 2 {
            committed.changed().await.unwrap();
        }
    };
    runner.run(story).await;
    assert_eq!(bench.effects().await, ["first", "second"]);
}

#[tokio::test]
async fn an_idle_runner_neither_writes_nor_looks_again_soon() {
    let bench = Bench::new().await;
    bench.enqueue(["a"]).await;
    let script = Script::new(|job| async move { Ok(effect(job.key)) });
    let runner = bench.runner(&script);
    runner.drain().await.unwrap();
    let committed = bench.house.database.writer.committed();
    let before = *committed.borrow();
    let rest = runner.look().await.unwrap();
    assert!(rest >= Duration::from_secs(1), "{rest:?}");
    assert_eq!(*committed.borrow(), before);
}

#[tokio::test]
async fn a_runner_that_is_stopped_ends_what_it_began_and_gives_the_rest_back() {
    let bench = Bench::new().await;
    bench.enqueue(["1", "2", "3"]).await;
    let (gate, (reached, at_gate)) = (Arc::new(Semaphore::new(0)), oneshot::channel());
    let reached = Mutex::new(Some(reached));
    let at_the_gate = Arc::clone(&gate);
    let script = Script::new(move |job| {
        let gate = Arc::clone(&at_the_gate);
        reached.lock().unwrap().take().unwrap().send(()).unwrap();
        async move {
            gate.acquire().await.unwrap().forget();
            Ok(effect(job.key))
        }
    });
    let options = Options { concurrency: 1, ..Options::default() };
    let runner = Runner::new(bench.house.clone(), vec![Arc::clone(&script) as Arc<dyn Handler>], options);
    let shutdown = async {
        at_gate.await.unwrap();
        gate.add_permits(1);
    };
    runner.run(shutdown).await;
    assert_eq!(bench.effects().await, ["1"]);
    let states: Vec<_> = job_rows(&bench).await.into_iter().map(|row| (row.state, row.attempts)).collect();
    assert_eq!(states, [("done".to_owned(), 1), ("ready".to_owned(), 0), ("ready".to_owned(), 0)]);
}
