//! Values come from rows, and can be computed again from their traces.

use chrono::TimeDelta;
use kernel::{DatasetId, DistrictId};
use serde_json::{Value, json};

use super::{City, city, indicator, statistics, visits};

/// Two whole months and a part: two districts, one of them without a good visit in October.
const VISITS: &str = "2026-09-01,arys,10,true\n2026-09-30,kentau,30,false\n2026-10-01,arys,8,false\n2026-10-31,kentau,12,true\n\
                      2026-11-01,arys,1,true\n2026-11-20,,5,true\n";

fn good() -> Value {
    json!({ "column": { "name": "good", "equals": "true" } })
}

async fn good_share(city: &City) {
    let inputs = [("good", visits("SUM", Some("visits"), Some(good()))), ("every", visits("SUM", Some("visits"), None))];
    city.define(indicator("good-visits", "RATIO", "100 * good / every", &inputs)).await;
}

#[tokio::test]
async fn an_indicator_is_computed_for_whole_periods_that_the_rows_reach_over() {
    let city = city().await;
    city.publish_visits(VISITS).await;
    good_share(&city).await;
    city.perform_jobs().await;
    // August is not reached over, November is not over.
    assert_eq!(city.values("good-visits").await, ["2026-10-01 60.0 1", "2026-09-01 25.0 1"]);
    let arys = DistrictId::of_slug("arys").global();
    let text = format!(
        "{{ kpi(code: \"good-visits\") {{ latest(district: \"{arys}\") {{ value numerator denominator district {{ id }} period {{ label }}
             synthetic trace {{ formula decimals inputs {{ name value dataset {{ id }} filter measure column rowCount }} }} }} }} }}"
    );
    assert_eq!(
        city.read(&text).await["kpi"]["latest"],
        json!({
            "value": "0.0", "numerator": "0", "denominator": "8", "district": { "id": arys }, "period": { "label": "10.2026" },
            "synthetic": false,
            "trace": { "formula": "100 * good / every", "decimals": 1, "inputs": [
                {
                    "name": "good", "value": "0", "dataset": { "id": DatasetId::of_slug("visits").global() },
                    "filter": "{\"all\":[{\"all\":[{\"column\":{\"name\":\"day\",\"atLeast\":\"2026-10-01\",\"atMost\":\"2026-10-31\"}},\
                               {\"column\":{\"name\":\"good\",\"equals\":\"true\"}}]},{\"column\":{\"name\":\"district\",\"equals\":\"arys\"}}]}",
                    "measure": "SUM", "column": "visits", "rowCount": 0,
                },
                {
                    "name": "every", "value": "8", "dataset": { "id": DatasetId::of_slug("visits").global() },
                    "filter": "{\"all\":[{\"column\":{\"name\":\"day\",\"atLeast\":\"2026-10-01\",\"atMost\":\"2026-10-31\"}},\
                               {\"column\":{\"name\":\"district\",\"equals\":\"arys\"}}]}",
                    "measure": "SUM", "column": "visits", "rowCount": 1,
                },
            ] },
        })
    );
}

#[tokio::test]
async fn computed_again_from_the_same_inputs_nothing_is_added_and_from_others_a_revision() {
    let city = city().await;
    city.publish_visits(VISITS).await;
    good_share(&city).await;
    city.perform_jobs().await;
    let before = ["2026-10-01 60.0 1", "2026-09-01 25.0 1"];
    assert_eq!(city.values("good-visits").await, before);
    // The same sums in another version are no news.
    city.publish_visits(&format!("{VISITS}2026-11-21,arys,1,true\n")).await;
    assert!(city.perform_jobs().await >= 2);
    assert_eq!(city.values("good-visits").await, before);
    // A corrected October is.
    city.publish_visits(&VISITS.replace("2026-10-01,arys,8", "2026-10-01,arys,28")).await;
    city.perform_jobs().await;
    assert_eq!(city.values("good-visits").await, ["2026-10-01 30.0 2", "2026-10-01 60.0 1", "2026-09-01 25.0 1"]);
    let data = city.read("{ kpi(code: \"good-visits\") { observations { nodes { value revision } } } }").await;
    assert_eq!(data["kpi"]["observations"]["nodes"], json!([{ "value": "30.0", "revision": 2 }, { "value": "25.0", "revision": 1 }]));
}

