//! One step of a case: `step(state, event, now)` gives the next state and what to do, and nothing else decides either.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use kernel::{Error, Fact, Refusal, RefusalCode};

use crate::{
    AllowedAct, Calendar, CaseState, ClockRule, Clocks, Derived, Event, FactValue, Facts, Pause, PublicStatus, Step, StepError, Table,
    Terms, TimerChange, Versions, Who,
    definition::{ClockAct, Definition, TimerClock, Transition},
    derive, extend,
    fact::{Known, Value},
    words,
};

/// A process with everything that it runs on, each in the version that a case is pinned to.
#[derive(Clone)]
pub struct Process {
    pub(crate) definition: Arc<Definition>,
    pub(crate) table: Arc<Table>,
    pub(crate) clocks: Arc<Clocks>,
    pub(crate) calendar: Arc<Calendar>,
    /// Calendars of clocks that do not count by that one, by their ids.
    pub(crate) others: BTreeMap<String, Arc<Calendar>>,
}

impl Process {
    /// The versions to stamp on every event.
    #[must_use]
    pub fn versions(&self) -> Versions {
        Versions {
            definition: self.definition.version.clone(),
            rules: self.table.version().clone(),
            clocks: self.clocks.version().clone(),
            calendar: self.calendar.version().clone(),
            others: self.others.iter().map(|(id, calendar)| (id.clone(), calendar.version().clone())).collect(),
        }
    }

