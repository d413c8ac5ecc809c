//! A bounded map that forgets what was not used lately: two generations, of which the older is dropped when the younger is full.

use std::{borrow::Borrow, collections::HashMap, hash::Hash, sync::Mutex};

pub(crate) struct Cache<K, V> {
    generations: Mutex<Generations<K, V>>,
    half: usize,
}

struct Generations<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    pub(crate) fn new(entries_max: usize) -> Cache<K, V> {
        Cache { generations: Mutex::new(Generations { young: HashMap::new(), old: HashMap::new() }), half: (entries_max / 2).max(1) }
    }

    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let mut generations = self.lock();
        if let Some(value) = generations.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = generations.old.remove_entry(key)?;
        self.put(&mut generations, key, value.clone());
        Some(value)
    }

    pub(crate) fn insert(&self, key: K, value: V) {
        self.put(&mut self.lock(), key, value);
    }

    fn put(&self, generations: &mut Generations<K, V>, key: K, value: V) {
        if generations.young.len() >= self.half {
            generations.old = std::mem::take(&mut generations.young);
        }
        generations.young.insert(key, value);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Generations<K, V>> {
        self.generations.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Cache;

    #[test]
    fn a_cache_keeps_what_is_used_and_never_more_than_it_may() {
        let cache = Cache::new(8);
        for n in 0..1000 {
            cache.insert(n, n);
            assert!(cache.get(&0).is_some(), "0 is asked for all the time, at {n}");
            let generations = cache.lock();
            assert!(generations.young.len() + generations.old.len() <= 8, "at {n}");
        }
        assert_eq!(cache.get(&500), None);
    }
}
