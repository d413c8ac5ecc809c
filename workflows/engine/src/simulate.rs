//! Other rules on what has happened: recorded histories run by today's rules and by a draft, side by side.
//!
//! Both runs are made anew, by the newest versions of the two libraries, so that they differ in the draft alone. What people did is taken
//! from the record, at the instants at which they did it; what the table decides and when timers go off follows from the rules.

use std::{collections::BTreeMap, num::NonZero, thread};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{CaseState, Cause, Event, Facts, History, Library, PartyFacts, Process, Recorded, StepError, Who};

/// How many cases are shown as examples.
const EXAMPLES_MAX: usize = 10;

/// What a draft would have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulation {
    /// How many cases were run.
    pub cases: u64,
    /// Cases that go to another desk.
    pub desks_changed: u64,
    /// Cases that are due on another day.
    pub deadlines_moved: u64,
    /// Cases whose term runs out by the draft and did not by today's rules.
    pub breaches_more: u64,
    /// Cases whose term ran out by today's rules and does not by the draft.
    pub breaches_fewer: u64,
    /// Cases in which the draft refuses something that today's rules let happen.
    pub acts_refused: u64,
    /// Cases for each desk.
    pub load: BTreeMap<String, Load>,
    /// The first cases that differ.
    pub examples: Vec<Example>,
}

/// How many cases a desk gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// By today's rules.
    pub today: u64,
    /// By the draft.
    pub draft: u64,
}

/// A case that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// Its number.
    pub case: String,
    /// By today's rules.
    pub today: Course,
    /// By the draft.
    pub draft: Course,
}

/// How a case goes by one set of rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// The slug of the party that the table sends it to; none when it was never routed.
    pub desk: Option<String>,
    /// The day on which the answer is due.
    pub due_on: NaiveDate,
    /// Whether its term ran out.
    pub breached: bool,
    /// How many of the recorded acts are refused.
    pub refused: u32,
}

impl Simulation {
    /// Whether nothing would have changed.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.examples.is_empty()
    }

    fn count(&mut self, case: &str, today: Course, draft: Course) {
        self.cases += 1;
        if let Some(desk) = &today.desk {
            self.load.entry(desk.clone()).or_default().today += 1;
        }
        if let Some(desk) = &draft.desk {
            self.load.entry(desk.clone()).or_default().draft += 1;
        }
        if today == draft {
            return;
        }
        self.desks_changed += u64::from(today.desk != draft.desk);
        self.deadlines_moved += u64::from(today.due_on != draft.due_on);
        self.breaches_more += u64::from(draft.breached && !today.breached);
        self.breaches_fewer += u64::from(today.breached && !draft.breached);
        self.acts_refused += u64::from(draft.refused > today.refused);
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(Example { case: case.to_owned(), today, draft });
        }
    }

    /// Adds what was found in the cases after these.
    pub fn add(&mut self, next: Simulation) {
        self.cases += next.cases;
        self.desks_changed += next.desks_changed;
        self.deadlines_moved += next.deadlines_moved;
        self.breaches_more += next.breaches_more;
        self.breaches_fewer += next.breaches_fewer;
        self.acts_refused += next.acts_refused;
        for (desk, load) in next.load {
            let sum = self.load.entry(desk).or_default();
            sum.today += load.today;
            sum.draft += load.draft;
        }
        let left = EXAMPLES_MAX.saturating_sub(self.examples.len());
        self.examples.extend(next.examples.into_iter().take(left));
    }
}

