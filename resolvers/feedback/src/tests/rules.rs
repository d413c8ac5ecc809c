//! New rules: tried on the recorded cases, published by those who may, and brought to the running cases.

use chrono::TimeDelta;
use engine::Library;
use kernel::Actor;
use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::{Value, json};

use super::{city::*, people::*};

const PROPOSAL: &str = "proposal { digest status files personsNeeded approvals { by { id } } publishedAt misfits { reference reason }
    simulation { cases desksChanged deadlinesMoved load { party { id } today proposed }
        examples { reference today { party { id } dueOn } proposed { party { id } dueOn overdue actsRefused } } } }";

fn next(name: &str) -> String {
    let text = Library::embedded_files().into_iter().find(|(file, _)| file.ends_with(&format!("{name}.v1.toml"))).unwrap().1;
    text.replace("version = 1", "version = 2")
}

/// The calendar with a decree: Thursday the 26th is off, and Saturday the 28th is worked instead.
fn decree() -> Value {
    let text = next("kz")
        .replace(
            "  { day = 2026-12-16, name = \"independence\" },",
            "  { day = 2026-11-26, name = \"moved\", transferred = true },\n  { day = 2026-12-16, name = \"independence\" },",
        )
        .replace("worked = [\n", "worked = [\n  { day = 2026-11-28, instead_of = 2026-11-26 },\n");
    json!([{ "name": "kz.v2.toml", "text": text }])
}

/// A table that sends water to those who keep the roads.
fn other_desk() -> Value {
    let (before, after) = (next("routing"), "id = \"water-supply\"\nwhen = \"category == 'water-supply'\"\n");
    let (head, tail) = before.split_once(after).unwrap();
    let rest = tail.split_once("\n[[").unwrap().1;
    let row = "executor = { party = \"passenger-transport-roads\" }\nsupervisor = \"of_executor\"\nwhy = \"why-subject\"\n";
    json!([{ "name": "routing.v2.toml", "text": format!("{head}{after}{row}\n[[{rest}") }])
}

impl City {
    async fn propose(&self, files: &Value) -> Value {
        let payload = self.act(&supervisor(), "simulateRules", PROPOSAL, json!({ "files": files })).await;
        assert_eq!(codes(&payload), [""; 0], "{payload}");
        payload["proposal"].clone()
    }

    /// Proposes, tries, and shows what was found.
    async fn tried(&self, files: &Value) -> Value {
        let digest = self.propose(files).await["digest"].as_str().unwrap().to_owned();
        self.settle().await;
        let found =
            self.read(&auditor(), &format!("{{ ruleProposal(digest: \"{digest}\") {{ {} }} }}", &PROPOSAL[11..PROPOSAL.len() - 2])).await;
        found["ruleProposal"].clone()
    }

    async fn publish(&self, who: &Actor, files: &Value, digest: &Value) -> Value {
        self.act(who, "publishRules", PROPOSAL, json!({ "files": files, "digest": digest })).await
    }

    async fn versions(&self, filed: &Filed) -> String {
        let sql = format!("SELECT CAST(versions AS TEXT) FROM feedback WHERE reference = '{}'", filed.reference);
        let versions: Value = serde_json::from_str(&self.texts(&sql).await[0]).unwrap();
        let version = |name: &str| format!("{}.v{}", versions[name]["id"].as_str().unwrap(), versions[name]["version"]);
        [version("definition"), version("rules"), version("calendar")].join(" ")
    }

    /// All cases are derived again as they were recorded.
    pub(super) async fn check_replay(&self, rules: &Library) {
        let (histories, _) = self.room.histories.as_ref().unwrap().page(None, 100).await.unwrap().unwrap();
        for history in histories {
            assert_eq!(engine::replay(rules, &history).unwrap().difference, None, "{}", history.case);
        }
    }
}

fn library(files: &[&Value]) -> Library {
    let files: Vec<&Value> = files.iter().flat_map(|files| files.as_array().unwrap()).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|file| (file["name"].as_str().unwrap(), file["text"].as_str().unwrap())).collect();
    Library::embedded().with(&files).unwrap()
}

