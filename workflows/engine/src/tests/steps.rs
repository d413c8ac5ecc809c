use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{Locale, RefusalCode};
use proptest::prelude::*;

use crate::{CaseState, Effect, Event, Kind, Library, Process, PublicStatus, Step, StepError, Terms, TimerChange, Track, Urgency, Who};

fn at(local: &str) -> DateTime<Utc> {
    kernel::city_instant(chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap())
}

fn process(track: Track) -> Process {
    let id = if track == Track::Request { "request" } else { "appeal" };
    Library::embedded().latest_process(id).unwrap()
}

fn terms(track: Track, urgency: Urgency, received_at: DateTime<Utc>) -> Terms {
    let registered_on = process(track).calendar().registration_date(received_at);
    Terms { track, kind: Kind::Message, urgency, received_at, registered_on }
}

/// A case that is led through its life, and the timers that a journal would hold.
struct Life {
    process: Process,
    state: CaseState,
    now: DateTime<Utc>,
    timers: BTreeMap<String, (DateTime<Utc>, String)>,
    last: Step,
}

impl Life {
    fn begin(track: Track, urgency: Urgency, received: DateTime<Utc>) -> Life {
        let process = process(track);
        let step = process.start(terms(track, urgency, received)).unwrap();
        let mut life = Life { process, state: step.state.clone(), now: received, timers: BTreeMap::new(), last: step.clone() };
        life.keep(step);
        life
    }

    fn keep(&mut self, step: Step) {
        for change in &step.timers {
            match change {
                TimerChange::Set { name, at, raises } => drop(self.timers.insert(name.clone(), (*at, raises.clone()))),
                TimerChange::Cancel { name } => drop(self.timers.remove(name)),
            }
        }
        self.state = step.state.clone();
        self.last = step;
    }

    fn act(&mut self, event: &Event) -> Result<(), StepError> {
        let step = self.process.step(&self.state, event, self.now)?;
        self.keep(step);
        Ok(())
    }

    fn did(&mut self, name: &str, by: Who) -> &mut Life {
        self.act(&Event::new(name, by)).unwrap_or_else(|error| panic!("{name} in {}: {error:?}", self.state.name));
        self
    }

    /// Lets the timer that goes off next go off.
    fn wait(&mut self) -> Option<String> {
        let (name, (due, raises)) =
            self.timers.iter().min_by_key(|(_, (due, _))| *due).map(|(name, timer)| (name.clone(), timer.clone()))?;
        self.timers.remove(&name);
        self.now = self.now.max(due);
        self.did(&raises, Who::System);
        Some(raises)
    }

    fn status(&self) -> PublicStatus {
        self.process.public_status(&self.state).unwrap()
    }

    fn refused(&mut self, event: &Event) -> RefusalCode {
        match self.act(event) {
            Err(StepError::Refused(refusal)) => refusal.code,
            other => panic!("{} in {}: {other:?}", event.name, self.state.name),
        }
    }
}

#[test]
fn a_request_is_routed_taken_up_answered_and_closed() {
    let mut life = Life::begin(Track::Request, Urgency::Ordinary, at("2026-11-24 10:00"));
    assert_eq!((life.status(), &life.last.effects[..]), (PublicStatus::Registered, &[Effect::RouteFeedback, Effect::SendCoupon][..]));
    assert_eq!(life.timers["deadline"].0, at("2026-11-27 18:30"));
    life.did("route", Who::System);
    assert_eq!((life.status(), life.last.records.as_str()), (PublicStatus::InProgress, "assigned"));
    assert!(life.last.timers.is_empty());
    life.did("accept", Who::Officer).did("respond", Who::Officer);
    assert_eq!((life.status(), life.timers.contains_key("deadline")), (PublicStatus::Answered, false));
    assert!(life.last.effects.contains(&Effect::InviteRating));
    assert_eq!(life.wait().as_deref(), Some("contest_window_passed"));
    assert!(life.process.is_ended(&life.state) && life.timers.is_empty());
    assert_eq!(life.refused(&Event::new("contest", Who::Reporter)), RefusalCode::TooLate);
}

