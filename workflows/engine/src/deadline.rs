//! How a date came to be: the derivation of a deadline, step by step, so that anybody can repeat it.

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use kernel::{Fact, Locale};
use serde::{Deserialize, Serialize};

use crate::{Calendar, ClockRule, Closes, DayOff, FirstDay, Law, OnDayOff, Term, VersionRef, words};

/// A time in which a clock stood still because the reporter was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When the reporter was asked.
    pub from: DateTime<Utc>,
    /// When the reporter answered; `None` while the question is open.
    pub to: Option<DateTime<Utc>>,
}

/// What a step of a derivation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Came in and was registered on the same day.
    RegisteredSameDay,
    /// Came in after hours or on a day off, so it was registered on the next working day.
    RegisteredNextWorkingDay,
    /// Hours, round the clock.
    Hours,
    /// Working days.
    WorkingDays,
    /// Calendar days.
    CalendarDays,
    /// Calendar months.
    CalendarMonths,
    /// The clock stood still.
    Pause,
    /// An extension by a reasoned decision.
    Extension,
    /// The term ended on a day off.
    MovedFromDayOff,
}

/// One step of a derivation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineStep {
    /// What the step does.
    pub kind: StepKind,
    /// The rule's name, e.g. `appeal-complaint`.
    pub rule: String,
    /// Where the rule is written, and how sure the house is of it.
    pub law: Law,
    /// The day before the step.
    pub from: NaiveDate,
    /// The day after the step.
    pub to: NaiveDate,
    /// How many hours, days or months; for a pause, how many working days the clock stood still.
    pub amount: u32,
    /// The calendar that was used.
    pub calendar: VersionRef,
    /// Whether that calendar knows the holidays of all these days; where it does not, only weekends were left out.
    pub covered: bool,
    /// The days that were left out.
    pub days_skipped: Vec<DayOff>,
    /// The pause, when the step is one.
    pub pause: Option<Pause>,
}

/// A derived deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// The instant.
    pub due_at: DateTime<Utc>,
    /// The day.
    pub due_on: NaiveDate,
    /// The version of the terms.
    pub clocks: VersionRef,
    /// How it came to be, in order.
    pub steps: Vec<DeadlineStep>,
}

/// Derives a deadline. Hours run from arrival, round the clock; working days from registration; calendar days and months from the day
/// of arrival. A pause moves a pausable term in working days by the working days that it lasted; an open pause does not move it yet.
#[must_use]
pub fn derive(rule: &ClockRule, received_at: DateTime<Utc>, registered_on: NaiveDate, calendar: &Calendar, pauses: &[Pause]) -> Derived {
    let arrived_on = calendar.day_of(received_at);
    let mut derivation = Derivation { rule, calendar, steps: Vec::new(), due_on: arrived_on };
    match rule.term {
        Term::Hours(hours) => {
            let due_at = received_at + TimeDelta::hours(i64::from(hours));
            derivation.step(StepKind::Hours, calendar.day_of(due_at), hours, &rule.id, &rule.law);
            return derivation.end(due_at);
        }
        Term::WorkingDays(days) => {
            derivation.register(registered_on);
            let counted = if rule.first_day == FirstDay::SameDay { days.saturating_sub(1) } else { days };
            derivation.step(StepKind::WorkingDays, calendar.add_working_days(registered_on, counted), days, &rule.id, &rule.law);
            derivation.pause(pauses);
        }
        Term::CalendarDays(days) => {
            let due_on = arrived_on + TimeDelta::days(i64::from(days));
            derivation.step(StepKind::CalendarDays, due_on, days, &rule.id, &rule.law);
        }
        Term::CalendarMonths(months) => {
            let due_on = arrived_on.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX);
            derivation.step(StepKind::CalendarMonths, due_on, months, &rule.id, &rule.law);
        }
    }
    derivation.leave_day_off();
    let due_at = derivation.closing();
    derivation.end(due_at)
}

/// Extends a deadline by working days (APPC Art. 76). The caller compares the result with the limit, which is a clock of its own.
#[must_use]
pub fn extend(derived: &Derived, limit: &ClockRule, working_days: u32, calendar: &Calendar) -> Derived {
    let mut derivation = Derivation { rule: limit, calendar, steps: derived.steps.clone(), due_on: derived.due_on };
    let due_on = calendar.add_working_days(derived.due_on, working_days);
    derivation.step(StepKind::Extension, due_on, working_days, "extension", &limit.law);
    let due_at = calendar.closing_at(due_on);
    Derived { clocks: derived.clocks.clone(), ..derivation.end(due_at) }
}

struct Derivation<'a> {
    rule: &'a ClockRule,
    calendar: &'a Calendar,
    steps: Vec<DeadlineStep>,
    due_on: NaiveDate,
}