    /// The definition.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The decision table.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The calendar.
    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The terms.
    #[must_use]
    pub fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    /// What has gone off by `now` and was not raised yet, the earliest first: its timer and its event.
    #[must_use]
    pub fn due<'a>(&'a self, state: &'a CaseState, now: DateTime<Utc>) -> Vec<(&'a str, &'a str)> {
        let mut due: Vec<_> = state.timers.iter().filter(|(_, at)| **at <= now).collect();
        due.sort_by_key(|(_, at)| **at);
        due.into_iter().filter_map(|(timer, _)| Some((timer.as_str(), self.raises(timer)?))).collect()
    }

    /// The event that a timer raises; `None` when the definition has no such timer.
    #[must_use]
    pub fn raises(&self, timer: &str) -> Option<&str> {
        self.definition.timers.get(timer).map(|timer| timer.raises.as_str())
    }

    /// Whether a timer runs on the term of the answer.
    pub(crate) fn is_answer_timer(&self, timer: &str) -> bool {
        self.definition.timers.get(timer).is_some_and(|timer| matches!(timer.clock, TimerClock::Answer))
    }

    /// Whether an event is one that a timer raises.
    pub(crate) fn is_raised_by_timer(&self, event: &str) -> bool {
        self.definition.timers.values().any(|timer| timer.raises == event)
    }

    /// The first step of a case.
    ///
    /// # Errors
    /// Never for a definition that was loaded.
    pub fn start(&self, terms: Terms) -> kernel::Result<Step> {
        self.start_on(terms, None)
    }

    /// The first step of a case whose answer runs on a clock that the decision table named.
    ///
    /// # Errors
    /// When the terms have no such clock; never for a table that was loaded with them.
    pub fn start_on(&self, terms: Terms, clock: Option<&str>) -> kernel::Result<Step> {
        let start = &self.definition.start;
        let mut state = CaseState {
            name: self.definition.initial.clone(),
            flags: [].into(),
            terms,
            clock: clock.map(str::to_owned),
            pauses: Vec::new(),
            extended_days: 0,
            timers: BTreeMap::new(),
            since: BTreeMap::new(),
        };
        for timer in &start.timers {
            self.run(&mut state, timer, terms.received_at)?;
        }
        self.run_shares(&mut state, terms.received_at);
        Ok(Step {
            from: String::new(),
            records: start.records.clone(),
            message: start.message.clone(),
            internal: false,
            effects: start.effects.clone(),
            timers: self.changes(&BTreeMap::new(), &state.timers, None),
            state,
        })
    }

    /// The next step. A timer's event counts only when that timer runs and is due, so that one that went off too late, or twice, does
    /// nothing.
    ///
    /// # Errors
    /// A refusal when the act is not possible now; a fault when the definition has no such event or fact.
    pub fn step(&self, state: &CaseState, event: &Event, now: DateTime<Utc>) -> Result<Step, StepError> {
        let transition = self.find(state, &event.name, &event.by, &event.facts)?;
        let mut next = state.clone();
        let raised_by = self.definition.timers.iter().find(|(_, timer)| timer.raises == event.name).map(|(name, _)| name.as_str());
        if let Some(timer) = raised_by
            && next.timers.remove(timer).is_none_or(|at| at > now)
        {
            return Err(self.refusal(state, &event.name).into());
        }
        if let Some(urgency) = event.urgency {
            next.terms.urgency = urgency;
            next.clock.clone_from(&event.clock);
        }
        next.flags.retain(|flag| !transition.clear.contains(flag));
        next.flags.extend(transition.set.iter().cloned());
        if let Some(act) = transition.clock {
            self.turn_clock(&mut next, act, event, now)?;
        }
        for timer in &transition.start {
            self.run(&mut next, timer, now)?;
        }
        next.timers.retain(|timer, _| !transition.stop.contains(timer));
        self.run_shares(&mut next, now);
        if let Some(to) = &transition.to {
            next.name.clone_from(to);
        }
        if self.definition.states.get(&next.name).is_some_and(|state| state.end) {
            next.timers.clear();
        }
        next.since.retain(|timer, _| next.timers.contains_key(timer));
        Ok(Step {
            from: state.name.clone(),
            records: transition.records.clone(),
            message: transition.message.clone(),
            internal: transition.internal,
            effects: transition.effects.clone(),
            timers: self.changes(&state.timers, &next.timers, raised_by),
            state: next,
        })
    }

    /// Every act that is not the house's own, and whether somebody may do it now.
    ///
    /// # Errors
    /// When the state is not one of the definition.
    pub fn allowed(&self, state: &CaseState, by: &[Who]) -> kernel::Result<Vec<AllowedAct>> {
        let mut acts: Vec<AllowedAct> = Vec::new();
        for transition in &self.definition.transitions {
            if transition.who == [Who::System] || acts.iter().any(|act| act.act == transition.on) {
                continue;
            }
            let found = self.find(state, &transition.on, by, &Facts::new()).and_then(|found| match found.clock {
                Some(ClockAct::Extend) => self.extended(state, 1).map(drop),
                _ => Ok(()),
            });
            let why_not = match found {
                Ok(()) => None,
                Err(StepError::Refused(refusal)) => Some(refusal),
                Err(StepError::Fault(error)) => return Err(error),
            };
            acts.push(AllowedAct { act: transition.on.clone(), possible: why_not.is_none(), why_not });
        }
        Ok(acts)
    }

    /// What the public and the reporter see.
    ///
    /// # Errors
    /// When the state is not one of the definition.
    pub fn public_status(&self, state: &CaseState) -> kernel::Result<PublicStatus> {
        let nothing = Facts::new();
        let known = self.known(state, &nothing)?;
        if let Some((_, status)) = self.definition.overrides.iter().find(|(when, _)| when.holds(&known)) {
            return Ok(*status);
        }
        let known = self.definition.states.get(&state.name).map(|state| state.public);
        known.ok_or_else(|| Error::internal(format!("{} has no state `{}`", self.definition.version, state.name)))
    }

    /// Whether the case has come to its end.
    #[must_use]
    pub fn is_ended(&self, state: &CaseState) -> bool {
        self.definition.states.get(&state.name).is_some_and(|state| state.end)
    }

    /// The term of the answer, with its pauses and its extension.
    ///
    /// # Errors
    /// Never for terms that were loaded.
    pub fn deadline(&self, state: &CaseState) -> kernel::Result<Derived> {
        let derived = self.term(state, &state.pauses)?;
        if state.extended_days == 0 {
            return Ok(derived);
        }
        Ok(extend(&derived, self.extension_limit()?, state.extended_days, &self.calendar))
    }

    /// The term of the answer as it was promised first, without pauses and extension.
    ///
    /// # Errors
    /// Never for terms that were loaded.
    pub fn original_deadline(&self, state: &CaseState) -> kernel::Result<Derived> {
        self.term(state, &[])
    }

    fn term(&self, state: &CaseState, pauses: &[Pause]) -> kernel::Result<Derived> {
        let (rule, terms) = (self.answer(state)?, &state.terms);
        Ok(derive(rule, terms.received_at, terms.registered_on, &self.calendar, pauses))
    }

    /// The term of the answer.
    fn answer(&self, state: &CaseState) -> kernel::Result<&ClockRule> {
        let terms = &state.terms;
        state.clock.as_ref().map_or_else(|| self.clocks.get_deadline(terms.track, terms.kind, terms.urgency), |clock| self.clock(clock))
    }

    fn clock(&self, id: &str) -> kernel::Result<&ClockRule> {
        self.clocks.find(id).ok_or_else(|| Error::internal(format!("{} has no clock `{id}`", self.clocks.version())))
    }

    fn extension_limit(&self) -> kernel::Result<&ClockRule> {
        let limit = self.definition.extension_limit.as_ref().ok_or_else(|| Error::internal("a process without extensions"))?;
        self.clock(limit)
    }

    /// The state with a longer term, or why that cannot be: an extension of an appeal ends within two months of arrival (APPC Art. 76).
    fn extended(&self, state: &CaseState, days: u32) -> Result<CaseState, StepError> {
        let mut longer = state.clone();
        longer.extended_days = longer.extended_days.saturating_add(days);
        let terms = &state.terms;
        let limit = derive(self.extension_limit()?, terms.received_at, terms.registered_on, &self.calendar, &[]);
        if days == 0 {
            return Err(Refusal::new(RefusalCode::Invalid, words().localized("refusal-extension-days", &[])).into());
        }
        // No term of law is longer than the limit, so more days than it has cannot fit; and counting them would only take time.
        if longer.extended_days > 100 || self.deadline(&longer)?.due_on > limit.due_on {
            let until: Fact<'_> = ("until", limit.due_on.format("%d.%m.%Y").to_string().into());
            return Err(Refusal::new(RefusalCode::TooLate, words().localized("refusal-extension-limit", &[until])).into());
        }
        Ok(longer)
    }

    fn turn_clock(&self, next: &mut CaseState, act: ClockAct, event: &Event, now: DateTime<Utc>) -> Result<(), StepError> {
        let Some(answer) = self.definition.timers.iter().find(|(_, timer)| matches!(timer.clock, TimerClock::Answer)) else {
            return Err(Error::internal("a process without the clock `answer`").into());
        };
        let name = answer.0;
        match act {
            ClockAct::Pause => {
                let rule = self.answer(next)?;
                // A term that has run out cannot be stopped any more, whether or not that was raised already.
                if rule.pausable && next.timers.get(name).is_some_and(|at| *at > now) {
                    next.timers.remove(name);
                    next.pauses.push(Pause { from: now, to: None });
                }
                return Ok(());
            }
            ClockAct::Resume => match next.pauses.last_mut().filter(|pause| pause.to.is_none()) {
                Some(pause) => pause.to = Some(now),
                None => return Ok(()),
            },
            ClockAct::Extend => {
                let days = match event.facts.get("working_days") {
                    Some(FactValue::Int(days)) => u32::try_from(*days).unwrap_or(0),
                    _ => 0,
                };
                *next = self.extended(next, days)?;
            }
            ClockAct::Restart if !next.timers.contains_key(name) => return Ok(()),
            ClockAct::Restart => {}
            ClockAct::Again => {
                next.terms.received_at = now;
                next.terms.registered_on = self.calendar.registration_date(now);
                next.pauses.clear();
                next.extended_days = 0;
            }
        }
        self.run(next, name, now)?;
        Ok(())
    }

    fn run(&self, state: &mut CaseState, timer: &str, now: DateTime<Utc>) -> kernel::Result<()> {
        let known = self.definition.timers.get(timer).ok_or_else(|| Error::internal(format!("no timer `{timer}`")))?;
        let at = match &known.clock {
            TimerClock::Answer => self.deadline(state)?.due_at,
            TimerClock::Named(clock) => {
                state.since.insert(timer.to_owned(), now);
                self.derived(clock, known.calendar.as_deref(), now)?.due_at
            }
            // It runs by itself, while the answer's does.
            TimerClock::Share(_) => return Ok(()),
        };
        state.timers.insert(timer.to_owned(), at);
        Ok(())
    }

    /// Sets what goes off when a share of the term is over. It runs while the answer's timer runs, and goes with it where a pause or an
    /// extension moves it; one that has gone off runs again only when its new instant is yet to come.
    pub(crate) fn run_shares(&self, state: &mut CaseState, now: DateTime<Utc>) {
        let answer = state.timers.iter().find(|(name, _)| self.is_answer_timer(name)).map(|(_, due)| *due);
        for (name, timer) in &self.definition.timers {
            let TimerClock::Share(share) = timer.clock else { continue };
            let since = state.terms.received_at;
            let at = answer.map(|due| since + (due - since) * i32::from(share) / 100);
            match at.filter(|at| *at > now || state.timers.contains_key(name)) {
                Some(at) => drop(state.timers.insert(name.clone(), at)),
                None => drop(state.timers.remove(name)),
            }
        }
    }

    /// Whether a timer goes off when a share of the term is over: it warns, and is no term itself.
    #[must_use]
    pub fn is_warning(&self, timer: &str) -> bool {
        self.definition.timers.get(timer).is_some_and(|timer| matches!(timer.clock, TimerClock::Share(_)))
    }

    /// A named clock from an instant, by its own calendar.
    pub(crate) fn derived(&self, clock: &str, calendar: Option<&str>, from: DateTime<Utc>) -> kernel::Result<Derived> {
        let calendar = match calendar {
            None => &self.calendar,
            Some(id) => self.others.get(id).ok_or_else(|| Error::internal(format!("no calendar `{id}`")))?,
        };
        Ok(derive(self.clock(clock)?, from, calendar.registration_date(from), calendar, &[]))
    }

    pub(crate) fn changes(
        &self,
        before: &BTreeMap<String, DateTime<Utc>>,
        after: &BTreeMap<String, DateTime<Utc>>,
        went_off: Option<&str>,
    ) -> Vec<TimerChange> {
        let cancelled = before.keys().filter(|name| !after.contains_key(*name) && went_off != Some(name.as_str()));
        let set = after.iter().filter(|(name, at)| before.get(*name) != Some(at) || went_off == Some(name.as_str()));
        let raises = |name: &String| self.definition.timers.get(name).map(|timer| timer.raises.clone()).unwrap_or_default();
        cancelled
            .map(|name| TimerChange::Cancel { name: name.clone() })
            .chain(set.map(|(name, at)| TimerChange::Set { name: name.clone(), at: *at, raises: raises(name) }))
            .collect()
    }

    /// The transition that an event takes, or why there is none.
    fn find(&self, state: &CaseState, on: &str, by: &[Who], facts: &Facts) -> Result<&Transition, StepError> {
        let named = || self.definition.transitions.iter().filter(|transition| transition.on == on);
        if named().next().is_none() {
            return Err(Error::internal(format!("{} has no event `{on}`", self.definition.version)).into());
        }
        let mut here = named().filter(|transition| transition.from.contains(&state.name)).peekable();
        if here.peek().is_none() {
            // Who may never do it learns that first, and nothing about the state.
            let ever = named().any(|transition| transition.who.iter().any(|who| by.contains(who)));
            return Err(if ever { self.refusal(state, on) } else { not_allowed() }.into());
        }
        let known = self.known(state, facts)?;
        let mut refusal = not_allowed();
        for transition in here.filter(|transition| transition.who.iter().any(|who| by.contains(who))) {
            match &transition.guard {
                Some(guard) if !guard.holds(&known) => {
                    let key = transition.refusal.as_deref().unwrap_or("refusal-wrong-state");
                    refusal = Refusal::new(RefusalCode::WrongState, words().localized(key, &[]));
                }
                _ => return Ok(transition),
            }
        }
        Err(refusal.into())
    }

    /// The facts of an event, and what the case itself says, which no event can overrule.
    fn known<'a>(&self, state: &'a CaseState, facts: &'a Facts) -> kernel::Result<Known<'a>> {
        let declared = &self.definition.declared;
        let mut known = Known::of(declared, facts)?;
        for flag in &self.definition.flags {
            known.set(declared, flag, Value::Bool(state.is(flag)));
        }
        known.set(declared, "state", Value::Text(&state.name));
        known.set(declared, "track", Value::Text(state.terms.track.as_str()));
        known.set(declared, "kind", Value::Text(state.terms.kind.as_str()));
        Ok(known)
    }

    fn refusal(&self, state: &CaseState, on: &str) -> Refusal {
        let rule = self.definition.refusals.iter().find(|rule| rule.on == on && rule.within.contains(&state.name));
        let (code, key) = rule.map_or((RefusalCode::WrongState, "refusal-wrong-state"), |rule| (rule.code, rule.message.as_str()));
        Refusal::new(code, words().localized(key, &[]))
    }
}

fn not_allowed() -> Refusal {
    Refusal::new(RefusalCode::NotAllowed, words().localized("refusal-not-allowed", &[]))
}
