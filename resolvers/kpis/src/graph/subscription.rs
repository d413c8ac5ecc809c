//! What a listener hears.

use async_graphql::{Context, Result, Subscription as GraphqlSubscription};
use futures_util::Stream;
use journal::{Event, Source, listen};
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
    /// Every value that is recorded or restated, each once, in order: from now on, or after a cursor.
    async fn kpi_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this indicator; by default of all.")] code: Option<String>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Result<impl Stream<Item = KpiObservation> + use<>> {
        let store = ctx.data_unchecked::<Store>().clone();
        let committed = store.database.writer.committed();
        let after = journal::position_after(&store.database, after).await.or_fault(ctx)?;
        Ok(listen(Listener { store, after, code }, committed))
    }
}

/// Where a listener is in the journal.
struct Listener {
    store: Store,
    after: i64,
    code: Option<String>,
}

#[derive(Deserialize)]
struct Recorded {
    code: String,
    observation: ObservationId,
}

impl Source for Listener {
    type Item = KpiObservation;

    async fn next(&mut self) -> kernel::Result<Vec<KpiObservation>> {
        let mut heard = Vec::new();
        while heard.is_empty() {
            let events = journal::stream_after(&self.store.database.reader, "kpi", self.after, EVENTS_MAX).await?;
            let Some(last) = events.last().map(|last| last.position) else { break };
            let wanted: Vec<_> = events.iter().filter_map(|logged| Some((logged, self.wanted(&logged.event)?))).collect();
            let ids: Vec<ObservationId> = wanted.iter().map(|(_, id)| *id).collect();
            let mut found = self.store.observations_by_id(&ids).await?;
            self.after = last;
            for (logged, id) in wanted {
                if let Some(observation) = found.remove(&id) {
                    heard.push(KpiObservation { observation, cursor: Some(logged.cursor()?) });
                }
            }
        }
        Ok(heard)
    }
}

impl Listener {
    fn wanted(&self, event: &Event) -> Option<ObservationId> {
        if event.kind != "observation_recorded" {
            return None;
        }
        let recorded = Recorded::deserialize(&event.payload).ok()?;
        let wanted = self.code.as_ref().is_none_or(|code| *code == recorded.code);
        wanted.then_some(recorded.observation)
    }
}
