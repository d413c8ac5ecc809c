//! What a listener hears.

use std::collections::VecDeque;

use async_graphql::{Context, Result, Subscription as GraphqlSubscription};
use futures_util::{Stream, stream};
use journal::{Committed, Event};
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
        Ok(stream::unfold(Listener { store, committed, position, slug, heard: VecDeque::new() }, Listener::next))
    }
}

/// Where a listener is in the journal.
struct Listener {
    store: Store,
    committed: Committed,
    position: i64,
    slug: Option<String>,
    heard: VecDeque<DatasetVersion>,
}

#[derive(Deserialize)]
struct Published {
    slug: String,
    version: Uuid,
}

impl Listener {
    /// Waits for the next version. The stream ends when the house stops, or when the journal cannot be read: a client that wants to go on
    /// subscribes again.
    async fn next(mut self) -> Option<(DatasetVersion, Listener)> {
        loop {
            if let Some(version) = self.heard.pop_front() {
                return Some((version, self));
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
        let events = journal::stream_after(&self.store.database.reader, "dataset", self.position, EVENTS_MAX).await?;
        let versions: Vec<DatasetVersionId> = events.iter().filter_map(|event| self.wanted(event)).collect();
        let mut found = self.store.versions_by_id(&versions).await?;
        let datasets: Vec<_> = found.values().map(|version| version.dataset).collect();
        let datasets = self.store.datasets_by_id(&datasets).await?;
        for version in versions.iter().filter_map(|id| found.remove(id)) {
            if let Some(dataset) = datasets.get(&version.dataset) {
                self.heard.push_back(DatasetVersion { version, dataset: dataset.clone() });
            }
        }
        if let Some(last) = events.last() {
            self.position = last.position;
        }
        Ok(events.len())
    }

    fn wanted(&self, event: &Event) -> Option<DatasetVersionId> {
        if event.kind != "version_published" {
            return None;
        }
        let published = Published::deserialize(&event.payload).ok()?;
        let wanted = self.slug.as_ref().is_none_or(|slug| *slug == published.slug);
        wanted.then(|| DatasetVersionId::from_uuid(published.version))
    }
}