impl Derivation<'_> {
    fn step(&mut self, kind: StepKind, to: NaiveDate, amount: u32, rule: &str, law: &Law) -> &mut DeadlineStep {
        let from = std::mem::replace(&mut self.due_on, to);
        let counts_working_days = !matches!(kind, StepKind::Hours | StepKind::CalendarDays | StepKind::CalendarMonths);
        let (earlier, later) = (from.min(to), from.max(to));
        self.steps.push(DeadlineStep {
            kind,
            rule: rule.to_owned(),
            law: law.clone(),
            from,
            to,
            amount,
            calendar: self.calendar.version().clone(),
            covered: !counts_working_days || (self.calendar.covers(earlier) && self.calendar.covers(later)),
            days_skipped: if counts_working_days { self.calendar.days_off_between(earlier, later) } else { Vec::new() },
            pause: None,
        });
        let last = self.steps.len() - 1;
        &mut self.steps[last]
    }

    fn register(&mut self, on: NaiveDate) {
        let kind = if on == self.due_on { StepKind::RegisteredSameDay } else { StepKind::RegisteredNextWorkingDay };
        let law = self.rule.registration_law.clone();
        self.step(kind, on, 0, "registration", &law);
    }

    fn pause(&mut self, pauses: &[Pause]) {
        if !self.rule.pausable {
            return;
        }
        for pause in pauses {
            let Some(answered_at) = pause.to else { continue };
            // What is answered after hours is there on the next working day, as what is filed then.
            let (asked_on, answered_on) = (self.calendar.day_of(pause.from), self.calendar.registration_date(answered_at));
            let stood = self.calendar.working_days_between(asked_on, answered_on);
            if stood > 0 && asked_on <= self.due_on {
                let (id, law) = (self.rule.id.clone(), self.rule.law.clone());
                let to = self.calendar.add_working_days(self.due_on, stood);
                self.step(StepKind::Pause, to, stood, &id, &law).pause = Some(*pause);
            }
        }
    }

    fn leave_day_off(&mut self) {
        if self.calendar.is_working_day(self.due_on) {
            return;
        }
        let to = match self.rule.on_day_off {
            OnDayOff::Stays => return,
            OnDayOff::NextWorkingDay => self.calendar.next_working_day(self.due_on),
            OnDayOff::PreviousWorkingDay => self.calendar.previous_working_day(self.due_on),
        };
        let (id, law) = (self.rule.id.clone(), self.rule.law.clone());
        self.step(StepKind::MovedFromDayOff, to, 0, &id, &law);
    }

    fn closing(&self) -> DateTime<Utc> {
        match self.rule.closes {
            Closes::WithWorkingHours => self.calendar.closing_at(self.due_on),
            Closes::EndOfDay => self.calendar.end_of_day(self.due_on),
        }
    }

    fn end(self, due_at: DateTime<Utc>) -> Derived {
        Derived { due_at, due_on: self.due_on, clocks: self.rule.version.clone(), steps: self.steps }
    }
}

impl DeadlineStep {
    /// The message that words the step.
    #[must_use]
    pub fn text_key(&self) -> &'static str {
        match self.kind {
            StepKind::RegisteredSameDay => "step-registered-same-day",
            StepKind::RegisteredNextWorkingDay => "step-registered-next-working-day",
            StepKind::Hours => "step-hours",
            StepKind::WorkingDays => "step-working-days",
            StepKind::CalendarDays => "step-calendar-days",
            StepKind::CalendarMonths => "step-calendar-months",
            StepKind::Pause => "step-pause",
            StepKind::Extension => "step-extension",
            StepKind::MovedFromDayOff => "step-moved-from-day-off",
        }
    }

    /// The facts that the message speaks of.
    #[must_use]
    pub fn facts(&self, locale: Locale) -> Vec<Fact<'static>> {
        vec![
            ("n", self.amount.into()),
            ("from", written(self.from).into()),
            ("to", written(self.to).into()),
            ("article", self.law.text(locale).into()),
        ]
    }

    /// The step in one language: what was done, which holidays were left out, and whether the calendar knows these days.
    #[must_use]
    pub fn text(&self, locale: Locale) -> String {
        let mut text = words().text(locale, self.text_key(), &self.facts(locale));
        let mut also = |key: &str, facts: &[Fact<'_>]| {
            text.push(' ');
            text.push_str(&words().text(locale, key, facts));
        };
        let mut named: Vec<(&str, Vec<String>)> = Vec::new();
        for day in &self.days_skipped {
            let Some(name) = day.name.as_ref().map(|name| name.get(locale)) else { continue };
            match named.last_mut().filter(|(last, _)| *last == name) {
                Some((_, dates)) => dates.push(written(day.date)),
                None => named.push((name, vec![written(day.date)])),
            }
        }
        if !named.is_empty() {
            let days = named.iter().map(|(name, dates)| format!("{name} ({})", dates.join(", "))).collect::<Vec<_>>().join("; ");
            also("step-holidays", &[("days", days.into())]);
        }
        if !self.covered {
            also("step-not-covered", &[("calendar", self.calendar.to_string().into())]);
        }
        text
    }
}

/// A day as it is written in all three languages.
fn written(day: NaiveDate) -> String {
    day.format("%d.%m.%Y").to_string()
}
