use kernel::{Actor, Role};
use serde_json::{Value, json};

use super::house::{citizen, houses, noon, party, person, service};

const RATE: &str = "mutation($input: RateServiceInput!) { rateService(input: $input) { rating { id comment } } }";
const SUMMARY: &str = "rating { count { value suppressed } distribution { value suppressed } worstShare { value suppressed } \
                       estimate { value low high } band verified { value suppressed } }";

#[tokio::test]
async fn a_rating_is_seen_by_its_rater_and_by_auditors_without_its_comment() {
    for house in houses().await {
        let input = json!({ "idempotencyKey": "00000000-0000-4000-8000-000000000001", "service": service().global(), "stars": 5,
                            "comment": "Рақмет", "locale": "KK" });
        let payload = house.mutate(RATE, input, citizen(), noon()).await["rateService"]["rating"].take();
        assert_eq!(payload["comment"], "Рақмет");
        let id = payload["id"].as_str().unwrap();
        let all = [Role::Officer, Role::Supervisor, Role::Steward, Role::Analyst, Role::Admin, Role::Citizen];
        for (actor, expected) in [
            (citizen(), json!({ "stars": 5, "comment": "Рақмет" })),
            (Actor::System, json!({ "stars": 5, "comment": "Рақмет" })),
            (person("auditor", &[Role::Auditor]), json!({ "stars": 5, "comment": null })),
            (person("somebody", &all), Value::Null),
            (Actor::Anonymous, Value::Null),
        ] {
            assert_eq!(house.entity("Rating", id, "stars comment", actor.clone()).await, expected, "{actor:?}");
        }
    }
}

#[tokio::test]
async fn a_service_that_few_rated_shows_no_number() {
    for house in houses().await {
        let nobody = house.entity("Service", &service().global(), SUMMARY, Actor::Anonymous).await;
        assert_eq!(nobody["rating"]["count"], json!({ "value": 0, "suppressed": false }));
        for number in 1..=10 {
            let key = format!("00000000-0000-4000-8000-{number:012}");
            let input = json!({ "idempotencyKey": key, "service": service().global(), "stars": 5, "locale": "RU" });
            house.mutate(RATE, input, Actor::Anonymous, noon()).await;
            for (type_name, id) in [("Service", service().global()), ("Party", party().global())] {
                let summary = house.entity(type_name, &id, SUMMARY, Actor::Anonymous).await["rating"].take();
                if number < 10 {
                    assert_eq!(summary["count"], json!({ "value": null, "suppressed": true }));
                    assert_eq!((&summary["estimate"], &summary["band"]), (&Value::Null, &Value::Null));
                    assert_eq!(summary["worstShare"]["suppressed"], true);
                } else {
                    // Ten marks of 5 and ten imagined ones with the mean 3 have the mean 4.
                    assert_eq!(summary["count"]["value"], 10);
                    assert_eq!(summary["estimate"], json!({ "value": "4.0", "low": "3.4", "high": "4.6" }));
                    assert_eq!(summary["band"], "Mixed");
                    assert_eq!(summary["worstShare"]["value"], "0");
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_id_of_ours_is_nothing() {
    for house in houses().await {
        for (type_name, id) in [("Service", party().global()), ("Party", service().global()), ("Rating", "!".to_owned())] {
            assert_eq!(house.entity(type_name, &id, "id", Actor::Anonymous).await, Value::Null, "{type_name}");
        }
    }
}
