use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use crate::jwks::VerificationKey;
use crate::principal::ServicePrincipal;
use crate::two_generation_cache::TwoGenerationCache;
use papaya::Equivalent;

/// The cache of verified tokens. The key of an entry is the whole token.
pub(crate) struct VerifiedTokens(TwoGenerationCache<TokenText, Entry>);

/// The principal of a verified token, and the data that its validity depends on.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) principal: ServicePrincipal,
    /// The position of the pool and of the source of its keys.
    pub(super) position: KeyPosition,
    pub(crate) key: Arc<VerificationKey>,
    /// The time since the Unix epoch, including the leeway.
    pub(crate) expires_at: Duration,
}

/// The position of a pool in the validator, and that of the source of a token's keys in the pool.
#[derive(Clone, Copy)]
pub(super) struct KeyPosition {
    pub(super) pool: usize,
    pub(super) source: usize,
}

impl VerifiedTokens {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(TwoGenerationCache::new(capacity))
    }

    /// Calls `read` with the entry of a token and returns its result, or `None` if the cache does not
    /// contain the token.
    pub(crate) fn find<R>(&self, token: &[u8], read: impl Fn(&Entry) -> Option<R>) -> Option<R> {
        self.0.find(&HeaderToken(token), read)
    }

    pub(crate) fn insert(&self, entry: Entry) {
        self.0
            .insert(TokenText(entry.principal.shared_token()), entry);
    }
}

/// The text of a token, shared with the principal.
#[derive(Clone)]
struct TokenText(Arc<str>);

/// The bytes of a token in a request header.
struct HeaderToken<'h>(&'h [u8]);

/// Hashes the end of a token: 32 characters of its signature, which are 192 bits that an attacker
/// cannot choose without the private key. Equality compares the whole text, so a collision never
/// confuses two tokens.
fn hash_signature<H: Hasher>(token: &[u8], state: &mut H) {
    token
        .last_chunk::<32>()
        .map_or(token, |end| end)
        .hash(state);
}

impl Hash for TokenText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_signature(self.0.as_bytes(), state);
    }
}

impl Hash for HeaderToken<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_signature(self.0, state);
    }
}

impl Equivalent<TokenText> for HeaderToken<'_> {
    fn equivalent(&self, known: &TokenText) -> bool {
        self.0 == known.0.as_bytes()
    }
}

impl PartialEq for TokenText {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for TokenText {}
