use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::{ArcSwap, ArcSwapOption};

use super::error::KeyFileError;
use super::generation::KeysGeneration;
use super::key::VerificationKey;
use super::key_set::KeySet;
use crate::error_chain::chain;
use crate::time::ClockReading;

/// The keys of `jwks_file` or `Settings::jwks`, which serve while no keys can be fetched.
#[derive(Clone, Debug)]
pub(crate) struct ConfiguredKeys(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// The name of the setting.
    name: &'static str,
    keys: ArcSwap<KeySet>,
    generation: KeysGeneration,
    read_at: ArcSwap<ClockReading>,
    last_error: ArcSwapOption<KeyFileError>,
    /// `None` if they never expire, because no keys are fetched.
    usable_until: Option<ClockReading>,
    /// `true` once a fetch has succeeded. A withdrawn key must not live on in a file.
    is_over: AtomicBool,
}

impl ConfiguredKeys {
    pub(crate) fn new(
        name: &'static str,
        keys: Arc<KeySet>,
        read_at: ClockReading,
        usable_until: Option<ClockReading>,
    ) -> Self {
        Self(Arc::new(Shared {
            name,
            keys: ArcSwap::new(keys),
            generation: KeysGeneration::default(),
            read_at: ArcSwap::from_pointee(read_at),
            last_error: ArcSwapOption::empty(),
            usable_until,
            is_over: AtomicBool::new(false),
        }))
    }

    pub(crate) fn name(&self) -> &'static str {
        self.0.name
    }

    pub(crate) fn find(&self, kid: &str, now: ClockReading) -> Option<Arc<VerificationKey>> {
        let is_usable = self.are_usable(now);
        is_usable.then(|| self.0.keys.load().find(kid).cloned())?
    }

    /// Returns `true` if the keys are usable and contain this key itself.
    pub(crate) fn holds(&self, key: &Arc<VerificationKey>, now: ClockReading) -> bool {
        self.are_usable(now) && self.0.keys.load().holds(key)
    }

    /// Returns the time until which [`holds`](Self::holds) returns `true` as long as the
    /// [generation](Self::generation) is the same, or `None` if it returns `false`.
    pub(super) fn held_until(
        &self,
        key: &Arc<VerificationKey>,
        now: ClockReading,
    ) -> Option<ClockReading> {
        let until = self.0.usable_until.unwrap_or(ClockReading::NEVER);
        self.holds(key, now).then_some(until)
    }

    /// Returns the generation of these keys. It changes when the file has changed, and when the keys
    /// are no longer used.
    pub(super) fn generation(&self) -> KeysGeneration {
        self.0.generation.clone()
    }

    pub(crate) fn are_usable(&self, now: ClockReading) -> bool {
        let is_past = |until| now.has_reached(until);
        !self.0.is_over.load(Ordering::Relaxed) && !self.0.usable_until.is_some_and(is_past)
    }

    /// Stops the use of these keys, because keys have been fetched.
    pub(super) fn end(&self) {
        self.0.is_over.store(true, Ordering::Relaxed);
        self.0.generation.advance();
    }

    pub(super) fn keys(&self) -> Arc<KeySet> {
        self.0.keys.load_full()
    }

    /// Records the result of reading the file again. An error keeps the previous keys.
    pub(super) fn record(&self, read: Result<KeySet, KeyFileError>, now: ClockReading) {
        match read {
            Ok(keys) => {
                self.0.keys.store(Arc::new(keys));
                self.0.generation.advance();
                self.0.read_at.store(Arc::new(now));
                self.0.last_error.store(None);
            }
            Err(error) => self.0.last_error.store(Some(Arc::new(error))),
        }
    }

    pub(crate) fn read_at(&self) -> ClockReading {
        **self.0.read_at.load()
    }

    /// Returns the error of the last attempt to read the file, with its sources.
    pub(crate) fn last_error(&self) -> Option<String> {
        let error = self.0.last_error.load_full()?;
        Some(chain(&*error))
    }
}
