//! What a listener hears.

use std::collections::VecDeque;

use async_graphql::{Context, Result, Subscription as GraphqlSubscription};
use futures_util::{Stream, stream};
use journal::{Committed, Event};
use kernel::ObservationId;
use serde::Deserialize;
use vocabulary::OrFault;

use super::observation::KpiObservation;
use crate::store::Store;

/// How many events are read at once.
const EVENTS_MAX: u64 = 100;

pub(crate) struct Subscription;

#[GraphqlSubscription(name = "Subscription")]
impl Subscription {
    // async-graphql takes no rule on a field of a subscription: the rule of what is heard stands on its type.
    /// Every value that is recorded or restated from now on, each once, in order.
    async fn kpi_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this indicator; by default of all.")] code: Option<String>,
    ) -> Result<impl Stream<Item = KpiObservation> + use<>> {
        let store = ctx.data_unchecked::<Store>().clone();
        // Listening begins before the position is read: a commit between the two wakes the listener once for nothing.
        let committed = store.database.writer.committed();
        let position = journal::latest_position(&store.database.reader).await.or_fault(ctx)?;
        Ok(stream::unfold(Listener { store, committed, position, code, heard: VecDeque::new() }, Listener::next))
    }
}

/// Where a listener is in the journal.
struct Listener {
    store: Store,
    committed: Committed,
    position: i64,
    code: Option<String>,
    heard: VecDeque<KpiObservation>,
}

#[derive(Deserialize)]
struct Recorded {
    code: String,
    observation: ObservationId,
}

impl Listener {
    /// Waits for the next value. The stream ends when the house stops, or when the journal cannot be read: a client that wants to go on
    /// subscribes again.
    async fn next(mut self) -> Option<(KpiObservation, Listener)> {
        loop {
            if let Some(observation) = self.heard.pop_front() {
                return Some((observation, self));
            }
            match self.read().await {
                Ok(0) => self.committed.changed().await.ok()?,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(?error, "a listener cannot read the journal");
                    return None;
                }
            }
        }
    }

    /// Reads on in the journal, and tells how many events there were.
    async fn read(&mut self) -> kernel::Result<usize> {
        let events = journal::stream_after(&self.store.database.reader, "kpi", self.position, EVENTS_MAX).await?;
        let wanted: Vec<ObservationId> = events.iter().filter_map(|event| self.wanted(event)).collect();
        let mut found = self.store.observations_by_id(&wanted).await?;
        self.heard.extend(wanted.iter().filter_map(|id| found.remove(id)).map(KpiObservation));
        if let Some(last) = events.last() {
            self.position = last.position;
        }
        Ok(events.len())
    }

    fn wanted(&self, event: &Event) -> Option<ObservationId> {
        if event.kind != "observation_recorded" {
            return None;
        }
        let recorded = Recorded::deserialize(&event.payload).ok()?;
        let wanted = self.code.as_ref().is_none_or(|code| *code == recorded.code);
        wanted.then_some(recorded.observation)
    }
}
