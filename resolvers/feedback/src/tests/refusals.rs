//! Every act and all that can be wrong with it: what each is answered with, and that nothing is written.

use chrono::TimeDelta;
use kernel::{Actor, AttachmentId, BulkActId, CaseId, IncidentId, PartyId, QueueId, SubtaskId, TemplateId};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, category, city, merge, water},
    people::{auditor, citizen, officer, other_officer, person},
};

/// An act with an input that is fine, and the texts of it.
struct Act {
    name: &'static str,
    selection: &'static str,
    input: Value,
    texts: &'static [(&'static str, usize)],
}

fn roads() -> String {
    PartyId::of_slug("passenger-transport-roads").global()
}

/// What an office does to a case.
fn office_acts() -> Vec<Act> {
    let case = |name, input, texts| Act { name, selection: "case { version }", input, texts };
    vec![
        case("acceptCase", json!({}), &[]),
        case("assignCase", json!({ "to": null }), &[]),
        case("claimCase", json!({}), &[]),
        case("releaseCase", json!({}), &[]),
        case("noteOnCase", json!({ "text": "Бардық" }), &[("text", 2000)]),
        case("askReporter", json!({ "text": "Қай пәтер?" }), &[("text", 2000)]),
        case(
            "extendDeadline",
            json!({ "decisionNumber": "12-к", "reason": "Жаңбыр", "workingDays": 2 }),
            &[("decisionNumber", 60), ("reason", 2000)],
        ),
        case("forwardCase", json!({ "to": roads(), "reason": "Жол" }), &[("reason", 2000)]),
        case("forwardPart", json!({ "to": roads(), "text": "Жол" }), &[("text", 2000)]),
        case("giveSubtask", json!({ "to": roads(), "text": "Асфальт", "workingDays": 1 }), &[("text", 2000)]),
        case("cancelSubtask", json!({ "subtask": SubtaskId::of_slug("nothing").global() }), &[]),
        case("mergeCases", json!({ "into": CaseId::of_slug("nothing").global() }), &[]),
        case("unmergeCase", json!({}), &[]),
        case("addToIncident", json!({ "incident": IncidentId::of_slug("nothing").global() }), &[]),
        case("removeFromIncident", json!({}), &[]),
        case("respondToCase", json!({ "outcome": "EXPLAINED", "text": "Түсіндірдік" }), &[("text", 2000)]),
        case("correctCategory", json!({ "category": category("road-damage") }), &[]),
        case("releaseAttachment", json!({ "attachment": AttachmentId::of_slug("nothing").global() }), &[]),
        case("releaseText", json!({ "text": "Су жоқ" }), &[("text", 2000)]),
    ]
}

/// What a reporter does to a report.
fn reporter_acts() -> Vec<Act> {
    let report = |name, input, texts| Act { name, selection: "feedback { status }", input, texts };
    vec![
        report("answerQuestion", json!({ "text": "17" }), &[("text", 2000)]),
        report("contestClosure", json!({ "reason": "Су жоқ" }), &[("reason", 2000)]),
        report("withdrawFeedback", json!({}), &[]),
        report("eraseFeedback", json!({}), &[]),
    ]
}

/// What is done to other things than a case.
fn other_acts() -> Vec<Act> {
    let act = |name, selection, input, texts| Act { name, selection, input, texts };
    let template = json!({ "name": "Су", "kk": "Су", "ru": "Вода", "en": "Water" });
    let incident = json!({ "incident": IncidentId::of_slug("nothing").global(), "version": 1, "title": "Апат", "text": "Су жоқ" });
    let resolved = json!({ "incident": IncidentId::of_slug("nothing").global(), "version": 1, "outcome": "SATISFIED", "text": "Су келді" });
    vec![
        act("saveQueue", "queue { id }", json!({ "name": "Су", "filter": {} }), &[("name", 80)]),
        act("deleteQueue", "deleted", json!({ "queue": QueueId::of_slug("nothing").global() }), &[]),
        act("saveTemplate", "template { id }", template, &[("name", 80), ("kk", 2000), ("ru", 2000), ("en", 2000)]),
        act("deleteTemplate", "deleted", json!({ "template": TemplateId::of_slug("nothing").global() }), &[]),
        act("openIncident", "incident { id }", json!({ "title": "Апат", "text": "Су жоқ" }), &[("title", 120), ("text", 2000)]),
        act("updateIncident", "incident { id }", incident, &[("title", 120), ("text", 2000)]),
        act("resolveIncident", "incident { id }", resolved, &[("text", 2000)]),
        act(
            "answerSubtask",
            "subtask { id }",
            json!({ "subtask": SubtaskId::of_slug("nothing").global(), "done": true, "text": "Аштық" }),
            &[("text", 2000)],
        ),
        act(
            "beginBulkAct",
            "bulkAct { id }",
            json!({ "cases": [{ "case": CaseId::of_slug("nothing").global(), "version": 1 }], "kind": "NOTE", "text": "Бардық" }),
            &[("text", 2000)],
        ),
        act("undoBulkAct", "bulkAct { id }", json!({ "bulkAct": BulkActId::of_slug("nothing").global() }), &[]),
    ]
}

