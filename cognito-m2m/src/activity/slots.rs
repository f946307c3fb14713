use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::entry::EntryTimes;
use super::precision::Times;

/// The number of slots that [`WorkerSlots::merge_all`] visits before it lets the worker have the
/// lock.
const SLOTS_PER_LOCK: usize = 64;

/// The slots of one worker, one for each token in its cache.
///
/// The worker locks them when it adds or removes a slot, not when it records a request. So the lock
/// is contended only while the writer gathers, and then for the time of a few slots.
#[derive(Default)]
pub(super) struct WorkerSlots(Mutex<Slots>);

/// The position of a slot, which is valid until the slot is removed.
#[derive(Clone, Copy)]
pub(super) struct SlotIndex(usize);

impl WorkerSlots {
    /// Adds a slot of a client that was seen at `now`, which `entry` has recorded already.
    pub(super) fn add(&self, entry: Arc<EntryTimes>, now: u64) -> (SlotIndex, Arc<SlotTimes>) {
        let times = Arc::new(SlotTimes::new(now));
        let slot = Slot {
            merged: times.seen(),
            times: Arc::clone(&times),
            entry,
        };
        (self.slots().insert(slot), times)
    }

    /// Merges the times of a slot into its entry, and removes the slot. Returns `true` if there were
    /// times to merge.
    pub(super) fn remove(&self, index: SlotIndex) -> bool {
        let mut slots = self.slots();
        slots.remove(index).is_some_and(|mut slot| slot.merge())
    }

    /// Merges the times of all slots into their entries. Returns `true` if there were times to merge.
    pub(super) fn merge_all(&self) -> bool {
        let len = self.slots().places.len();
        let mut has_merged = false;
        for start in (0..len).step_by(SLOTS_PER_LOCK) {
            let mut slots = self.slots();
            let places = slots.places.iter_mut().skip(start).take(SLOTS_PER_LOCK);
            for slot in places.flatten() {
                has_merged |= slot.merge();
            }
        }
        has_merged
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of slots, and the peak number of places for them.
    #[cfg(test)]
    pub(super) fn len_and_capacity(&self) -> (usize, usize) {
        let slots = self.slots();
        (slots.places.iter().flatten().count(), slots.places.len())
    }
}

/// The slots at fixed positions, so that both adding and removing one take constant time.
#[derive(Default)]
struct Slots {
    places: Vec<Option<Slot>>,
    free: Vec<SlotIndex>,
}

impl Slots {
    fn insert(&mut self, slot: Slot) -> SlotIndex {
        if let Some(index) = self.free.pop()
            && let Some(place) = self.places.get_mut(index.0)
        {
            *place = Some(slot);
            return index;
        }
        let index = SlotIndex(self.places.len());
        self.places.push(Some(slot));
        index
    }

    fn remove(&mut self, index: SlotIndex) -> Option<Slot> {
        let slot = self.places.get_mut(index.0)?.take()?;
        self.free.push(index);
        Some(slot)
    }
}

struct Slot {
    times: Arc<SlotTimes>,
    entry: Arc<EntryTimes>,
    /// The times that `entry` has recorded. They are not among [`SlotTimes`], so the writer leaves the
    /// memory of the worker unchanged.
    merged: Times,
}

impl Slot {
    fn merge(&mut self) -> bool {
        let seen = self.times.seen();
        if seen == self.merged {
            return false;
        }
        self.entry.merge(seen);
        self.merged = seen;
        true
    }
}

/// The times at which one worker has first and last seen a client, in microseconds since the Unix
/// epoch.
///
/// Only that worker writes them, and the alignment keeps them apart from whatever other workers
/// write: the cache line stays with the worker, except when the writer has read it.
#[repr(align(64))]
pub(super) struct SlotTimes {
    first: AtomicU64,
    last: AtomicU64,
}

impl SlotTimes {
    fn new(now: u64) -> Self {
        Self {
            first: AtomicU64::new(now),
            last: AtomicU64::new(now),
        }
    }

    /// Records a request. Must not be called by two threads at once: the later time could be lost.
    ///
    /// Without a second thread that writes, loads and stores are enough, which cost no more than those
    /// of a plain integer. Each time is complete in itself, so their order doesn't matter.
    pub(super) fn record(&self, now: u64) {
        if now > self.last.load(Ordering::Relaxed) {
            self.last.store(now, Ordering::Relaxed);
        } else if now < self.first.load(Ordering::Relaxed) {
            // The clock was set back.
            self.first.store(now, Ordering::Relaxed);
        }
    }

    fn seen(&self) -> Times {
        Times {
            first: self.first.load(Ordering::Relaxed),
            last: self.last.load(Ordering::Relaxed),
        }
    }
}
