//! Data loaders: whatever one call asks for at once makes one statement.
//!
//! async-graphql's own loader collects keys for a millisecond, by a timer. That costs a millisecond on each level of a query, and on a busy
//! machine it cuts one list into several statements. All resolvers of one call run in one task, so there is no need to guess: a batch is
//! closed when the task was polled through once and nobody added a key.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    future::Future,
    hash::Hash,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use async_graphql::dataloader::Loader;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, try_join_all},
};

/// The most keys in one statement: SQLite takes 32,766 variables.
const KEYS_MAX: usize = 1000;

/// A data loader that lives as long as one call, so that what it has read never serves another actor.
pub struct Batched<L> {
    loader: Arc<L>,
    /// What is known of the keys of each type, as `Known<K, V, E>`.
    known: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
}

/// Starts a data loader. Its `Error` is `Arc<kernel::Error>`, which [`crate::OrFault`] and [`crate::OrNull`] understand.
pub fn batched<L: Send + Sync + 'static>(loader: L) -> Batched<L> {
    Batched { loader: Arc::new(loader), known: Mutex::default() }
}

/// A batch on its way. Everyone who waits holds it, and whoever is still there drives it on.
type Outcome<K, V, E> = Shared<BoxFuture<'static, Result<Arc<HashMap<K, V>>, E>>>;
type Keys<K> = Arc<Mutex<Option<HashSet<K>>>>;

struct Known<K, V, E> {
    /// The batch that each key went with.
    batch_of: HashMap<K, Outcome<K, V, E>>,
    /// The batch that still takes keys; its keys are gone once it is closed.
    open: Option<(Keys<K>, Outcome<K, V, E>)>,
}

impl<L> Batched<L> {
    /// One thing by its key; `None` when there is none.
    ///
    /// # Errors
    /// What the loader failed with.
    pub async fn load_one<K>(&self, key: K) -> Result<Option<L::Value>, L::Error>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        L: Loader<K, Error: Sync>,
    {
        let batch = self.join(&key);
        Ok(batch.await?.get(&key).cloned())
    }

    /// Many things by their keys; those that there are.
    ///
    /// # Errors
    /// What the loader failed with.
    pub async fn load_many<K>(&self, keys: impl IntoIterator<Item = K>) -> Result<HashMap<K, L::Value>, L::Error>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        L: Loader<K, Error: Sync>,
    {
        let keys: Vec<K> = keys.into_iter().collect();
        let batches: Vec<_> = keys.iter().map(|key| self.join(key)).collect();
        let found = try_join_all(batches).await?;
        Ok(keys.into_iter().zip(found).filter_map(|(key, batch)| batch.get(&key).cloned().map(|value| (key, value))).collect())
    }

    /// Puts the key into the open batch, or finds the batch that it went with before.
    fn join<K>(&self, key: &K) -> Outcome<K, L::Value, L::Error>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        L: Loader<K, Error: Sync>,
    {
        let mut known = lock(&self.known);
        let empty = || -> Box<dyn Any + Send> { Box::new(Known::<K, L::Value, L::Error> { batch_of: HashMap::new(), open: None }) };
        let known = known.entry(TypeId::of::<K>()).or_insert_with(empty);
        let Some(known) = known.downcast_mut::<Known<K, L::Value, L::Error>>() else {
            unreachable!("the entry of a key type holds its own kind")
        };
        if let Some(batch) = known.batch_of.get(key) {
            return batch.clone();
        }
        let taken = known.open.as_ref().filter(|(keys, _)| lock(keys).as_mut().map(|keys| keys.insert(key.clone())).is_some());
        let batch = match taken {
            Some((_, batch)) => batch.clone(),
            None => {
                let keys: Keys<K> = Arc::new(Mutex::new(Some(HashSet::from([key.clone()]))));
                let batch = run(Arc::clone(&self.loader), Arc::clone(&keys)).boxed().shared();
                known.open = Some((keys, batch.clone()));
                batch
            }
        };
        known.batch_of.insert(key.clone(), batch.clone());
        batch
    }
}

