//! Published versions stay as they are, and running cases come to another version by an explicit map.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use crate::{
    CaseState, Event, Kind, Library, Terms, TimerChange, Track, Urgency, Who,
    embedded::{FILES, PUBLISHED},
};

fn reasons(files: &[(&str, &str)]) -> Vec<String> {
    Library::check(files).0.iter().map(ToString::to_string).collect()
}

fn file(name: &str) -> &'static str {
    FILES.iter().find(|(file, _)| file.ends_with(name)).unwrap().1
}

#[test]
fn every_file_of_the_program_is_published_as_it_is() {
    let (faults, drafts) = Library::check(&Library::embedded_files());
    assert_eq!((faults, drafts), (Vec::new(), Vec::new()));
}

#[test]
fn a_published_version_that_was_changed_or_is_gone_is_refused() {
    let changed = file("rating.v1.toml").replace("# The life of one", "# The life of an");
    let files: Vec<(&str, &str)> = FILES
        .iter()
        .map(|(name, text)| (*name, if name.ends_with("rating.v1.toml") { &*changed } else { *text }))
        .chain([PUBLISHED])
        .collect();
    assert_eq!(
        reasons(&files),
        ["definitions/rating.v1.toml:1: rating.v1 is published, and was changed since: restore it, and make the change in rating.v2.toml"]
    );
    let gone: Vec<(&str, &str)> = files.iter().copied().filter(|(name, _)| !name.ends_with("rating.v1.toml")).collect();
    assert!(reasons(&gone)[0].ends_with("rating.v1 is published, and its file is gone: running cases need it; restore it"));
    let list = ("published.toml", "format = \"poem\"\n[versions]\n");
    assert!(reasons(&[list])[0].contains("a list of digests begins with format = \"published\""));
}

#[test]
fn a_draft_is_checked_and_not_loaded_until_it_is_published() {
    let second = file("rating.v1.toml").replace("version = 1", "version = 2");
    let files: Vec<(&str, &str)> = FILES.iter().copied().chain([PUBLISHED, ("drafts/rating.v2.toml", &second)]).collect();
    let (faults, drafts) = Library::check(&files);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(drafts.iter().map(|draft| draft.name.as_str()).collect::<Vec<_>>(), ["rating.v2"]);
    let refused = Library::load(&files).err().unwrap();
    assert!(refused.reason.starts_with("rating.v2 is not published: when it is final, add the line \"rating.v2\" = \""), "{refused}");
    let list = format!("{}\"rating.v2\" = \"{}\"\n", PUBLISHED.1, drafts[0].digest);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, if *name == PUBLISHED.0 { &*list } else { *text })).collect();
    assert_eq!(Library::load(&files).unwrap().latest_process("rating").unwrap().versions().definition.version, 2);
}

/// A second version of the request, in which a colleague's state is called otherwise and questions stay open without a timer's name of old.
pub(super) static SECOND: LazyLock<String> = LazyLock::new(|| {
    let text = file("request.v1.toml").replace("version = 1", "version = 2");
    text.replace("\"waiting_for_reporter\"", "\"held\"").replace("\"question_open\"", "\"question\"")
});

pub(super) const MAP: &str = r#"
format = "migration"
id = "request"
from = 1
to = 2

[states]
submitted = "submitted"
routing = "routing"
triage = "triage"
assigned = "assigned"
accepted = "accepted"
waiting_for_reporter = "held"
merged = "merged"
answered = "answered"
contested = "contested"
closed = "closed"
withdrawn = "withdrawn"

[flags]
extended = "extended"
forwarded = ""
overdue = "overdue"
reopened = "reopened"
terminated = "terminated"

[timers]
deadline = "deadline"
contest_window = "contest_window"
question_open = "question"
warning = "warning"
silence = "silence"
"#;

fn with_map(map: &str) -> Vec<(&str, &str)> {
    FILES.iter().copied().chain([("request.v2.toml", SECOND.as_str()), ("request.v1-v2.toml", map)]).collect()
}

