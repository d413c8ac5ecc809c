//! A case as it was after any of its events, derived again from the journal.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use engine::{CaseState, Process, Recorded, Versions, replay};
use kernel::Error;
use tokio::sync::OnceCell;
use vocabulary::{Nullable, OrFault, OrNull, list_size, request};

use super::{
    case::Clock,
    enums::PublicStatus,
    loaders::{HistoryOf, reports},
    reasons::Deadline,
};
use crate::{desk::Desk, entity::feedback::Model, histories::history};

/// The states that a case has been in, derived when the first of them is asked for.
pub(crate) struct Past {
    row: Arc<Model>,
    states: OnceCell<Vec<(Recorded, CaseState)>>,
}

impl Past {
    pub(crate) fn of(row: &Arc<Model>) -> Arc<Past> {
        Arc::new(Past { row: Arc::clone(row), states: OnceCell::new() })
    }

    /// The state after an event; none when the event left the process as it was, or was recorded before its cause was.
    pub(crate) async fn after(&self, ctx: &Context<'_>, number: i32) -> Nullable<PastState> {
        let states = self.states.get_or_try_init(|| self.derive(ctx)).await;
        let found = states.map(|states| states.iter().find(|(event, _)| event.number == number));
        found.map(|found| found.map(|(event, state)| PastState { versions: event.versions.clone(), state: state.clone() })).or_null(ctx)
    }

    async fn derive(&self, ctx: &Context<'_>) -> Result<Vec<(Recorded, CaseState)>, Arc<Error>> {
        let events = reports(ctx).load_one(HistoryOf(self.row.id)).await?;
        let events = events.unwrap_or_default().iter().cloned().collect();
        let history = history(self.row.reference.clone(), events, &self.row.state()?)?;
        let states = replay(&ctx.data_unchecked::<Desk>().library(), &history)?.states;
        Ok(history.events.into_iter().zip(states.into_iter().map(|(_, state)| state)).collect())
    }
}

/// The state of a case after one of its events.
pub(crate) struct PastState {
    versions: Versions,
    state: CaseState,
}

impl PastState {
    fn process(&self, ctx: &Context<'_>) -> Result<Process> {
        ctx.data_unchecked::<Desk>().library().process(&self.versions).or_fault(ctx)
    }
}

/// A case as it was after one of its events, derived again from the journal by the versions of that time.
#[Object(requires_scopes = "auditor")]
impl PastState {
    /// The state in the process, e.g. `accepted`.
    async fn state(&self) -> &str {
        &self.state.name
    }

    /// What the public and the reporter saw.
    async fn status(&self, ctx: &Context<'_>) -> Result<PublicStatus> {
        Ok(self.process(ctx)?.public_status(&self.state).or_fault(ctx)?.into())
    }

    /// What is marked on the case, e.g. `extended` or `overdue`.
    #[graphql(directive = list_size::apply(5))]
    async fn flags(&self) -> Vec<&str> {
        self.state.flags.iter().map(String::as_str).collect()
    }

    /// When the answer was due, as far as it was known then.
    async fn deadline(&self, ctx: &Context<'_>) -> Result<Deadline> {
        let process = self.process(ctx)?;
        let derived = process.deadline(&self.state).or_fault(ctx)?;
        let original_due_on = process.original_deadline(&self.state).or_fault(ctx)?.due_on;
        Ok(Deadline { derived, original_due_on, overdue: self.state.is("overdue") })
    }

    /// The clocks that ran, and what was promised beside, the next one first.
    #[graphql(directive = list_size::apply(5))]
    async fn clocks(&self, ctx: &Context<'_>) -> Result<Vec<Clock>> {
        Clock::all(&self.process(ctx)?, &self.state, request(ctx).now).or_fault(ctx)
    }
}
