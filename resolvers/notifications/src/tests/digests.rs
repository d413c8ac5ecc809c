//! The daily message, when it is late.

use chrono::TimeDelta;
use serde_json::json;

use super::{
    dead_letters,
    house::{TestHouse, house},
    never,
    preferences::{aigul, be_quiet, prefer, states, subjects, tell},
    retry,
};

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
