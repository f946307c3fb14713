use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::configured_keys::ConfiguredKeys;
use super::cooldown::Cooldown;
use super::key::VerificationKey;
use super::pending_fetch::{Incomplete, PendingFetch};
use super::store::{KeyNotFound, KeyStore, KeysUnavailable};
use crate::time::ClockReading;

/// The signing keys of one user pool, from all of its sources.
///
/// The keys of a token are those of its own issuer's source. While no keys have been fetched from that
/// source, or its last fetch has failed, the other sources serve too, and then the configured keys.
#[derive(Clone, Debug)]
pub(crate) struct PoolKeys(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Empty if no keys are fetched.
    sources: Box<[KeySource]>,
    configured: Option<ConfiguredKeys>,
    cooldown: Arc<Cooldown>,
}

/// A JWKS URL of a user pool, with the keys that were fetched from it.
#[derive(Debug)]
pub(crate) struct KeySource {
    /// The name in logs and in `Health`, such as `original`.
    pub(crate) name: Arc<str>,
    pub(crate) keys: KeyStore,
    /// `true` if a token with an unknown `kid` was refused during the cool-down.
    is_wanted: AtomicBool,
}

impl KeySource {
    pub(crate) fn new(name: Arc<str>, keys: KeyStore) -> Self {
        Self {
            name,
            keys,
            is_wanted: AtomicBool::new(false),
        }
    }
}

/// The state of one source, or of the configured keys.
pub(crate) struct SourceState {
    pub(crate) name: Arc<str>,
    /// `true` if there are usable keys.
    pub(crate) is_serving: bool,
    pub(crate) keys_age: Option<Duration>,
    pub(crate) last_error: Option<String>,
}

impl PoolKeys {
    pub(crate) fn new(
        sources: Vec<KeySource>,
        configured: Option<ConfiguredKeys>,
        cooldown: Arc<Cooldown>,
    ) -> Self {
        Self(Arc::new(Shared {
            sources: sources.into(),
            configured,
            cooldown,
        }))
    }

    /// Returns the key with this `kid` for a token whose issuer has the source at this position. An
    /// unknown `kid` starts a fetch, unless the last one is too recent.
    ///
    /// It is a fetch of that source or, if its last fetch has failed, of another one that works.
    pub(crate) fn find(
        &self,
        source: usize,
        kid: &str,
        now: ClockReading,
    ) -> Result<Arc<VerificationKey>, Incomplete<KeyNotFound>> {
        let Some(own) = self.0.sources.get(source) else {
            return Ok(self.find_configured(kid, now)?);
        };
        let working = own
            .keys
            .has_failed()
            .then(|| self.working_source(source, now));
        let (fetched, found) = match working.flatten() {
            Some(other) => (other, self.find_with_fetch_of(other, source, kid, now)),
            None => {
                let elsewhere = || self.find_elsewhere(source, kid, now);
                (own, own.keys.find(kid, now, elsewhere))
            }
        };
        if matches!(found, Err(Incomplete::Failed(_))) {
            fetched.is_wanted.store(true, Ordering::Relaxed);
        }
        found
    }

    /// Returns another source than this one that has keys and does not fail.
    fn working_source(&self, source: usize, now: ClockReading) -> Option<&KeySource> {
        let mut others = self.others(source);
        others.find(|other| !other.keys.has_failed() && other.keys.check_available(now).is_ok())
    }

    /// Returns a key like [`find`](Self::find). An unknown `kid` starts a fetch of `other`.
    fn find_with_fetch_of(
        &self,
        other: &KeySource,
        source: usize,
        kid: &str,
        now: ClockReading,
    ) -> Result<Arc<VerificationKey>, Incomplete<KeyNotFound>> {
        self.find_without_fetch(source, kid, now).or_else(|error| {
            let found = other.keys.find(kid, now, || None);
            found.map_err(|incomplete| incomplete.map_failure(|_| error))
        })
    }

    /// Returns the key with this `kid` from the keys that have been fetched so far.
    pub(crate) fn find_without_fetch(
        &self,
        source: usize,
        kid: &str,
        now: ClockReading,
    ) -> Result<Arc<VerificationKey>, KeyNotFound> {
        let Some(own) = self.0.sources.get(source) else {
            return self.find_configured(kid, now);
        };
        let elsewhere = || self.find_elsewhere(source, kid, now);
        own.keys.find_without_fetch(kid, now, elsewhere)
    }

    /// Returns `true` if a token whose issuer has the source at this position can still be verified
    /// with this key.
    pub(crate) fn holds(
        &self,
        source: usize,
        key: &Arc<VerificationKey>,
        now: ClockReading,
    ) -> bool {
        let Some(own) = self.0.sources.get(source) else {
            return self.configured_hold(key, now);
        };
        own.keys.holds(key, now, || {
            let mut others = self.others(source);
            others.any(|other| other.keys.holds(key, now, || false))
                || self.configured_hold(key, now)
        })
    }

    fn find_elsewhere(
        &self,
        source: usize,
        kid: &str,
        now: ClockReading,
    ) -> Option<Arc<VerificationKey>> {
        let mut others = self.others(source);
        let configured = self.0.configured.as_ref();
        others
            .find_map(|other| other.keys.find_fetched(kid, now))
            .or_else(|| configured?.find(kid, now))
    }

