use std::hash::{Hash, Hasher};
use std::sync::Arc;

use papaya::Equivalent;

use crate::jwks::VerificationKey;
use crate::principal::ServicePrincipal;
use crate::two_generation_cache::TwoGenerationCache;

/// Tokens that have been verified, looked up by their whole text.
pub(crate) struct VerifiedTokens(TwoGenerationCache<TokenText, Entry>);

/// A verified token, and what it stands or falls with.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) principal: ServicePrincipal,
    pub(crate) pool: usize,
    pub(crate) key: Arc<VerificationKey>,
    pub(crate) expires_at: f64,
}

impl VerifiedTokens {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(TwoGenerationCache::new(capacity))
    }

    /// The principal of a token, if it is known and `is_good` still says so.
    pub(crate) fn find(
        &self,
        token: &[u8],
        is_good: impl Fn(&Entry) -> bool,
    ) -> Option<ServicePrincipal> {
        self.0.find(&HeaderToken(token), |entry| {
            is_good(entry).then(|| entry.principal.clone())
        })
    }

    pub(crate) fn insert(&self, entry: Entry) {
        self.0
            .insert(TokenText(entry.principal.shared_token()), entry);
    }
}

/// The text of a token, shared with the principal.
#[derive(Clone)]
struct TokenText(Arc<str>);

/// A token as it stands in a header.
struct HeaderToken<'h>(&'h [u8]);

/// Hashes the end of a token: 32 characters of its signature, 192 bits that nobody can choose
/// without the private key. Equality is that of the whole text, so a collision swaps nothing.
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