#[test]
fn a_case_without_a_subject_goes_to_a_person_who_sends_it_on() {
    let mut life = Life::begin(Track::Request, Urgency::Ordinary, at("2026-11-24 10:00"));
    life.act(&Event::new("route", Who::System).with("triage", true)).unwrap();
    assert_eq!((life.state.name.as_str(), life.status()), ("triage", PublicStatus::Registered));
    life.did("correct_category", Who::Officer);
    assert_eq!(life.last.effects, [Effect::RouteFeedback]);
    life.act(&Event::new("route", Who::System).with_urgency(Urgency::Urgent)).unwrap();
    assert_eq!((life.state.name.as_str(), life.timers["deadline"].0), ("assigned", at("2026-11-25 10:00")));
    life.did("forward", Who::Officer);
    assert_eq!(life.status(), PublicStatus::Forwarded);
    assert_eq!(life.did("accept", Who::Officer).status(), PublicStatus::InProgress);
}

#[test]
fn not_fixed_reopens_and_reaches_the_desk_and_the_term_starts_again() {
    let mut life = Life::begin(Track::Request, Urgency::Ordinary, at("2026-11-24 10:00"));
    life.did("route", Who::System).did("respond", Who::Officer);
    life.now = at("2026-12-10 10:00");
    life.did("contest", Who::Reporter);
    assert_eq!((life.status(), life.timers["deadline"].0), (PublicStatus::Contested, at("2026-12-15 18:30")));
    assert!(life.last.effects.contains(&Effect::NotifyOfficers) && life.last.effects.contains(&Effect::NotifySupervisor));
    assert!(!life.timers.contains_key("contest_window"));
    life.did("assign", Who::Supervisor);
    assert_eq!(life.state.name, "assigned");
}

#[test]
fn a_question_stops_the_clock_of_a_request_and_not_of_an_appeal() {
    for (track, stopped, due) in [(Track::Request, true, "2026-12-02 18:30"), (Track::Appeal, false, "2026-12-15 18:30")] {
        let mut life = Life::begin(track, Urgency::Ordinary, at("2026-11-24 10:00"));
        life.did("route", Who::System).did("accept", Who::Officer);
        life.now = at("2026-11-25 10:00");
        life.did("ask", Who::Officer);
        assert_eq!((life.status(), life.state.is_paused()), (PublicStatus::WaitingForReporter, stopped));
        assert_eq!(life.timers.contains_key("deadline"), !stopped);
        life.now = at("2026-11-30 10:00");
        life.did("answer_question", Who::Reporter);
        assert_eq!((life.timers["deadline"].0, life.state.is_paused()), (at(due), false));
        assert_eq!(life.process.original_deadline(&life.state).unwrap().due_at == at(due), !stopped);
        assert_eq!(life.refused(&Event::new("answer_question", Who::Reporter)), RefusalCode::TooLate);
    }
}

#[test]
fn a_question_after_the_term_stops_no_clock() {
    let mut life = Life::begin(Track::Request, Urgency::Ordinary, at("2026-11-24 10:00"));
    life.did("route", Who::System).did("accept", Who::Officer);
    // The timer is due, and its job has not been performed yet.
    life.now = life.timers["deadline"].0;
    life.did("ask", Who::Officer);
    assert!(!life.state.is_paused() && life.timers.contains_key("deadline"));
    assert_eq!(life.did("deadline_passed", Who::System).status(), PublicStatus::Overdue);
}

#[test]
fn a_question_that_nobody_answers_does_not_stop_a_case_for_good() {
    let mut life = Life::begin(Track::Request, Urgency::Ordinary, at("2026-11-24 10:00"));
    life.did("route", Who::System).did("accept", Who::Officer).did("ask", Who::Officer);
    assert_eq!(life.wait().as_deref(), Some("question_unanswered"));
    assert_eq!((life.state.name.as_str(), life.timers.contains_key("deadline")), ("accepted", true));
}

#[test]
fn silence_marks_a_request_overdue_and_refuses_an_appeal() {
    for (track, records) in [(Track::Request, "deadline_passed"), (Track::Appeal, "deemed_refused")] {
        let mut life = Life::begin(track, Urgency::Ordinary, at("2026-11-24 10:00"));
        life.did("route", Who::System).did("accept", Who::Officer);
        while life.wait().unwrap() != "deadline_passed" {}
        assert_eq!((life.last.records.as_str(), life.status()), (records, PublicStatus::Overdue));
        assert_eq!((life.state.name.as_str(), life.state.is("deemed_refused")), ("accepted", track == Track::Appeal));
        assert!(life.last.effects.contains(&Effect::NotifyReporter) && life.last.effects.contains(&Effect::NotifySupervisor));
        assert_eq!(life.refused(&Event::new("extend", Who::Officer).with("working_days", 5)), RefusalCode::WrongState);
        assert_eq!(life.did("respond", Who::Officer).status(), PublicStatus::Answered);
    }
}

