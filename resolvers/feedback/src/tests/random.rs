//! Whatever people do in whatever order, no “not fixed” is lost.

use kernel::{Actor, PartyId, Role};
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, appeal, category, city, codes, strings, water},
    people::{auditor, person},
};

const PARTIES: [&str; 4] = ["water-turkistan-city", "energy-housing", "passenger-transport-roads", "akim-office"];

#[derive(Clone, Debug)]
enum Deed {
    Accept,
    Assign,
    Note,
    Forward(&'static str),
    Respond(&'static str, Option<&'static str>),
    GivePart,
    DoParts,
    ForwardPart,
    Correct(&'static str),
    Release,
    Contest,
    PassDays(i64),
    /// The runner performs what waits.
    Settle,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        1 => Just(Deed::Accept),
        1 => Just(Deed::Assign),
        1 => Just(Deed::Note),
        1 => select(&PARTIES[..]).prop_map(Deed::Forward),
        4 => select(&[("SATISFIED", None), ("REFUSED", Some("not-confirmed")), ("TERMINATED", Some("repeated"))][..])
            .prop_map(|(outcome, reason)| Deed::Respond(outcome, reason)),
        1 => Just(Deed::GivePart),
        1 => Just(Deed::DoParts),
        1 => Just(Deed::ForwardPart),
        1 => select(&["water-supply", "road-damage", "official-conduct"][..]).prop_map(Deed::Correct),
        1 => Just(Deed::Release),
        4 => Just(Deed::Contest),
        1 => (0..50_i64).prop_map(Deed::PassDays),
        3 => Just(Deed::Settle),
    ]
}

/// Whoever works the case now.
async fn at_work(city: &City, filed: &Filed) -> Actor {
    let case = city.case(filed, "party { id }").await;
    let party = PARTIES.iter().find(|slug| case["party"]["id"] == PartyId::of_slug(slug).global());
    person("somebody", Role::Officer, party.copied())
}

/// Does it, or is refused; tells whether it was done.
async fn carry_out(city: &City, filed: &Filed, deed: &Deed) -> bool {
    let (name, more) = match deed {
        Deed::Accept => ("acceptCase", json!({})),
        Deed::Assign => ("assignCase", json!({ "to": null })),
        Deed::Note => ("noteOnCase", json!({ "text": "Бардық" })),
        Deed::Forward(to) => ("forwardCase", json!({ "to": PartyId::of_slug(to).global(), "reason": "Сіздікі" })),
        Deed::Respond(outcome, reason) => ("respondToCase", json!({ "outcome": outcome, "reason": reason, "text": "Жауап" })),
        Deed::GivePart => ("giveSubtask", json!({ "to": PartyId::of_slug("akimat-arys").global(), "text": "Бөлік", "workingDays": 1 })),
        Deed::DoParts => return do_parts(city, filed).await,
        Deed::ForwardPart => ("forwardPart", json!({ "to": PartyId::of_slug("akimat-arys").global(), "text": "Бөлік" })),
        Deed::Correct(slug) => ("correctCategory", json!({ "category": category(slug) })),
        Deed::Release => ("releaseText", json!({ "text": "Су жоқ" })),
        Deed::Contest => return city.contest(filed).await.is_empty(),
        Deed::PassDays(days) => return !city.pass_days(*days).await.is_empty(),
        Deed::Settle => return !city.settle().await.is_empty(),
    };
    let officer = at_work(city, filed).await;
    let payload: Value = city.work_payload(&officer, name, filed, more).await;
    codes(&payload).is_empty()
}

/// The party that was asked for parts does them; tells whether there were any.
async fn do_parts(city: &City, filed: &Filed) -> bool {
    let asked = city.case(filed, "subtasks { id state }").await["subtasks"].take();
    let officer = person("somebody", Role::Officer, Some("akimat-arys"));
    let mut done = false;
    for part in asked.as_array().unwrap().iter().filter(|part| part["state"] == "OPEN") {
        let input = json!({ "subtask": part["id"], "done": true, "text": "Дайын" });
        assert_eq!(codes(&city.act(&officer, "answerSubtask", "subtask { state }", input).await), [""; 0]);
        done = true;
    }
    done
}

/// Whether the case is on the desks of those who watch, as open and contested, with a clock that runs or has run out.
async fn is_on_the_desk(city: &City, filed: &Filed) -> bool {
    let data = city.read(&auditor(), "{ desk(filter: { contested: true }, first: 100) { nodes { reference } } }").await;
    let listed = strings(&data["desk"]["nodes"], "reference").contains(&filed.reference.as_str());
    let case = city.case(filed, "contested clocks { name } feedback { status outcome }").await;
    let open = !["ANSWERED", "TERMINATED", "WITHDRAWN"].contains(&case["feedback"]["status"].as_str().unwrap());
    let timed = case["feedback"]["status"] == "OVERDUE" || strings(&case["clocks"], "name").contains(&"deadline");
    listed && open && timed && case["contested"] == true && case["feedback"]["outcome"].is_null()
}

async fn live(city: &City, input: Value, deeds: &[Deed]) -> Result<(), TestCaseError> {
    let filed = city.routed(input).await;
    let mut not_fixed = false;
    for (place, deed) in deeds.iter().enumerate() {
        let done = carry_out(city, &filed, deed).await;
        match deed {
            Deed::Contest if done => not_fixed = true,
            Deed::Respond(..) if done => not_fixed = false,
            _ => {}
        }
        prop_assert_eq!(is_on_the_desk(city, &filed).await, not_fixed, "after {:?}", &deeds[..=place]);
    }
    // The journal tells the same story: its events are numbered without a gap, and the case counts them.
    let numbers = city
        .numbers(&format!(
            "SELECT number FROM event WHERE stream_id = (SELECT id FROM feedback WHERE reference = '{}') ORDER BY number",
            filed.reference
        ))
        .await;
    let events = city.numbers(&format!("SELECT events FROM feedback WHERE reference = '{}'", filed.reference)).await[0];
    prop_assert_eq!(numbers, (1..=events).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn no_not_fixed_is_ever_lost() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let city = runtime.block_on(city());
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(deeds in prop::collection::vec(deed(), 1..14), statutory in any::<bool>())| {
        let input = if statutory { appeal() } else { water() };
        runtime.block_on(live(&city, input, &deeds))?;
    });
}
