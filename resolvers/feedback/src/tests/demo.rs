//! The demo reports.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kernel::{Actor, Clock};
use serde_json::{Value, json};

use super::{
    city::{City, Silent, city, strings},
    people::{auditor, officer},
};

async fn load(city: &City) {
    city.room.demo.as_ref().unwrap().load(&Silent).await.unwrap();
}

/// Whether a query finds nothing.
async fn check_none(city: &City, what: &str, sql: &str) {
    assert_eq!(city.texts(sql).await, [""; 0], "{what}");
}

#[tokio::test]
async fn the_demo_is_whole_and_marked() {
    let city = city().await;
    load(&city).await;
    assert_eq!(city.numbers("SELECT COUNT(*) FROM feedback WHERE synthetic").await, [480]);
    assert_eq!(city.numbers("SELECT COUNT(*) FROM feedback").await, [480]);
    assert_eq!(city.numbers("SELECT COUNT(*) FROM job").await, [0], "nobody is told of what never happened");
    assert_eq!(city.numbers("SELECT SUM(last) FROM reference_counter").await, [480]);
    for (what, sql) in [
        (
            "the counter stands at the last number of its year",
            "SELECT CAST(c.year AS TEXT) FROM reference_counter c WHERE c.last <> (SELECT COUNT(*) FROM feedback f \
             WHERE f.reference LIKE 'TK-' || CAST(c.year AS TEXT) || '-%')",
        ),
        (
            "a case counts its events",
            "SELECT f.reference FROM feedback f WHERE f.events <> (SELECT MAX(number) FROM event e WHERE e.stream_id = f.id) \
             OR f.events <> (SELECT COUNT(*) FROM event e WHERE e.stream_id = f.id) OR f.version <> f.events",
        ),
        ("every event has its case", "SELECT e.kind FROM event e WHERE NOT EXISTS (SELECT 1 FROM feedback f WHERE f.id = e.stream_id)"),
        (
            "an open case has no outcome and no answer",
            "SELECT reference FROM feedback WHERE NOT ended AND (outcome IS NOT NULL OR answered_at IS NOT NULL)",
        ),
        ("an answered case has an outcome", "SELECT reference FROM feedback WHERE ended AND (outcome IS NULL OR answered_at IS NULL)"),
        ("a case is at a party", "SELECT reference FROM feedback WHERE party_id IS NULL OR routing IS NULL"),
        (
            "numbers follow time",
            "SELECT a.reference FROM feedback a JOIN feedback b ON a.reference < b.reference AND a.received_at > b.received_at",
        ),
        ("nothing is personal", "SELECT reference FROM feedback WHERE contact IS NOT NULL OR reporter IS NOT NULL OR address IS NOT NULL"),
    ] {
        check_none(&city, what, sql).await;
    }
}

#[tokio::test]
async fn the_demo_is_alive_on_desks_and_in_statistics() {
    let city = city().await;
    load(&city).await;
    let counts = "received { value } answered { value } answeredOnTime { value } overdue { value } contested { value } medianWorkingDays";
    let text = format!(
        "{{ feedbackStatistics(from: \"2026-01-01\", to: \"2026-12-31\") {{ {counts} }}
            publicFeedback(first: 100) {{ nodes {{ text synthetic why {{ text }} timeline {{ nodes {{ text }} }} deadline {{ overdue }} status }} }} }}"
    );
    let data = city.read(&Actor::Anonymous, &text).await;
    let statistics = &data["feedbackStatistics"];
    let count = |name: &str| statistics[name]["value"].as_i64().unwrap();
    assert_eq!(count("received"), 480);
    assert!(count("answered") > count("answeredOnTime") && count("answeredOnTime") > count("answered") / 2, "{statistics}");
    assert!(count("overdue") > 0 && count("contested") > 0 && statistics["medianWorkingDays"].is_string(), "{statistics}");
    for report in data["publicFeedback"]["nodes"].as_array().unwrap() {
        assert_eq!(report["synthetic"], true);
        let mut texts = strings(&report["timeline"]["nodes"], "text");
        texts.extend([report["text"].as_str().unwrap(), report["why"]["text"].as_str().unwrap()]);
        assert!(!texts.iter().any(|text| text.is_empty() || text.contains('{') || text.contains("event-")), "{texts:?}");
    }
    let desk = city.read(&auditor(), "{ desk { nodes { reference allowed { act possible } } } }").await;
    assert!(!desk["desk"]["nodes"].as_array().unwrap().is_empty());
}

