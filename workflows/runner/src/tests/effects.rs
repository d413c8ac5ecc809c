//! What becomes of a try: done, again, or dead.

use kernel::{Error, LocalizedText, Refusal, RefusalCode};

use super::*;

fn refusal() -> Refusal {
    Refusal::new(RefusalCode::WrongState, LocalizedText::from_fn(|locale| format!("no ({})", locale.tag())))
}

fn aborting(abort: impl FnOnce() -> Abort + Send + 'static) -> Commit {
    Box::new(move |txn| {
        async move {
            effect("half an effect".to_owned())(txn).await?;
            Err(abort())
        }
        .boxed()
    })
}

async fn check(play: impl Fn() -> Result<Commit, JobError> + Send + Sync + 'static, state: &str, error: Option<&str>, effects: &[&str]) {
    let bench = Bench::new().await;
    bench.enqueue(["a"]).await;
    let script = Script::new(move |_| std::future::ready(play()));
    assert_eq!(bench.runner(&script).drain().await.unwrap(), 1);
    let row = job_rows(&bench).await.remove(0);
    assert_eq!((row.state.as_str(), row.last_error.as_deref()), (state, error));
    assert_eq!(bench.effects().await, effects);
}

#[tokio::test]
async fn an_effect_is_kept_with_the_mark_that_its_job_is_done() {
    check(|| Ok(effect("a".to_owned())), "done", None, &["a"]).await;
}

#[tokio::test]
async fn what_may_work_later_is_tried_again() {
    check(|| Err(JobError::Retry("MAIL_UNAVAILABLE: smtp 451".to_owned())), "ready", Some("MAIL_UNAVAILABLE: smtp 451"), &[]).await;
}

#[tokio::test]
async fn what_never_will_is_a_dead_letter_at_once_and_is_buried() {
    check(|| Err(JobError::Fail("MAIL_REFUSED: smtp 550".to_owned())), "dead", Some("MAIL_REFUSED: smtp 550"), &["buried a"]).await;
}

#[tokio::test]
async fn a_handler_that_panics_is_tried_again() {
    check(|| panic!("a defect"), "ready", Some("INTERNAL: the handler panicked"), &[]).await;
}

#[tokio::test]
async fn a_commit_that_refuses_is_a_dead_letter_and_leaves_nothing() {
    check(|| Ok(aborting(|| refusal().into())), "dead", Some("REFUSED: no (en)"), &["buried a"]).await;
}

#[tokio::test]
async fn a_commit_that_fails_is_tried_again_and_leaves_nothing() {
    check(|| Ok(aborting(|| Error::internal("gone").into())), "ready", Some("INTERNAL: gone"), &[]).await;
}

#[tokio::test]
async fn a_commit_that_panics_is_tried_again_and_leaves_nothing() {
    check(|| Ok(aborting(|| panic!("a defect"))), "ready", Some("INTERNAL: an act panicked"), &[]).await;
}

#[tokio::test]
async fn a_job_of_an_unknown_kind_waits_for_a_version_that_knows_it() {
    let bench = Bench::new().await;
    bench.enqueue(["a"]).await;
    let runner = Runner::new(bench.house.clone(), Vec::new(), Options::default());
    runner.drain().await.unwrap();
    assert_eq!(job_rows(&bench).await[0].state, "ready");
}
