//! Texts that somebody else would read as something else.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use kernel::Actor;
use scratch::refusals::HOSTILE;
use serde_json::json;

use super::{
    super::{
        city::{city, codes, merge, water},
        people::{officer, other_officer, person, supervisor},
    },
    roads,
};

#[tokio::test]
async fn hostile_texts_are_kept_as_text() {
    let city = city().await;
    for hostile in HOSTILE {
        let mut input = water();
        merge(&mut input, json!({ "text": hostile }));
        merge(&mut input, json!({ "place": { "address": hostile }, "contact": { "name": hostile, "email": "a@example.kz" } }));
        input["place"]["district"] = json!(crate::tests::city::district("turkistan-city"));
        let filed = city.routed(input).await;
        city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
        city.do_work(&officer(), "noteOnCase", &filed, json!({ "text": hostile })).await;
        city.do_work(&officer(), "askReporter", &filed, json!({ "text": hostile })).await;
        let answer = json!({ "reference": filed.reference, "key": filed.key, "text": hostile });
        assert_eq!(codes(&city.act(&Actor::Anonymous, "answerQuestion", "feedback { status }", answer).await), [""; 0]);
        city.do_work(&officer(), "giveSubtask", &filed, json!({ "to": roads(), "text": hostile, "workingDays": 1 })).await;
        let part = city.case(&filed, "subtasks { id text }").await["subtasks"][0].take();
        assert_eq!(part["text"], hostile);
        let done = json!({ "subtask": part["id"], "done": true, "text": hostile });
        assert_eq!(codes(&city.act(&other_officer(), "answerSubtask", "subtask { id }", done).await), [""; 0]);
        city.do_work(&officer(), "forwardPart", &filed, json!({ "to": roads(), "text": hostile })).await;
        city.do_work(&officer(), "respondToCase", &filed, json!({ "outcome": "EXPLAINED", "text": hostile })).await;
        city.settle().await;
        let own = city.own(&filed, "text answer place { address } questions { text answer } parts { text }").await;
        let question = json!([{ "text": hostile, "answer": hostile }]);
        assert_eq!(
            own,
            json!({ "text": hostile, "answer": hostile, "place": { "address": hostile }, "questions": question, "parts": [{ "text": hostile }] })
        );
        let case = city.case(&filed, "reporter { name } notes { nodes { text } } subtasks { answer }").await;
        assert_eq!(
            (&case["reporter"]["name"], &case["notes"]["nodes"][0]["text"], &case["subtasks"][0]["answer"]),
            (&json!(hostile), &json!(hostile), &json!(hostile))
        );
    }
    let keeper = person("officer-two", kernel::Role::Officer, Some("water-turkistan-city"));
    for hostile in &HOSTILE[..3] {
        let text = json!({ "name": hostile, "kk": hostile, "ru": hostile, "en": hostile });
        let saved = city.act(&keeper, "saveTemplate", "template { name text(locale: RU) }", text).await;
        assert_eq!(saved["template"], json!({ "name": hostile, "text": hostile }));
        let opened = city.act(&keeper, "openIncident", "incident { id title }", json!({ "title": hostile, "text": "Апат" })).await;
        let personal = hostile.contains('@');
        assert_eq!(opened["incident"].is_null(), personal, "an address of mail is nothing for everybody");
        if !personal {
            let filed = city.routed(water()).await;
            city.do_work(&officer(), "addToIncident", &filed, json!({ "incident": opened["incident"]["id"] })).await;
            city.settle().await;
        }
    }
    city.clock.advance(TimeDelta::seconds(1));
    assert!(!city.journal().await.contains("alert(1)"), "the journal holds no text of a person");
}

#[tokio::test]
async fn hostile_reasons_names_and_answers_are_kept_as_text() {
    let city = city().await;
    for hostile in HOSTILE {
        let filed = city.routed(water()).await;
        let extend = json!({ "decisionNumber": hostile, "reason": hostile, "workingDays": 1 });
        let long = hostile.chars().count() > 60;
        let expected: &[&str] = if long { &["LIMIT_REACHED input.decisionNumber"] } else { &[] };
        assert_eq!(city.work(&officer(), "extendDeadline", &filed, extend).await, expected);
        city.respond(&filed).await;
        let contest = json!({ "reference": filed.reference, "key": filed.key, "reason": hostile });
        assert_eq!(codes(&city.act(&Actor::Anonymous, "contestClosure", "feedback { status }", contest).await), [""; 0]);
        let notes = city.case(&filed, "notes { nodes { text } }").await["notes"]["nodes"].take();
        assert_eq!(notes[0]["text"], hostile);
        let forwarded = city.routed(water()).await;
        city.do_work(&officer(), "forwardCase", &forwarded, json!({ "to": roads(), "reason": hostile })).await;

        let queue = json!({ "name": hostile, "filter": { "query": hostile }, "shared": false });
        let saved = city.act(&officer(), "saveQueue", "queue { name filter { query } }", queue).await;
        assert_eq!(saved["queue"], json!({ "name": hostile, "filter": { "query": hostile } }));
        let incident = city.act(&officer(), "openIncident", "incident { id version }", json!({ "title": "Апат", "text": "Су жоқ" })).await;
        let news =
            json!({ "incident": incident["incident"]["id"], "version": incident["incident"]["version"], "title": "Апат", "text": hostile });
        let updated = city.act(&officer(), "updateIncident", "incident { text }", news).await;
        assert!(updated["incident"]["text"] == hostile || hostile.contains('@'), "{updated}");
    }
    let kept = city.texts("SELECT reason FROM extension UNION SELECT decision_number FROM extension").await;
    let fitting = HOSTILE.iter().filter(|hostile| hostile.chars().count() <= 60).map(|hostile| (*hostile).to_owned());
    assert_eq!(kept.into_iter().collect::<BTreeSet<_>>(), fitting.collect());
    city.settle().await;
    assert!(!city.journal().await.contains("alert(1)"), "the journal holds no text of a person");
}

#[tokio::test]
async fn what_can_be_no_address_number_or_code_is_refused_by_name() {
    let city = city().await;
    let filed = city.routed(water()).await;
    for hostile in HOSTILE {
        let area = json!({ "area": { "district": crate::tests::city::district("turkistan-city") }, "locale": "KK", "email": hostile });
        let join = json!({ "reference": filed.reference, "locale": "KK", "email": hostile });
        let confirm = json!({ "reference": filed.reference, "code": hostile });
        let number = json!({ "case": filed.case(), "version": city.version(&filed).await, "number": hostile });
        let rules = json!({ "files": [{ "name": hostile, "text": hostile }] });
        let mut contact = water();
        merge(&mut contact, json!({ "contact": { "email": hostile, "phone": hostile, "iin": hostile } }));
        for (actor, act, input, expected) in [
            (Actor::Anonymous, "subscribeToArea", area, &["INVALID input.email"][..]),
            (Actor::Anonymous, "joinFeedback", join, &["INVALID input.email"]),
            (Actor::Anonymous, "confirmContact", confirm, &["INVALID input.code"]),
            (
                Actor::Anonymous,
                "submitFeedback",
                contact,
                &["INVALID input.contact.email", "INVALID input.contact.phone", "INVALID input.contact.iin"],
            ),
            (officer(), "recordExternalNumber", number, &["INVALID input.number"]),
            (supervisor(), "simulateRules", rules, &["INVALID input.files"]),
        ] {
            assert_eq!(codes(&city.act(&actor, act, "__typename", input).await), expected, "{act} {hostile}");
        }
    }
}