#[test]
fn an_extension_moves_the_term_up_to_two_months_from_arrival() {
    let mut life = Life::begin(Track::Appeal, Urgency::Ordinary, at("2026-11-24 10:00"));
    life.did("route", Who::System);
    let extend = |days: i64| Event::new("extend", Who::Officer).with("working_days", days);
    for days in [0, -3, i64::MAX] {
        assert_eq!(life.refused(&extend(days)), RefusalCode::Invalid, "{days}");
    }
    assert_eq!(life.refused(&extend(99)), RefusalCode::TooLate);
    assert_eq!(life.refused(&extend(4_000_000_000)), RefusalCode::TooLate);
    life.act(&extend(10)).unwrap();
    assert_eq!((life.status(), life.timers["deadline"].0), (PublicStatus::Extended, at("2026-12-30 18:30")));
    life.act(&extend(10)).unwrap();
    assert_eq!(life.process.deadline(&life.state).unwrap().due_at, life.timers["deadline"].0);
    assert_eq!(life.refused(&extend(10)), RefusalCode::TooLate);
}

#[test]
fn an_appeal_is_forwarded_within_three_working_days_or_by_the_supervisor() {
    let mut life = Life::begin(Track::Appeal, Urgency::Ordinary, at("2026-11-24 10:00"));
    life.did("route", Who::System);
    assert_eq!(life.timers["forward_window"].0, at("2026-11-27 18:30"));
    life.did("forward", Who::Officer);
    assert_eq!(life.wait().as_deref(), Some("forward_window_passed"));
    assert_eq!(life.refused(&Event::new("forward", Who::Officer)), RefusalCode::WrongState);
    life.did("forward", Who::Supervisor);
    assert!(life.timers.contains_key("forward_window") && !life.state.is("forward_late"));
}

#[test]
fn a_case_in_which_another_is_merged_answers_both() {
    let mut life = Life::begin(Track::Request, Urgency::Ordinary, at("2026-11-24 10:00"));
    life.did("route", Who::System).did("merge", Who::Officer).did("unmerge", Who::Officer).did("merge", Who::Officer);
    life.did("respond_to_merged", Who::System).did("contest", Who::Reporter);
    assert_eq!(life.status(), PublicStatus::Contested);
}

#[test]
fn who_may_not_act_is_told_so_and_a_timer_counts_once() {
    let mut life = Life::begin(Track::Request, Urgency::Ordinary, at("2026-11-24 10:00"));
    assert_eq!(life.refused(&Event::new("route", Who::Officer)), RefusalCode::NotAllowed);
    assert_eq!(life.refused(&Event::new("accept", Who::Reporter)), RefusalCode::NotAllowed);
    assert_eq!(life.refused(&Event::new("accept", Who::Officer)), RefusalCode::WrongState);
    assert_eq!(life.refused(&Event::new("deadline_passed", Who::System)), RefusalCode::WrongState); // not yet due
    life.now = at("2026-11-27 18:30");
    life.did("deadline_passed", Who::System);
    assert_eq!(life.refused(&Event::new("deadline_passed", Who::System)), RefusalCode::WrongState); // once
    assert!(matches!(life.act(&Event::new("explode", Who::System)), Err(StepError::Fault(_))));
    assert!(matches!(life.act(&Event::new("route", Who::System).with("colour", "red")), Err(StepError::Fault(_))));
}

