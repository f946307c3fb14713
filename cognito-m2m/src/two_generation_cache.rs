//! A map of bounded size that is read without a lock.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use foldhash::quality::RandomState;
use papaya::{Equivalent, HashMap};

/// Two generations: new entries go to the young one; when that is half of the capacity it becomes
/// the old one, and the former old one goes. An entry that is used moves to the young generation.
/// So the number of entries is bounded, what is in use stays, and reading takes no lock.
pub(crate) struct TwoGenerationCache<K, V> {
    both: ArcSwap<Both<K, V>>,
    half_capacity: usize,
    // Held by writers only, and for a swap of two pointers.
    rotation: Mutex<()>,
}

struct Both<K, V> {
    young: Arc<HashMap<K, V, RandomState>>,
    old: Arc<HashMap<K, V, RandomState>>,
}

impl<K: Hash + Eq + Clone, V: Clone> TwoGenerationCache<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            both: ArcSwap::from_pointee(Both {
                young: Arc::default(),
                old: Arc::default(),
            }),
            half_capacity: capacity.div_ceil(2),
            rotation: Mutex::new(()),
        }
    }

    /// What `read` makes of the entry of a key; none where it makes nothing of it.
    pub(crate) fn find<Q, R>(&self, key: &Q, read: impl Fn(&V) -> Option<R>) -> Option<R>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let both = self.both.load();
        let young = both.young.pin();
        if let Some(value) = young.get(key) {
            return read(value);
        }
        let old = both.old.pin();
        let (key, value) = old.get_key_value(key)?;
        let found = read(value)?;
        self.insert(key.clone(), value.clone());
        Some(found)
    }

    pub(crate) fn insert(&self, key: K, value: V) {
        if self.half_capacity == 0 {
            return;
        }
        if self.both.load().young.len() >= self.half_capacity {
            self.rotate();
        }
        self.both.load().young.pin().insert(key, value);
    }

    /// A poisoned lock is a writer that has panicked between two atomic steps: nothing is damaged.
    fn rotate(&self) {
        let _turn = self.rotation.lock().unwrap_or_else(PoisonError::into_inner);
        let both = self.both.load();
        if both.young.len() >= self.half_capacity {
            self.both.store(Arc::new(Both {
                young: Arc::default(),
                old: Arc::clone(&both.young),
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(map: &TwoGenerationCache<u32, u32>) -> usize {
        let both = map.both.load();
        both.young.len() + both.old.len()
    }

    #[test]
    fn the_number_of_entries_is_bounded_and_what_is_in_use_stays() {
        let map = TwoGenerationCache::new(10);
        map.insert(0, 0);
        for key in 1..1_000 {
            map.insert(key, key);
            assert!(entries(&map) <= 10, "{key}");
            assert_eq!(map.find(&0, |value| Some(*value)), Some(0), "{key}");
        }
        assert_eq!(map.find(&1, |value| Some(*value)), None);
    }

    #[test]
    fn a_map_without_room_keeps_nothing() {
        let map = TwoGenerationCache::new(0);
        map.insert(1, 1);
        assert_eq!(map.find(&1, |value| Some(*value)), None);
    }
}
