//! Who sees what.

use chrono::TimeDelta;
use kernel::{Actor, Code, FeedbackId, OperationKind, Role};
use serde_json::{Value, json};

use super::{
    city::{ADDRESS, City, EMAIL, Filed, NAME, PHONE, TEXT, appeal, category, city, district, strings, water},
    people::{analyst, auditor, citizen, officer, other_officer, other_supervisor, person, supervisor},
};

const CASE: &str = "reference reporter { name email phone } notes { nodes { text } } feedback { text place { address } }";

/// How many cases the actor's desk shows, or why it stays shut; and whether the actor sees one of them: at the desk, by its number, as an
/// entity of the graph, and the text of its report.
async fn check(city: &City, case: &Filed, actor: Actor, desk: Result<usize, Code>, visible: bool) {
    let whole = json!({
        "reference": case.reference, "reporter": { "name": NAME, "email": EMAIL, "phone": PHONE },
        "notes": { "nodes": [{ "text": "Бардық" }] }, "feedback": { "text": TEXT, "place": { "address": ADDRESS } },
    });
    let seen = if visible { whole } else { Value::Null };

    let answer = city.ask(OperationKind::Query, actor.clone(), &format!("{{ desk {{ nodes {{ {CASE} }} }} }}"), json!({})).await;
    let nodes = Value::from(answer.data)["desk"]["nodes"].as_array().cloned().unwrap_or_default();
    let opened = answer.faults.first().map_or(Ok(nodes.len()), |fault| Err(fault.code));
    assert_eq!(opened, desk, "{actor:?}");
    let at_desk = nodes.into_iter().find(|node| node["reference"] == case.reference.as_str());
    assert_eq!(at_desk.unwrap_or_default(), seen, "{actor:?}: at the desk");

    let by_number = city.read(&actor, &format!("{{ case(reference: \"{}\") {{ {CASE} }} }}", case.reference)).await;
    assert_eq!(by_number["case"], seen, "{actor:?}: by its number");

    let ids = [case.case(), "x".to_owned(), FeedbackId::from_uuid(case.uuid).global()];
    let representations = ids.map(|id| json!({ "__typename": "Case", "id": id }));
    let entities = city.entities(&actor, json!(representations), &format!("... on Case {{ {CASE} }}")).await;
    assert_eq!((entities[0].is_null(), &entities[1], &entities[2]), (!visible, &Value::Null, &Value::Null), "{actor:?}: as an entity");

    let text = format!("{{ feedback(reference: \"{}\") {{ status text place {{ address point {{ lat }} }} }} }}", case.reference);
    let report = city.read(&actor, &text).await["feedback"].take();
    let place = if visible { json!({ "address": ADDRESS, "point": { "lat": 43.3 } }) } else { json!({ "address": null, "point": null }) };
    let text = if visible { json!(TEXT) } else { Value::Null };
    assert_eq!(report, json!({ "status": "IN_PROGRESS", "text": text, "place": place }), "{actor:?}: the report");
}

#[tokio::test]
async fn each_sees_the_cases_of_their_office_and_of_others_none() {
    let city = city().await;
    let case = city.routed(water()).await;
    city.do_work(&officer(), "noteOnCase", &case, json!({ "text": "Бардық" })).await;
    city.routed(json!({ "text": "Шұңқыр", "locale": "KK", "category": category("road-damage") })).await;
    for (actor, desk, visible) in [
        (Actor::Anonymous, Err(Code::Unauthenticated), false),
        (citizen(), Err(Code::Forbidden), false),
        (analyst(), Err(Code::Forbidden), false),
        (person("nobody", Role::Officer, None), Err(Code::Forbidden), false),
        (officer(), Ok(1), true),
        (other_officer(), Ok(1), false),
        (supervisor(), Ok(1), true),
        (other_supervisor(), Ok(1), false),
        (auditor(), Ok(2), true),
        (Actor::System, Ok(2), true),
    ] {
        check(&city, &case, actor, desk, visible).await;
    }
}