/// Runs histories by the newest rules of both libraries, up to an instant, on all processors.
///
/// # Errors
/// When a library lacks a process, the directory the party of triage, or a history its beginning.
pub fn simulate(
    histories: &[History],
    (today, draft): (&Library, &Library),
    parties: &[PartyFacts],
    until: DateTime<Utc>,
) -> kernel::Result<Simulation> {
    let hands = thread::available_parallelism().map_or(1, NonZero::get);
    let share = histories.len().div_ceil(hands).max(1);
    let run = |histories: &[History]| {
        let mut found = Simulation::default();
        for history in histories {
            let course = |library| Run::of(library, parties, history).and_then(|run| run.course(history, until));
            found.count(&history.case, course(today)?, course(draft)?);
        }
        Ok(found)
    };
    let shares: Vec<kernel::Result<Simulation>> = thread::scope(|scope| {
        let running: Vec<_> = histories.chunks(share).map(|histories| scope.spawn(move || run(histories))).collect();
        let broken = || Err(kernel::Error::internal("a simulation panicked"));
        running.into_iter().map(|hand| hand.join().unwrap_or_else(|_| broken())).collect()
    });
    let mut all = Simulation::default();
    for share in shares {
        all.add(share?);
    }
    Ok(all)
}

/// One case under way by one set of rules.
struct Run<'a> {
    process: Process,
    parties: &'a [PartyFacts],
    state: CaseState,
    desk: Option<String>,
    breached: bool,
    refused: u32,
}

impl<'a> Run<'a> {
    /// Files the case.
    fn of(library: &Library, parties: &'a [PartyFacts], history: &History) -> kernel::Result<Run<'a>> {
        let first = history.events.first().ok_or_else(|| kernel::Error::internal("a history without events"))?;
        let Cause::Filed { mut terms, facts } = first.cause.clone() else {
            return Err(kernel::Error::internal("a history that does not begin with a filing"));
        };
        let process = library.latest_process(&first.versions.definition.id)?;
        terms.urgency = process.table().urgency(&facts)?.0;
        terms.registered_on = process.calendar().registration_date(terms.received_at);
        let state = process.start_on(terms, process.table().clock(&facts)?)?.state;
        Ok(Run { process, parties, state, desk: None, breached: false, refused: 0 })
    }

    fn course(mut self, history: &History, until: DateTime<Utc>) -> kernel::Result<Course> {
        for recorded in history.events.iter().skip(1) {
            self.pass(recorded.at)?;
            self.take(recorded)?;
        }
        self.pass(until)?;
        let due_on = self.process.deadline(&self.state)?.due_on;
        Ok(Course { desk: self.desk, due_on, breached: self.breached, refused: self.refused })
    }

    /// Lets time pass: timers go off at their instants, in order.
    fn pass(&mut self, until: DateTime<Utc>) -> kernel::Result<()> {
        while let Some((timer, at)) = self.state.timers.iter().min_by_key(|(_, at)| **at).filter(|(_, at)| **at <= until) {
            let (timer, at) = (timer.clone(), *at);
            let Some(raises) = self.process.raises(&timer).map(str::to_owned) else { break };
            self.breached |= self.process.is_answer_timer(&timer);
            if !self.step(&Event::new(&raises, Who::System), at)? {
                // Nobody waits for it any more.
                self.state.timers.remove(&timer);
            }
        }
        Ok(())
    }

    fn take(&mut self, recorded: &Recorded) -> kernel::Result<()> {
        let Cause::Happened { event, asked } = &recorded.cause else { return Ok(()) };
        if self.process.is_raised_by_timer(&event.name) {
            return Ok(());
        }
        let decided = asked.as_ref().map(|facts| self.decide(event, facts)).transpose()?;
        if !self.step(decided.as_ref().unwrap_or(event), recorded.at)? {
            self.refused += 1;
        }
        Ok(())
    }

    fn decide(&mut self, event: &Event, facts: &Facts) -> kernel::Result<Event> {
        let decision = self.process.table().decide_once(facts, self.parties)?;
        let decided = event.clone().with("triage", decision.triage).with_urgency(decision.urgency).with_clock(decision.clock);
        self.desk = Some(decision.party);
        Ok(decided)
    }

    /// Whether the step could be taken.
    fn step(&mut self, event: &Event, at: DateTime<Utc>) -> kernel::Result<bool> {
        match self.process.step(&self.state, event, at) {
            Ok(step) => {
                self.state = step.state;
                Ok(true)
            }
            Err(StepError::Refused(_)) => Ok(false),
            Err(StepError::Fault(error)) => Err(error),
        }
    }
}
