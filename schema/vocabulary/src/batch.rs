//! Data loaders: whatever one call asks for at once makes one statement.

use async_graphql::dataloader::{DataLoader, HashMapCache};

/// A data loader that lives as long as one call, so that its cache never serves another actor.
pub type Batched<L> = DataLoader<L, HashMapCache>;

/// Starts a data loader. Its `Error` is `Arc<kernel::Error>`, which [`crate::OrFault`] understands.
pub fn batched<L: Send + Sync + 'static>(loader: L) -> Batched<L> {
    DataLoader::with_cache(loader, tokio::spawn, HashMapCache::default())
}