/// What stands on the first page of the officer's desk when the city is loaded at an hour of the city's day.
async fn check_desk(date: (i32, u32, u32), hour: u32) {
    let city = city().await;
    let local = NaiveDate::from_ymd_opt(date.0, date.1, date.2).and_then(|day| day.and_hms_opt(hour, 20, 0)).unwrap();
    city.clock.advance(kernel::city_instant(local) - city.clock.now());
    load(&city).await;
    let shown = "reference contested subtasks { id } incident { id } feedback { open deadline { dueAt } receivedAt }";
    let page = city.read(&officer(), &format!("{{ desk(first: 20) {{ nodes {{ {shown} }} }} }}")).await;
    let cases = page["desk"]["nodes"].as_array().unwrap();
    let count = |holds: &dyn Fn(&Value) -> bool| cases.iter().filter(|case| holds(case)).count();
    let now = city.clock.now();
    let at = |case: &Value, field: &str| case.pointer(field).unwrap().as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    let is_running = |case: &Value| {
        let due = at(case, "/feedback/deadline/dueAt");
        now < due && due < now + TimeDelta::days(15)
    };
    let what = format!("{date:?} {hour}: {cases:#?}");
    assert!(cases.len() >= 10 && count(&|case| case["feedback"]["open"] == true) == cases.len(), "{what}");
    assert!(count(&|case| case["contested"] == true) > 0 && cases[0]["contested"] == true, "{what}");
    assert!(count(&|case| case["subtasks"].as_array().is_some_and(|subtasks| !subtasks.is_empty())) > 0, "{what}");
    assert!(count(&|case| !case["incident"].is_null()) >= 2, "{what}");
    assert!(count(&is_running) >= 8, "{what}");
    assert_eq!(count(&|case| at(case, "/feedback/receivedAt") > now), 0, "{what}");
}

#[tokio::test]
async fn the_officers_desk_has_work_whatever_day_the_city_is_loaded_on() {
    // A week, by night and by day: Monday, 30 November 2026, and the days after it.
    let week = [(30, 9), (31, 3), (32, 13), (33, 18), (34, 23), (35, 12), (36, 0)];
    let week = week.map(|(day, hour)| (if day > 30 { (2026, 12, day - 30) } else { (2026, 11, day) }, hour));
    // Independence Day, New Year's Day, Nauryz, and the day after it.
    let holidays = [((2026, 12, 16), 10), ((2027, 1, 1), 1), ((2027, 3, 22), 15), ((2027, 3, 24), 8)];
    // What day it is makes no difference to the database, and a city is slow to load there.
    let days = if std::env::var_os("TURKISTAN_TEST_POSTGRES").is_some() { 2 } else { usize::MAX };
    for (date, hour) in holidays.into_iter().chain(week).take(days) {
        check_desk(date, hour).await;
    }
}

#[tokio::test]
async fn the_demo_was_late_when_it_was_late_and_goes_on_by_its_clocks() {
    let city = city().await;
    load(&city).await;
    // Nothing that is due in the past waits for the runner: fired now, it would tell of old things.
    assert_eq!(city.pass_days(0).await, [""; 0]);
    let open = city.read(&auditor(), "{ desk(first: 100, filter: { overdue: true }) { nodes { feedback { status } } } }").await;
    let nodes = open["desk"]["nodes"].as_array().unwrap();
    assert!(!nodes.is_empty() && nodes.iter().all(|case| case["feedback"]["status"] == "OVERDUE"), "{open}");
    let armed = city.numbers("SELECT COUNT(*) FROM timer WHERE state = 'armed' AND name <> 'subtask_due'").await[0];
    let running = city.texts("SELECT CAST(case_state AS TEXT) FROM feedback").await;
    let running: usize =
        running.iter().map(|state| serde_json::from_str::<Value>(state).unwrap()["timers"].as_object().unwrap().len()).sum();
    assert_eq!(usize::try_from(armed).unwrap(), running, "each clock of a case is armed");

    let fired = city.pass_days(60).await;
    for kind in ["deadline_passed", "contest_window_passed", "notify_officers"] {
        assert!(fired.contains(&kind.to_owned()), "{kind}");
    }
    // Where a question stood open, the term went on after it.
    for _ in 0..2 {
        city.pass_days(60).await;
    }
    assert_eq!(city.numbers("SELECT COUNT(*) FROM timer WHERE state = 'armed'").await, [0], "once more where nobody answered, and no more");
}

#[tokio::test]
async fn the_demo_is_the_same_each_time_and_leaves_nothing_behind() {
    let mut loads = Vec::new();
    for _ in 0..2 {
        let city = city().await;
        let empty = city.rows().await;
        load(&city).await;
        loads.push((
            city.rows().await,
            city.texts("SELECT reference || ' ' || status || ' ' || text FROM feedback ORDER BY reference").await,
        ));
        city.room.demo.as_ref().unwrap().clear().await.unwrap();
        // The search index keeps segments of its own when nothing is left to find.
        let is_left = |table: &str| table != "event" && !table.starts_with("feedback_words_");
        let apart = |rows: BTreeMap<String, i64>| rows.into_iter().filter(|(table, _)| is_left(table)).collect::<Vec<_>>();
        assert_eq!(apart(city.rows().await), apart(empty), "nothing but the journal, which is kept for good");
        let filed = city.file(&Actor::Anonymous, json!({ "text": "Рақмет", "locale": "KK" })).await;
        assert_eq!(filed.reference, "TK-2026-000001");
    }
    assert_eq!(loads[0], loads[1]);
}