#[tokio::test]
async fn a_reporter_sees_the_own_report_by_key_or_signed_in_and_never_the_officers_side() {
    let city = city().await;
    let filed = city.file(&citizen(), appeal()).await;
    city.settle().await;
    let other = city.file(&Actor::Anonymous, water()).await;
    let read = async |actor: Actor, key: Option<&str>| {
        let key = key.map(|key| format!(", key: \"{key}\"")).unwrap_or_default();
        let text = format!("{{ feedback(reference: \"{}\"{key}) {{ text place {{ address }} couponKey }} }}", filed.reference);
        city.read(&actor, &text).await["feedback"].take()
    };
    let whole = json!({ "text": TEXT, "place": { "address": ADDRESS }, "couponKey": null });
    let public = json!({ "text": null, "place": { "address": null }, "couponKey": null });
    for (actor, key, expected) in [
        (Actor::Anonymous, Some(filed.key.as_str()), &whole),
        (citizen(), None, &whole),
        (Actor::Anonymous, None, &public),
        (person("neighbour", Role::Citizen, None), None, &public),
        // A wrong key says no more than an unknown number, to anybody.
        (Actor::Anonymous, Some(&other.key), &Value::Null),
        (officer(), Some("x"), &Value::Null),
    ] {
        assert_eq!(read(actor.clone(), key).await, *expected, "{actor:?}");
    }
    let key = read(Actor::System, None).await["couponKey"].take();
    assert_eq!(key, json!(filed.key), "the house itself mails it");
    let case = city.read(&citizen(), &format!("{{ case(reference: \"{}\") {{ reference }} }}", filed.reference)).await;
    assert_eq!(case, json!({ "case": null }));

    let viewer = |id: kernel::PersonId| json!([{ "__typename": "Viewer", "id": kernel::GlobalId::encode("Viewer", id.uuid()) }]);
    let selection = "... on Viewer { feedback { nodes { reference text } } }";
    let mine = viewer(kernel::PersonId::of_slug("citizen"));
    let found = city.entities(&citizen(), mine.clone(), selection).await;
    assert_eq!(found[0]["feedback"]["nodes"], json!([{ "reference": filed.reference, "text": TEXT }]));
    assert_eq!(city.entities(&officer(), mine, selection).await, json!([null]), "nobody looks through another's eyes");
}

#[tokio::test]
async fn an_unknown_key_changes_nothing_and_says_nothing() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.respond(&filed).await;
    let rows = city.rows().await;
    for (reference, key) in [(filed.reference.as_str(), None), (&filed.reference, Some("x")), ("TK-2026-999999", Some(filed.key.as_str()))]
    {
        for (name, more) in [("contestClosure", json!({ "reason": "Жоқ" })), ("withdrawFeedback", json!({}))] {
            let mut input = json!({ "reference": reference, "key": key });
            super::city::merge(&mut input, more);
            for actor in [Actor::Anonymous, citizen(), officer()] {
                let payload = city.act(&actor, name, "feedback { status }", input.clone()).await;
                assert_eq!(super::city::codes(&payload), ["NOT_FOUND input.reference"], "{name} {key:?}");
            }
        }
    }
    assert_eq!(city.rows().await, rows);
}

#[tokio::test]
async fn the_public_reads_a_text_that_an_officer_released() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.do_work(&officer(), "releaseText", &filed, json!({ "text": "Су құбыры жарылды" })).await;
    let text = format!("{{ feedback(reference: \"{}\") {{ text }} publicFeedback {{ nodes {{ text }} }} }}", filed.reference);
    let public = json!({ "feedback": { "text": "Су құбыры жарылды" }, "publicFeedback": { "nodes": [{ "text": "Су құбыры жарылды" }] } });
    assert_eq!(city.read(&Actor::Anonymous, &text).await, public);
    assert_eq!(city.read(&other_officer(), &text).await, public);
    assert_eq!(city.own(&filed, "text").await, json!({ "text": TEXT }));
}

/// What a filter of the public list finds, as places in the order of filing.
async fn found(city: &City, filed: &[Filed], filter: &str) -> Vec<usize> {
    let data = city.read(&Actor::Anonymous, &format!("{{ publicFeedback(filter: {{ {filter} }}) {{ nodes {{ reference }} }} }}")).await;
    let references = strings(&data["publicFeedback"]["nodes"], "reference");
    let mut places: Vec<usize> =
        references.iter().map(|reference| filed.iter().position(|filed| filed.reference == *reference).unwrap()).collect();
    places.sort_unstable();
    places
}