#[tokio::test]
async fn a_table_is_tried_on_the_recorded_cases_and_then_published() {
    let city = city().await;
    let before = city.routed(water()).await;
    let files = other_desk();
    let proposal = city.propose(&files).await;
    assert_eq!((&proposal["status"], &proposal["personsNeeded"]), (&json!("RUNNING"), &json!(1)), "{proposal}");
    let early = city.publish(&supervisor(), &files, &proposal["digest"]).await;
    assert_eq!(codes(&early), ["WRONG_STATE input.digest"]);

    let tried = city.tried(&files).await;
    assert_eq!(tried["digest"], proposal["digest"], "the same files are the same proposal");
    let found = &tried["simulation"];
    assert_eq!(
        (&tried["status"], &found["cases"], &found["desksChanged"], &found["deadlinesMoved"]),
        (&json!("SIMULATED"), &json!(1), &json!(1), &json!(0))
    );
    assert_eq!(found["examples"][0]["reference"], *before.reference);
    assert_eq!(found["load"].as_array().unwrap().len(), 2, "{found}");

    let others = decree();
    assert_eq!(codes(&city.publish(&supervisor(), &others, &tried["digest"]).await), ["INVALID input.digest"], "other files");
    let published = city.publish(&supervisor(), &files, &tried["digest"]).await;
    assert_eq!((codes(&published), &published["proposal"]["status"]), (vec![], &json!("PUBLISHED")));
    assert_eq!(codes(&city.publish(&supervisor(), &files, &tried["digest"]).await), ["WRONG_STATE input.digest"]);

    let rules = city.read(&Actor::Anonymous, "{ rules { name digest } }").await;
    assert!(strings(&rules["rules"], "name").contains(&"routing.v2"), "{rules}");
    let after = city.routed(water()).await;
    assert_eq!(city.versions(&before).await, "request.v1 routing.v1 kz.v1");
    assert_eq!(city.versions(&after).await, "request.v1 routing.v2 kz.v1");
    assert_ne!(city.case(&before, "party { id }").await, city.case(&after, "party { id }").await);
    let journal = city.journal().await;
    assert!(journal.contains("routing.v2") && journal.contains(tried["digest"].as_str().unwrap()));
    city.check_replay(&library(&[&files])).await;
}

#[tokio::test]
async fn a_decree_needs_two_persons_and_moves_running_terms_and_everybody_is_told() {
    let city = city().await;
    let mut input = water();
    merge(&mut input, json!({ "category": category("utility-bills"), "text": "Есепшотта қате бар" }));
    let (open, ended) = (city.routed(input.clone()).await, city.routed(input).await);
    city.act(&Actor::Anonymous, "withdrawFeedback", "feedback { id }", json!({ "reference": ended.reference, "key": ended.key })).await;
    city.settle().await;
    city.told();
    let due = city.own(&open, "deadline { dueOn }").await["deadline"]["dueOn"].clone();
    let files = decree();
    let tried = city.tried(&files).await;
    assert_eq!((&tried["personsNeeded"], &tried["simulation"]["deadlinesMoved"]), (&json!(2), &json!(2)), "{tried}");

    let first = city.publish(&supervisor(), &files, &tried["digest"]).await;
    assert_eq!((codes(&first), &first["proposal"]["publishedAt"]), (vec![], &Value::Null));
    assert_eq!(first["proposal"]["approvals"].as_array().unwrap().len(), 1);
    assert_eq!(codes(&city.publish(&supervisor(), &files, &tried["digest"]).await), ["NOT_ALLOWED input.digest"]);
    let second = city.publish(&other_supervisor(), &files, &tried["digest"]).await;
    assert_eq!((codes(&second), &second["proposal"]["status"]), (vec![], &json!("PUBLISHED")), "{second}");

    city.settle().await;
    let own = city.own(&open, "deadline { dueOn originalDueOn } timeline { nodes { kind text } }").await;
    assert_ne!(own["deadline"]["dueOn"], due);
    let last = own["timeline"]["nodes"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["kind"], "deadline_moved");
    assert!(last["text"].as_str().unwrap().contains("decree"), "{last}");
    assert_eq!(city.told().iter().filter(|told| told.contains(EMAIL)).count(), 1);
    assert_eq!(city.versions(&open).await, "request.v1 routing.v1 kz.v2");
    assert_eq!(city.versions(&ended).await, "request.v1 routing.v1 kz.v1", "what has ended stays as it was");
    // Once more changes nothing.
    let events = city.case(&open, "version").await;
    city.settle().await;
    assert_eq!(city.case(&open, "version").await, events);
    // The timer goes off at the new term and not at the old one.
    city.pass_days(30).await;
    assert_eq!(city.own(&open, "status").await["status"], "OVERDUE");
    city.check_replay(&library(&[&files])).await;
}

/// A second version of requests in which a question is asked in a state of another name, and the way to it.
fn second_version(map: &str) -> Value {
    let text = next("request").replace("\"waiting_for_reporter\"", "\"held\"");
    json!([{ "name": "request.v2.toml", "text": text }, { "name": "request.v1-v2.toml", "text": map }])
}

