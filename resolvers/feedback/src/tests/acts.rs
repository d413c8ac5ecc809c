//! What may be done to a case, and what then happens.

use chrono::TimeDelta;
use futures_util::future::join_all;
use kernel::{Actor, PartyId, PersonId};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, appeal, category, city, codes, merge, water},
    people::{auditing_officer, auditor, clerk, officer, other_officer, supervisor},
};

/// All acts of an office with an input that is fine, and their names in the process; a text is released outside of it, and who may claim a
/// case depends on who holds it.
fn acts() -> [(&'static str, Option<&'static str>, Value); 11] {
    let roads = PartyId::of_slug("passenger-transport-roads").global();
    [
        ("acceptCase", Some("accept"), json!({})),
        ("assignCase", Some("assign"), json!({ "to": null })),
        ("noteOnCase", Some("note"), json!({ "text": "Бардық" })),
        ("forwardCase", Some("forward"), json!({ "to": roads, "reason": "Жол" })),
        ("respondToCase", Some("respond"), json!({ "outcome": "EXPLAINED", "text": "Түсіндірдік" })),
        ("correctCategory", Some("correct_category"), json!({ "category": category("road-damage") })),
        ("releaseText", None, json!({ "text": "Су жоқ" })),
        ("claimCase", None, json!({})),
        ("giveSubtask", None, json!({ "to": roads, "text": "Асфальт", "workingDays": 1 })),
        ("forwardPart", None, json!({ "to": roads, "text": "Жол" })),
        ("extendDeadline", Some("extend"), json!({ "decisionNumber": "12-к", "reason": "Жаңбыр", "workingDays": 2 })),
    ]
}

async fn check(city: &City, actor: &Actor, name: &str, input: Value, expected: &[&str]) -> Value {
    let before = city.rows().await;
    let payload = city.act(actor, name, "case { version }", input).await;
    assert_eq!(codes(&payload), expected, "{name} by {actor:?}");
    if !expected.is_empty() {
        let is_stale = expected == ["STALE_VERSION input.version"];
        assert_eq!(payload["case"].is_null(), !is_stale, "whoever was too slow sees the case as it is now");
        assert_eq!(city.rows().await, before, "{name} was refused and wrote");
    }
    payload
}

#[tokio::test]
async fn every_act_names_the_version_that_its_officer_saw() {
    let city = city().await;
    for (name, _, more) in acts() {
        let filed = city.routed(water()).await;
        let input = |version: i64| {
            let mut input = json!({ "case": filed.case(), "version": version });
            merge(&mut input, more.clone());
            input
        };
        let version = city.version(&filed).await;
        for stale in [version - 1, version + 1] {
            let refused = check(&city, &officer(), name, input(stale), &["STALE_VERSION input.version"]).await;
            assert_eq!(refused["errors"][0]["current"], version, "{name}");
        }
        for actor in [other_officer(), Actor::Anonymous, super::people::citizen()] {
            check(&city, &actor, name, input(version), &["NOT_FOUND input.case"]).await;
        }
        for actor in [auditor(), auditing_officer()] {
            check(&city, &actor, name, input(version), &["NOT_ALLOWED"]).await;
        }
        let mut unkeyed = input(version);
        unkeyed["idempotencyKey"] = json!("x");
        check(&city, &officer(), name, unkeyed, &["INVALID input.idempotencyKey"]).await;

        let mut keyed = input(version);
        keyed["idempotencyKey"] = json!(city.key());
        let done = check(&city, &officer(), name, keyed.clone(), &[]).await;
        assert_eq!(done["case"]["version"], version + 1, "{name}");
        let rows = city.rows().await;
        let again = check(&city, &officer(), name, keyed.clone(), &[]).await;
        // A case that was forwarded is no longer the officer's to see.
        let seen = if name == "forwardCase" { Value::Null } else { done["case"].clone() };
        assert_eq!((&again["case"], city.rows().await), (&seen, rows), "{name}: once for its key");
        keyed["version"] = json!(version + 1);
        check(&city, &officer(), name, keyed, &["KEY_REUSED input.idempotencyKey"]).await;
    }
}

