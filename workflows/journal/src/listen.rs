//! Listening to the journal: read on after each commit, so that whoever resumes with a cursor misses nothing.

use std::{collections::VecDeque, time::Duration};

use futures_util::{Stream, stream};

use kernel::Code;

use crate::Committed;

/// How long to wait for a commit of this process before looking for those of others.
const POLL: Duration = Duration::from_secs(2);

/// How long to wait for a database that is away.
const ABSENCE: Duration = Duration::from_secs(1);

/// Something whose new events can be read in order.
pub trait Source: Send + 'static {
    /// What a listener hears.
    type Item: Send;

    /// What is new since the last reading; empty only when there is nothing more to read. A reading that failed has read nothing: the
    /// next one begins where it did.
    ///
    /// # Errors
    /// When the database fails.
    fn next(&mut self) -> impl Future<Output = kernel::Result<Vec<Self::Item>>> + Send;
}

/// Reads a source now and after each commit. A database that is away is waited for. It ends when the house stops, or when it fails: the
/// client then resumes with its cursor.
pub fn listen<S: Source>(source: S, committed: Committed) -> impl Stream<Item = S::Item> {
    stream::unfold((source, committed, VecDeque::new()), |(mut source, mut committed, mut waiting)| async move {
        loop {
            if let Some(item) = waiting.pop_front() {
                return Some((item, (source, committed, waiting)));
            }
            // Before the reading, so that a commit during it is not slept through.
            committed.mark_unchanged();
            match source.next().await {
                Ok(items) => waiting.extend(items),
                Err(error) if error.code() == Code::SubgraphUnavailable => {
                    tracing::warn!(?error, "a subscription waits for the database");
                    tokio::time::sleep(ABSENCE).await;
                    continue;
                }
                Err(error) => {
                    tracing::error!(?error, "a subscription cannot read the journal");
                    return None;
                }
            }
            if waiting.is_empty() && matches!(tokio::time::timeout(POLL, committed.changed()).await, Ok(Err(_))) {
                return None;
            }
        }
    })
}
