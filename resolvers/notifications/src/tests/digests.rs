//! The daily message, when it is late.

use chrono::TimeDelta;
use futures_util::FutureExt;
use journal::{Commit, Job};
use sea_orm::DbBackend;
use serde_json::json;
use tokio::sync::oneshot;

use super::{
    dead_letters,
    house::{TestHouse, house},
    later, never,
    preferences::{aigul, be_quiet, prefer, said, states, subjects, tell},
    retry,
};

/// What the mails of a minute say.
async fn texts(house: &TestHouse) -> Vec<String> {
    house.mails().await.iter().map(said).collect()
}

/// A message that waits for the daily one of 09:00, and another whose job was performed shortly before and has not committed.
async fn one_waits_and_one_comes(house: &TestHouse) -> (Job, Commit) {
    prefer(house, &aigul(), 1, "REMINDER", "DAILY").await;
    tell(house, 10, "REMINDER").await;
    assert_eq!(texts(house).await.len(), 0);
    house.clock.advance(TimeDelta::seconds(23 * 3_600 - 10));
    tell(house, 11, "REMINDER").await;
    let job = house.lease().await.unwrap();
    let commit = house.handler(&job).perform(&job).await.unwrap();
    house.clock.advance(TimeDelta::seconds(20));
    (job, commit)
}

/// A daily message that its mail server refuses at 09:00.
async fn refused(house: &TestHouse) {
    prefer(house, &aigul(), 1, "REMINDER", "DAILY").await;
    tell(house, 10, "REMINDER").await;
    house.mails().await;
    house.clock.advance(TimeDelta::hours(23));
    house.script([never("MAIL_REFUSED: smtp 554")]);
    assert_eq!(house.mails().await.len(), 0);
    assert_eq!(states(house).await, ["DEAD"]);
}

#[tokio::test]
async fn a_daily_message_that_is_late_waits_for_quiet_hours_to_end() {
    async fn check(manner: &str) {
        let house = house().await;
        refused(&house).await;
        be_quiet(&house, &aigul(), 2, json!({ "from": "22:00", "to": "07:30" })).await;
        prefer(&house, &aigul(), 3, "REMINDER", manner).await;
        house.clock.advance(TimeDelta::hours(14));
        retry(&house, 4, &dead_letters(&house).await[0]["id"]).await;
        assert_eq!(house.mails().await.len(), 0, "it is 23:00 in the city");
        assert_eq!(states(&house).await, ["QUEUED"]);
        house.clock.advance(TimeDelta::minutes(8 * 60 + 29));
        assert_eq!(house.mails().await.len(), 0, "it is 07:29");
        house.clock.advance(TimeDelta::minutes(1));
        assert_eq!(subjects(&house.mails().await), ["Smart Turkistan: бір күндегі 1 хабарлама"], "{manner}");
        assert_eq!(states(&house).await, ["SENT"]);
    }
    check("DAILY").await;
    check("AT_ONCE").await;
}

#[tokio::test]
async fn a_message_that_comes_when_the_daily_one_is_on_its_way_goes_with_the_next() {
    async fn check(comes_first: bool) {
        let house = house().await;
        let (late, collect) = one_waits_and_one_comes(&house).await;
        let digest = house.lease().await.unwrap();
        let sent = house.handler(&digest).perform(&digest).await.unwrap();
        let both = if comes_first { [(late, collect), (digest, sent)] } else { [(digest, sent), (late, collect)] };
        for (job, commit) in both {
            house.keep(job, commit).await;
        }
        assert_eq!(texts(&house).await, ["REMINDER 10\n\nМәтін"]);
        assert_eq!(states(&house).await, ["QUEUED", "SENT"]);
        house.clock.advance(TimeDelta::days(1));
        assert_eq!(texts(&house).await, ["REMINDER 11\n\nМәтін"], "{comes_first}");
        assert_eq!(states(&house).await, ["SENT", "SENT"]);
    }
    check(true).await;
    check(false).await;
}

#[tokio::test]
async fn a_daily_message_that_was_tried_says_the_same_when_it_is_tried_again() {
    let house = house().await;
    let (late, collect) = one_waits_and_one_comes(&house).await;
    house.script([later("MAIL_UNAVAILABLE: smtp 451")]);
    assert!(house.work(false).await);
    house.keep(late, collect).await;
    house.clock.advance(TimeDelta::minutes(1));
    assert_eq!(texts(&house).await, ["REMINDER 10\n\nМәтін"]);
    house.clock.advance(TimeDelta::days(1));
    assert_eq!(texts(&house).await, ["REMINDER 11\n\nМәтін"]);
}

/// On SQLite one act is written at a time.
#[tokio::test]
async fn a_daily_message_does_not_leave_while_another_message_is_being_put_to_it() {
    let house = house().await;
    let writer = house.house.database.writer.clone();
    if house.house.database.reader.get_database_backend() == DbBackend::Sqlite {
        return;
    }
    let (_late, collect) = one_waits_and_one_comes(&house).await;
    let ((put, is_put), (end, ends)) = (oneshot::channel(), oneshot::channel::<()>());
    let act = writer.write(move |txn| {
        async move {
            collect(txn).await?;
            put.send(()).unwrap();
            ends.await.unwrap();
            Ok(())
        }
        .boxed()
    });
    let meanwhile = async {
        is_put.await.unwrap();
        assert_eq!(house.lease().await, None);
        end.send(()).unwrap();
    };
    tokio::join!(act, meanwhile).0.unwrap();
    assert_eq!(texts(&house).await, ["REMINDER 10\n\nМәтін\n\nREMINDER 11\n\nМәтін"]);
}
