use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The generation of a source's keys. It changes with every update, so that readers can detect outdated
/// results.
///
/// Reading it is a single load. Only the background task writes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeysGeneration(Arc<CacheLine<AtomicU64>>);

/// A value in a cache line of its own, apart from the reference count of its `Arc`.
#[derive(Debug, Default)]
#[repr(align(128))]
struct CacheLine<T>(T);

impl KeysGeneration {
    /// Returns the current generation. Read it before the keys: then a change in between is noticed at
    /// the next comparison.
    #[inline]
    pub(crate) fn current(&self) -> u64 {
        self.0.0.load(Ordering::Acquire)
    }

    /// Starts a new generation. Call it after the change: a reader that sees the new number then sees
    /// the new keys too.
    pub(super) fn advance(&self) {
        self.0.0.fetch_add(1, Ordering::Release);
    }
}
