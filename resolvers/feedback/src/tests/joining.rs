//! Reports on the same matter, those who say “same here”, and what of a report the public reads.

use chrono::TimeDelta;
use kernel::Actor;
use serde_json::{Value, json};

use super::{
    city::{City, EMAIL, Filed, appeal, category, city, codes, district, strings, water},
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
    // Whoever may not read the text learns by no draft which names and numbers are in it.
    for draft in ["Абай", "12", "Нет воды"] {
        let shown = similar(&city, draft, &at(43.3011, 68.2511)).await;
        assert_eq!((shown.as_array().unwrap().len(), &shown[0]["likeness"]), (1, &Value::Null), "{draft}");
    }
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
    city.settle().await;
    assert_eq!(city.told(), ["CONFIRMATION one@example.kz KK"], "one code, for what was left without an account");
    assert_eq!(confirm(&city, &filed.reference, "one@example.kz", &code_of(&city, "one@example.kz").await).await, [""; 0]);
    assert_eq!(city.version(&filed).await, version, "what officers saw is still so");
    let timeline = city.own(&filed, "timeline { nodes { kind } }").await;
    assert_eq!(strings(&timeline["timeline"]["nodes"], "kind").iter().filter(|kind| **kind == "joined").count(), 3);

    city.respond(&filed).await;
    city.settle().await;
    assert_eq!(city.told(), [format!("ANSWER {EMAIL} RU"), "FOLLOWED one@example.kz KK".to_owned(), format!("RATING {EMAIL} RU")]);
    assert!(!city.journal().await.contains("one@example.kz"));
}

/// The code of an address that joined, as the house mails it.
async fn code_of(city: &City, email: &str) -> String {
    let messages = city.neighbours.sent_codes.lock().unwrap().clone();
    let about = messages.iter().rev().find(|(to, _)| to == email).map(|(_, about)| about.clone()).unwrap();
    city.read(&Actor::System, &format!("{{ confirmationCode(about: \"{about}\") }}")).await["confirmationCode"].as_str().unwrap().to_owned()
}

async fn confirm(city: &City, reference: &str, email: &str, code: &str) -> Vec<String> {
    let input = json!({ "reference": reference, "email": email, "code": code });
    codes(&city.act(&Actor::Anonymous, "confirmContact", "feedback { reference text }", input).await)
}

/// Somebody without an account says “same here”.
async fn joins(city: &City, filed: &Filed, email: &str) {
    let input = json!({ "reference": filed.reference, "locale": "RU", "email": email });
    assert_eq!(codes(&join(city, &Actor::Anonymous, input).await), [""; 0]);
    city.settle().await;
}

#[tokio::test]
async fn an_address_that_joined_without_an_account_gets_the_code_and_nothing_else_before_it_is_confirmed() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.told();
    joins(&city, &filed, "One@example.kz").await;
    joins(&city, &filed, "two@example.kz").await;
    let said = city.neighbours.said.lock().unwrap().last().unwrap().clone();
    assert!(said.contains(&filed.reference) && said.contains("{confirmation-code}") && said.contains("72 час"), "{said}");
    assert!(!said.contains("Водоснабжение") && !said.contains("Туркестан"), "a stranger does not learn what it is about");
    assert_eq!(city.told(), ["CONFIRMATION one@example.kz RU", "CONFIRMATION two@example.kz RU"]);
    assert_eq!(city.own(&filed, "joined contactConfirmed").await, json!({ "joined": 2, "contactConfirmed": true }));

    let (one, two) = (code_of(&city, "one@example.kz").await, code_of(&city, "two@example.kz").await);
    let wrong = ["INVALID input.code"];
    for (reference, email, code) in [
        (filed.reference.as_str(), "one@example.kz", "00000000"),
        (&filed.reference, "one@example.kz", &two),
        (&filed.reference, "three@example.kz", &one),
        (&filed.reference, EMAIL, &one),
        ("TK-2026-999999", "one@example.kz", &one),
    ] {
        assert_eq!(confirm(&city, reference, email, code).await, wrong, "{email} {code}");
    }
    assert_eq!(confirm(&city, &filed.reference, " ONE@example.kz ", &one).await, [""; 0]);
    assert_eq!(confirm(&city, &filed.reference, "one@example.kz", &one).await, [""; 0], "again, it says the same");
    city.respond(&filed).await;
    city.settle().await;
    assert_eq!(city.told(), [format!("ANSWER {EMAIL} RU"), "FOLLOWED one@example.kz RU".to_owned(), format!("RATING {EMAIL} RU")]);
    assert!(!city.journal().await.contains("example.kz"));
}