fn map() -> String {
    let same = |names: &[&str]| names.iter().map(|name| format!("{name} = \"{name}\"\n")).collect::<String>();
    let process = Library::embedded().latest_process("request").unwrap();
    let definition = process.definition();
    let states: Vec<&str> = definition.states().map(|(name, ..)| name).filter(|state| *state != "waiting_for_reporter").collect();
    let flags: Vec<&str> = definition.flags().collect();
    let text = next("request");
    let timers: Vec<&str> = text
        .split("[[timer]]")
        .skip(1)
        .filter_map(|timer| Some(timer.split_once("name = \"")?.1))
        .map(|timer| timer.split('"').next().unwrap())
        .collect();
    format!(
        "format = \"migration\"\nid = \"request\"\nfrom = 1\nto = 2\n\n[states]\nwaiting_for_reporter = \"held\"\n{}[flags]\n{}[timers]\n{}",
        same(&states),
        same(&flags),
        same(&timers)
    )
}

#[tokio::test]
async fn running_cases_follow_a_map_that_fits_all_of_them() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let files = second_version(&map());
    // A case that no map knows, as after a hand in the database.
    let strange = city.routed(water()).await;
    let type_name = if city.database.owner.get_database_backend() == DbBackend::Postgres { "json" } else { "text" };
    let state = |from: &str, to: &str| {
        let changed = format!("CAST(REPLACE(CAST(case_state AS TEXT), '{from}', '{to}') AS {type_name})");
        format!("UPDATE feedback SET case_state = {changed} WHERE reference = '{}'", strange.reference)
    };
    city.database.owner.execute_unprepared(&state("\"assigned\"", "\"flown\"")).await.unwrap();
    let tried = city.tried(&files).await;
    assert_eq!(tried["misfits"], json!([{ "reference": strange.reference, "reason": "request.v1 has no state `flown`" }]), "{tried}");
    assert_eq!(codes(&city.publish(&supervisor(), &files, &tried["digest"]).await), ["WRONG_STATE input.digest"]);

    city.database.owner.execute_unprepared(&state("\"flown\"", "\"assigned\"")).await.unwrap();
    let files = second_version(&format!("{}\n# Tried again.\n", map()));
    let tried = city.tried(&files).await;
    assert_eq!(tried["misfits"], json!([]));
    assert_eq!(codes(&city.publish(&supervisor(), &files, &tried["digest"]).await), [""; 0]);
    city.settle().await;
    assert_eq!(city.versions(&filed).await, "request.v2 routing.v1 kz.v1");
    let own = city.own(&filed, "timeline { nodes { kind } }").await;
    assert!(!strings(&own["timeline"]["nodes"], "kind").contains(&"migrated"), "it is nothing for the reporter: {own}");
    city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
    city.respond(&filed).await;
    city.check_replay(&library(&[&files])).await;
}

#[tokio::test]
async fn mistakes_are_told_with_file_and_line_and_nothing_is_written() {
    let city = city().await;
    let rows = city.rows().await;
    for (files, expected) in [
        (json!([]), "no file was proposed"),
        (json!([{ "name": "routing.v1.toml", "text": next("routing") }]), "the next version is routing.v2"),
        (json!([{ "name": "routing.v2.toml", "text": next("routing").replace("category == ", "colour == ") }]), "routing.v2.toml, line "),
        (json!([{ "name": "routing.v2.toml", "text": "\u{1F999}" }]), "routing.v2.toml, line 1"),
    ] {
        let payload = city.act(&supervisor(), "simulateRules", PROPOSAL, json!({ "files": files })).await;
        assert!(codes(&payload).iter().all(|code| code == "INVALID input.files"), "{payload}");
        assert!(payload["errors"][0]["message"].as_str().unwrap().contains(expected), "{payload} (expected {expected})");
    }
    assert_eq!(city.rows().await, rows);
}

#[tokio::test]
async fn a_trial_that_other_rules_overtake_is_made_again() {
    let city = city().await;
    city.routed(water()).await;
    let (first, other) = (other_desk(), json!([{ "name": "rating.v2.toml", "text": next("rating") }]));
    let tried = city.tried(&other).await;
    let waiting = city.propose(&first).await;
    assert_eq!(codes(&city.publish(&supervisor(), &other, &tried["digest"]).await), [""; 0]);
    city.clock.advance(TimeDelta::seconds(1));
    city.settle().await;
    let overtaken = city.read(&auditor(), &format!("{{ ruleProposal(digest: {}) {{ status }} }}", waiting["digest"])).await;
    assert_eq!(overtaken["ruleProposal"]["status"], "FAILED");
    let again = city.tried(&first).await;
    assert_eq!((&again["status"], &again["simulation"]["desksChanged"]), (&json!("SIMULATED"), &json!(1)));
    assert_ne!(again["digest"], waiting["digest"]);
}
