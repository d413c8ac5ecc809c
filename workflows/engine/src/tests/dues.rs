//! Several clocks a case, and what a new calendar moves.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    Calendar, CaseState, Effect, Event, Kind, Library, Process, Recalculation, Terms, TimerChange, Track, Urgency, Who, embedded::FILES,
};

fn at(local: &str) -> DateTime<Utc> {
    kernel::city_instant(chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap())
}

/// A case that came in at that time, and the acts on it, all at once.
pub(super) fn case(process: &Process, track: Track, received: &str, acts: &[(&str, Who)]) -> CaseState {
    let received_at = at(received);
    let registered_on = process.calendar().registration_date(received_at);
    let terms = Terms { track, kind: Kind::Message, urgency: Urgency::Ordinary, received_at, registered_on };
    let mut state = process.start(terms).unwrap().state;
    for (name, by) in acts {
        state = process.step(&state, &Event::new(name, *by), received_at).unwrap().state;
    }
    state
}

const ROUTED: (&str, Who) = ("route", Who::System);
const ACCEPTED: (&str, Who) = ("accept", Who::Officer);

#[test]
fn a_case_has_several_clocks_and_each_is_derived() {
    let check = |id: &str, track, acts: &[(&str, Who)], expected: &[(&str, &str)]| {
        let process = Library::embedded().latest_process(id).unwrap();
        let state = case(&process, track, "2026-11-24 10:00", acts);
        let dues = process.deadlines(&state).unwrap();
        let shown: Vec<(String, DateTime<Utc>)> = dues.iter().map(|due| (due.name.clone(), due.derived.due_at)).collect();
        let expected: Vec<(String, DateTime<Utc>)> = expected.iter().map(|(name, due)| ((*name).to_owned(), at(due))).collect();
        assert_eq!(shown, expected, "{id} {acts:?}");
        for due in &dues {
            assert!(!due.derived.steps.is_empty());
            assert!(state.timers.get(&due.name).is_none_or(|at| *at == due.derived.due_at), "{} is not what its timer says", due.name);
        }
        if let Some(answer) = dues.iter().find(|due| due.name == "deadline") {
            assert_eq!(answer.derived, process.deadline(&state).unwrap());
        }
    };
    let (acknowledge, forward) = (("acknowledge", "2026-11-25 18:30"), ("forward_window", "2026-11-27 18:30"));
    check("appeal", Track::Appeal, &[], &[acknowledge, forward, ("deadline", "2026-12-15 18:30")]);
    check("appeal", Track::Appeal, &[ROUTED, ACCEPTED], &[forward, ("deadline", "2026-12-15 18:30")]);
    check("request", Track::Request, &[ROUTED], &[acknowledge, ("deadline", "2026-11-27 18:30")]);
    let asked = [ROUTED, ACCEPTED, ("ask", Who::Officer)];
    let question = DateTime::<Utc>::from_timestamp(at("2026-12-08 23:59").timestamp() + 59, 0).unwrap();
    let process = Library::embedded().latest_process("request").unwrap();
    let dues = process.deadlines(&case(&process, Track::Request, "2026-11-24 10:00", &asked)).unwrap();
    assert_eq!(dues.iter().map(|due| due.name.as_str()).collect::<Vec<_>>(), ["deadline", "question_open"]);
    assert_eq!(dues[1].derived.due_at, question);
    check("request", Track::Request, &[("withdraw", Who::Reporter)], &[]);
}

/// A second version of the calendar, in which a decree moves two days.
pub(super) fn decree() -> String {
    let second = FILES[0].1.replace("version = 1", "version = 2").replace(
        "  { day = 2026-12-16, name = \"independence\" },",
        "  { day = 2026-11-26, name = \"moved\", transferred = true },\n  { day = 2026-12-16, name = \"independence\" },",
    );
    second.replace("worked = [\n", "worked = [\n  { day = 2026-11-28, instead_of = 2026-11-26 },\n")
}

fn decreed() -> (Library, Arc<Calendar>) {
    let library = Library::embedded().with(&[("kz.v2.toml", &decree())]).unwrap();
    let calendar = library.latest_calendar("kz").unwrap();
    (library, calendar)
}

