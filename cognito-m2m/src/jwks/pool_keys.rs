use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::configured_keys::ConfiguredKeys;
use super::cooldown::Cooldown;
use super::generation::KeysGeneration;
use super::key::VerificationKey;
use super::key_set::KeySet;
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
    /// `true` if another source has published a key that this one does not have yet.
    is_outdated: AtomicBool,
}

impl KeySource {
    pub(crate) fn new(name: Arc<str>, keys: KeyStore) -> Self {
        Self {
            name,
            keys,
            is_wanted: AtomicBool::new(false),
            is_outdated: AtomicBool::new(false),
        }
    }
}

/// The text of [`PoolKeys::last_error`] for a pool that has no other issuer.
const NEVER_USED: &str = "the JWKS URL of the UPDATED issuer responded with status 403: the user pool has never been switched to it, so accept its ORIGINAL issuer too (`issuer_types`)";

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

    /// Returns `true` if both are the keys of the same pool.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
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
                let elsewhere = |since| self.find_elsewhere(source, kid, since, now);
                let found = own.keys.find(kid, now, elsewhere);
                let found =
                    found.map_err(|incomplete| self.or_elsewhere(incomplete, source, kid, now));
                (own, found)
            }
        };
        if matches!(found, Err(Incomplete::Failed(_))) {
            fetched.is_wanted.store(true, Ordering::Relaxed);
        }
        found
    }

    /// Lets a token wait for the fetches of all sources, if none of them has keys yet. Another source may
    /// have its key earlier than its own.
    fn or_elsewhere(
        &self,
        incomplete: Incomplete<KeyNotFound>,
        source: usize,
        kid: &str,
        now: ClockReading,
    ) -> Incomplete<KeyNotFound> {
        let own_fetch = match incomplete {
            Incomplete::Waiting(fetch) if self.check_available(now).is_err() => fetch,
            incomplete => return incomplete,
        };
        let others = self.others(source);
        let others: Vec<_> = others
            .filter_map(|other| other.keys.fetch_in_progress())
            .collect();
        let (keys, kid) = (self.clone(), kid.to_owned());
        let is_settled = move || {
            let found = keys.find_without_fetch(source, &kid, now);
            !matches!(found, Err(KeyNotFound::Unavailable(_)))
        };
        Incomplete::Waiting(own_fetch.or_until(others, is_settled))
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
        self.find_without_fetch(source, kid, now).map_err(|error| {
            match other.keys.find(kid, now, |_| None) {
                Err(Incomplete::Waiting(fetch)) => Incomplete::Waiting(fetch),
                // A key that `other` has is too old to be used for this source.
                Ok(_) | Err(Incomplete::Failed(_)) => error.into(),
            }
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
        let elsewhere = |since| self.find_elsewhere(source, kid, since, now);
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
        self.held_until(source, key, now).is_some()
    }

    /// Returns the time until which [`holds`](Self::holds) returns `true` as long as the
    /// [generation](Self::generation) is the same, or `None` if it returns `false`.
    ///
    /// It is `now` for a key of another source, because that source has another generation.
    pub(super) fn held_until(
        &self,
        source: usize,
        key: &Arc<VerificationKey>,
        now: ClockReading,
    ) -> Option<ClockReading> {
        let Some(own) = self.0.sources.get(source) else {
            return self.configured()?.held_until(key, now);
        };
        own.keys.held_until(key, now, |since| {
            let mut others = self.others(source);
            let holds = |keys: &KeySet| keys.holds(key).then_some(());
            others.any(|other| other.keys.with_keys_since(since, now, holds).is_some())
                || self
                    .configured()
                    .is_some_and(|configured| configured.holds(key, now))
        })
    }

    /// Returns the generation of the keys of the source at this position.
    pub(super) fn generation(&self, source: usize) -> KeysGeneration {
        let configured = || self.configured().map(ConfiguredKeys::generation);
        let own = self.0.sources.get(source);
        own.map(|own| own.keys.generation())
            .or_else(configured)
            .unwrap_or_default()
    }

    /// Returns a key of another source whose keys were fetched at `since` or later, or a configured key.
    fn find_elsewhere(
        &self,
        source: usize,
        kid: &str,
        since: Option<ClockReading>,
        now: ClockReading,
    ) -> Option<Arc<VerificationKey>> {
        let mut others = self.others(source);
        let find = |keys: &KeySet| keys.find(kid).cloned();
        let configured = self.configured();
        others
            .find_map(|other| other.keys.with_keys_since(since, now, find))
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
        let configured = self.configured();
        let key = configured.and_then(|configured| configured.find(kid, now));
        key.ok_or(KeyNotFound::Unknown)
    }

    fn configured(&self) -> Option<&ConfiguredKeys> {
        self.0.configured.as_ref()
    }

    /// Returns an error if no source has usable keys.
    pub(crate) fn check_available(&self, now: ClockReading) -> Result<(), KeysUnavailable> {
        let configured = self.configured();
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

    /// Returns the state of each source, and of the configured keys.
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
        if errors.is_empty() && self.is_never_used() {
            return Some(NEVER_USED.to_owned());
        }
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

    /// Returns `true` if the only answer of all sources is that the user pool has never used the issuer.
    pub(super) fn is_never_used(&self) -> bool {
        let sources = &self.0.sources;
        !sources.is_empty() && sources.iter().all(|source| source.keys.is_never_used())
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
        if own.is_outdated.swap(false, Ordering::Relaxed) {
            return true;
        }
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
            source.is_outdated.store(false, Ordering::Relaxed);
        }
    }

    /// Records that keys have been fetched from this source, after they have been stored.
    ///
    /// If there is a new one, other sources that do not have it are fetched at once: the keys of the
    /// user pool were rotated.
    pub(super) fn record_success(&self, source: usize, new_kids: &[Box<str>], now: ClockReading) {
        if let Some(configured) = &self.0.configured {
            configured.end();
        }
        for other in self.others(source) {
            let lacks = |kid: &str| {
                let find = |keys: &KeySet| keys.find(kid).map(drop);
                other.keys.with_keys_since(None, now, find).is_none()
            };
            if new_kids.iter().any(|kid| lacks(kid)) {
                other.is_outdated.store(true, Ordering::Relaxed);
                drop(other.keys.request());
            }
        }
    }
}

#[cfg(test)]
mod tests;
