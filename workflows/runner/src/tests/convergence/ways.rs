//! Every transition of every definition, each with a way that leads to it.

use std::collections::{BTreeSet, VecDeque};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use engine::{CaseState, Event, Facts, Kind, Process, Terms, Track, Urgency, Who};

use crate::tests::simulation::room::PROCESSES;

/// An event, and when it happens.
pub(crate) type Happening = (Event, DateTime<Utc>);

/// How a case comes to a transition: its filing, what happened to it, and at last the event that takes the transition. A way without events
/// is the filing alone.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) process: Process,
    pub(crate) terms: Terms,
    pub(crate) events: Vec<Happening>,
    /// The state from which the last event leads, and what it records.
    pub(crate) from: String,
    pub(crate) records: String,
}

impl Way {
    /// For a person who reads that it failed.
    pub(crate) fn name(&self) -> String {
        let last = self.events.last().map(|(event, _)| format!("{} by {:?}", event.name, event.by)).unwrap_or_default();
        format!("{}: {last} in `{}`, which records {}", self.process.definition().version(), self.from, self.records)
    }

    /// When it comes to its end.
    pub(crate) fn ends_at(&self) -> DateTime<Utc> {
        self.events.last().map_or(self.terms.received_at, |(_, at)| *at)
    }

    /// The timer that raises an event in a state, when one does.
    pub(crate) fn timer(process: &Process, state: &CaseState, event: &str) -> Option<String> {
        state.timers.keys().find(|timer| process.raises(timer) == Some(event)).cloned()
    }
}

/// A transition as a person may take it: its event, as whom, from where, and what it records.
pub(crate) type Taken = (String, Who, String, String);

/// All of them. The search goes through the states of a case, the nearest first, until no event leads anywhere new.
pub(crate) fn ways() -> Vec<Way> {
    PROCESSES.iter().flat_map(of_process).collect()
}

struct Node {
    state: CaseState,
    way: Way,
}

fn of_process(process: &Process) -> Vec<Way> {
    let received_at = Utc.with_ymd_and_hms(2026, 11, 24, 5, 0, 0).unwrap();
    let track = process.definition().track().unwrap_or(Track::Request);
    let registered_on = process.calendar().registration_date(received_at);
    // The urgency decides which clock the answer runs on, and so what can happen before it ends.
    let filed = Urgency::ALL.map(|urgency| {
        let terms = Terms { track, kind: Kind::Application, urgency, received_at, registered_on };
        let start = process.start(terms).unwrap();
        let way = Way { process: process.clone(), terms, events: Vec::new(), from: String::new(), records: start.records };
        Node { state: start.state, way }
    });
    let mut ways = vec![filed[0].way.clone()];
    let (mut taken, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut nodes = VecDeque::from(filed);
    let told = told(process);
    while let Some(node) = nodes.pop_front() {
        for (event, at) in happenings(process, &node, &told) {
            let Ok(step) = process.step(&node.state, &event, at) else { continue };
            let mut way = Way { from: node.state.name.clone(), records: step.records.clone(), ..node.way.clone() };
            way.events.push((event.clone(), at));
            let this: Taken = (event.name, event.by[0], way.from.clone(), step.records.clone());
            if taken.insert(this) {
                ways.push(way.clone());
            }
            // Where a case stands, which timers run, which of them is due first, and which flags are set is what events depend on.
            let mut timers: Vec<_> = step.state.timers.iter().map(|(name, due_at)| (*due_at, name.clone())).collect();
            timers.sort_unstable();
            let timers: Vec<String> = timers.into_iter().map(|(_, name)| name).collect();
            let place = (step.state.name.clone(), timers, step.state.flags.clone());
            if !process.is_ended(&step.state) && seen.insert(place) {
                nodes.push_back(Node { state: step.state, way });
            }
        }
    }
    ways
}

/// No facts, and every fact with every value that a guard can tell from others.
fn told(process: &Process) -> Vec<Facts> {
    let told = process.definition().told();
    let each = told.iter().flat_map(|(name, values)| values.iter().map(|value| Facts::new().with(name, value.clone())));
    std::iter::once(Facts::new()).chain(each).collect()
}

/// What can happen next: what anybody does, a minute later or a minute before the next timer is due; and what that timer raises.
fn happenings(process: &Process, node: &Node, told: &[Facts]) -> Vec<Happening> {
    let minute = TimeDelta::minutes(1);
    let soon = node.way.ends_at() + minute;
    let first = node.state.timers.iter().min_by_key(|(_, due_at)| **due_at);
    let late = first.map(|(_, due_at)| *due_at - minute).filter(|late| *late > soon);
    let mut happenings = Vec::new();
    for (on, _, _, who) in process.definition().transitions().filter(|(_, from, ..)| *from == node.state.name) {
        let times = match (Way::timer(process, &node.state, on), first) {
            (Some(timer), Some((first, due_at))) if timer == *first => vec![soon.max(*due_at)],
            (Some(_), _) => continue,
            // Whatever is due before happens before.
            (None, Some((_, due_at))) if *due_at < soon => continue,
            (None, _) => std::iter::once(soon).chain(late).collect(),
        };
        for (by, at) in who.iter().flat_map(|by| times.iter().map(move |at| (by, at))) {
            happenings.extend(told.iter().map(|facts| (Event { facts: facts.clone(), ..Event::new(on, *by) }, *at)));
        }
    }
    happenings
}
