//! What people read of a case's life, and hear of it as it happens.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::{FutureExt, StreamExt};
use kernel::{Actor, Code, PartyId, PersonId};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, appeal, category, city, strings, take, water},
    people::{auditor, citizen, clerk, officer, other_officer},
};

const WORDS: &str = "nodes { kind kk: text(locale: KK) ru: text(locale: RU) en: text(locale: EN) }";

fn roads() -> String {
    PartyId::of_slug("passenger-transport-roads").global()
}

/// An appeal to which almost everything happens.
async fn full_life(city: &City) -> Filed {
    let filed = city.routed(appeal()).await;
    let colleague = PersonId::of_slug("officer-two").global();
    for (name, more) in [
        ("acceptCase", json!({})),
        ("assignCase", json!({ "to": colleague })),
        ("noteOnCase", json!({ "text": "Бардық" })),
        ("releaseText", json!({ "text": "Су жоқ" })),
        ("correctCategory", json!({ "category": category("sewage") })),
    ] {
        city.do_work(&officer(), name, &filed, more).await;
        city.settle().await;
    }
    city.pass_days(7).await;
    city.pass_days(40).await;
    city.respond(&filed).await;
    city.contest(&filed).await;
    city.do_work(&super::people::supervisor(), "forwardCase", &filed, json!({ "to": roads(), "reason": "Жол" })).await;
    city.settle().await;
    city.do_work(
        &other_officer(),
        "respondToCase",
        &filed,
        json!({ "outcome": "TERMINATED", "reason": "repeated", "text": "Қайталанған" }),
    )
    .await;
    city.settle().await;
    city.pass_days(60).await;
    filed
}

/// All that can happen today. Of what else the processes know (a question, an extension, a merge) there is no act yet.
const KINDS: [&str; 19] = [
    "accepted",
    "answered",
    "assigned",
    "category_corrected",
    "closed",
    "contested",
    "deadline_near",
    "deadline_passed",
    "deemed_refused",
    "forward_window_passed",
    "forwarded",
    "noted",
    "officer_assigned",
    "sent_to_triage",
    "still_overdue",
    "submitted",
    "terminated",
    "text_released",
    "withdrawn",
];

#[tokio::test]
async fn every_event_has_words_in_three_languages() {
    let city = city().await;
    let late = city.routed(water()).await;
    city.pass_days(3).await;
    city.pass_days(3).await;
    let unknown = city.routed(json!({ "text": "Рақмет", "locale": "KK" })).await;
    city.do_work(&clerk(), "forwardCase", &unknown, json!({ "to": roads(), "reason": "Жол" })).await;
    let input = json!({ "reference": late.reference, "key": late.key });
    city.act(&Actor::Anonymous, "withdrawFeedback", "feedback { id }", input).await;
    let mut seen = BTreeSet::new();
    for filed in [full_life(&city).await, late, unknown] {
        let case = city.case(&filed, &format!("history(first: 100) {{ {WORDS} }}")).await;
        for event in case["history"]["nodes"].as_array().unwrap() {
            seen.insert(event["kind"].as_str().unwrap().to_owned());
            let texts = ["kk", "ru", "en"].map(|locale| event[locale].as_str().unwrap());
            let raw = |text: &&str| text.is_empty() || ["event-", "{", "}", "$"].iter().any(|raw| text.contains(raw));
            assert!(!texts.iter().any(raw), "{event}");
            assert_eq!(BTreeSet::from(texts).len(), 3, "{event}");
        }
    }
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), KINDS);
}

