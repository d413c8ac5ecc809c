//! Queries that are the same and under way at the same time fly together: one call, its outcome for all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};

use crate::along::Headers;

/// What makes two calls the same: the body, and the client's headers that go with it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) body: hyper::body::Bytes,
    pub(crate) headers: Headers,
}

/// A call under way; it ends when nobody waits for it any more.
pub(crate) type Flight<T> = Shared<BoxFuture<'static, Arc<T>>>;

type Board<T> = Mutex<HashMap<Key, WeakShared<BoxFuture<'static, Arc<T>>>>>;

/// The calls under way.
pub(crate) struct Flights<T>(Arc<Board<T>>);

impl<T: Send + Sync + 'static> Flights<T> {
    pub(crate) fn new() -> Flights<T> {
        Flights(Arc::default())
    }

    /// Joins the call that is the same, or makes it.
    pub(crate) fn join(&self, key: Key, call: impl Future<Output = T> + Send + 'static) -> Flight<T> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&key).and_then(WeakShared::upgrade) {
            return flight;
        }
        let landing = Landing { flights: Arc::downgrade(&self.0), key: key.clone() };
        let flight = async move {
            // Dropped with the future too, when all who waited went away.
            let _landing = landing;
            Arc::new(call.await)
        };
        let flight = flight.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            flights.insert(key, weak);
        }
        flight
    }
}

/// Takes a flight off the board when it ends.
struct Landing<T: Send + Sync + 'static> {
    flights: Weak<Board<T>>,
    key: Key,
}

impl<T: Send + Sync + 'static> Drop for Landing<T> {
    fn drop(&mut self) {
        if let Some(flights) = self.flights.upgrade() {
            drop(flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key));
        }
    }
}
