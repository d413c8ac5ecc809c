//! What a listener hears.

use async_graphql::{Context, Result, Subscription as GraphqlSubscription};
use futures_util::Stream;
use journal::{Event, Source, listen};
use kernel::DatasetVersionId;
use serde::Deserialize;
use uuid::Uuid;
use vocabulary::OrFault;

use super::types::DatasetVersion;
use crate::store::Store;

/// How many events are read at once.
const EVENTS_MAX: u64 = 100;

pub(crate) struct Subscription;

#[GraphqlSubscription(name = "Subscription")]
impl Subscription {
    // async-graphql takes no rule on a field of a subscription: the rule of what is heard stands on its type.
    /// Every version that is published, each once, in the order of publishing: from now on, or after a cursor.
    async fn dataset_published(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this dataset; by default of all.")] slug: Option<String>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Result<impl Stream<Item = DatasetVersion> + use<>> {
        let store = ctx.data_unchecked::<Store>().clone();
        let committed = store.database.writer.committed();
        let after = journal::position_after(&store.database, after).await.or_fault(ctx)?;
        Ok(listen(Listener { store, after, slug }, committed))
    }
}

/// Where a listener is in the journal.
struct Listener {
    store: Store,
    after: i64,
    slug: Option<String>,
}

#[derive(Deserialize)]
struct Published {
    slug: String,
    version: Uuid,
}

impl Source for Listener {
    type Item = DatasetVersion;

    async fn next(&mut self) -> kernel::Result<Vec<DatasetVersion>> {
        let mut heard = Vec::new();
        while heard.is_empty() {
            let events = journal::stream_after(&self.store.database.reader, "dataset", self.after, EVENTS_MAX).await?;
            let Some(last) = events.last().map(|last| last.position) else { break };
            let wanted: Vec<_> = events.iter().filter_map(|logged| Some((logged, self.wanted(&logged.event)?))).collect();
            let ids: Vec<DatasetVersionId> = wanted.iter().map(|(_, id)| *id).collect();
            let mut found = self.store.versions_by_id(&ids).await?;
            let datasets: Vec<_> = found.values().map(|version| version.dataset).collect();
            let datasets = self.store.datasets_by_id(&datasets).await?;
            self.after = last;
            for (logged, id) in wanted {
                let Some(version) = found.remove(&id) else { continue };
                if let Some(dataset) = datasets.get(&version.dataset) {
                    heard.push(DatasetVersion { version, dataset: dataset.clone(), cursor: Some(logged.cursor()?) });
                }
            }
        }
        Ok(heard)
    }
}

impl Listener {
    fn wanted(&self, event: &Event) -> Option<DatasetVersionId> {
        if event.kind != "version_published" {
            return None;
        }
        let published = Published::deserialize(&event.payload).ok()?;
        let wanted = self.slug.as_ref().is_none_or(|slug| *slug == published.slug);
        wanted.then(|| DatasetVersionId::from_uuid(published.version))
    }
}
