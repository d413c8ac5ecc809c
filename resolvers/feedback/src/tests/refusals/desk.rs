//! What offices do to cases, and to what they made of them.

use chrono::TimeDelta;
use kernel::{AttachmentId, BulkActId, CaseId, Clock, IncidentId, Role, SubtaskId};
use scratch::refusals::{Refusals, Wrong};
use serde_json::{Value, json};

use super::{
    super::{
        attachments::{photo, sent_by},
        city::{City, Filed, category, water},
        people::{officer, other_officer, other_supervisor, person},
    },
    Used, done, on, roads, strangers, with,
};

/// An act with an input that is fine, and the limits of its texts.
type Act = (&'static str, Value, &'static [(&'static str, usize)]);

/// What an office does to a case.
fn acts() -> Vec<Act> {
    let nothing = AttachmentId::of_slug("nothing").global();
    vec![
        ("acceptCase", json!({}), &[]),
        ("assignCase", json!({ "to": null }), &[]),
        ("claimCase", json!({}), &[]),
        ("releaseCase", json!({}), &[]),
        ("noteOnCase", json!({ "text": "Бардық" }), &[("text", 2000)]),
        ("askReporter", json!({ "text": "Қай пәтер?" }), &[("text", 2000)]),
        (
            "extendDeadline",
            json!({ "decisionNumber": "12-к", "reason": "Жаңбыр", "workingDays": 2 }),
            &[("decisionNumber", 60), ("reason", 2000)],
        ),
        ("forwardCase", json!({ "to": roads(), "reason": "Жол" }), &[("reason", 2000)]),
        ("forwardPart", json!({ "to": roads(), "text": "Жол" }), &[("text", 2000)]),
        ("giveSubtask", json!({ "to": roads(), "text": "Асфальт", "workingDays": 1 }), &[("text", 2000)]),
        ("cancelSubtask", json!({ "subtask": SubtaskId::of_slug("nothing").global() }), &[]),
        ("mergeCases", json!({ "into": CaseId::of_slug("nothing").global() }), &[]),
        ("unmergeCase", json!({}), &[]),
        ("addToIncident", json!({ "incident": IncidentId::of_slug("nothing").global() }), &[]),
        ("removeFromIncident", json!({}), &[]),
        ("respondToCase", json!({ "outcome": "EXPLAINED", "text": "Түсіндірдік" }), &[("text", 2000)]),
        ("correctCategory", json!({ "category": category("road-damage") }), &[]),
        ("recordExternalNumber", json!({ "number": "ЖТ-2026-1" }), &[]),
        ("releaseAttachment", json!({ "attachment": nothing }), &[]),
        ("releaseText", json!({ "text": "Су жоқ" }), &[("text", 2000)]),
    ]
}

pub(super) async fn cases(city: &City, table: &mut Refusals, used: &Used, filed: &Filed, over: &Filed) {
    let (version, over_version) = (city.version(filed).await, city.version(over).await);
    let strange = json!({ "case": CaseId::of_slug("nothing").global() });
    for (act, more, limits) in acts() {
        let input = with(&on(filed, version), more.clone());
        table.actors(act, Wrong::Role, &strangers(), &input).await;
        let others = [("an officer of another party", other_officer()), ("a supervisor of another party", other_supervisor())];
        table.actors(act, Wrong::Party, &others, &input).await;
        table.wrong(act, Wrong::State, "no such case", &officer(), &with(&input, strange.clone())).await;
        if !["noteOnCase", "releaseText", "recordExternalNumber"].contains(&act) {
            table.wrong(act, Wrong::State, "an answered case", &officer(), &with(&on(over, over_version), more)).await;
        }
        table.wrong(act, Wrong::Stale, "the one before", &officer(), &with(&input, json!({ "version": version - 1 }))).await;
        table.keys(act, &officer(), &input, &used.officer).await;
        table.texts(act, &officer(), &input, &[], limits).await;
        table.never(Wrong::Late, "a term that is over ends no case", &[act]);
    }
    let foreign = city.upload(sent_by(&other_officer(), photo("theirs"))).await;
    let answer = with(&on(filed, version), json!({ "outcome": "SATISFIED", "text": "Жөнделді" }));
    for (what, claim) in [("another officer’s", foreign.as_str()), ("none", "x")] {
        table.wrong("respondToCase", Wrong::Attachment, what, &officer(), &with(&answer, json!({ "evidence": [claim] }))).await;
    }
    let release = with(&on(filed, version), json!({ "attachment": AttachmentId::of_slug("nothing").global() }));
    table.wrong("releaseAttachment", Wrong::Attachment, "of another case, or none", &officer(), &release).await;
}

/// Incidents, parts of the work, and acts on many cases.
pub(super) async fn things(city: &City, table: &mut Refusals, used: &Used, filed: &Filed) {
    incidents(city, table, used).await;
    let worked = city.routed(water()).await;
    city.do_work(&officer(), "giveSubtask", &worked, json!({ "to": roads(), "text": "Асфальт", "workingDays": 1 })).await;
    let subtask = city.case(&worked, "subtasks { id }").await["subtasks"][0]["id"].take();
    let act = "answerSubtask";
    let input = json!({ "subtask": subtask, "done": true, "text": "Аштық" });
    table.actors(act, Wrong::Role, &strangers(), &input).await;
    table.actors(act, Wrong::Party, &[("who asked", officer())], &input).await;
    let nothing = json!({ "subtask": SubtaskId::of_slug("nothing").global() });
    table.wrong(act, Wrong::State, "nothing there", &other_officer(), &with(&input, nothing)).await;
    let theirs = city.key();
    done(city, &other_officer(), act, "subtask { id }", with(&input, json!({ "idempotencyKey": theirs }))).await;
    table.wrong(act, Wrong::State, "answered", &other_officer(), &input).await;
    table.keys(act, &other_officer(), &with(&input, json!({ "text": "Басқа" })), &theirs).await;
    table.texts(act, &other_officer(), &input, &[], &[("text", 2000)]).await;
    table.never(Wrong::Late, "a part is answered after its term, too", &[act]);
    bulk(city, table, used, filed).await;
}

async fn incidents(city: &City, table: &mut Refusals, used: &Used) {
    let texts = json!({ "title": "Апат", "text": "Су жоқ" });
    let limits = [("title", 120), ("text", 2000)];
    table.actors("openIncident", Wrong::Role, &strangers(), &texts).await;
    table.keys("openIncident", &officer(), &texts, &used.officer).await;
    table.texts("openIncident", &officer(), &texts, &[], &limits).await;
    let past = with(&texts, json!({ "category": category("nothing") }));
    table.wrong("openIncident", Wrong::State, "no such subject", &officer(), &past).await;
    table.never(Wrong::Party, "an incident is of one’s own party", &["openIncident"]);
    table.never(Wrong::Late, "an incident is opened at any time", &["openIncident"]);
    let opened = done(city, &officer(), "openIncident", "incident { id version }", texts.clone()).await["incident"].take();
    let named = json!({ "incident": opened["id"], "version": opened["version"] });
    let update = with(&named, texts);
    let resolve = with(&named, json!({ "outcome": "SATISFIED", "text": "Су келді" }));
    for (act, input, limits) in [("updateIncident", &update, &limits[..]), ("resolveIncident", &resolve, &limits[1..])] {
        table.actors(act, Wrong::Role, &strangers(), input).await;
        let looks_on = person("looks-on", Role::Auditor, Some("water-turkistan-city"));
        table.actors(act, Wrong::Role, &[("an auditor of the party", looks_on)], input).await;
        table.actors(act, Wrong::Party, &[("an officer of another party", other_officer())], input).await;
        let nothing = json!({ "incident": IncidentId::of_slug("nothing").global() });
        table.wrong(act, Wrong::State, "nothing there", &officer(), &with(input, nothing)).await;
        table.wrong(act, Wrong::Stale, "another", &officer(), &with(input, json!({ "version": 77 }))).await;
        table.keys(act, &officer(), input, &used.officer).await;
        table.texts(act, &officer(), input, &[], limits).await;
    }
    table.wrong("resolveIncident", Wrong::Attachment, "none", &officer(), &with(&resolve, json!({ "evidence": ["x"] }))).await;
    done(city, &officer(), "resolveIncident", "incident { id }", resolve.clone()).await;
    city.settle().await;
    for (act, input) in [("updateIncident", &update), ("resolveIncident", &resolve)] {
        table.wrong(act, Wrong::Late, "it is over", &officer(), &with(input, json!({ "version": 2 }))).await;
    }
}

async fn bulk(city: &City, table: &mut Refusals, used: &Used, filed: &Filed) {
    let act = "beginBulkAct";
    let cases = |version: i64| json!([on(filed, version)]);
    let input = json!({ "cases": cases(city.version(filed).await), "kind": "NOTE", "text": "Бардық" });
    table.actors(act, Wrong::Role, &strangers(), &input).await;
    table.wrong(act, Wrong::State, "no case", &officer(), &with(&input, json!({ "cases": [] }))).await;
    table.keys(act, &officer(), &input, &used.officer).await;
    // What the kind of act does not ask for is not looked at.
    let answer = with(&input, json!({ "kind": "RESPOND", "outcome": "SATISFIED" }));
    table.texts(act, &officer(), &answer, &[], &[("text", 2000)]).await;
    let answer = json!({ "kind": "RESPOND", "outcome": "SATISFIED", "text": "Жөнделді", "evidence": ["x"] });
    table.wrong(act, Wrong::Attachment, "none", &officer(), &with(&input, answer)).await;
    for wrong in [Wrong::Party, Wrong::Stale, Wrong::Late] {
        table.never(wrong, "each case is refused by itself, when it is carried out", &[act]);
    }
    let act = "undoBulkAct";
    let begun = done(city, &officer(), "beginBulkAct", "bulkAct { id }", input).await["bulkAct"]["id"].take();
    let undo = json!({ "bulkAct": begun });
    table.actors(act, Wrong::Role, &strangers(), &undo).await;
    table.actors(act, Wrong::Party, &[("an officer of another party", other_officer())], &undo).await;
    let nothing = json!({ "bulkAct": BulkActId::of_slug("nothing").global() });
    table.wrong(act, Wrong::State, "nothing there", &officer(), &nothing).await;
    table.keys(act, &officer(), &undo, &used.officer).await;
    city.pass(TimeDelta::minutes(2)).await;
    city.settle().await;
    table.now = city.clock.now();
    table.wrong(act, Wrong::Late, "it is carried out", &officer(), &undo).await;
}
