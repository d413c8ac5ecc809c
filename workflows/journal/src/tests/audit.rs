//! What somebody with the database's password changes is found, and named.

use sea_orm::ConnectionTrait;

use super::{Bench, benches};
use crate::log::{Bad, Wrong};

/// One byte of a payload, changed.
fn flip(bench: &Bench) -> String {
    let cast = if bench.is_postgres() { "::json" } else { "" };
    format!("UPDATE event SET payload = REPLACE(CAST(payload AS TEXT), 'event', 'evenT'){cast} WHERE position = 5")
}

#[tokio::test]
async fn the_first_bad_entry_is_named() {
    type Damage = (&'static str, fn(&Bench) -> String, Bad);
    let checks: [Damage; 8] = [
        ("a byte of a payload", flip, Bad { position: 5, wrong: Wrong::EventChanged(5) }),
        (
            "a space in a payload, which changes no meaning",
            |bench| {
                let cast = if bench.is_postgres() { "::json" } else { "" };
                format!("UPDATE event SET payload = (CAST(payload AS TEXT) || ' '){cast} WHERE position = 2")
            },
            Bad { position: 2, wrong: Wrong::EventChanged(2) },
        ),
        (
            "an actor",
            |_| "UPDATE event SET actor = 'person' WHERE position = 9".to_owned(),
            Bad { position: 9, wrong: Wrong::EventChanged(9) },
        ),
        ("a deleted event", |_| "DELETE FROM event WHERE position = 7".to_owned(), Bad { position: 7, wrong: Wrong::NoEvent(7) }),
        ("a deleted entry", |_| "DELETE FROM log_entry WHERE position = 3".to_owned(), Bad { position: 3, wrong: Wrong::NoEntry }),
        (
            "a node",
            |_| "UPDATE log_entry SET hashes = (SELECT hashes FROM log_entry WHERE position = 4) WHERE position = 8".to_owned(),
            Bad { position: 8, wrong: Wrong::EventChanged(8) },
        ),
        (
            "two entries that changed places",
            |_| {
                "UPDATE log_entry SET event = -6 WHERE event = 6; UPDATE log_entry SET event = 6 WHERE event = 5; UPDATE log_entry SET event = 5 WHERE event = -6".to_owned()
            },
            Bad { position: 5, wrong: Wrong::EventChanged(6) },
        ),
        (
            "a tail that was cut off, events and all",
            |_| "DELETE FROM event WHERE position > 8; DELETE FROM log_entry WHERE position > 8".to_owned(),
            Bad { position: 9, wrong: Wrong::CutOff(10) },
        ),
    ];
    for (what, sql, bad) in checks {
        for bench in benches().await {
            bench.grow(6).await;
            bench.checkpoint().await.unwrap();
            bench.grow(4).await;
            bench.checkpoint().await.unwrap();
            assert_eq!(bench.audit().await.bad, None);
            bench.tamper(&sql(&bench)).await;
            assert_eq!(bench.audit().await.bad.as_ref(), Some(&bad), "{what}");
        }
    }
}

/// Changes an event and computes all that follows from it anew, as the program itself would.
async fn fork(bench: &Bench) {
    bench.tamper(&flip(bench)).await;
    bench.tamper("DELETE FROM log_entry").await;
    if bench.is_postgres() {
        bench.database.owner.execute_unprepared("INSERT INTO log_waiting SELECT position FROM event").await.unwrap();
    }
    bench.happen("after").await;
    bench.database.writer.sequence().await.unwrap();
}

#[tokio::test]
async fn a_rewritten_history_with_consistent_nodes_is_found_by_the_checkpoints() {
    for bench in benches().await {
        bench.grow(3).await;
        bench.checkpoint().await.unwrap();
        bench.grow(7).await;
        bench.checkpoint().await.unwrap();
        fork(&bench).await;
        let audit = bench.audit().await;
        assert_eq!(audit.bad, Some(Bad { position: 4, wrong: Wrong::Rewritten(10) }), "after the last checkpoint that holds");
        let refused = bench.checkpoint().await.unwrap_err();
        assert!(refused.internal_text().contains("are not those that were signed before"), "{refused:?}");
        assert_eq!(bench.audit_since(10).await.bad, Some(Bad { position: 4, wrong: Wrong::Rewritten(10) }), "from the stored nodes, too");
    }
}

#[tokio::test]
async fn an_audit_since_an_entry_reads_on_from_there() {
    for bench in benches().await {
        bench.grow(10).await;
        bench.checkpoint().await.unwrap();
        let whole = bench.audit().await;
        for since in [0, 1, 7, 10, 11] {
            assert_eq!(bench.audit_since(since).await, whole, "{since}");
        }
        bench.tamper("UPDATE event SET actor = 'person' WHERE position = 4").await;
        assert_eq!(bench.audit_since(4).await.bad, None, "what was before is taken as it is stored");
        assert_eq!(bench.audit_since(3).await.bad, Some(Bad { position: 4, wrong: Wrong::EventChanged(4) }));
    }
}

#[tokio::test]
async fn a_checkpoint_is_written_once_for_one_state() {
    for bench in benches().await {
        bench.grow(2).await;
        let first = bench.checkpoint().await.unwrap();
        assert_eq!(bench.checkpoint().await.unwrap(), first);
        assert_eq!(std::fs::read_to_string(bench.file()).unwrap().matches("turkistan.test/journal\n2\n").count(), 1);
        assert_eq!(bench.number("SELECT COUNT(*) FROM log_checkpoint").await, 1);
    }
}
