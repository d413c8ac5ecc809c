//! One answer from several rooms.

use serde_json::json;

use crate::City;

#[tokio::test]
async fn one_query_joins_three_rooms() {
    let city = City::new();
    let answer = city.ask("{ service(code: \"s1\") { name stars owner { name } reviews { author { name } text } } }").await;
    assert_eq!(
        answer,
        json!({ "data": { "service": {
            "name": "Service 1", "stars": 1.5, "owner": { "name": "Party 2" },
            "reviews": [
                { "author": { "name": "Party 1" }, "text": "review 1" },
                { "author": { "name": "Party 2" }, "text": "review 2" },
            ],
        } } })
    );
}
