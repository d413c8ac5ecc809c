//! Questions that are the same and under way at the same time fly together: one call, its outcome for all.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};

/// A call under way; it ends when nobody waits for it any more.
pub type Flight<T> = Shared<BoxFuture<'static, Arc<T>>>;

type Board<K, T> = Mutex<HashMap<K, WeakShared<BoxFuture<'static, Arc<T>>>>>;

/// The calls under way, by what makes two of them the same.
pub struct Flights<K, T>(Arc<Board<K, T>>);

impl<K, T> Default for Flights<K, T> {
    fn default() -> Flights<K, T> {
        Flights(Arc::default())
    }
}

impl<K: Clone + Eq + Hash + Send + 'static, T: Send + Sync + 'static> Flights<K, T> {
    /// The call that is the same, if there is one.
    pub fn find(&self, key: &K) -> Option<Flight<T>> {
        lock(&self.0).get(key).and_then(WeakShared::upgrade)
    }

    /// Joins the call that is the same, or makes it.
    pub fn join(&self, key: K, call: impl Future<Output = T> + Send + 'static) -> Flight<T> {
        let mut flights = lock(&self.0);
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

    /// Has whoever asks from now on join nothing that began before: something was changed, and an older answer would not show it.
    pub fn close(&self) {
        lock(&self.0).clear();
    }
}

fn lock<K, T>(board: &Board<K, T>) -> MutexGuard<'_, HashMap<K, WeakShared<BoxFuture<'static, Arc<T>>>>> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a flight off the board when it ends. After [`Flights::close`] it may take a younger one, which then is joined by nobody more.
struct Landing<K: Eq + Hash, T: Send + Sync + 'static> {
    flights: Weak<Board<K, T>>,
    key: K,
}

impl<K: Eq + Hash, T: Send + Sync + 'static> Drop for Landing<K, T> {
    fn drop(&mut self) {
        if let Some(flights) = self.flights.upgrade() {
            drop(lock(&flights).remove(&self.key));
        }
    }
}