#[tokio::test]
async fn of_two_at_once_the_first_acts_and_the_second_looks_again() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let version = city.version(&filed).await;
    let input = json!({ "case": filed.case(), "version": version });
    let officer = officer();
    let payloads = join_all((0..6).map(|_| city.act(&officer, "acceptCase", "case { version }", input.clone()))).await;
    let done = payloads.iter().filter(|payload| codes(payload).is_empty()).count();
    let stale = payloads.iter().filter(|payload| codes(payload) == ["STALE_VERSION input.version"]).count();
    assert_eq!((done, stale, city.version(&filed).await), (1, 5, version + 1));
}

#[tokio::test]
async fn whoever_is_too_slow_gets_the_thing_as_it_is_now_beside_the_refusal() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let version = city.version(&filed).await;
    city.do_work(&officer(), "claimCase", &filed, json!({})).await;
    let late = json!({ "case": filed.case(), "version": version, "text": "Бардық" });
    let payload = city.act(&supervisor(), "noteOnCase", "case { version assignee { id } }", late.clone()).await;
    assert_eq!(codes(&payload), ["STALE_VERSION input.version"]);
    let holder = json!({ "id": officer().person().unwrap().id.global() });
    assert_eq!(payload["case"], json!({ "version": version + 1, "assignee": holder }), "who was faster, and what they did");
    let message = payload["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains(&format!("version {version}")) && message.contains(&format!("version {}", version + 1)), "{message}");
    let payload = city.act(&other_officer(), "noteOnCase", "case { version }", late).await;
    assert_eq!(
        (codes(&payload), &payload["case"]),
        (vec!["NOT_FOUND input.case".to_owned()], &Value::Null),
        "nothing to whom it is not shown"
    );

    let opened = city.act(&officer(), "openIncident", "incident { id }", json!({ "title": "Апат", "text": "Су жоқ" })).await;
    let news = |text: &str| json!({ "incident": opened["incident"]["id"], "version": 1, "title": "Апат", "text": text });
    assert_eq!(codes(&city.act(&officer(), "updateIncident", "incident { id }", news("Қазып жатыр")).await), [""; 0]);
    let payload = city.act(&officer(), "updateIncident", "incident { version text }", news("Бітті")).await;
    assert_eq!(codes(&payload), ["STALE_VERSION input.version"]);
    assert_eq!(payload["incident"], json!({ "version": 2, "text": "Қазып жатыр" }));
}

/// A case in one of the situations in which it can be.
async fn situation(city: &City, name: &str) -> Filed {
    let filed = match name {
        "triage" => city.routed(json!({ "text": "Рақмет", "locale": "KK" })).await,
        "forwarding late" => city.routed(appeal()).await,
        _ => city.routed(water()).await,
    };
    match name {
        "assigned" | "triage" => {}
        "accepted" => city.do_work(&officer(), "acceptCase", &filed, json!({})).await,
        "answered" => city.respond(&filed).await,
        "contested" => {
            city.respond(&filed).await;
            assert_eq!(city.contest(&filed).await, [""; 0]);
        }
        "closed" => {
            city.respond(&filed).await;
            city.settle().await;
            city.pass_days(40).await;
        }
        "withdrawn" => {
            let input = json!({ "reference": filed.reference, "key": filed.key });
            city.act(&Actor::Anonymous, "withdrawFeedback", "feedback { status }", input).await;
        }
        "overdue" => drop(city.pass_days(3).await),
        "being routed" => city.do_work(&officer(), "correctCategory", &filed, json!({ "category": category("sewage") })).await,
        "forwarding late" => {
            let office = PartyId::of_slug("akim-office").global();
            city.do_work(&officer(), "forwardCase", &filed, json!({ "to": office, "reason": "Қате" })).await;
            let back = PartyId::of_slug("water-turkistan-city").global();
            city.do_work(&clerk(), "forwardCase", &filed, json!({ "to": back, "reason": "Сіздікі" })).await;
            city.pass_days(7).await;
        }
        other => panic!("no situation {other}"),
    }
    filed
}