#[tokio::test]
async fn what_officers_do_among_themselves_is_not_public() {
    let city = city().await;
    let filed = full_life(&city).await;
    let case = city.case(&filed, "history(first: 100) { nodes { kind internal actor { id } versions } }").await;
    let history = case["history"]["nodes"].as_array().unwrap();
    let internal: Vec<&str> =
        history.iter().filter(|event| event["internal"] == true).map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(internal, ["officer_assigned", "noted", "forward_window_passed", "deadline_near"]);
    let public: Vec<&Value> = history.iter().filter(|event| event["internal"] == false).map(|event| &event["kind"]).collect();
    let selection = "latest { kind } timeline(first: 100) { nodes { kind } }";
    let text = format!("{{ feedback(reference: \"{}\") {{ {selection} }} }}", filed.reference);
    for timeline in [city.read(&Actor::Anonymous, &text).await["feedback"].take(), city.own(&filed, selection).await] {
        let kinds: Vec<&Value> = timeline["timeline"]["nodes"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
        assert_eq!(kinds, public);
        assert_eq!(timeline["latest"]["kind"], **public.last().unwrap());
    }
    assert_eq!((&history[0]["actor"], &history[2]["actor"]["id"]), (&Value::Null, &json!(PersonId::of_slug("officer").global())));
    assert!(history.iter().all(|event| event["versions"] == "appeal.v1 routing.v1 clocks.v1 kz.v1"));
}

#[tokio::test]
async fn a_timeline_is_read_in_pages() {
    let city = city().await;
    let filed = full_life(&city).await;
    let all = city.own(&filed, "timeline(first: 100) { nodes { kind cursor } }").await["timeline"]["nodes"].take();
    let (mut read, mut after) = (Vec::new(), String::new());
    loop {
        let page = city
            .own(&filed, &format!("timeline(first: 2{after}) {{ nodes {{ kind cursor }} pageInfo {{ hasNextPage endCursor }} }}"))
            .await;
        read.extend(page["timeline"]["nodes"].as_array().unwrap().clone());
        after = format!(", after: {}", page["timeline"]["pageInfo"]["endCursor"]);
        if page["timeline"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(json!(read), all);
}

const EVENT: &str = "kind cursor feedback { reference status text }";

#[tokio::test]
async fn a_listener_that_comes_back_with_its_cursor_misses_nothing_and_hears_nothing_twice() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
    let subscribe = |after: Option<&str>| {
        let after = after.map(|after| format!(", after: \"{after}\"")).unwrap_or_default();
        format!("subscription {{ feedbackEvents(reference: \"{}\"{after}) {{ {EVENT} }} }}", filed.reference)
    };
    let kinds = |items: &[Value]| items.iter().map(|item| item["feedbackEvents"]["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>();

    let mut listener = city.listen(Actor::Anonymous, &subscribe(None)).await;
    let first = take(&mut listener, 2).await;
    assert_eq!(kinds(&first), ["submitted", "assigned"]);
    drop(listener);
    // While it was away: something public between two things that are not.
    for (name, more) in [
        ("noteOnCase", json!({ "text": "Бардық" })),
        ("releaseText", json!({ "text": "Су жоқ" })),
        ("noteOnCase", json!({ "text": "Тағы" })),
    ] {
        city.do_work(&officer(), name, &filed, more).await;
    }
    let cursor = first[1]["feedbackEvents"]["cursor"].as_str().unwrap();
    let mut listener = city.listen(Actor::Anonymous, &subscribe(Some(cursor))).await;
    assert_eq!(kinds(&take(&mut listener, 2).await), ["accepted", "text_released"]);
    // And what happens while it listens.
    let (heard, ()) = tokio::join!(take(&mut listener, 2), async {
        city.respond(&filed).await;
        city.contest(&filed).await;
    });
    assert_eq!(kinds(&heard), ["answered", "contested"]);
    assert_eq!(heard[1]["feedbackEvents"]["feedback"], json!({ "reference": filed.reference, "status": "CONTESTED", "text": "Су жоқ" }));
    assert!(listener.next().now_or_never().is_none(), "and no more");
}

#[tokio::test]
async fn only_who_may_read_a_report_whole_hears_it_whole() {
    let city = city().await;
    let filed = city.file(&citizen(), water()).await;
    let text = async |actor: Actor, key: Option<&str>| {
        let key = key.map(|key| format!(", key: \"{key}\"")).unwrap_or_default();
        let text = format!("subscription {{ feedbackEvents(reference: \"{}\"{key}) {{ feedback {{ text }} }} }}", filed.reference);
        let answer = city.listen(actor, &text).await.next().await.unwrap();
        match answer.faults.first() {
            Some(fault) => Err(fault.code),
            None => Ok(answer.data["feedbackEvents"]["feedback"]["text"].is_text()),
        }
    };
    assert_eq!(text(Actor::Anonymous, None).await, Ok(false));
    assert_eq!(text(officer(), None).await, Ok(false), "it is not routed yet");
    assert_eq!(text(citizen(), None).await, Ok(true));
    assert_eq!(text(auditor(), None).await, Ok(true));
    assert_eq!(text(Actor::Anonymous, Some(&filed.key)).await, Ok(true));
    assert_eq!(text(citizen(), Some("x")).await, Err(Code::NotFound));
}

#[tokio::test]
async fn who_works_a_case_no_more_hears_no_more_of_it_than_anybody() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let listening = format!("subscription {{ feedbackEvents(reference: \"{}\") {{ kind feedback {{ text }} }} }}", filed.reference);
    let mut listener = city.listen(officer(), &listening).await;
    assert!(take(&mut listener, 2).await[1]["feedbackEvents"]["feedback"]["text"].is_string());
    let roads = json!({ "to": PartyId::of_slug("passenger-transport-roads").global(), "reason": "Жол" });
    city.do_work(&officer(), "forwardCase", &filed, roads).await;
    let heard = take(&mut listener, 1).await;
    assert_eq!(heard[0]["feedbackEvents"], json!({ "kind": "forwarded", "feedback": { "text": null } }));
}

#[tokio::test]
async fn a_desk_hears_of_its_own_cases_only() {
    let city = city().await;
    let subscription = "subscription { deskChanged { cursor kind case { reference } } }";
    let refused = city.listen(citizen(), subscription).await.next().await.unwrap();
    assert_eq!(refused.faults[0].code, Code::Forbidden);
    let mut water_desk = city.listen(officer(), subscription).await;
    let mut roads_desk = city.listen(other_officer(), subscription).await;
    let everything = async {
        let filed = city.routed(water()).await;
        city.do_work(&officer(), "noteOnCase", &filed, json!({ "text": "Бардық" })).await;
        city.clock.advance(TimeDelta::minutes(1));
        city.routed(json!({ "text": "Шұңқыр", "locale": "KK", "category": category("road-damage") })).await;
    };
    let (water_heard, roads_heard, ()) = tokio::join!(take(&mut water_desk, 2), take(&mut roads_desk, 1), everything);
    let heard = |items: &[Value]| {
        let changes: Vec<Value> = items.iter().map(|item| item["deskChanged"].clone()).collect();
        strings(&json!(changes), "kind").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let last = |items: &[Value]| items.last().unwrap()["deskChanged"]["case"]["reference"].clone();
    assert_eq!((last(&water_heard), last(&roads_heard)), (json!("TK-2026-000001"), json!("TK-2026-000002")));
    assert!(!heard(&roads_heard).contains(&"noted".to_owned()));

    let cursor = &water_heard[0]["deskChanged"]["cursor"];
    let mut again = city.listen(officer(), &subscription.replace("deskChanged", &format!("deskChanged(after: {cursor})"))).await;
    assert_eq!(take(&mut again, 1).await[0]["deskChanged"]["cursor"], water_heard[1]["deskChanged"]["cursor"]);
}

#[tokio::test]
async fn an_auditor_sees_a_case_as_it_was_after_any_of_its_events() {
    let city = city().await;
    let filed = full_life(&city).await;
    let selection = "history(first: 100) { nodes { number kind stateAfter { state status flags deadline { dueOn } clocks { name } } } }";
    let text = format!("{{ case(reference: \"{}\") {{ {selection} }} }}", filed.reference);
    let read = city.read(&auditor(), &text).await;
    let events = read["case"]["history"]["nodes"].as_array().unwrap().clone();
    let after =
        |kind: &str| events.iter().rev().find(|event| event["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))["stateAfter"].clone();
    for (kind, state, status) in [
        ("submitted", "submitted", "REGISTERED"),
        ("accepted", "accepted", "IN_PROGRESS"),
        ("answered", "answered", "ANSWERED"),
        ("contested", "contested", "CONTESTED"),
        ("closed", "closed", "ANSWERED"),
    ] {
        assert_eq!((&after(kind)["state"], &after(kind)["status"]), (&json!(state), &json!(status)), "{kind}");
    }
    assert!(after("text_released").is_null(), "a released text leaves the process as it was");
    assert_eq!(after("submitted")["clocks"], json!([{ "name": "acknowledge" }, { "name": "forward_window" }, { "name": "deadline" }]));
    assert_eq!(after("closed")["clocks"], json!([]));
    let text = text.replace("first: 100", "first: 1");
    assert_eq!(city.fault(&other_officer(), &text).await, Code::Forbidden);
}
