//! Timers fire once, at their instant.

use chrono::TimeDelta;
use uuid::Uuid;

use super::*;

const STREAM: Uuid = Uuid::from_u128(1);

async fn arm(bench: &Bench, name: &'static str, due_at: DateTime<Utc>) {
    bench.write(move |txn| async move { journal::arm(txn, STREAM, name, "act", due_at).await }.boxed()).await;
}

fn notes_its_timer() -> Arc<Script> {
    Script::new(|job| async move { Ok(effect(format!("{} {}", job.payload["timer"], job.payload["dueAt"]).replace('"', ""))) })
}

#[tokio::test]
async fn a_timer_fires_at_its_instant_and_once() {
    let bench = Bench::new().await;
    arm(&bench, "deadline", morning() + TimeDelta::seconds(60)).await;
    let (one, other) = (notes_its_timer(), notes_its_timer());
    let (runner, second) = (bench.runner(&one), bench.runner(&other));
    bench.clock.advance(TimeDelta::seconds(59));
    assert_eq!(runner.drain().await.unwrap(), 0);
    bench.clock.advance(TimeDelta::seconds(1));
    let (a, b) = tokio::join!(runner.drain(), second.drain());
    assert_eq!(a.unwrap() + b.unwrap(), 1);
    bench.clock.advance(TimeDelta::days(1));
    assert_eq!(runner.drain().await.unwrap(), 0);
    assert_eq!(bench.effects().await, ["deadline 2026-11-24T05:31:00Z"]);
}

#[tokio::test]
async fn a_timer_that_was_moved_or_stopped_fires_accordingly() {
    let bench = Bench::new().await;
    let soon = morning() + TimeDelta::seconds(10);
    arm(&bench, "moved", soon).await;
    arm(&bench, "moved", soon + TimeDelta::seconds(10)).await;
    arm(&bench, "stopped", soon).await;
    bench.write(|txn| async move { journal::disarm(txn, STREAM, "stopped").await }.boxed()).await;
    let script = notes_its_timer();
    let runner = bench.runner(&script);
    bench.clock.advance(TimeDelta::seconds(15));
    assert_eq!(runner.drain().await.unwrap(), 0);
    bench.clock.advance(TimeDelta::seconds(15));
    assert_eq!(runner.drain().await.unwrap(), 1);
    assert_eq!(bench.effects().await, ["moved 2026-11-24T05:30:20Z"]);
}

#[tokio::test]
async fn a_timer_that_is_armed_again_for_the_instant_at_which_it_fired_fires_again() {
    let bench = Bench::new().await;
    let script = notes_its_timer();
    let runner = bench.runner(&script);
    for _ in 0..3 {
        arm(&bench, "deadline", morning()).await;
        assert_eq!(runner.drain().await.unwrap(), 1);
        assert_eq!(runner.drain().await.unwrap(), 0);
    }
    assert_eq!(bench.effects().await, ["deadline 2026-11-24T05:30:00Z"; 3]);
}

#[tokio::test]
async fn what_a_timer_raises_happens_when_it_was_due_though_the_clock_was_set_back_since() {
    let bench = Bench::new().await;
    arm(&bench, "deadline", morning() + TimeDelta::seconds(60)).await;
    bench.clock.advance(TimeDelta::seconds(60));
    let clock = Arc::clone(&bench.clock);
    let script = Script::new(move |job| {
        clock.advance(-TimeDelta::hours(3));
        let fired: journal::Fired = serde_json::from_value(job.payload).unwrap();
        let happens_at = fired.happens_at(clock.now());
        async move { Ok(effect(happens_at.to_rfc3339())) }
    });
    bench.runner(&script).drain().await.unwrap();
    assert_eq!(bench.effects().await, ["2026-11-24T05:31:00+00:00"]);
}

#[tokio::test]
async fn a_hundred_timers_of_one_instant_all_fire() {
    let bench = Bench::new().await;
    for n in 0..100_u128 {
        bench.write(move |txn| async move { journal::arm(txn, Uuid::from_u128(n), "t", "act", morning()).await }.boxed()).await;
    }
    let script = notes_its_timer();
    assert_eq!(bench.runner(&script).drain().await.unwrap(), 100);
}