#[tokio::test]
async fn every_night_it_is_computed_again() {
    let city = city().await;
    city.publish_visits(VISITS).await;
    good_share(&city).await;
    city.perform_jobs().await;
    assert_eq!(city.perform_jobs().await, 0);
    city.clock.advance(TimeDelta::days(1));
    assert_eq!(city.perform_jobs().await, 1);
    city.clock.advance(TimeDelta::days(1));
    assert_eq!(city.perform_jobs().await, 1);
}

#[tokio::test]
async fn an_indicator_of_indicators_follows_them() {
    let city = city().await;
    city.publish_visits(VISITS).await;
    city.define(indicator("visits", "SIMPLE", "count", &[("count", visits("SUM", Some("visits"), None))])).await;
    city.define(indicator("days", "SIMPLE", "count", &[("count", visits("COUNT", None, None))])).await;
    let inputs = [("visits", json!({ "kpi": "visits" })), ("days", json!({ "kpi": "days" }))];
    city.define(indicator("visits-a-day", "DERIVED", "visits / days", &inputs)).await;
    city.perform_jobs().await;
    assert_eq!(city.values("visits-a-day").await, ["2026-10-01 10.0 1", "2026-09-01 20.0 1"]);
    city.publish_visits(&VISITS.replace("kentau,12", "kentau,32")).await;
    city.perform_jobs().await;
    assert_eq!(city.values("visits-a-day").await[0], "2026-10-01 20.0 2");
    let text = "{ kpi(code: \"visits-a-day\") { latest { trace { inputs { name value observation { kpi { code } value revision
                trace { inputs { rowCount } } } } } } } }";
    let data = city.read(text).await;
    assert_eq!(
        data["kpi"]["latest"]["trace"]["inputs"][0],
        json!({ "name": "visits", "value": "40", "observation": {
            "kpi": { "code": "visits" }, "value": "40.0", "revision": 2, "trace": { "inputs": [{ "rowCount": 2 }] },
        } })
    );
}

#[tokio::test]
async fn reports_give_values_unless_they_are_too_few() {
    let city = city().await;
    let inputs = [
        ("on_time", json!({ "feedback": { "measure": "ANSWERED_ON_TIME" } })),
        ("answered", json!({ "feedback": { "measure": "ANSWERED" } })),
    ];
    city.define(indicator("on-time", "RATIO", "100 * on_time / answered", &inputs)).await;
    let overdue = json!({ "feedback": { "measure": "OVERDUE", "days": 365 } });
    city.define(indicator("overdue", "SIMPLE", "overdue", &[("overdue", overdue)])).await;
    *city.rooms.statistics.lock().unwrap() = statistics(20);
    city.perform_jobs().await;
    assert_eq!(city.values("on-time").await, Vec::<String>::new());
    let data = city.read("{ kpi(code: \"on-time\") { status latest { value } } }").await;
    assert_eq!(data["kpi"], json!({ "status": "NO_DATA", "latest": null }));
    *city.rooms.statistics.lock().unwrap() = statistics(100);
    city.clock.advance(TimeDelta::days(1));
    city.perform_jobs().await;
    assert_eq!(city.values("on-time").await.len(), 12);
    // How things stand is told of the present period only.
    assert_eq!(city.values("overdue").await, ["2026-11-01 20.0 1"]);
    let data = city.read("{ kpi(code: \"overdue\") { latest { trace { inputs { measure filter rowCount } } } } }").await;
    assert_eq!(
        data["kpi"]["latest"]["trace"]["inputs"][0],
        json!({ "measure": "overdue", "filter": "{\"from\":\"2025-12-01\",\"to\":\"2026-11-30\"}", "rowCount": 100 })
    );
}