#[test]
fn a_decree_moves_open_deadlines_and_says_whom_to_tell() {
    let (library, new) = decreed();
    let old = Library::embedded().latest_process("request").unwrap();
    assert_eq!(
        old.calendar().changes(&new).map(|(day, worked)| (day.to_string(), worked)).collect::<Vec<_>>(),
        [("2026-11-26".to_owned(), false), ("2026-11-28".to_owned(), true)]
    );
    let open = case(&old, Track::Request, "2026-11-24 10:00", &[ROUTED, ACCEPTED]);
    let late = case(&old, Track::Request, "2026-11-30 10:00", &[ROUTED]);
    let ended = case(&old, Track::Request, "2026-11-24 10:00", &[("withdraw", Who::Reporter)]);
    for unmoved in [&late, &ended] {
        assert_eq!(old.recalculate(unmoved, &new).unwrap(), None);
    }
    let Recalculation { moved, step } = old.recalculate(&open, &new).unwrap().unwrap();
    assert_eq!(moved.len(), 1, "{moved:?}");
    let moved = &moved[0];
    assert_eq!(moved.clock, "deadline");
    assert_eq!((moved.before.due_at, moved.after.due_at), (at("2026-11-27 18:30"), at("2026-11-28 18:30")));
    assert_eq!(step.effects, [Effect::NotifyReporter, Effect::NotifyOfficers]);
    let deadline = TimerChange::Set { name: "deadline".into(), at: moved.after.due_at, raises: "deadline_passed".into() };
    let warned = step.state.timers["warning"];
    let warning = TimerChange::Set { name: "warning".into(), at: warned, raises: "deadline_near".into() };
    assert_eq!((step.timers, warned > open.timers["warning"]), (vec![deadline, warning], true), "the warning goes with the term");
    assert_eq!((step.state.timers["deadline"], &step.state.name), (moved.after.due_at, &open.name));
    // The derivation says by which version, and a case that begins now is on it anyway.
    assert!(moved.after.steps.iter().any(|step| step.calendar.version == 2));
    assert_eq!(library.latest_process("request").unwrap().deadline(&open).unwrap().due_at, moved.after.due_at);
}

#[test]
fn a_clock_may_count_by_a_calendar_of_its_own() {
    let nights = FILES[0].1.replace("id = \"kz\"", "id = \"guard\"").replace("\"18:30\"", "\"23:30\"");
    let request = FILES[4].1.replace(
        "name = \"acknowledge\"\nclock = \"acknowledge\"\n",
        "name = \"acknowledge\"\nclock = \"acknowledge\"\ncalendar = \"guard\"\n",
    );
    let files: Vec<(&str, &str)> = FILES[..4]
        .iter()
        .copied()
        .chain([("calendars/guard.v1.toml", nights.as_str()), ("request.v1.toml", request.as_str()), FILES[5]])
        .collect();
    let library = Library::load(&files).unwrap();
    let process = library.latest_process("request").unwrap();
    let state = case(&process, Track::Request, "2026-11-24 10:00", &[]);
    let dues = process.deadlines(&state).unwrap();
    assert_eq!((dues[0].name.as_str(), dues[0].derived.due_at), ("acknowledge", at("2026-11-25 23:30")));
    assert_eq!(library.process(&process.versions()).unwrap().versions(), process.versions());
    assert_eq!(process.versions().others["guard"].to_string(), "guard.v1");
    let without: Vec<(&str, &str)> = files.iter().copied().filter(|(name, _)| !name.contains("guard")).collect();
    assert!(Library::load(&without).err().unwrap().reason.starts_with("there is no calendar `guard`"));
}

#[test]
fn a_state_from_before_clocks_knew_their_beginning_is_still_read() {
    let process = Library::embedded().latest_process("appeal").unwrap();
    let mut stored = serde_json::to_value(case(&process, Track::Appeal, "2026-11-24 10:00", &[ROUTED])).unwrap();
    stored.as_object_mut().unwrap().remove("since");
    let state: CaseState = serde_json::from_value(stored).unwrap();
    let names: Vec<String> = process.deadlines(&state).unwrap().into_iter().map(|due| due.name).collect();
    assert_eq!(names, ["acknowledge", "deadline"]);
}