/// The table, line by line.
struct Table<'c> {
    city: &'c City,
    lines: Vec<String>,
}

impl Table<'_> {
    /// Asks for what is wrong, and notes what was answered: nothing of it is written.
    async fn wrong(&mut self, act: &Act, what: &str, actor: &Actor, more: Value) {
        let mut input = act.input.clone();
        merge(&mut input, more);
        let before = self.city.rows().await;
        let payload = self.city.act(actor, act.name, act.selection, input).await;
        assert_eq!(self.city.rows().await, before, "{} was refused ({what}) and wrote", act.name);
        let refused = |error: &Value| {
            let path: Vec<&str> = error["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let [code, message] = ["code", "message"].map(|field| error[field].as_str().unwrap());
            assert!(message.chars().count() > 10 && !message.starts_with("refusal-"), "{message}");
            format!("{code} {}: {message}", path.join(".")).replace(" :", ":")
        };
        let refused: Vec<String> = payload["errors"].as_array().unwrap().iter().map(refused).collect();
        assert!(!refused.is_empty(), "{} was not refused: {what}", act.name);
        self.lines.push(format!("{} | {what} | {}", act.name, refused.join(" + ")));
    }

    /// What is wrong with the texts of an act.
    async fn texts(&mut self, act: &Act, actor: &Actor, on: &Value) {
        let with = |field: &str, text: String| {
            let mut input = on.clone();
            merge(&mut input, json!({ field: text }));
            input
        };
        for (field, chars_max) in act.texts {
            self.wrong(act, &format!("empty {field}"), actor, with(field, " \n ".to_owned())).await;
            self.wrong(act, &format!("{field} of {} characters", chars_max + 1), actor, with(field, "ә".repeat(chars_max + 1))).await;
            self.wrong(act, &format!("{field} of a megabyte"), actor, with(field, "a".repeat(1_000_000))).await;
        }
    }

    /// A key that was used for something else, or is none.
    async fn keys(&mut self, act: &Act, actor: &Actor, on: &Value, used: &str) {
        for (what, key) in [("no key", "x"), ("another act’s key", used)] {
            let mut input = on.clone();
            merge(&mut input, json!({ "idempotencyKey": key }));
            self.wrong(act, what, actor, input).await;
        }
    }
}

/// A key of the officer and one of nobody, used for other acts.
async fn used_keys(city: &City, filed: &Filed) -> (String, String) {
    let (officers, nobodys) = (city.key(), city.key());
    city.do_work(&officer(), "noteOnCase", filed, json!({ "text": "Бардық", "idempotencyKey": officers })).await;
    let mut input = water();
    merge(&mut input, json!({ "idempotencyKey": nobodys }));
    city.file(&Actor::Anonymous, input).await;
    (officers, nobodys)
}

