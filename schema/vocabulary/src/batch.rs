//! Data loaders: whatever one call asks for at once makes one statement.
//!
//! async-graphql's own loader collects keys for a millisecond, by a timer. That costs a millisecond on each level of a query, and on a busy
//! machine it cuts one list into several statements. All resolvers of one call run in one task, so there is no need to guess: whoever opened
//! a batch lets all others have their turn, and closes it when nobody added a key.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::dataloader::Loader;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, try_join_all},
};
use tokio::{sync::oneshot, task::yield_now};

/// The most keys in one statement: SQLite takes 32,766 variables.
const KEYS_MAX: usize = 1000;
/// How many turns without a new key close a batch.
const IDLE_TURNS: u32 = 2;

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
/// A batch, and the opener's part for the one who opened it.
type Joined<K, V, E> = (Outcome<K, V, E>, Option<Opener<K>>);
/// The keys of a batch; none once it is closed.
type Keys<K> = Arc<Mutex<Option<HashSet<K>>>>;

struct Known<K, V, E> {
    /// The batch that each key went with.
    batch_of: HashMap<K, Outcome<K, V, E>>,
    /// The batch that was opened last.
    open: Option<(Keys<K>, Outcome<K, V, E>)>,
}

/// What the one who opened a batch does for it. When they go away early, the batch is closed as it is.
struct Opener<K> {
    keys: Keys<K>,
    closed: oneshot::Sender<()>,
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
        let (batch, opener) = self.join(&key);
        gather(opener).await;
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
        let (batches, openers): (Vec<_>, Vec<_>) = keys.iter().map(|key| self.join(key)).unzip();
        // All keys join in one go, so one of them at most opened a batch.
        gather(openers.into_iter().flatten().next()).await;
        let found = try_join_all(batches).await?;
        Ok(keys.into_iter().zip(found).filter_map(|(key, batch)| batch.get(&key).cloned().map(|value| (key, value))).collect())
    }

    /// Puts the key into the open batch, or finds the batch that it went with before.
    fn join<K>(&self, key: &K) -> Joined<K, L::Value, L::Error>
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
            return (batch.clone(), None);
        }
        let taken = known.open.as_ref().filter(|(keys, _)| lock(keys).as_mut().map(|keys| keys.insert(key.clone())).is_some());
        let (batch, opener) = match taken {
            Some((_, batch)) => (batch.clone(), None),
            None => {
                let keys: Keys<K> = Arc::new(Mutex::new(Some(HashSet::from([key.clone()]))));
                let (closed, wait) = oneshot::channel();
                let batch = load(Arc::clone(&self.loader), Arc::clone(&keys), wait).boxed().shared();
                known.open = Some((Arc::clone(&keys), batch.clone()));
                (batch, Some(Opener { keys, closed }))
            }
        };
        known.batch_of.insert(key.clone(), batch.clone());
        (batch, opener)
    }
}

/// Waits until nobody adds a key, then closes the batch.
async fn gather<K>(opener: Option<Opener<K>>) {
    let Some(opener) = opener else { return };
    let count = || lock(&opener.keys).as_ref().map_or(0, HashSet::len);
    // Two turns, for whoever brings an answer goes on before those whom it wakes: they may come a turn after the opener looks first.
    let (mut before, mut idle) = (count(), 0);
    while idle < IDLE_TURNS {
        // The scheduler wakes the task after all of it was polled, not in the middle of that.
        yield_now().await;
        let now = count();
        idle = if now > before { 0 } else { idle + 1 };
        before = now;
    }
    drop(opener.closed);
}

/// Loads a batch once it is closed.
async fn load<K, L>(loader: Arc<L>, keys: Keys<K>, closed: oneshot::Receiver<()>) -> Result<Arc<HashMap<K, L::Value>>, L::Error>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    L: Loader<K>,
{
    // The sender is only ever dropped.
    drop(closed.await);
    let keys: Vec<K> = lock(&keys).take().unwrap_or_default().into_iter().collect();
    let mut found = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(KEYS_MAX) {
        found.extend(loader.load(chunk).await?);
    }
    Ok(Arc::new(found))
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
            yield_now().await;
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
            yield_now().await;
            squares.load_one(4).await
        };
        assert_eq!(futures_util::join!(squares.load_one(2), late), (Ok(Some(4)), Ok(Some(16))));
        assert!(asked(&squares).len() <= 2);
    }

    #[tokio::test]
    async fn those_whom_one_answer_wakes_ask_for_the_next_at_once() {
        // Lists within lists, as a graph has them: each list of more than 30 is polled by a scheduler of its own, which may stop half-way.
        for (lists, each) in [(1, 2), (2, 20), (1, 200), (40, 40)] {
            let (first, second) = (batched(Squares::default()), batched(Squares::default()));
            let both = |key: u32| {
                let (first, second) = (&first, &second);
                async move {
                    first.load_one(2).await?;
                    second.load_one(key).await
                }
            };
            let list = |list: u32| join_all((list * each..(list + 1) * each).map(both));
            join_all((0..lists).map(list)).await;
            let chunks: Vec<usize> = asked(&second).iter().map(Vec::len).collect();
            let keys = usize::try_from(lists * each).unwrap();
            assert_eq!(chunks.len(), keys.div_ceil(KEYS_MAX), "{lists} of {each}: {chunks:?}");
        }
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
        let (opened, followed) = (squares.load_one(4), squares.load_one(6));
        let mut opened = Box::pin(opened);
        assert_eq!(poll_immediate(&mut opened).await, None);
        let mut followed = Box::pin(followed);
        assert_eq!(poll_immediate(&mut followed).await, None);
        drop(opened);
        assert_eq!(followed.await, Ok(Some(36)));
    }

    #[tokio::test]
    async fn keys_that_repeat_do_not_close_a_batch_early() {
        let squares = batched(Squares::default());
        let found = join_all((0..90).map(|key| squares.load_one(if key < 45 { 2 } else { key }))).await;
        assert!(found.iter().all(Result::is_ok));
        assert_eq!(asked(&squares).len(), 1);
    }

    #[tokio::test]
    async fn a_large_batch_is_loaded_in_chunks() {
        let squares = batched(Squares::default());
        let keys = u32::try_from(KEYS_MAX).unwrap() + 1;
        assert_eq!(squares.load_many((100..100 + keys).map(|key| key * 2)).await.unwrap().len(), KEYS_MAX + 1);
        assert_eq!(asked(&squares).len(), 2);
    }
}