/// Waits until nobody adds a key, closes the batch, and loads it.
async fn run<K, L>(loader: Arc<L>, keys: Keys<K>) -> Result<Arc<HashMap<K, L::Value>>, L::Error>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    L: Loader<K>,
{
    let count = |keys: &Keys<K>| lock(keys).as_ref().map_or(0, HashSet::len);
    let mut before = 0;
    while count(&keys) > before {
        before = count(&keys);
        Yield(false).await;
    }
    let keys: Vec<K> = lock(&keys).take().unwrap_or_default().into_iter().collect();
    let mut found = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(KEYS_MAX) {
        found.extend(loader.load(chunk).await?);
    }
    Ok(Arc::new(found))
}

/// Lets everything else in the task go on once.
struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::future::{join_all, poll_immediate};

    use super::*;

    /// Knows the squares of even numbers, and what it was asked for.
    #[derive(Default)]
    struct Squares(Mutex<Vec<Vec<u32>>>);

    impl Loader<u32> for Squares {
        type Value = u32;
        type Error = Arc<str>;

        async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, u32>, Arc<str>> {
            let mut keys = keys.to_vec();
            keys.sort_unstable();
            self.0.lock().unwrap().push(keys.clone());
            if keys.contains(&1_000_013) {
                return Err("unlucky".into());
            }
            // A database answers later.
            Yield(false).await;
            Ok(keys.into_iter().filter(|key| key % 2 == 0).map(|key| (key, key * key)).collect())
        }
    }

    fn asked(squares: &Batched<Squares>) -> Vec<Vec<u32>> {
        squares.loader.0.lock().unwrap().clone()
    }

    #[tokio::test]
    async fn what_is_asked_at_once_is_loaded_at_once() {
        for count in [1, 3, 100, 700] {
            let squares = batched(Squares::default());
            let found = join_all((0..count).map(|key| squares.load_one(key))).await;
            assert_eq!(found[0], Ok(Some(0)));
            assert!(found.iter().skip(1).step_by(2).all(|one| *one == Ok(None)));
            assert_eq!(asked(&squares), [(0..count).collect::<Vec<_>>()], "{count}");
        }
    }

    #[tokio::test]
    async fn a_batch_waits_for_those_who_come_a_step_later() {
        let squares = batched(Squares::default());
        let late = async {
            Yield(false).await;
            squares.load_one(4).await
        };
        assert_eq!(futures_util::join!(squares.load_one(2), late), (Ok(Some(4)), Ok(Some(16))));
        assert!(asked(&squares).len() <= 2);
    }

    #[tokio::test]
    async fn what_was_loaded_is_not_asked_for_again() {
        let squares = batched(Squares::default());
        assert_eq!(squares.load_many([2, 3, 2]).await, Ok(HashMap::from([(2, 4)])));
        assert_eq!((squares.load_one(2).await, squares.load_one(3).await), (Ok(Some(4)), Ok(None)));
        assert_eq!(squares.load_many([2, 4]).await, Ok(HashMap::from([(2, 4), (4, 16)])));
        assert_eq!(asked(&squares), [vec![2, 3], vec![4]]);
    }

    #[tokio::test]
    async fn everyone_who_waits_learns_of_the_failure() {
        let squares = batched(Squares::default());
        let found = join_all([2, 1_000_013].map(|key| squares.load_one(key))).await;
        assert_eq!(found, [Err("unlucky".into()), Err("unlucky".into())]);
        assert_eq!(squares.load_one(4).await, Ok(Some(16)));
    }

    #[tokio::test]
    async fn a_batch_goes_on_when_the_first_who_waited_is_gone() {
        let squares = batched(Squares::default());
        assert_eq!(poll_immediate(squares.load_one(2)).await, None);
        assert_eq!(squares.load_one(4).await, Ok(Some(16)));
    }

    #[tokio::test]
    async fn a_large_batch_is_loaded_in_chunks() {
        let squares = batched(Squares::default());
        let keys = u32::try_from(KEYS_MAX).unwrap() + 1;
        assert_eq!(squares.load_many((100..100 + keys).map(|key| key * 2)).await.unwrap().len(), KEYS_MAX + 1);
        assert_eq!(asked(&squares).len(), 2);
    }
}
