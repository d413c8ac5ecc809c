//! Rules that are published while the city runs.

use std::sync::Arc;

use engine::{Library, Proposal};
use kernel::Actor;

use super::*;
use crate::rules::{self, Rules};

fn proposal(today: &Library, remark: &str) -> Proposal {
    let second = include_str!("../../../definitions/routing.v1.toml").replace("version = 1", "version = 2");
    Proposal::of(today, &[("routing.v2.toml", &format!("{second}\n# {remark}\n"))]).map_err(|faults| format!("{faults:?}")).unwrap()
}

fn installed() -> Rules {
    Rules::new(Arc::new(Library::embedded().clone()))
}

async fn publish(bench: &Bench, proposal: Proposal) -> bool {
    let by = vec!["person:a".to_owned(), "person:b".to_owned()];
    let write =
        bench.database.writer.write(move |txn| async move { rules::publish(txn, morning(), &Actor::System, &by, &proposal).await }.boxed());
    write.await.unwrap()
}

#[tokio::test]
async fn what_is_published_is_in_force_in_every_process_and_in_the_log() {
    for bench in benches().await {
        let (here, there) = (installed(), installed());
        let newest = |rules: &Rules| rules.library().latest_table("routing").unwrap().version().version;
        let following = tokio::spawn(there.clone().follow(bench.database.clone()));
        assert!(publish(&bench, proposal(&here.library(), "first")).await);
        assert_eq!((newest(&here), here.library().digests().len()), (1, 6));
        here.refresh(&bench.database.reader).await.unwrap();
        assert_eq!((newest(&here), here.library().digests().len()), (2, 7));
        // Its next look may be half a breath away.
        let followed = async {
            while newest(&there) != 2 {
                bench.happen("something else").await;
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), followed).await.unwrap();
        following.abort();
        bench.database.writer.sequence().await.unwrap();
        let logged = crate::stream_after(&bench.database.reader, "rules", 0, 10).await.unwrap();
        let event = &logged[0].event;
        assert_eq!((event.kind.as_str(), &event.payload["by"]), ("rules_published", &json!(["person:a", "person:b"])));
        assert_eq!(event.payload["files"]["routing.v2"], *here.library().digests().get("routing.v2").unwrap());
    }
}

#[tokio::test]
async fn a_version_is_published_once() {
    for bench in benches().await {
        let today = installed().library();
        assert!(publish(&bench, proposal(&today, "first")).await);
        assert!(!publish(&bench, proposal(&today, "second")).await);
    }
}

#[tokio::test]
async fn a_published_version_may_be_installed_later_and_not_otherwise() {
    for bench in benches().await {
        let today = installed().library();
        let (first, other) = (proposal(&today, "first"), proposal(&today, "another"));
        let libraries = [first.library().clone(), other.library().clone()];
        assert!(publish(&bench, first).await);
        let [same, other] = libraries.map(|library| Rules::new(Arc::new(library)));
        same.refresh(&bench.database.reader).await.unwrap();
        let refused = other.refresh(&bench.database.reader).await.unwrap_err();
        assert!(refused.internal_text().contains("routing.v2 was published"), "{refused:?}");
    }
}
