//! What is counted.

use chrono::TimeDelta;
use kernel::{Actor, PartyId};
use serde_json::{Value, json};

use super::city::{City, Filed, category, city, district, water};

async fn ten(city: &City) -> Vec<Filed> {
    let mut filed = Vec::new();
    for _ in 0..10 {
        filed.push(city.routed(water()).await);
    }
    filed
}

/// Ten reports each: answered in time, answered late, taken back, answered late and contested, and left.
async fn fifty(city: &City) {
    let [in_time, late, taken_back, contested, _left] =
        [ten(city).await, ten(city).await, ten(city).await, ten(city).await, ten(city).await];
    city.clock.advance(TimeDelta::hours(3));
    for filed in &in_time {
        city.respond(filed).await;
    }
    for filed in &taken_back {
        let input = json!({ "reference": filed.reference, "key": filed.key });
        city.act(&Actor::Anonymous, "withdrawFeedback", "feedback { id }", input).await;
    }
    city.settle().await;
    city.pass_days(3).await;
    for filed in late.iter().chain(&contested) {
        city.respond(filed).await;
    }
    for filed in &contested {
        assert_eq!(city.contest(filed).await, [""; 0]);
    }
    city.settle().await;
}

#[tokio::test]
async fn statistics_workload_and_summary_tell_of_the_same_cases() {
    let city = city().await;
    fifty(&city).await;
    let party = PartyId::of_slug("water-turkistan-city").global();
    let counts = "received { value } answered { value } answeredOnTime { value } overdue { value } contested { value } medianWorkingDays";
    let days = "from: \"2026-11-24\", to: \"2026-11-24\"";
    let text = format!(
        "{{ all: feedbackStatistics({days}) {{ {counts} }} ofParty: feedbackStatistics({days}, party: \"{party}\") {{ {counts} }}
           here: feedbackStatistics({days}, district: \"{}\") {{ {counts} }} later: feedbackStatistics(from: \"2026-11-25\", to: \"2026-12-31\") {{ {counts} }} }}",
        district("turkistan-city")
    );
    let data = city.read(&Actor::Anonymous, &text).await;
    let expected = json!({
        "received": { "value": 50 }, "answered": { "value": 20 }, "answeredOnTime": { "value": 10 }, "overdue": { "value": 10 },
        "contested": { "value": 10 }, "medianWorkingDays": "3",
    });
    for part in ["all", "ofParty", "here"] {
        assert_eq!(data[part], expected, "{part}");
    }
    assert_eq!((&data["later"]["received"]["value"], &data["later"]["medianWorkingDays"]), (&json!(0), &Value::Null));

    let representations = json!([
        { "__typename": "Party", "id": party },
        { "__typename": "Party", "id": PartyId::of_slug("akim-office").global() },
        { "__typename": "District", "id": district("turkistan-city") },
        { "__typename": "District", "id": district("no-such") },
    ]);
    let selection = "... on Party { workload { open overdue contested medianWorkingHours } }
                     ... on District { feedbackSummary { received { value } open { value } overdue { value } contested { value } } }";
    let found = city.entities(&Actor::Anonymous, representations, selection).await;
    assert_eq!(found[0]["workload"], json!({ "open": 20, "overdue": 10, "contested": 10, "medianWorkingHours": "25.5" }));
    assert_eq!(found[1]["workload"], Value::Null, "it has had no case");
    let summary = json!({ "received": { "value": 50 }, "open": { "value": 20 }, "overdue": { "value": 10 }, "contested": { "value": 10 } });
    assert_eq!((&found[2]["feedbackSummary"], &found[3]["feedbackSummary"]), (&summary, &Value::Null));
}

#[tokio::test]
async fn groups_of_fewer_than_ten_are_not_shown() {
    let city = city().await;
    let light =
        json!({ "text": "Шам", "locale": "KK", "category": category("street-lighting"), "place": { "district": district("arys") } });
    for _ in 0..9 {
        city.routed(light.clone()).await;
    }
    let text = format!(
        "{{ feedbackStatistics(from: \"2026-01-01\", to: \"2026-12-31\", district: \"{}\") {{
            received {{ value suppressed }} answered {{ value suppressed }} medianWorkingDays }} }}",
        district("arys")
    );
    let hidden = json!({ "received": { "value": null, "suppressed": true }, "answered": { "value": 0, "suppressed": false }, "medianWorkingDays": null });
    assert_eq!(city.read(&Actor::Anonymous, &text).await["feedbackStatistics"], hidden);
    city.routed(light).await;
    assert_eq!(city.read(&Actor::Anonymous, &text).await["feedbackStatistics"]["received"], json!({ "value": 10, "suppressed": false }));
}