#[test]
fn a_table_may_name_the_clock_of_the_answer() {
    let table = FILES[5].1.replace(
        "[[urgency]]\nid = \"urgent\"",
        "[[urgency]]\nid = \"service\"\nwhen = \"service_provider != '' && !life_in_danger\"\nlevel = \"ORDINARY\"\nclock = \"service-quality\"\n\n[[urgency]]\nid = \"urgent\"",
    );
    let clocks = FILES[2].1.to_owned()
        + "\n[[clock]]\nid = \"service-quality\"\nterm = { working_days = 5 }\npausable = false\nsource = \"Public Services Law\"\nstatus = \"unverified\"\n";
    let files: Vec<(&str, &str)> = FILES
        .iter()
        .map(|(name, text)| match *name {
            "definitions/routing.v1.toml" => (*name, table.as_str()),
            "definitions/clocks.v1.toml" => (*name, clocks.as_str()),
            _ => (*name, *text),
        })
        .collect();
    let process = Library::load(&files).unwrap().latest_process("request").unwrap();
    let facts = crate::Facts::new().with("service_provider", "power-region").with("category", "electricity");
    let parties = &super::routing::CITY.parties;
    let decision = process.table().decide(&facts, parties).unwrap();
    assert_eq!((decision.urgency_row.as_str(), decision.clock.as_deref()), ("service", Some("service-quality")));
    let plain = case(&process, Track::Request, "2026-11-24 10:00", &[]);
    let filed = process.start_on(plain.terms, process.table().clock(&facts).unwrap()).unwrap().state;
    assert_eq!(process.deadline(&filed).unwrap().due_at, at("2026-12-01 18:30"));
    // Routed anew, the case is on the clock that the new decision names, or on that of its urgency.
    let route = |state, clock| {
        let event = Event::new("route", Who::System).with_urgency(Urgency::Ordinary).with_clock(clock);
        process.deadline(&process.step(state, &event, at("2026-11-24 10:00")).unwrap().state).unwrap().due_at
    };
    assert_eq!(route(&plain, decision.clock), at("2026-12-01 18:30"));
    assert_eq!(route(&filed, None), at("2026-11-27 18:30"));
}

#[test]
fn a_warning_follows_the_term_and_comes_once() {
    let process = Library::embedded().latest_process("request").unwrap();
    let hours = |hours: i64| chrono::TimeDelta::hours(hours);
    let life = case(&process, Track::Request, "2026-11-24 10:00", &[ROUTED, ACCEPTED]);
    let (received, due) = (life.terms.received_at, life.timers["deadline"]);
    let warned_at = received + (due - received) * 75 / 100;
    assert_eq!(life.timers["warning"], warned_at);
    let near = Event::new("deadline_near", Who::System);
    assert!(process.step(&life, &near, warned_at - hours(1)).is_err(), "too early");

    let warned = process.step(&life, &near, warned_at).unwrap();
    assert!(!warned.state.timers.contains_key("warning") && warned.effects.contains(&Effect::NotifySupervisor));
    let mut extend = Event::new("extend", Who::Officer);
    extend.facts = crate::Facts::new().with("working_days", 3);
    let extended = process.step(&warned.state, &extend, warned_at + hours(1)).unwrap().state;
    assert!(extended.timers["warning"] > warned_at + hours(1), "a longer term is warned of anew");

    let asked = process.step(&life, &Event::new("ask", Who::Officer), received + hours(1)).unwrap().state;
    assert!(!asked.timers.contains_key("warning"), "while the term stands still nothing comes near");
    let answered = process.step(&asked, &Event::new("answer_question", Who::Reporter), received + hours(30)).unwrap().state;
    assert!(answered.timers["warning"] > warned_at);
    let over = process.step(
        &answered,
        &Event { facts: crate::Facts::new().with("outcome", "SATISFIED"), ..Event::new("respond", Who::Officer) },
        received + hours(31),
    );
    assert!(!over.unwrap().state.timers.contains_key("warning"));
}

#[test]
fn silence_is_told_of_higher_up_once_more() {
    let process = Library::embedded().latest_process("appeal").unwrap();
    let open = case(&process, Track::Appeal, "2026-11-24 10:00", &[ROUTED, ACCEPTED]);
    let broken = process.step(&open, &Event::new("deadline_passed", Who::System), open.timers["deadline"]).unwrap();
    assert!(broken.effects.contains(&Effect::NotifyAkim));
    let again = broken.state.timers["silence"];
    let still = process.step(&broken.state, &Event::new("still_overdue", Who::System), again).unwrap();
    assert_eq!(still.effects, [Effect::NotifySupervisor, Effect::NotifyAkim]);
    assert!(!still.state.timers.contains_key("silence"));
    let respond = Event { facts: crate::Facts::new().with("outcome", "SATISFIED"), ..Event::new("respond", Who::Officer) };
    assert!(!process.step(&broken.state, &respond, again).unwrap().state.timers.contains_key("silence"));
}