#[tokio::test]
async fn what_is_shown_as_possible_is_possible_and_nothing_else() {
    let city = city().await;
    let officers = [officer(), supervisor()];
    for (name, state, actors) in [
        ("triage", "triage", [clerk()].as_slice()),
        ("assigned", "assigned", &officers),
        ("accepted", "accepted", &officers),
        ("answered", "answered", &officers),
        ("contested", "contested", &officers),
        ("closed", "closed", &officers),
        ("withdrawn", "withdrawn", &officers),
        ("overdue", "assigned", &officers),
        ("being routed", "routing", &officers),
        ("forwarding late", "assigned", &officers),
        ("assigned", "assigned", &[auditor()]),
    ] {
        for actor in actors {
            let ask = ("askReporter", Some("ask"), json!({ "text": "Қай үй?" }));
            for (mutation, act, more) in acts().into_iter().chain([ask]) {
                let Some(act) = act else { continue };
                let filed = situation(&city, name).await;
                let text = format!("{{ case(reference: \"{}\") {{ state allowed {{ act possible whyNot }} }} }}", filed.reference);
                let case = city.read(actor, &text).await["case"].take();
                assert_eq!(case["state"], state, "{name}");
                let allowed = case["allowed"].as_array().unwrap().iter().find(|allowed| allowed["act"] == act).unwrap();
                let refused = city.work(actor, mutation, &filed, more).await;
                let possible = allowed["possible"] == true;
                assert_eq!(refused.is_empty(), possible, "{name}: {act} by {actor:?}: {allowed} {refused:?}");
                assert_eq!(allowed["whyNot"].is_null(), possible, "{name}: {act}");
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_missed_the_days_cannot_forward_an_appeal_and_its_supervisor_can() {
    let city = city().await;
    let filed = situation(&city, "forwarding late").await;
    let (_, _, forward) = acts()[3].clone();
    assert_eq!(city.work(&officer(), "forwardCase", &filed, forward.clone()).await, ["WRONG_STATE"]);
    city.do_work(&supervisor(), "forwardCase", &filed, forward).await;
}

#[tokio::test]
async fn a_case_is_given_to_a_colleague_of_the_same_party_and_to_nobody_else() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.settle().await;
    let id = |slug: &str| PersonId::of_slug(slug).global();
    for (by, to, expected) in [
        (officer(), json!(id("officer-roads")), ["NOT_ALLOWED input.to"].as_slice()),
        (officer(), json!(id("ghost")), &["NOT_FOUND input.to"]),
        (officer(), json!("x"), &["NOT_FOUND input.to"]),
        (officer(), json!(id("officer-two")), &[]),
        (officer(), json!(id("officer")), &["NOT_ALLOWED"]),
        (supervisor(), Value::Null, &[]),
        (officer(), json!(id("officer")), &[]),
        (officer(), Value::Null, &[]),
        (officer(), json!(id("officer")), &[]),
    ] {
        let refused = city.work(&by, "assignCase", &filed, json!({ "to": to })).await;
        assert_eq!(refused, expected, "{to}");
        if expected.is_empty() {
            let assignee = city.case(&filed, "assignee { id }").await["assignee"].take();
            assert_eq!(assignee["id"], to, "{to}");
        }
    }
    let mine = city.read(&officer(), "{ desk(filter: { mine: true }) { nodes { reference } } }").await;
    assert_eq!(mine["desk"]["nodes"], json!([{ "reference": filed.reference }]));
}

#[tokio::test]
async fn an_answer_has_an_outcome_until_the_reporter_contests_it() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let shown = "status outcome answer";
    city.respond(&filed).await;
    assert_eq!(city.own(&filed, shown).await, json!({ "status": "ANSWERED", "outcome": "SATISFIED", "answer": "Жөнделді" }));
    city.clock.advance(TimeDelta::hours(1));
    assert_eq!(city.contest(&filed).await, [""; 0]);
    assert_eq!(city.own(&filed, shown).await, json!({ "status": "CONTESTED", "outcome": null, "answer": "Жөнделді" }));
    let terminate = json!({ "outcome": "TERMINATED", "reason": "repeated", "text": "Екінші рет" });
    city.do_work(&officer(), "respondToCase", &filed, terminate).await;
    assert_eq!(city.own(&filed, shown).await, json!({ "status": "TERMINATED", "outcome": "TERMINATED", "answer": "Екінші рет" }));
    let public = format!("{{ feedback(reference: \"{}\") {{ {shown} }} }}", filed.reference);
    let public = city.read(&Actor::Anonymous, &public).await;
    assert_eq!(public["feedback"], json!({ "status": "TERMINATED", "outcome": "TERMINATED", "answer": null }));
}
