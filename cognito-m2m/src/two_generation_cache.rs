//! A bounded cache for concurrent readers.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use foldhash::quality::RandomState;
use papaya::{Equivalent, HashMap};

/// A bounded cache of two generations.
///
/// New entries are inserted into the young generation. When it is full, at half of the capacity, it
/// becomes the old generation, and the previous old generation is dropped. An entry that is found
/// in the old generation is copied to the young one. This bounds the number of entries and keeps
/// those in use. A lookup takes no lock, unless its copy is inserted into a full young generation.
pub(crate) struct TwoGenerationCache<K, V> {
    generations: ArcSwap<Generations<K, V>>,
    half_capacity: usize,
    // Held only while the generations are swapped.
    rotation: Mutex<()>,
}

struct Generations<K, V> {
    young: Arc<HashMap<K, V, RandomState>>,
    old: Arc<HashMap<K, V, RandomState>>,
}

impl<K: Hash + Eq + Clone, V: Clone> TwoGenerationCache<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            generations: ArcSwap::from_pointee(Generations {
                young: Arc::default(),
                old: Arc::default(),
            }),
            half_capacity: capacity.div_ceil(2),
            rotation: Mutex::new(()),
        }
    }

    /// Calls `read` with the value for this key and returns its result, or `None` if the key is not
    /// cached.
    pub(crate) fn find<Q, R>(&self, key: &Q, read: impl Fn(&V) -> Option<R>) -> Option<R>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let generations = self.generations.load();
        let young = generations.young.pin();
        if let Some(value) = young.get(key) {
            return read(value);
        }
        let old = generations.old.pin();
        let (key, value) = old.get_key_value(key)?;
        let found = read(value)?;
        self.insert(key.clone(), value.clone());
        Some(found)
    }

    /// Inserts a value, or replaces the value of an equal key. With a capacity of 0, nothing is
    /// inserted.
    pub(crate) fn insert(&self, key: K, value: V) {
        if self.half_capacity == 0 {
            return;
        }
        if self.generations.load().young.len() >= self.half_capacity {
            self.rotate();
        }
        self.generations.load().young.pin().insert(key, value);
    }

    /// Replaces the old generation with the young one. A poisoned lock is ignored, since the swap
    /// is a single atomic step that a panic cannot leave half done.
    fn rotate(&self) {
        let _guard = self.rotation.lock().unwrap_or_else(PoisonError::into_inner);
        let generations = self.generations.load();
        if generations.young.len() >= self.half_capacity {
            self.generations.store(Arc::new(Generations {
                young: Arc::default(),
                old: Arc::clone(&generations.young),
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number_of_entries(cache: &TwoGenerationCache<u32, u32>) -> usize {
        let generations = cache.generations.load();
        generations.young.len() + generations.old.len()
    }

    #[test]
    fn the_number_of_entries_is_bounded_and_entries_in_use_are_kept() {
        let cache = TwoGenerationCache::new(10);
        cache.insert(0, 0);
        for key in 1..1_000 {
            cache.insert(key, key);
            assert!(number_of_entries(&cache) <= 10, "{key}");
            assert_eq!(cache.find(&0, |value| Some(*value)), Some(0), "{key}");
        }
        assert_eq!(cache.find(&1, |value| Some(*value)), None);
    }

    #[test]
    fn a_cache_without_capacity_stays_empty() {
        let cache = TwoGenerationCache::new(0);
        cache.insert(1, 1);
        assert_eq!(cache.find(&1, |value| Some(*value)), None);
    }
}