#[test]
fn an_officers_acts_say_why_they_are_not_possible() {
    let mut life = Life::begin(Track::Request, Urgency::Ordinary, at("2026-11-24 10:00"));
    life.did("route", Who::System);
    let acts = life.process.allowed(&life.state, &[Who::Officer]).unwrap();
    let lines = acts.iter().map(|act| {
        let why = act.why_not.as_ref().map(|refusal| format!(": {:?}, {}", refusal.code, refusal.message.get(Locale::En)));
        format!("{} {}{}", act.act, if act.possible { "yes" } else { "no" }, why.unwrap_or_default())
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_low_rating_opens_a_case_and_asks_again_after_the_repair() {
    let process = Library::embedded().latest_process("rating").unwrap();
    let start = process.start(terms(Track::Request, Urgency::Ordinary, at("2026-11-24 10:00"))).unwrap();
    let step = |state: &CaseState, event: Event| process.step(state, &event, at("2026-11-24 11:00")).unwrap();
    let low = step(&start.state, Event::new("count", Who::System).with("stars", 1));
    assert_eq!((low.state.name.as_str(), &low.effects[..]), ("repairing", &[Effect::OpenCase][..]));
    let repaired = step(&low.state, Event::new("repair", Who::System));
    assert_eq!((repaired.state.name.as_str(), &repaired.effects[..]), ("counted", &[Effect::InviteRating][..]));
    assert_eq!(step(&start.state, Event::new("count", Who::System).with("stars", 5)).state.name, "counted");
    let excluded = step(&step(&start.state, Event::new("hold", Who::System)).state, Event::new("exclude", Who::Supervisor));
    assert_eq!(step(&excluded.state, Event::new("contest", Who::Reporter)).state.name, "held");
}

#[test]
fn a_state_comes_back_from_the_journal_as_it_went() {
    let mut life = Life::begin(Track::Request, Urgency::Planned, at("2026-11-24 10:00"));
    life.did("route", Who::System).did("accept", Who::Officer).did("ask", Who::Officer);
    let stored = serde_json::to_string(&life.last).unwrap();
    assert_eq!(serde_json::from_str::<Step>(&stored).unwrap(), life.last);
    let versions = life.process.versions();
    let stored = serde_json::to_string(&versions).unwrap();
    let again = Library::embedded().process(&serde_json::from_str(&stored).unwrap()).unwrap();
    assert_eq!(again.versions(), versions);
}

/// Whatever happens in whatever order to a request or an appeal.
fn walk() -> impl Strategy<Value = (Track, Urgency, i64, Vec<(u8, i64)>)> {
    let track = prop_oneof![Just(Track::Request), Just(Track::Appeal)];
    (track, proptest::sample::select(&Urgency::ALL[..]), 0i64..2_000_000, proptest::collection::vec((any::<u8>(), 0i64..6_000), 1..40))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_sequence_of_events_loses_a_case((track, urgency, start, moves) in walk()) {
        let mut life = Life::begin(track, urgency, at("2024-01-03 10:00") + TimeDelta::minutes(start));
        let events: Vec<(String, Vec<Who>)> =
            life.process.definition().transitions().map(|(on, _, _, who)| (on.to_owned(), who.to_vec())).collect();
        for (choice, minutes) in moves {
            let until = life.now + TimeDelta::minutes(minutes);
            // A timer that is due always has its say: `wait` panics when the engine refuses it.
            while life.timers.values().any(|(due, _)| *due <= until) {
                prop_assert!(life.wait().is_some());
            }
            life.now = life.now.max(until);
            let (name, who) = &events[usize::from(choice) % events.len()];
            let event = Event { by: who.clone(), ..Event::new(name, Who::System) }.with("triage", choice % 2 == 0).with("working_days", 3);
            let before = life.state.clone();
            match life.act(&event) {
                Ok(()) => prop_assert!(!life.process.is_ended(&before), "{} left {}", name, before.name),
                Err(StepError::Refused(_)) => prop_assert_eq!(&life.state, &before),
                Err(StepError::Fault(error)) => prop_assert!(false, "{error:?}"),
            }
            // The journal's timers are the state's.
            let held: BTreeMap<String, DateTime<Utc>> = life.timers.iter().map(|(name, (due, _))| (name.clone(), *due)).collect();
            prop_assert_eq!(&held, &life.state.timers);
            // A case that waits for an answer has a clock, is paused, or is known to be late.
            let ended = life.process.is_ended(&life.state);
            let waits = !ended && life.state.name != "answered";
            prop_assert!(!waits || held.contains_key("deadline") || life.state.is_paused() || life.state.is("overdue"), "{:?}", life.state);
            if let Some(due) = held.get("deadline") {
                prop_assert_eq!(*due, life.process.deadline(&life.state).unwrap().due_at);
            }
            // "Not fixed" always lands, and always reaches the desk.
            if life.state.name == "answered" {
                let contested = life.process.step(&life.state, &Event::new("contest", Who::Reporter), life.now).unwrap();
                prop_assert!(contested.effects.contains(&Effect::NotifyOfficers));
            }
            let status = life.status();
            prop_assert!(ended || status != PublicStatus::Withdrawn);
            let possible = life.process.allowed(&life.state, &[Who::Officer, Who::Supervisor, Who::Reporter, Who::Citizen]).unwrap();
            prop_assert_eq!(possible.iter().any(|act| act.possible), !ended);
        }
    }
}
