//! Why this date and why this desk: derivations that anybody can repeat.

use async_graphql::{Context, Enum, Object, SimpleObject};
use engine::{CaseState, Derived};
use kernel::{Error, PartyId};
use vocabulary::{Date, DateTime, Locale, list_size};

use super::neighbours::Party;
use crate::{entity::feedback::Model, routing::Routing};

/// When an answer is due, and how that date came to be.
pub(crate) struct Deadline {
    pub(crate) derived: Derived,
    pub(crate) original_due_on: chrono::NaiveDate,
    pub(crate) overdue: bool,
}

impl Deadline {
    pub(crate) fn of(row: &Model, now: chrono::DateTime<chrono::Utc>) -> kernel::Result<Deadline> {
        let derived: Derived = serde_json::from_value(row.deadline.clone()).map_err(Error::internal)?;
        let state: CaseState = row.state()?;
        let overdue = if row.ended { state.is("overdue") } else { derived.due_at < now && !state.is_paused() };
        Ok(Deadline { derived, original_due_on: row.original_due_on, overdue })
    }
}

/// When an answer is due, and how that date came to be.
#[Object(tag = "public")]
impl Deadline {
    /// The instant.
    async fn due_at(&self) -> DateTime {
        DateTime(self.derived.due_at)
    }

    /// The day.
    async fn due_on(&self) -> Date {
        Date(self.derived.due_on)
    }

    /// The day that was promised first, before pauses and extensions.
    async fn original_due_on(&self) -> Date {
        Date(self.original_due_on)
    }

    /// Whether it has passed without an answer.
    async fn overdue(&self) -> bool {
        self.overdue
    }

    /// The version of the terms, e.g. `clocks.v1`.
    async fn clocks_version(&self) -> String {
        self.derived.clocks.to_string()
    }

    /// How it came to be, step by step; anybody can repeat it.
    #[graphql(directive = list_size::apply(10))]
    async fn steps(&self) -> Vec<DeadlineStep> {
        self.derived.steps.iter().cloned().map(DeadlineStep).collect()
    }
}

/// One step of a derivation.
pub(crate) struct DeadlineStep(pub(crate) engine::DeadlineStep);

/// One step of a derivation.
#[Object(tag = "public")]
impl DeadlineStep {
    /// The rule, e.g. `appeal-complaint`.
    async fn rule(&self) -> &str {
        &self.0.rule
    }

    /// Where the rule is written.
    async fn article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> String {
        self.0.law.text(vocabulary::locale(ctx, locale))
    }

    /// How sure the city is of the rule.
    async fn confidence(&self) -> Confidence {
        match self.0.law.status {
            engine::Status::Confirmed => Confidence::Confirmed,
            engine::Status::Likely => Confidence::Likely,
            engine::Status::Unverified => Confidence::Unverified,
        }
    }

    /// The day before the step.
    async fn from(&self) -> Date {
        Date(self.0.from)
    }

    /// The day after the step.
    async fn to(&self) -> Date {
        Date(self.0.to)
    }

    /// The version of the calendar, e.g. `kz.v1`.
    async fn calendar_version(&self) -> String {
        self.0.calendar.to_string()
    }

    /// The days off that were left out.
    #[graphql(directive = list_size::apply(20))]
    async fn days_skipped(&self) -> Vec<Date> {
        self.0.days_skipped.iter().map(|day| Date(day.date)).collect()
    }

    /// Whether the clock stood still in this step, because the reporter was asked.
    async fn pause(&self) -> bool {
        self.0.pause.is_some()
    }

    /// In words.
    async fn text(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> String {
        self.0.text(vocabulary::locale(ctx, locale))
    }
}

/// How sure the city is that a rule of its own files is the law.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(name = "RuleConfidence")]
pub(crate) enum Confidence {
    /// Read in a source.
    Confirmed,
    /// Well known, or from one indirect source.
    Likely,
    /// Not checked.
    Unverified,
}

/// Why a report went to its party: the row of the decision table that fired, and the facts that mattered.
pub(crate) struct RoutingExplanation(pub(crate) Routing);

/// Why a report went to its party: the row of the decision table that fired, and the facts that mattered.
#[Object(tag = "public")]
impl RoutingExplanation {
    /// The party that the table named.
    async fn party(&self) -> Option<Party> {
        Some(Party::of(PartyId::of_slug(&self.0.decision.party)))
    }

    /// The row.
    async fn rule(&self) -> &str {
        &self.0.decision.row
    }

    /// The version of the table.
    async fn rule_version(&self) -> i32 {
        i32::try_from(self.0.decision.table.version).unwrap_or(i32::MAX)
    }

    /// The facts that mattered: with these alone the decision is the same, and without any one of them it is another.
    #[graphql(directive = list_size::apply(5))]
    async fn facts(&self) -> Vec<Fact> {
        self.0.decision.facts.iter().map(|fact| Fact { name: fact.name.clone(), value: fact.value.text().to_owned() }).collect()
    }

    /// Who answers jointly with that party, where several rows of the table count.
    #[graphql(directive = list_size::apply(5))]
    async fn jointly(&self) -> Vec<Party> {
        self.0.decision.jointly.iter().map(|joint| Party::of(PartyId::of_slug(&joint.party))).collect()
    }

    /// In words.
    async fn text(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> String {
        self.0.text(vocabulary::locale(ctx, locale))
    }
}

/// A fact that a rule asked for.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct Fact {
    /// Its name in the table, e.g. `district`.
    name: String,
    /// Its value, e.g. `turkistan-city`.
    value: String,
}
