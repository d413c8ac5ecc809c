//! Reports on the same matter, those who say “same here”, and what of a report the public reads.

use kernel::Actor;
use serde_json::{Value, json};

use super::{
    city::{City, EMAIL, appeal, category, city, codes, district, strings, water},
    people::{citizen, officer},
};

/// What somebody is shown who is about to file.
async fn similar(city: &City, text: &str, more: &str) -> Value {
    let query = format!(
        "{{ similarFeedback(text: {text:?}{more}) {{ meters likeness feedback {{ reference text place {{ point {{ lat }} near {{ lat lon }} }} }} }} }}"
    );
    city.read(&Actor::Anonymous, &query).await["similarFeedback"].take()
}

fn at(lat: f64, lon: f64) -> String {
    format!(", category: \"{}\", place: {{ point: {{ lat: {lat}, lon: {lon} }} }}", category("water-supply"))
}

#[tokio::test]
async fn what_is_near_and_open_is_shown_before_one_files_the_same() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let near = similar(&city, "Воды нет", &at(43.3011, 68.2511)).await;
    let square = json!({ "point": null, "near": { "lat": 43.3005, "lon": 68.2505 } });
    assert_eq!(
        near[0]["feedback"],
        json!({ "reference": filed.reference, "text": null, "place": square }),
        "no place closer than a square"
    );
    assert_eq!(near[0]["meters"], 200);
    assert_eq!(similar(&city, "Воды нет", &at(43.31, 68.26)).await, json!([]), "a kilometre away");
    let other = at(43.3, 68.25).replace(&category("water-supply"), &category("road-damage"));
    assert_eq!(similar(&city, "Воды нет", &other).await, json!([]), "another subject");
    let in_district = format!(", place: {{ district: \"{}\" }}", district("turkistan-city"));
    let alike = similar(&city, "Второй день нет воды в доме", &in_district).await;
    assert_eq!(alike[0]["meters"], Value::Null);
    city.respond(&filed).await;
    assert_eq!(similar(&city, "Воды нет", &at(43.3, 68.25)).await, json!([]), "answered");
    city.routed(appeal()).await;
    assert_eq!(similar(&city, "Воды нет", &at(43.3, 68.25)).await, json!([]), "an appeal is its author's own");
}

async fn join(city: &City, actor: &Actor, input: Value) -> Value {
    city.act(actor, "joinFeedback", "feedback { joined }", input).await
}

#[tokio::test]
async fn each_is_counted_once_and_hears_what_the_public_sees() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let version = city.version(&filed).await;
    city.told();
    let input = |email: Option<&str>| json!({ "reference": filed.reference, "locale": "KK", "email": email });
    let mut joined = Vec::new();
    for (actor, email) in [
        (Actor::Anonymous, Some("one@example.kz")),
        (Actor::Anonymous, Some(" ONE@example.kz")),
        (citizen(), None),
        (citizen(), Some("two@example.kz")),
        (Actor::Anonymous, None),
    ] {
        let payload = join(&city, &actor, input(email)).await;
        assert_eq!(codes(&payload), [""; 0]);
        joined.push(payload["feedback"]["joined"].as_i64().unwrap());
    }
    assert_eq!(joined, [1, 1, 2, 2, 3]);
    assert_eq!(city.version(&filed).await, version, "what officers saw is still so");
    let timeline = city.own(&filed, "timeline { nodes { kind } }").await;
    assert_eq!(strings(&timeline["timeline"]["nodes"], "kind").iter().filter(|kind| **kind == "joined").count(), 3);

    city.respond(&filed).await;
    city.settle().await;
    assert_eq!(city.told(), [format!("ANSWER {EMAIL} RU"), "FOLLOWED one@example.kz KK".to_owned(), format!("RATING {EMAIL} RU")]);
    assert!(!city.journal().await.contains("one@example.kz"));
}

#[tokio::test]
async fn what_cannot_be_joined_is_refused() {
    let city = city().await;
    let own = city.file(&citizen(), water()).await;
    let theirs = city.routed(appeal()).await;
    let ended = city.routed(water()).await;
    city.respond(&ended).await;
    let check = async |reference: &str, email: &str, expected: &str| {
        let input = json!({ "reference": reference, "locale": "KK", "email": email });
        assert_eq!(codes(&join(&city, &citizen(), input).await), [expected], "{reference} {email}");
    };
    let mail = "a@example.kz";
    check("TK-2026-999999", mail, "NOT_FOUND input.reference").await;
    check(&own.reference, mail, "NOT_ALLOWED input.reference").await;
    check(&theirs.reference, mail, "NOT_ALLOWED input.reference").await;
    check(&own.reference, "a@example.kz\r\nBcc: b@example.kz", "INVALID input.email").await;
    check(&ended.reference, mail, "WRONG_STATE").await;
}

#[tokio::test]
async fn the_map_shows_squares_and_finds_by_squares() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let map = async |south: f64, west: f64, north: f64, east: f64| {
        let corners = format!("southWest: {{ lat: {south}, lon: {west} }}, northEast: {{ lat: {north}, lon: {east} }}");
        let query = format!("{{ publicFeedback(filter: {{ within: {{ {corners} }} }}) {{ nodes {{ reference }} }} }}");
        let data = city.read(&Actor::Anonymous, &query).await;
        strings(&data["publicFeedback"]["nodes"], "reference").len()
    };
    assert_eq!(map(43.2, 68.2, 43.4, 68.3).await, 1);
    assert_eq!(map(43.30001, 68.25001, 43.30002, 68.25002).await, 1, "a box within the square tells nothing of the point");
    assert_eq!(map(43.4, 68.2, 43.5, 68.3).await, 0);
    assert_eq!(city.case(&filed, "feedback { place { point { lat } } }").await["feedback"]["place"]["point"]["lat"], 43.3);
}

#[tokio::test]
async fn an_officer_is_given_a_masked_text_and_cannot_publish_numbers() {
    let city = city().await;
    let mut input = water();
    input["text"] = json!("Меня зовут Ержан, тел. +7 701 123 45 67, нет воды, Абай көшесі 15");
    let filed = city.routed(input).await;
    let query = format!("{{ case(reference: \"{}\") {{ textToRelease {{ text covered }} }} }}", filed.reference);
    let masked = city.read(&officer(), &query).await["case"]["textToRelease"].take();
    let expected =
        json!({ "text": "Меня зовут [имя], тел. [телефон], нет воды, Абай көшесі [адрес]", "covered": ["PHONE", "NAME", "ADDRESS"] });
    assert_eq!(masked, expected, "in the language of the report");
    let release = async |text: &str| city.work(&officer(), "releaseText", &filed, json!({ "text": text })).await;
    assert_eq!(release("Звоните +7 701 123 45 67").await, ["INVALID input.text"]);
    assert_eq!(release("Пишите a@b.kz").await, ["INVALID input.text"]);
    assert_eq!(release(masked["text"].as_str().unwrap()).await, [""; 0]);
    let looks = city.case(&filed, "feedback { accesses { nodes { part } } }").await;
    assert_eq!(looks["feedback"]["accesses"]["nodes"], json!([{ "part": "TEXT" }]));
}
