//! Replies that a party keeps.

use kernel::Actor;
use serde_json::{Value, json};

use super::{
    city::{City, city, codes, water},
    people::{auditor, citizen, officer, other_officer, person},
};

async fn save(city: &City, actor: &Actor, more: Value) -> Value {
    let mut input =
        json!({ "name": "Жөнделді", "kk": "{reference} жөнделді", "ru": "{category}, {district}: исправлено", "en": "Due {due}" });
    super::city::merge(&mut input, more);
    city.act(actor, "saveTemplate", "template { id name text(locale: KK) }", input).await
}

#[tokio::test]
async fn a_reply_is_filled_for_each_case_in_its_reporters_language() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let saved = save(&city, &officer(), json!({})).await;
    assert_eq!((codes(&saved), &saved["template"]["text"]), (vec![], &json!("{reference} жөнделді")));
    let id = saved["template"]["id"].as_str().unwrap();
    let reply = async |actor: &Actor| {
        let text = format!("{{ case(reference: \"{}\") {{ reply(template: \"{id}\") }} }}", filed.reference);
        city.read(actor, &text).await["case"]["reply"].take()
    };
    let (category, district) = ("Водоснабжение (перебои, качество воды)", "город Туркестан");
    let filled = reply(&officer()).await;
    assert!(
        filled.as_str().unwrap().ends_with(": исправлено") && !filled.as_str().unwrap().contains('{'),
        "{filled} {category} {district}"
    );
    assert_eq!(reply(&auditor()).await, Value::Null, "another party does not keep it");
}

#[tokio::test]
async fn templates_are_their_partys() {
    let city = city().await;
    let saved = save(&city, &officer(), json!({})).await;
    let id = saved["template"]["id"].clone();
    let colleague = person("officer-two", kernel::Role::Officer, Some("water-turkistan-city"));
    let changed = save(&city, &colleague, json!({ "template": id, "name": "Су келді" })).await;
    assert_eq!(changed["template"]["name"], "Су келді");
    let names = "{ templates { name } }";
    assert_eq!(city.read(&officer(), names).await["templates"], json!([{ "name": "Су келді" }]));
    assert_eq!(city.read(&other_officer(), names).await["templates"], json!([]));
    assert_eq!(codes(&save(&city, &other_officer(), json!({ "template": id })).await), ["NOT_FOUND input.template"]);
    let delete = async |actor: &Actor| codes(&city.act(actor, "deleteTemplate", "deleted", json!({ "template": id })).await);
    assert_eq!(delete(&other_officer()).await, ["NOT_FOUND input.template"]);
    assert_eq!(delete(&officer()).await, [""; 0]);
    assert_eq!(delete(&officer()).await, ["NOT_FOUND input.template"]);
    assert_eq!(city.fault(&citizen(), names).await, kernel::Code::Forbidden);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_template_is_told_at_once() {
    let city = city().await;
    let wrong = save(&city, &officer(), json!({ "name": " ", "kk": "{name}", "ru": "{reference", "en": "" })).await;
    assert_eq!(codes(&wrong), ["INVALID input.name", "INVALID input.kk", "INVALID input.ru", "INVALID input.en"]);
    assert_eq!(city.numbers("SELECT COUNT(*) FROM template").await, [0]);
}
