//! A map that is bounded in entries and in bytes and forgets what was not used lately: two generations, of which the older is dropped
//! when the younger is full.

use std::{borrow::Borrow, collections::HashMap, hash::Hash, sync::Mutex};

pub(crate) struct Cache<K, V> {
    generations: Mutex<Generations<K, V>>,
    /// How large one generation may get.
    entries_max: usize,
    bytes_max: usize,
}

struct Generations<K, V> {
    young: HashMap<K, Entry<V>>,
    young_bytes: usize,
    old: HashMap<K, Entry<V>>,
}

struct Entry<V> {
    value: V,
    bytes: usize,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// What the bytes of an entry are its keeper says.
    pub(crate) fn new(entries_max: usize, bytes_max: usize) -> Cache<K, V> {
        let generations = Generations { young: HashMap::new(), young_bytes: 0, old: HashMap::new() };
        Cache { generations: Mutex::new(generations), entries_max: (entries_max / 2).max(1), bytes_max: bytes_max / 2 }
    }

    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let mut generations = self.lock();
        if let Some(entry) = generations.young.get(key) {
            return Some(entry.value.clone());
        }
        let (key, entry) = generations.old.remove_entry(key)?;
        let value = entry.value.clone();
        self.put(&mut generations, key, entry);
        Some(value)
    }

    /// What alone is larger than a generation is not kept.
    pub(crate) fn insert(&self, key: K, value: V, bytes: usize) {
        if bytes <= self.bytes_max {
            self.put(&mut self.lock(), key, Entry { value, bytes });
        }
    }

    fn put(&self, generations: &mut Generations<K, V>, key: K, entry: Entry<V>) {
        if generations.young.len() >= self.entries_max || generations.young_bytes + entry.bytes > self.bytes_max {
            generations.old = std::mem::take(&mut generations.young);
            generations.young_bytes = 0;
        }
        generations.young_bytes += entry.bytes;
        if let Some(replaced) = generations.young.insert(key, entry) {
            generations.young_bytes -= replaced.bytes;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Generations<K, V>> {
        self.generations.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Cache;

    fn check(entries_max: usize, bytes_max: usize, bytes: usize) {
        let cache = Cache::new(entries_max, bytes_max);
        for n in 0..1000 {
            cache.insert(n, n, bytes);
            assert!(cache.get(&0).is_some(), "0 is asked for all the time, at {n}");
            let generations = cache.lock();
            let kept: Vec<_> = generations.young.values().chain(generations.old.values()).map(|entry| entry.bytes).collect();
            assert!(kept.len() <= entries_max, "at {n}");
            assert!(kept.iter().sum::<usize>() <= bytes_max, "at {n}");
            assert_eq!(generations.young.values().map(|entry| entry.bytes).sum::<usize>(), generations.young_bytes, "at {n}");
        }
        assert_eq!(cache.get(&500), None);
    }

    #[test]
    fn a_cache_keeps_what_is_used_and_never_more_than_it_may() {
        check(8, usize::MAX, 1_000);
        check(1_000_000, 8_000, 1_000);
        check(1_000_000, 7_900, 1_000);
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let cache = Cache::new(8, 100);
        cache.insert(1, 1, 50);
        cache.insert(2, 2, 51);
        assert_eq!((cache.get(&1), cache.get(&2)), (Some(1), None));
    }
}
