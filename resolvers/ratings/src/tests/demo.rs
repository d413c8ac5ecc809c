use journal::Progress;
use kernel::{Actor, ServiceId};
use serde_json::Value;

use super::house::houses;

struct Silent;

impl Progress for Silent {
    fn report(&self, _what: &str, _done: u64, _all: u64) {}
}

#[tokio::test]
async fn the_demonstration_shows_services_with_many_few_and_no_marks() {
    for house in houses().await {
        let demo = house.room.demo.as_ref().unwrap();
        demo.load(&Silent).await.unwrap();
        let mut lines = Vec::new();
        for code in ["identity-card", "digital-signature", "criminal-record-certificate", "school-grade-one", "residence-registration"] {
            let selection = "rating { count { value } distribution { value } worstShare { value } estimate { value low high } band verified { value } }";
            let summary = house.entity("Service", &ServiceId::of_slug(code).global(), selection, Actor::Anonymous).await["rating"].take();
            lines.push(format!("{code}: {}", brief(&summary)));
        }
        insta::assert_snapshot!("marks", lines.join("\n"));
        demo.clear().await.unwrap();
        let id = ServiceId::of_slug("digital-signature").global();
        let summary = house.entity("Service", &id, "rating { count { value } }", Actor::Anonymous).await;
        assert_eq!(summary["rating"]["count"]["value"], 0);
    }
}

/// The values alone, in the order of the selection; `-` where nothing is told.
fn brief(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Object(fields) => fields.values().map(brief).collect::<Vec<_>>().join(" "),
        Value::Array(items) => format!("[{}]", items.iter().map(brief).collect::<Vec<_>>().join(" ")),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
