//! Who looks at personal data, and who sees that they did.

use chrono::TimeDelta;
use kernel::{Actor, PartyId, PersonId};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, city, water},
    people::{auditor, officer, other_officer, supervisor},
};

/// The looks at a report that the reporter sees, oldest first.
async fn seen(city: &City, filed: &Filed) -> Vec<String> {
    let accesses = city.own(filed, "accesses { nodes { part party { id } officer { id } } }").await;
    let line = |node: &Value| {
        assert_eq!(node["officer"], Value::Null, "names are withheld");
        format!("{} {}", node["part"].as_str().unwrap(), node["party"]["id"].as_str().unwrap())
    };
    let mut lines: Vec<String> = accesses["accesses"]["nodes"].as_array().unwrap().iter().map(line).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn each_look_at_personal_data_is_shown_to_whom_it_is_of() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let case = |selection: &str| format!("{{ case(reference: \"{}\") {{ {selection} }} }}", filed.reference);
    let by = |part: &str, party: &str| format!("{part} {}", PartyId::of_slug(party).global());

    for (actor, selection) in [
        (officer(), "version state feedback { status place { district { id } } questions { text } }"),
        (other_officer(), "reporter { email } feedback { text }"),
    ] {
        city.read(&actor, &case(selection)).await;
        assert_eq!(seen(&city, &filed).await, [""; 0], "{selection}");
    }
    city.own(&filed, "text place { address }").await;
    let public = format!("{{ feedback(reference: \"{}\") {{ text place {{ address }} accesses {{ nodes {{ at }} }} }} }}", filed.reference);
    let public = city.read(&Actor::Anonymous, &public).await["feedback"].take();
    assert_eq!(public, json!({ "text": null, "place": { "address": null }, "accesses": null }));

    city.read(
        &officer(),
        &case("reporter { email } feedback { a: text b: text place { address point { lat } } } notes { nodes { text } }"),
    )
    .await;
    city.clock.advance(TimeDelta::seconds(1));
    city.read(&supervisor(), &case("feedback { text }")).await;
    let expected = [
        by("CONTACT", "water-turkistan-city"),
        by("NOTES", "water-turkistan-city"),
        by("PLACE", "water-turkistan-city"),
        by("TEXT", "energy-housing"),
        by("TEXT", "water-turkistan-city"),
    ];
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(seen(&city, &filed).await, expected);

    let told = city.read(&auditor(), &case("feedback { accesses(first: 1) { nodes { part officer { id } } } }")).await;
    let last = &told["case"]["feedback"]["accesses"]["nodes"][0];
    assert_eq!(*last, json!({ "part": "TEXT", "officer": { "id": PersonId::of_slug("supervisor").global() } }), "the newest first");
    let withheld = city.read(&officer(), &case("feedback { accesses { nodes { at } } }")).await;
    assert_eq!(withheld["case"]["feedback"]["accesses"], Value::Null, "it is no officer's business");
}

#[tokio::test]
async fn whoever_looks_at_the_words_that_the_suggester_went_by_looks_at_the_text() {
    let city = city().await;
    let filed = city.routed(json!({ "text": "Көшеде су құбыры жарылып, су ағып жатыр", "locale": "KK" })).await;
    let case = |selection: &str| format!("{{ case(reference: \"{}\") {{ suggestion {{ {selection} }} }} }}", filed.reference);
    city.read(&auditor(), &case("category confidence modelVersion")).await;
    let looks = async || city.own(&filed, "accesses { nodes { part } }").await["accesses"]["nodes"].take();
    assert_eq!(looks().await, json!([]));
    let read = city.read(&auditor(), &case("words")).await;
    assert!(!read["case"]["suggestion"]["words"].as_array().unwrap().is_empty(), "{read}");
    assert_eq!(looks().await, json!([{ "part": "TEXT" }]));
}

#[tokio::test]
async fn what_a_call_reads_is_written_down_in_one_statement() {
    let city = super::city::quiet_city().await;
    let mut written = Vec::new();
    for _ in 0..2 {
        city.routed(water()).await;
        let query = "{ desk { nodes { reporter { email } feedback { text place { address } } } } }";
        let before = journal::statements();
        city.read(&officer(), query).await;
        written.push(journal::statements() - before);
    }
    assert_eq!(written[0], written[1]);
    assert_eq!(city.numbers("SELECT COUNT(*) FROM access").await, [3 + 2 * 3]);
}
