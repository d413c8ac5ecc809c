use chrono::{DateTime, TimeDelta, Utc};
use kernel::{Rng, SeededRng};

use super::routing::CITY;
use crate::{
    CaseState, Cause, Event, Facts, History, Kind, Library, Process, Recorded, Simulation, StepError, Terms, Track, Urgency, Who, replay,
    simulate,
};

const ROUTING: &str = include_str!("../../../definitions/routing.v1.toml");
const CALENDAR: &str = include_str!("../../../calendars/kz.v1.toml");
const CLOCKS: &str = include_str!("../../../definitions/clocks.v1.toml");
const REQUEST: &str = include_str!("../../../definitions/request.v1.toml");

fn beginning() -> DateTime<Utc> {
    "2026-03-02T04:00:00Z".parse().unwrap()
}

fn end() -> DateTime<Utc> {
    beginning() + TimeDelta::days(120)
}

/// Cases that people do random things to, as a journal would hold them.
pub(crate) fn lives(count: usize, seed: u64) -> Vec<History> {
    let rng = SeededRng::new(seed);
    (1..=count).map(|number| Life::begin(&rng).live(&rng, format!("TK-2026-{number:06}"))).collect()
}

struct Life {
    process: Process,
    state: CaseState,
    asked: Facts,
    now: DateTime<Utc>,
    events: Vec<Recorded>,
}

fn pick<'a, T>(rng: &SeededRng, list: &'a [T]) -> &'a T {
    &list[usize::try_from(rng.below(list.len() as u64)).unwrap()]
}

impl Life {
    fn begin(rng: &SeededRng) -> Life {
        let track = *pick(rng, &[Track::Request, Track::Appeal]);
        let process = Library::embedded().latest_process(if track == Track::Request { "request" } else { "appeal" }).unwrap();
        let asked = Facts::new()
            .with("track", track.as_str())
            .with("category", pick(rng, &CITY.categories).as_str())
            .with("district", pick(rng, &CITY.districts).as_str())
            .with("urgent_words", rng.below(6) == 0);
        let received_at = beginning() + TimeDelta::minutes(i64::try_from(rng.below(40 * 24 * 60)).unwrap());
        let urgency = process.table().urgency(&asked).unwrap().0;
        let registered_on = process.calendar().registration_date(received_at);
        let terms = Terms { track, kind: Kind::Message, urgency, received_at, registered_on };
        let step = process.start(terms).unwrap();
        let mut life = Life { process, state: step.state.clone(), asked: asked.clone(), now: received_at, events: Vec::new() };
        life.record(&step, Cause::Filed { terms, facts: asked });
        life
    }

    fn record(&mut self, step: &crate::Step, cause: Cause) {
        let number = i32::try_from(self.events.len()).unwrap() + 1;
        let (versions, state) = (self.process.versions(), step.state.digest());
        self.events.push(Recorded { number, at: self.now, versions, cause, records: step.records.clone(), state });
        self.state = step.state.clone();
    }

    fn take(&mut self, event: Event, asked: Option<Facts>) {
        match self.process.step(&self.state, &event, self.now) {
            Ok(step) => self.record(&step, Cause::Happened { event, asked }),
            Err(StepError::Refused(_)) => {}
            Err(StepError::Fault(error)) => panic!("{error:?}"),
        }
    }

    /// Timers go off a little late, as a runner fires them.
    fn pass(&mut self, until: DateTime<Utc>) {
        loop {
            let due = self.state.timers.iter().filter(|(_, at)| **at <= until).min_by_key(|(_, at)| **at);
            let Some((timer, at)) = due.map(|(timer, at)| (timer.clone(), *at)) else { break };
            self.now = self.now.max(at + TimeDelta::milliseconds(300));
            let raises = self.process.raises(&timer).unwrap().to_owned();
            self.take(Event::new(&raises, Who::System), None);
            if self.state.timers.get(&timer) == Some(&at) {
                break;
            }
        }
        self.now = self.now.max(until);
    }

    fn live(mut self, rng: &SeededRng, case: String) -> History {
        self.pass(self.now + TimeDelta::seconds(2));
        let decision = self.process.table().decide(&self.asked, &CITY.parties).unwrap();
        let asked = self.asked.clone();
        self.take(
            Event::new("route", Who::System).with("triage", decision.triage).with_urgency(decision.urgency).with_clock(decision.clock),
            Some(asked),
        );
        for _ in 0..rng.below(9) {
            self.pass(self.now + TimeDelta::minutes(i64::try_from(rng.below(6 * 24 * 60)).unwrap()));
            let event = match rng.below(8) {
                0 => Event::new("accept", Who::Officer),
                1 => Event::new("ask", Who::Officer),
                2 => Event::new("answer_question", Who::Reporter),
                3 => Event::new("extend", Who::Officer).with("working_days", i64::try_from(rng.below(12)).unwrap()),
                4 => Event::new("forward", Who::Officer),
                5 => Event::new("contest", Who::Reporter),
                6 => Event::new("respond", Who::Officer).with("outcome", *pick(rng, &["SATISFIED", "TERMINATED"])),
                _ => Event::new("note", Who::Officer),
            };
            self.take(event, None);
        }
        self.pass(end());
        History { case, state: self.state.digest(), events: self.events }
    }
}