#[tokio::test]
async fn whoever_says_so_again_gets_another_code_a_few_times_and_a_code_is_tried_five_times() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.told();
    let mail = "one@example.kz";
    joins(&city, &filed, mail).await;
    joins(&city, &filed, mail).await;
    assert_eq!(city.told().len(), 1, "not at once");
    let first = code_of(&city, mail).await;
    for _ in 0..5 {
        assert_eq!(confirm(&city, &filed.reference, mail, "1").await, ["INVALID input.code"]);
    }
    assert_eq!(confirm(&city, &filed.reference, mail, &first).await, ["INVALID input.code"]);
    for _ in 0..6 {
        city.clock.advance(TimeDelta::minutes(10));
        joins(&city, &filed, mail).await;
    }
    assert_eq!(city.told(), ["CONFIRMATION one@example.kz RU"; 4], "five are the most");
    assert_eq!(confirm(&city, &filed.reference, mail, &first).await, ["INVALID input.code"], "the one before counts no more");
    city.clock.advance(TimeDelta::hours(71));
    assert_eq!(confirm(&city, &filed.reference, mail, &code_of(&city, mail).await).await, [""; 0]);
    assert_eq!(city.own(&filed, "joined").await["joined"], 1);
}

#[tokio::test]
async fn a_code_that_joined_is_counted_once_for_its_key_and_an_address_of_an_account_needs_none() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let mail = "one@example.kz";
    joins(&city, &filed, mail).await;
    let (key, code) = (city.key(), code_of(&city, mail).await);
    let tries = async |code: &str, email: &str| {
        let input = json!({ "idempotencyKey": key, "reference": filed.reference, "email": email, "code": code });
        codes(&city.act(&Actor::Anonymous, "confirmContact", "feedback { reference }", input).await)
    };
    for _ in 0..3 {
        assert_eq!(tries("1", mail).await, ["INVALID input.code"]);
    }
    assert_eq!(city.numbers("SELECT MAX(tries) FROM confirmation").await, [1]);
    assert_eq!(tries("1", "two@example.kz").await, ["KEY_REUSED input.idempotencyKey"]);
    assert_eq!(tries(&code, mail).await, ["KEY_REUSED input.idempotencyKey"]);
    city.told();
    // Signed in, the same address is theirs by their word.
    let input = json!({ "reference": filed.reference, "locale": "KK", "email": mail });
    assert_eq!(join(&city, &citizen(), input).await["feedback"]["joined"], 1);
    city.respond(&filed).await;
    city.settle().await;
    assert!(city.told().contains(&"FOLLOWED one@example.kz RU".to_owned()));
}

#[tokio::test]
async fn a_stranger_who_is_said_to_have_joined_many_reports_is_left_in_peace_and_forgotten_with_them() {
    let city = city().await;
    let mut reports = Vec::new();
    for number in 0..7 {
        let filed = city.routed(water()).await;
        city.told();
        joins(&city, &filed, "one@example.kz").await;
        assert_eq!(city.told().len(), usize::from(number < 5), "{number}");
        reports.push(filed);
    }
    for act in ["withdrawFeedback", "eraseFeedback"] {
        let input = json!({ "reference": reports[0].reference, "key": reports[0].key });
        assert_eq!(codes(&city.act(&Actor::Anonymous, act, "feedback { id }", input).await), [""; 0]);
    }
    city.settle().await;
    assert_eq!(city.numbers("SELECT COUNT(*) FROM confirmation WHERE confirmed_at IS NULL").await, [6], "of seven that joined");
    let about = city.neighbours.sent_codes.lock().unwrap()[0].1.clone();
    assert!(city.neighbours.erased.lock().unwrap().contains(&json!(about)), "what was mailed to them, too");
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
