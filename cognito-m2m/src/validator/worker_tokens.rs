use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::jwks::{HeldKey, PoolKeys, VerificationKey};
use crate::principal::ServicePrincipal;
use crate::time::ClockReading;

/// The tokens that one worker has seen more than once, in front of the cache that all workers share.
///
/// Requests with these tokens write only to memory of their own worker. Every request still compares the
/// whole token, its expiry, and the generation of its pool's keys.
pub(crate) struct WorkerTokens<T> {
    generations: RefCell<Generations<T>>,
    half_capacity: usize,
    /// The keys that the tokens were verified with, usually one or two for each user pool.
    keys: RefCell<Vec<Rc<HeldKey>>>,
}

/// The two generations of the cache. See `TwoGenerationCache`.
struct Generations<T> {
    young: Tokens<T>,
    old: Tokens<T>,
}

type Tokens<T> = HashMap<u64, Rc<Caller<T>>, BuildHasherDefault<FingerprintHasher>>;

/// A caller whose token has been verified.
pub(crate) struct Caller<T> {
    pub(crate) principal: ServicePrincipal,
    /// `None` if the token is validated again for each request.
    validity: Option<Validity>,
    /// The data of the worker for the token.
    pub(crate) data: T,
}

/// The conditions under which a verified token stays valid.
pub(super) struct Validity {
    /// The time since the Unix epoch, including the leeway.
    pub(super) expires_at: Duration,
    pub(super) key: Rc<HeldKey>,
}

impl<T> WorkerTokens<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            generations: RefCell::new(Generations {
                young: HashMap::default(),
                old: HashMap::default(),
            }),
            half_capacity: capacity.div_ceil(2),
            keys: RefCell::default(),
        }
    }

    /// Returns the key of a token, or `None` if it can no longer be used.
    pub(super) fn held_key(
        &self,
        keys: &PoolKeys,
        source: usize,
        key: &Arc<VerificationKey>,
        now: ClockReading,
    ) -> Option<Rc<HeldKey>> {
        let mut held_keys = self.keys.borrow_mut();
        let known = held_keys.iter().find(|held| held.is_of(keys, source, key));
        if let Some(known) = known {
            return known.is_held(now).then(|| Rc::clone(known));
        }
        held_keys.retain(|held| Rc::strong_count(held) > 1);
        let held = HeldKey::new(keys.clone(), source, Arc::clone(key), now)?;
        let held = Rc::new(held);
        held_keys.push(Rc::clone(&held));
        Some(held)
    }

    /// Returns a token that the worker knows, unless it has expired or its key is no longer used.
    #[inline]
    pub(crate) fn find(&self, token: &[u8], now: ClockReading) -> Option<Rc<Caller<T>>> {
        let fingerprint = fingerprint(token);
        let generations = self.generations.borrow();
        if let Some(known) = generations.young.get(&fingerprint) {
            return known.is_valid(token, now).then(|| Rc::clone(known));
        }
        drop(generations);
        self.find_old(fingerprint, token, now)
    }

    #[cold]
    fn find_old(&self, fingerprint: u64, token: &[u8], now: ClockReading) -> Option<Rc<Caller<T>>> {
        let generations = self.generations.borrow();
        let known = generations.old.get(&fingerprint)?;
        let known = known.is_valid(token, now).then(|| Rc::clone(known))?;
        drop(generations);
        self.insert(Rc::clone(&known));
        Some(known)
    }

    /// Keeps a token, unless the capacity is 0.
    pub(crate) fn insert(&self, caller: Rc<Caller<T>>) {
        if self.half_capacity == 0 {
            return;
        }
        let mut generations = self.generations.borrow_mut();
        if generations.young.len() >= self.half_capacity {
            generations.rotate();
        }
        let fingerprint = fingerprint(caller.token());
        generations.young.insert(fingerprint, caller);
    }
}

impl<T> Generations<T> {
    /// Drops the old generation and replaces it with the young one.
    fn rotate(&mut self) {
        mem::swap(&mut self.young, &mut self.old);
        // `clear` keeps the allocation.
        self.young.clear();
    }
}

impl<T: Default> Caller<T> {
    /// Creates a caller whose token is not kept.
    pub(crate) fn new(principal: ServicePrincipal) -> Self {
        Self {
            principal,
            validity: None,
            data: T::default(),
        }
    }

    /// Creates a caller for [`WorkerTokens::insert`], with a principal of the worker.
    pub(super) fn with_validity(principal: ServicePrincipal, validity: Validity) -> Self {
        Self {
            validity: Some(validity),
            ..Self::new(principal)
        }
    }
}

impl<T> Caller<T> {
    /// Returns `true` if a worker can keep the token.
    pub(crate) fn is_kept(&self) -> bool {
        self.validity.is_some()
    }

    #[inline]
    fn is_valid(&self, token: &[u8], now: ClockReading) -> bool {
        let is_valid =
            |validity: &Validity| now.wall < validity.expires_at && validity.key.is_held(now);
        self.token() == token && self.validity.as_ref().is_some_and(is_valid)
    }

    fn token(&self) -> &[u8] {
        self.principal.raw_token().as_bytes()
    }
}

/// Returns a hash of the last 16 characters of a token, which are part of its signature.
///
/// These are 96 bits that a caller cannot choose without the private key, so a seed would add nothing. Two
/// tokens with the same hash displace each other; equality compares the whole text.
#[inline]
fn fingerprint(token: &[u8]) -> u64 {
    const ODD: u128 = 0x9E37_79B9_7F4A_7C15;
    let end = token
        .last_chunk()
        .map_or(0, |end| u128::from_le_bytes(*end));
    let halves = (end as u64) ^ ((end >> 64) as u64).rotate_left(32);
    let product = u128::from(halves).wrapping_mul(ODD);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Uses a fingerprint as its own hash.
#[derive(Default)]
struct FingerprintHasher(u64);

impl Hasher for FingerprintHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    #[inline]
    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests;
