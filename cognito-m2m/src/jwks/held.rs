use std::cell::Cell;
use std::sync::Arc;

use super::generation::KeysGeneration;
use super::key::VerificationKey;
use super::pool_keys::PoolKeys;
use crate::time::ClockReading;

/// A signing key, cached by one worker with the time until which it is usable.
///
/// While the keys of its source are unchanged, [`is_held`](Self::is_held) compares one number and one
/// deadline.
pub(crate) struct HeldKey {
    keys: PoolKeys,
    source: usize,
    key: Arc<VerificationKey>,
    generation: KeysGeneration,
    checked: Cell<Checked>,
}

/// The result of the last check.
#[derive(Clone, Copy)]
struct Checked {
    generation: u64,
    /// The time of the next check.
    until: ClockReading,
}

impl HeldKey {
    /// Returns `None` if the key can no longer be used.
    pub(crate) fn new(
        keys: PoolKeys,
        source: usize,
        key: Arc<VerificationKey>,
        now: ClockReading,
    ) -> Option<Self> {
        let generation = keys.generation(source);
        let checked = check(&keys, source, &key, &generation, now)?;
        Some(Self {
            keys,
            source,
            key,
            generation,
            checked: Cell::new(checked),
        })
    }

    /// Returns `true` if this is the key of a source.
    pub(crate) fn is_of(&self, keys: &PoolKeys, source: usize, key: &Arc<VerificationKey>) -> bool {
        Arc::ptr_eq(&self.key, key) && self.source == source && self.keys.is_same_as(keys)
    }

    /// Returns `true` if a token whose issuer has this source can still be verified with this key.
    #[inline]
    pub(crate) fn is_held(&self, now: ClockReading) -> bool {
        let checked = self.checked.get();
        (checked.generation == self.generation.current() && !now.has_reached(checked.until))
            || self.check_again(now)
    }

    #[cold]
    fn check_again(&self, now: ClockReading) -> bool {
        let checked = check(&self.keys, self.source, &self.key, &self.generation, now);
        if let Some(checked) = checked {
            self.checked.set(checked);
        }
        checked.is_some()
    }
}

fn check(
    keys: &PoolKeys,
    source: usize,
    key: &Arc<VerificationKey>,
    generation: &KeysGeneration,
    now: ClockReading,
) -> Option<Checked> {
    let generation = generation.current();
    let until = keys.held_until(source, key, now)?;
    Some(Checked { generation, until })
}