#[tokio::test]
async fn the_public_list_holds_requests_by_subject_place_and_status() {
    let city = city().await;
    let light =
        json!({ "text": "Шам", "locale": "KK", "category": category("street-lighting"), "place": { "district": district("arys") } });
    let (first, second) = (city.routed(water()).await, city.routed(light).await);
    city.clock.advance(chrono::TimeDelta::hours(1));
    let filed = [first, second, city.routed(appeal()).await, city.file(&citizen(), water()).await];
    city.respond(&filed[0]).await;
    let numbers = format!("references: [\"{}\", \"{}\", \"TK\"]", filed[1].reference, filed[2].reference);
    let (water, light, arys) = (category("water-supply"), category("street-lighting"), district("arys"));
    let utility = kernel::PartyId::of_slug("water-turkistan-city").global();
    for (filter, expected) in [
        (String::new(), [0, 1, 3].as_slice()),
        (format!("category: \"{water}\""), &[0, 3]),
        (format!("district: \"{arys}\""), &[1]),
        ("status: ANSWERED".to_owned(), &[0]),
        ("open: true".to_owned(), &[1, 3]),
        (format!("open: true, category: \"{water}\""), &[3]),
        ("category: \"nothing\"".to_owned(), &[]),
        ("service: \"nothing\"".to_owned(), &[]),
        (format!("categories: [\"{water}\", \"{light}\"]"), &[0, 1, 3]),
        (format!("categories: [\"{water}\", \"{light}\"], category: \"{light}\""), &[1]),
        ("categories: [\"nothing\"]".to_owned(), &[]),
        ("references: []".to_owned(), &[]),
        (numbers, &[1]),
        (format!("responsible: \"{utility}\""), &[0]),
        ("responsible: \"nothing\"".to_owned(), &[]),
        ("receivedFrom: \"2026-11-24T13:00:00+05:00\"".to_owned(), &[3]),
        ("receivedUntil: \"2026-11-24T07:00:00Z\"".to_owned(), &[0, 1]),
        ("receivedFrom: \"2026-11-24T07:00:01Z\", receivedUntil: \"2026-11-24T07:59:59Z\"".to_owned(), &[]),
    ] {
        assert_eq!(found(&city, &filed, &filter).await, expected, "{filter}");
    }
    let by_number = format!("{{ feedback(reference: \"{}\") {{ track text open }} }}", filed[2].reference);
    assert_eq!(city.read(&Actor::Anonymous, &by_number).await["feedback"], json!({ "track": "APPEAL", "text": null, "open": true }));
    assert_eq!(city.own(&filed[0], "open").await, json!({ "open": false }));
}

#[tokio::test]
async fn the_queue_has_the_least_time_first_and_is_read_in_pages() {
    let city = city().await;
    let mut filed = Vec::new();
    for _ in 0..5 {
        filed.push(city.routed(water()).await.reference);
        city.clock.advance(TimeDelta::minutes(30));
    }
    let mut read = Vec::new();
    let mut after = String::new();
    loop {
        let text = format!("{{ desk(first: 2{after}) {{ nodes {{ reference }} pageInfo {{ hasNextPage endCursor }} }} }}");
        let page = city.read(&officer(), &text).await["desk"].take();
        read.extend(strings(&page["nodes"], "reference").into_iter().map(str::to_owned));
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(read, filed);
    assert_eq!(city.fault(&officer(), "{ desk(after: \"x\") { nodes { reference } } }").await, Code::BadUserInput);
    assert_eq!(city.fault(&officer(), "{ desk(first: 101) { nodes { reference } } }").await, Code::BadUserInput);
}

#[tokio::test]
async fn pages_skip_no_case_and_show_none_twice_while_others_arrive() {
    let city = city().await;
    let mut there = Vec::new();
    for n in 0..40 {
        city.clock.advance(TimeDelta::minutes(n % 3));
        there.push(city.routed(if n % 2 == 0 { water() } else { appeal() }).await.reference);
    }
    for (root, arguments) in [("desk", ""), ("publicFeedback", "filter: { open: true }, ")] {
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = format!(
                "{{ page: {root}({arguments}first: 7, after: {after}) {{ nodes {{ reference }} pageInfo {{ hasNextPage endCursor }} }} }}"
            );
            let page = city.read(&auditor(), &page).await["page"].take();
            seen.extend(strings(&page["nodes"], "reference").into_iter().map(str::to_owned));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            for input in [water(), appeal()] {
                city.routed(input).await;
            }
        }
        let once: std::collections::BTreeSet<&String> = seen.iter().collect();
        assert_eq!(once.len(), seen.len(), "{root}: shown twice");
        // Appeals are in no public list.
        let skipped = there.iter().enumerate().filter(|(n, reference)| (root == "desk" || n % 2 == 0) && !once.contains(reference));
        assert_eq!(skipped.count(), 0, "{root}: skipped");
    }
}
