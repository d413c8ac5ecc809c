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
    /// Every version that is published from now on, each once, in the order of publishing.
    async fn dataset_published(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this dataset; by default of all.")] slug: Option<String>,
    ) -> Result<impl Stream<Item = DatasetVersion> + use<>> {
        let store = ctx.data_unchecked::<Store>().clone();
        // Listening begins before the position is read: a commit between the two wakes the listener once for nothing.
        let committed = store.database.writer.committed();
        let position = journal::latest_position(&store.database.reader).await.or_fault(ctx)?;
        Ok(listen(Listener { store, position, slug }, committed))
    }
}

/// Where a listener is in the journal.
struct Listener {
    store: Store,
    position: i64,
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
            let events = journal::stream_after(&self.store.database.reader, "dataset", self.position, EVENTS_MAX).await?;
            let Some(last) = events.last() else { break };
            self.position = last.position;
            let versions: Vec<DatasetVersionId> = events.iter().filter_map(|event| self.wanted(event)).collect();
            let mut found = self.store.versions_by_id(&versions).await?;
            let datasets: Vec<_> = found.values().map(|version| version.dataset).collect();
            let datasets = self.store.datasets_by_id(&datasets).await?;
            for version in versions.iter().filter_map(|id| found.remove(id)) {
                if let Some(dataset) = datasets.get(&version.dataset) {
                    heard.push(DatasetVersion { version, dataset: dataset.clone() });
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