#[tokio::test]
async fn whatever_is_wrong_with_an_act_is_refused_in_words_and_nothing_is_written() {
    let city = city().await;
    let (filed, over) = (city.routed(water()).await, city.routed(water()).await);
    let (officers, nobodys) = used_keys(&city, &filed).await;
    city.respond(&over).await;
    city.settle().await;
    let on = |filed: &Filed, version: i64| json!({ "case": filed.case(), "version": version });
    let (version, over_version) = (city.version(&filed).await, city.version(&over).await);
    let mut table = Table { city: &city, lines: Vec::new() };
    for act in &office_acts() {
        table.wrong(act, "a citizen", &citizen(), on(&filed, version)).await;
        table.wrong(act, "an officer of another party", &other_officer(), on(&filed, version)).await;
        table.wrong(act, "an auditor", &auditor(), on(&filed, version)).await;
        table.wrong(act, "a stale version", &officer(), on(&filed, version - 1)).await;
        if !["noteOnCase", "releaseText"].contains(&act.name) {
            table.wrong(act, "an answered case", &officer(), on(&over, over_version)).await;
        }
        table.keys(act, &officer(), &on(&filed, version), &officers).await;
        table.texts(act, &officer(), &on(&filed, version)).await;
    }
    let own = |filed: &Filed, key: &str| json!({ "reference": filed.reference, "key": key });
    for act in &reporter_acts() {
        table.wrong(act, "a wrong key", &Actor::Anonymous, own(&filed, &over.key)).await;
        table.wrong(act, "an unknown number", &Actor::Anonymous, json!({ "reference": "TK-2026-999999", "key": filed.key })).await;
        let state = if ["contestClosure", "answerQuestion", "eraseFeedback"].contains(&act.name) { &filed } else { &over };
        table.wrong(act, "the wrong state", &Actor::Anonymous, own(state, &state.key)).await;
        table.keys(act, &Actor::Anonymous, &own(&filed, &filed.key), &nobodys).await;
        table.texts(act, &Actor::Anonymous, &own(&filed, &filed.key)).await;
    }
    for act in &other_acts() {
        if !act.name.starts_with("save") && !["openIncident", "beginBulkAct"].contains(&act.name) {
            table.wrong(act, "nothing there", &officer(), json!({})).await;
        }
        table.keys(act, &officer(), &json!({}), &officers).await;
        table.texts(act, &officer(), &json!({})).await;
    }
    city.pass_days(31).await;
    let contest = &reporter_acts()[1];
    table = Table { city: &city, lines: table.lines };
    table.wrong(contest, "too late", &Actor::Anonymous, own(&over, &over.key)).await;
    insta::assert_snapshot!("refusals", table.lines.join("\n"));
}

/// Texts that somebody else would read as something else.
const HOSTILE: [&str; 5] = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "Тема\r\nBcc: everybody@example.kz\r\n\r\nText",
    "\u{202E}gnp.exe\u{2066} \u{200F}мәтін",
    "😀👨‍👩‍👧‍👦 e\u{301}\u{FFFD} ’; DROP TABLE feedback; --",
    "{{ 7 * 7 }} ${7*7} %s %n { $key } {coupon-key}",
];

#[tokio::test]
async fn hostile_texts_are_kept_as_text() {
    let city = city().await;
    for hostile in HOSTILE {
        let mut input = water();
        merge(&mut input, json!({ "text": hostile }));
        merge(&mut input, json!({ "place": { "address": hostile }, "contact": { "name": hostile, "email": "a@example.kz" } }));
        input["place"]["district"] = json!(super::city::district("turkistan-city"));
        let filed = city.routed(input).await;
        city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
        city.do_work(&officer(), "noteOnCase", &filed, json!({ "text": hostile })).await;
        city.do_work(&officer(), "askReporter", &filed, json!({ "text": hostile })).await;
        let answer = json!({ "reference": filed.reference, "key": filed.key, "text": hostile });
        assert_eq!(super::city::codes(&city.act(&Actor::Anonymous, "answerQuestion", "feedback { status }", answer).await), [""; 0]);
        city.do_work(&officer(), "giveSubtask", &filed, json!({ "to": roads(), "text": hostile, "workingDays": 1 })).await;
        let part = city.case(&filed, "subtasks { id text }").await["subtasks"][0].take();
        assert_eq!(part["text"], hostile);
        let done = json!({ "subtask": part["id"], "done": true, "text": hostile });
        assert_eq!(super::city::codes(&city.act(&other_officer(), "answerSubtask", "subtask { id }", done).await), [""; 0]);
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
