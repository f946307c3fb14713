use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::cache_entry::CacheEntry;
use super::requested_token::RequestedToken;
use crate::time::ClockReading;

/// The number of tokens that are kept. A program that names its scopes and tenants needs far fewer,
/// and at about 2 KB each they take 2 MB.
const MAX_ENTRIES: usize = 1_000;

/// The tokens of all requests, with the least recently used ones evicted beyond a maximum.
///
/// An entry is kept beyond the maximum while its fetch is under way, since callers wait for it, and
/// while its last error is remembered, since forgetting the error would repeat the request. Neither
/// takes longer than a minute or so, and the endpoint's speed limits how many there are.
pub(super) struct TokenCache {
    entries: papaya::HashMap<RequestedToken, Arc<CacheEntry>>,
    /// Counts insertions. It is the time by which the last use of an entry is measured, so that uses
    /// themselves write nothing that other threads read.
    insertions: AtomicU64,
    // Held for a scan of the entries by callers that insert one, never across an await.
    eviction: Mutex<()>,
}

impl TokenCache {
    pub(super) fn new() -> Self {
        Self {
            entries: papaya::HashMap::new(),
            insertions: AtomicU64::new(0),
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
        if self.entries.len() <= MAX_ENTRIES {
            return;
        }
        // The scan changes nothing that a panic could leave half done.
        let _guard = self.eviction.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = self.entries.pin();
        while entries.len() > MAX_ENTRIES {
            let mut oldest = None;
            let mut oldest_use = u64::MAX;
            for (requested, entry) in &entries {
                let is_older = entry.last_use() < oldest_use && !Arc::ptr_eq(entry, inserted);
                if is_older && entry.is_idle(now) {
                    oldest_use = entry.last_use();
                    oldest = Some((requested, entry));
                }
            }
            let Some((requested, entry)) = oldest else {
                return;
            };
            entry.clear();
            entries.remove(requested);
        }
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
}