    fn others(&self, source: usize) -> impl Iterator<Item = &KeySource> {
        let sources = self.0.sources.iter().enumerate();
        sources.filter_map(move |(position, other)| (position != source).then_some(other))
    }

    /// Returns a configured key of a pool whose keys are not fetched.
    fn find_configured(
        &self,
        kid: &str,
        now: ClockReading,
    ) -> Result<Arc<VerificationKey>, KeyNotFound> {
        let configured = self.0.configured.as_ref();
        let key = configured.and_then(|configured| configured.find(kid, now));
        key.ok_or(KeyNotFound::Unknown)
    }

    fn configured_hold(&self, key: &Arc<VerificationKey>, now: ClockReading) -> bool {
        let configured = self.0.configured.as_ref();
        configured.is_some_and(|configured| configured.holds(key, now))
    }

    /// Returns an error if no source has usable keys.
    pub(crate) fn check_available(&self, now: ClockReading) -> Result<(), KeysUnavailable> {
        let configured = self.0.configured.as_ref();
        if configured.is_some_and(|configured| configured.are_usable(now)) {
            return Ok(());
        }
        let mut retry_after = None;
        for source in &self.0.sources {
            match source.keys.check_available(now) {
                Ok(()) => return Ok(()),
                Err(error) => {
                    let earlier = retry_after.unwrap_or(error.retry_after);
                    retry_after = Some(earlier.min(error.retry_after));
                }
            }
        }
        Err(KeysUnavailable {
            retry_after: retry_after.unwrap_or_default(),
        })
    }

    /// Returns the fetches that are in progress, after requesting those that are due.
    pub(crate) fn fetch_if_due(&self, now: ClockReading) -> Vec<PendingFetch> {
        let sources = self.0.sources.iter();
        sources
            .filter_map(|source| source.keys.fetch_if_due(now))
            .collect()
    }

    /// Returns the state of each source, and of the configured keys while they serve.
    pub(crate) fn states(&self, now: ClockReading) -> Vec<SourceState> {
        let fetched = self.0.sources.iter().map(|source| SourceState {
            name: Arc::clone(&source.name),
            is_serving: source.keys.check_available(now).is_ok(),
            keys_age: source.keys.age(now),
            last_error: source.keys.last_error(),
        });
        let configured = self.0.configured.iter().map(|configured| SourceState {
            name: configured.name().into(),
            is_serving: configured.are_usable(now),
            keys_age: Some(now.time_since(configured.read_at())),
            last_error: configured.last_error(),
        });
        fetched.chain(configured).collect()
    }

    /// Returns the errors of the last fetches with their sources, or `None` if none has failed.
    ///
    /// With several sources, each error begins with the name of its source.
    pub(crate) fn last_error(&self) -> Option<String> {
        let configured = self.0.configured.iter();
        let configured = configured.filter_map(|it| Some((it.name(), it.last_error()?)));
        let fetched = self.0.sources.iter();
        let fetched = fetched.filter_map(|it| Some((&*it.name, it.keys.last_error()?)));
        let errors: Vec<_> = fetched.chain(configured).collect();
        let is_only_source = self.0.sources.len() == 1 && self.0.configured.is_none();
        match errors.as_slice() {
            [] => None,
            [(_, error)] if is_only_source => Some(error.clone()),
            errors => {
                let errors = errors
                    .iter()
                    .map(|(name, error)| format!("{name}: {error}"));
                Some(errors.collect::<Vec<_>>().join("; "))
            }
        }
    }

    /// Returns `true` if the background task of this source may fetch because of a token with an
    /// unknown `kid`.
    ///
    /// If tokens of another source have waited for longer, that source is fetched instead. Otherwise,
    /// a flood of tokens of one issuer would keep the keys of the other from being fetched.
    pub(super) fn claim_fetch(&self, source: usize, now: ClockReading) -> bool {
        let Some(own) = self.0.sources.get(source) else {
            return false;
        };
        let attempted_at = |source: &KeySource| source.keys.snapshot().last_attempt_at;
        let since = |source: &KeySource| attempted_at(source).map(|at| now.time_since(at));
        let waiting = self.others(source).filter(|other| {
            let is_wanted = other.is_wanted.load(Ordering::Relaxed);
            is_wanted
                && self
                    .0
                    .cooldown
                    .time_left(attempted_at(other), now)
                    .is_zero()
        });
        // `None`, which is less than `Some`, is a source without an attempt. It is being fetched.
        let longest = waiting.max_by_key(|other| since(other));
        match longest {
            Some(other) if since(other) > since(own) => {
                other.keys.request();
                false
            }
            _ => self.0.cooldown.claim(attempted_at(own), now),
        }
    }

    /// Records that a fetch of this source has begun.
    pub(super) fn record_attempt(&self, source: usize) {
        if let Some(source) = self.0.sources.get(source) {
            source.is_wanted.store(false, Ordering::Relaxed);
        }
    }

    /// Records that keys have been fetched from one of the sources.
    pub(super) fn record_success(&self) {
        if let Some(configured) = &self.0.configured {
            configured.end();
        }
    }
}

#[cfg(test)]
mod tests;
