use std::collections::HashMap;
use std::sync::Arc;

use foldhash::quality::RandomState;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::KeySetError;
use super::key::VerificationKey;

/// The signing keys of one user pool, by `kid`.
#[derive(Debug, Default)]
pub(crate) struct KeySet {
    by_kid: HashMap<Box<str>, Arc<VerificationKey>, RandomState>,
}

impl KeySet {
    /// Parses a JWK Set (RFC 7517 section 5) entry by entry, and skips unusable entries.
    ///
    /// A key that `previous` contains with the same material is reused, so that tokens verified
    /// with it stay in the cache.
    pub(crate) fn parse(
        body: &[u8],
        max_keys: usize,
        previous: Option<&Self>,
    ) -> Result<Self, KeySetError> {
        #[derive(Deserialize)]
        struct JwkSet<'j> {
            #[serde(borrow)]
            keys: Vec<&'j RawValue>,
        }
        let JwkSet { keys } = serde_json::from_slice(body).map_err(KeySetError::NotAJwkSet)?;
        if keys.len() > max_keys {
            return Err(KeySetError::TooManyKeys(keys.len()));
        }
        let set = Self::from_entries(keys.into_iter().map(RawValue::get), previous);
        if set.by_kid.is_empty() {
            return Err(KeySetError::NoUsableKey);
        }
        Ok(set)
    }

    fn from_entries<'j>(entries: impl Iterator<Item = &'j str>, previous: Option<&Self>) -> Self {
        // `None` marks a `kid` that occurs more than once: it is ambiguous.
        let mut by_kid: HashMap<Box<str>, Option<Arc<VerificationKey>>> = HashMap::new();
        for (position, entry) in entries.enumerate() {
            match VerificationKey::parse(entry) {
                Ok(key) => {
                    let key = previous
                        .and_then(|set| set.find_same(&key))
                        .unwrap_or(Arc::new(key));
                    by_kid
                        .entry(key.kid().into())
                        .and_modify(|duplicate| *duplicate = None)
                        .or_insert(Some(key));
                }
                Err(why) => tracing::info!(position, %why, "skipped an entry of the JWK Set"),
            }
        }
        let mut set = Self::default();
        for (kid, key) in by_kid {
            match key {
                Some(key) => drop(set.by_kid.insert(kid, key)),
                None => {
                    tracing::warn!(
                        ?kid,
                        "dropped all keys with a `kid` that occurs more than once"
                    );
                }
            }
        }
        set
    }

    pub(crate) fn find(&self, kid: &str) -> Option<&Arc<VerificationKey>> {
        self.by_kid.get(kid)
    }

    /// Returns `true` if the set contains this key itself, and not just a key with the same `kid`.
    pub(crate) fn holds(&self, key: &Arc<VerificationKey>) -> bool {
        self.find(key.kid())
            .is_some_and(|found| Arc::ptr_eq(found, key))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_kid.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_kid.len()
    }

    /// Returns the IDs of the keys that another set does not contain.
    pub(super) fn kids_not_in(&self, other: &Self) -> Vec<Box<str>> {
        let kids = self.by_kid.keys();
        kids.filter(|kid| other.find(kid).is_none())
            .cloned()
            .collect()
    }

    fn find_same(&self, key: &VerificationKey) -> Option<Arc<VerificationKey>> {
        let known = self.find(key.kid())?;
        known.has_same_material_as(key).then(|| Arc::clone(known))
    }
}