#[test]
fn a_map_is_total_and_leads_to_what_is_there() {
    assert_eq!(reasons(&with_map(MAP)), [] as [&str; 0]);
    let check = |from: &str, to: &str, line: usize, expected: &str| {
        assert!(MAP.contains(from));
        let found = reasons(&with_map(&MAP.replacen(from, to, 1)));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("request.v1-v2.toml:{line}: {expected}")), "{found:?}\nexpected {line}: {expected}");
    };
    check("triage = \"triage\"\n", "", 7, "state `triage` of request.v1 is left out: say what becomes of it in [states]");
    check("triage = \"triage\"", "triage = \"tria\"", 10, "request.v2 has no state `tria`: known are accepted, answered");
    check("triage = \"triage\"", "triage = \"\"", 10, "request.v2 has no state ``");
    check(
        "forwarded = \"\"\n",
        "",
        20,
        "flag `forwarded` of request.v1 is left out: say what becomes of it in [flags], or = \"\" to drop it",
    );
    check("forwarded = \"\"", "forwarded = \"\"\nshouted = \"\"", 23, "request.v1 has no flag `shouted`: leave it out");
    check("question_open = \"question\"", "question_open = \"question_open\"", 30, "request.v2 has no timer `question_open`");
    check("deadline = \"deadline\"\n", "", 27, "timer `deadline` of request.v1 is left out");
    check("closed = \"closed\"", "closed = \"answered\"", 17, "`closed` is an end and `answered` is none: map ends to ends");
    check("triage = \"triage\"", "triage = \"withdrawn\"", 10, "`triage` is no end and `withdrawn` is one");
    check("to = 2", "to = 3", 4, "the file must be named request.v1-v3.toml");
    check("id = \"request\"", "id = \"appeal\"", 4, "the file must be named appeal.v1-v2.toml");
}

fn at(local: &str) -> DateTime<Utc> {
    kernel::city_instant(chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap())
}

fn case(acts: &[(&str, Who)]) -> CaseState {
    let process = Library::embedded().latest_process("request").unwrap();
    let received_at = at("2026-11-24 10:00");
    let registered_on = process.calendar().registration_date(received_at);
    let terms = Terms { track: Track::Request, kind: Kind::Message, urgency: Urgency::Ordinary, received_at, registered_on };
    let start = process.start(terms).unwrap().state;
    acts.iter().fold(start, |state, (name, by)| process.step(&state, &Event::new(name, *by), received_at).unwrap().state)
}

#[test]
fn running_cases_are_carried_by_the_map_or_named() {
    let library = Library::load(&with_map(MAP)).unwrap();
    let (old, new) = (Library::embedded().latest_process("request").unwrap(), library.latest_process("request").unwrap());
    let map = library.migration(&old.versions().definition, &new.versions().definition).unwrap();
    assert!(library.migration(&new.versions().definition, &old.versions().definition).is_err());
    let asked = case(&[("route", Who::System), ("forward", Who::Officer), ("accept", Who::Officer), ("ask", Who::Officer)]);
    let step = map.carry(&asked, new.definition()).unwrap();
    let (carried, changes) = (step.state, step.timers);
    assert_eq!((step.from.as_str(), step.records.as_str(), step.internal), ("waiting_for_reporter", "migrated", true));
    assert_eq!((carried.name.as_str(), carried.is("forwarded"), carried.is_paused()), ("held", false, true));
    let question = asked.timers["question_open"];
    assert_eq!(carried.timers.iter().collect::<Vec<_>>(), [(&"question".to_owned(), &question)]);
    assert_eq!(
        changes,
        [
            TimerChange::Cancel { name: "question_open".into() },
            TimerChange::Set { name: "question".into(), at: question, raises: "question_unanswered".into() }
        ]
    );
    // It lives on: the question is answered, and the term is what it was.
    let answered = new.step(&carried, &Event::new("answer_question", Who::Reporter), at("2026-11-25 10:00")).unwrap().state;
    let stayed = old.step(&asked, &Event::new("answer_question", Who::Reporter), at("2026-11-25 10:00")).unwrap().state;
    assert_eq!(answered.timers, stayed.timers);

    let fine = case(&[("route", Who::System)]);
    let strange = CaseState { name: "flown".into(), ..fine.clone() };
    let flagged = CaseState { flags: ["gilded".to_owned()].into(), ..fine.clone() };
    let late = CaseState { timers: [("contest_window".to_owned(), question)].into(), ..fine.clone() };
    for (state, misfit) in [
        (&asked, None),
        (&fine, None),
        (&strange, Some("request.v1 has no state `flown`")),
        (&flagged, Some("request.v1 has no flag `gilded`")),
        (&late, Some("timer `contest_window` runs, and in state `assigned` nothing follows from `contest_window_passed`")),
    ] {
        assert_eq!(map.carry(state, new.definition()).err().as_deref(), misfit);
    }
    assert!(map.carry(&fine, old.definition()).is_err());
    // The rest of what it was judged by stays.
    let (before, after) = (old.versions(), library.carried_on(&old.versions(), map.to()).unwrap());
    assert_eq!((&after.definition, &after.rules, &after.clocks), (map.to(), &before.rules, &before.clocks));
}