fn run(draft: &[(&str, &str)]) -> Simulation {
    let today = Library::embedded();
    simulate(&lives(400, 7), (today, &today.with(draft).unwrap()), &CITY.parties, end()).unwrap()
}

fn changed(text: &str, from: &str, to: &str) -> String {
    let draft = text.replacen("version = 1", "version = 2", 1).replacen(from, to, 1);
    assert!(draft.contains(to), "{from} is not in the text");
    draft
}

#[test]
fn every_recorded_case_is_derived_again_without_a_difference() {
    let mut events = 0;
    for history in lives(600, 1) {
        let replayed = replay(Library::embedded(), &history).unwrap();
        assert_eq!(replayed.difference, None);
        assert_eq!(replayed.states.len(), history.events.len());
        events += history.events.len();
    }
    assert!(events > 2_400, "the lives are rich enough to tell anything: {events}");
}

#[test]
fn a_case_whose_beginning_was_not_recorded_is_told_apart() {
    let mut history = lives(20, 4).into_iter().find(|history| history.events.len() > 2).unwrap();
    assert!(history.is_whole());
    history.events.remove(0);
    assert!(!history.is_whole());
    assert!(replay(Library::embedded(), &history).is_err());
    history.events.clear();
    assert!(!history.is_whole());
}

#[test]
fn whatever_is_changed_in_a_recorded_case_is_found() {
    let check = |what: &str, change: fn(&mut History), number: Option<i32>| {
        let mut history = lives(60, 2).into_iter().max_by_key(|history| history.events.len()).unwrap();
        change(&mut history);
        let difference = replay(Library::embedded(), &history).unwrap().difference;
        assert_eq!(difference.map(|difference| difference.number), Some(number), "{what}");
    };
    check("an earlier filing", |history| filed(history).received_at -= TimeDelta::days(3), Some(1));
    check("another urgency", |history| filed(history).urgency = Urgency::Planned, Some(1));
    check("a later act", |history| history.events[1].records = "forwarded".to_owned(), Some(2));
    check("an act that is gone", |history| drop(history.events.remove(1)), Some(3));
    check("another state", |history| history.events[2].state.replace_range(0..1, "x"), Some(3));
    check("a case that was moved by hand", |history| history.state.replace_range(0..1, "x"), None);
}

fn filed(history: &mut History) -> &mut Terms {
    match &mut history.events[0].cause {
        Cause::Filed { terms, .. } => terms,
        other => panic!("the first event is {other:?}"),
    }
}

#[test]
fn todays_rules_change_nothing() {
    let same = run(&[]);
    assert!(same.is_same() && same.cases == 400, "{same:?}");
    assert!(same.load.values().all(|load| load.today == load.draft));
    let renamed: [(&str, &str); 4] = [
        ("routing.v2.toml", &changed(ROUTING, "hit", "hit")),
        ("kz.v2.toml", &changed(CALENDAR, "zone", "zone")),
        ("clocks.v2.toml", &changed(CLOCKS, "format", "format")),
        ("request.v2.toml", &changed(REQUEST, "format", "format")),
    ];
    assert!(run(&renamed).is_same());
}

#[test]
fn a_draft_tells_what_it_would_have_changed() {
    let desk = run(&[("routing.v2.toml", &changed(ROUTING, "executor = { party = \"police\" }", "executor = { party = \"emergency\" }"))]);
    let police = desk.load["police"];
    assert!(desk.desks_changed > 0 && desk.desks_changed == police.today && police.draft == 0, "{desk:?}");
    assert_eq!((desk.deadlines_moved, desk.acts_refused), (0, 0));

    let days_off = "{ day = 2026-03-21, name = \"nauryz\" },";
    let calendar = changed(CALENDAR, days_off, &format!("{days_off}\n  {{ day = 2026-04-06, name = \"moved\" }},"));
    let calendar = run(&[("kz.v2.toml", &calendar)]);
    assert!(calendar.deadlines_moved > 0 && calendar.desks_changed == 0 && calendar.breaches_more == 0, "{calendar:?}");
    assert_eq!(calendar.examples.len(), 10.min(usize::try_from(calendar.deadlines_moved).unwrap()));

    let process = changed(REQUEST, "guard = \"!overdue\"", "guard = \"!overdue && state == 'assigned'\"");
    let process = run(&[("request.v2.toml", &process)]);
    assert!(process.acts_refused > 0, "{process:?}");
}

#[test]
fn cases_are_counted_alike_however_they_are_shared_out() {
    let (today, lives) = (Library::embedded(), lives(101, 3));
    let draft = today
        .with(&[("routing.v2.toml", &changed(ROUTING, "when = \"category == 'road-damage'\"", "when = \"category == 'x'\""))])
        .unwrap();
    let whole = simulate(&lives, (today, &draft), &CITY.parties, end()).unwrap();
    let mut parts = Simulation::default();
    for part in lives.chunks(13) {
        parts.add(simulate(part, (today, &draft), &CITY.parties, end()).unwrap());
    }
    assert!(!whole.is_same());
    assert_eq!(whole, parts);
}
