use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, TryLockError};

use super::cache_entry::CacheEntry;
use super::requested_token::RequestedToken;
use crate::time::ClockReading;

/// The number of tokens that are kept. A program that names its scopes and tenants needs far fewer,
/// and at about 2 KB each they take 2 MB.
const MAX_ENTRIES: usize = 1_000;

/// The number of entries beyond which even remembered errors are forgotten.
const MAX_ENTRIES_WITH_ERRORS: usize = 2_000;

/// The tokens of all requests, with the least recently used ones evicted beyond a maximum.
///
/// An entry is kept beyond the maximum while its fetch is under way, since callers wait for it. It is
/// also kept while its last error is remembered, since forgetting the error would repeat the request,
/// but not beyond a second maximum.
pub(super) struct TokenCache {
    entries: papaya::HashMap<RequestedToken, Arc<CacheEntry>>,
    /// Counts insertions. It is the time by which the last use of an entry is measured, so that uses
    /// themselves write nothing that other threads read.
    insertions: AtomicU64,
    /// The number of entries above which the next scan is worth its time.
    scan_above: AtomicUsize,
    // Held for a scan of the entries, never across an await. Callers do not wait for it.
    eviction: Mutex<()>,
}

impl TokenCache {
    pub(super) fn new() -> Self {
        Self {
            entries: papaya::HashMap::new(),
            insertions: AtomicU64::new(0),
            scan_above: AtomicUsize::new(MAX_ENTRIES),
            eviction: Mutex::new(()),
        }
    }

    /// Returns the entry of a token, creating one if needed.
    pub(super) fn entry(&self, requested: RequestedToken, now: ClockReading) -> Arc<CacheEntry> {
        if let Some(entry) = self.find(&requested) {
            entry.touch(self.insertions.load(Ordering::Relaxed));
            return entry;
        }
        let insertion = self.insertions.fetch_add(1, Ordering::Relaxed);
        let entry = Arc::new(CacheEntry::new(requested.clone()));
        entry.touch(insertion.saturating_add(1));
        let entry = Arc::clone(self.entries.pin().get_or_insert(requested, entry));
        self.evict(&entry, now);
        entry
    }

    /// Returns the entry of a token, if there is one.
    pub(super) fn find(&self, requested: &RequestedToken) -> Option<Arc<CacheEntry>> {
        self.entries.pin().get(requested).map(Arc::clone)
    }

    /// Evicts the least recently used entries beyond the maximum, apart from the one that was just
    /// inserted.
    fn evict(&self, inserted: &Arc<CacheEntry>, now: ClockReading) {
        if self.entries.len() <= self.scan_above.load(Ordering::Relaxed) {
            return;
        }
        let _guard = match self.eviction.try_lock() {
            Ok(guard) => guard,
            // The scan changes nothing that a panic could leave half done.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // The other scan, or the next one, evicts what is too much.
            Err(TryLockError::WouldBlock) => return,
        };
        let entries = self.entries.pin();
        let count = entries.len();
        let forgets_errors = count > MAX_ENTRIES_WITH_ERRORS;
        let is_evictable = |entry: &Arc<CacheEntry>| {
            let is_other = !Arc::ptr_eq(entry, inserted);
            is_other && !entry.is_fetching() && (forgets_errors || !entry.remembers_error(now))
        };
        let mut evictable: Vec<_> = entries
            .iter()
            .filter(|(_, entry)| is_evictable(entry))
            .map(|(requested, entry)| (entry.last_use(), requested, entry))
            .collect();
        evictable.sort_unstable_by_key(|(last_use, ..)| *last_use);
        for (_, requested, entry) in evictable
            .into_iter()
            .take(count.saturating_sub(MAX_ENTRIES))
        {
            entry.clear();
            entries.remove(requested);
        }
        // If many entries had to stay, the next scan waits until an eighth has been added.
        let kept = entries.len();
        let reserve = if kept > MAX_ENTRIES { kept / 8 } else { 0 };
        self.scan_above.store(
            kept.saturating_add(reserve).max(MAX_ENTRIES),
            Ordering::Relaxed,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::RequestedScopes;

    fn requested(number: usize) -> RequestedToken {
        RequestedToken {
            scopes: RequestedScopes::new(format!("set/{number}")).unwrap(),
            ..RequestedToken::default()
        }
    }

    fn is_kept(cache: &TokenCache, number: usize) -> bool {
        cache.find(&requested(number)).is_some()
    }

    #[test]
    fn least_recently_used_entries_are_evicted() {
        let cache = TokenCache::new();
        let now = ClockReading::default();
        for number in 0..MAX_ENTRIES {
            cache.entry(requested(number), now);
        }
        cache.entry(requested(0), now);
        cache.entry(requested(MAX_ENTRIES), now);
        assert_eq!(cache.entries.len(), MAX_ENTRIES);
        assert!(is_kept(&cache, 0) && !is_kept(&cache, 1) && is_kept(&cache, 2));

        for number in 0..MAX_ENTRIES * 3 {
            cache.entry(requested(number), now);
            cache.entry(requested(7), now);
            assert!(cache.entries.len() <= MAX_ENTRIES);
        }
        assert!(is_kept(&cache, 7));
    }

    #[test]
    fn entries_with_a_fetch_under_way_are_kept() {
        let cache = TokenCache::new();
        let now = ClockReading::default();
        let fetches: Vec<_> = (0..5)
            .map(|number| cache.entry(requested(number), now).join_or_start(now, None))
            .collect();
        for number in 5..MAX_ENTRIES * 2 {
            cache.entry(requested(number), now);
        }
        assert!((0..5).all(|number| is_kept(&cache, number)));
        assert_eq!(cache.entries.len(), MAX_ENTRIES);

        drop(fetches);
        for number in 0..MAX_ENTRIES {
            cache.entry(requested(MAX_ENTRIES * 3 + number), now);
        }
        assert!((0..5).all(|number| !is_kept(&cache, number)));
    }

    #[test]
    fn remembered_errors_are_kept_up_to_a_second_maximum() {
        let cache = TokenCache::new();
        let now = ClockReading::default();
        for number in 0..MAX_ENTRIES_WITH_ERRORS * 4 {
            let entry = cache.entry(requested(number), now);
            entry.remember_for_tests(now.after(std::time::Duration::from_secs(10)));
            if number < MAX_ENTRIES_WITH_ERRORS {
                assert!(is_kept(&cache, 0), "{number}");
            }
        }
        // The scan is repeated when an eighth has been added.
        assert!(cache.entries.len() <= MAX_ENTRIES_WITH_ERRORS * 9 / 8);
    }
}
