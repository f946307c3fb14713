use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{Digest, SHA256, digest};

use crate::client::access_token::AccessToken;
use crate::client::token_life::MAX_LIFETIME;
use crate::time::ClockReading;

/// The number of tokens that are remembered. APIs refuse few tokens.
const MAX_TOKENS: usize = 1_000;

/// The tokens that APIs have refused, which are not taken from a store again.
///
/// Only hashes are kept, for as long as a token can live.
#[derive(Default)]
pub(super) struct RefusedTokens {
    // Locked for one scan when a token is read from a store or refused, never across an await.
    tokens: Mutex<Vec<Refused>>,
}

struct Refused {
    hash: Digest,
    until: ClockReading,
}

impl RefusedTokens {
    pub(super) fn add(&self, token: &AccessToken, now: ClockReading) {
        let hash = hash_of(token);
        let mut tokens = self.tokens();
        tokens.retain(|it| !now.has_reached(it.until) && it.hash.as_ref() != hash.as_ref());
        if tokens.len() >= MAX_TOKENS {
            tokens.remove(0);
        }
        let until = now.after(token.lifetime().unwrap_or(MAX_LIFETIME));
        tokens.push(Refused { hash, until });
    }

    pub(super) fn contain(&self, token: &AccessToken) -> bool {
        let tokens = self.tokens();
        if tokens.is_empty() {
            return false;
        }
        let hash = hash_of(token);
        tokens.iter().any(|it| it.hash.as_ref() == hash.as_ref())
    }

    fn tokens(&self) -> MutexGuard<'_, Vec<Refused>> {
        // Every change is complete in itself, so the state is valid even if the lock is poisoned.
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash_of(token: &AccessToken) -> Digest {
    digest(&SHA256, token.secret().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::requested_token::RequestedToken;

    fn token(text: &str) -> AccessToken {
        AccessToken::new(text, RequestedToken::default(), None, None).unwrap()
    }

    #[test]
    fn refused_tokens_are_remembered_for_as_long_as_they_can_live() {
        let refused = RefusedTokens::default();
        let now = ClockReading::default();
        refused.add(&token("a"), now);
        refused.add(&token("a"), now);
        assert!(refused.contain(&token("a")));
        assert!(!refused.contain(&token("b")));
        assert_eq!(refused.tokens().len(), 1);
        refused.add(&token("b"), now.after(MAX_LIFETIME));
        assert!(!refused.contain(&token("a")));
    }

    #[test]
    fn number_of_remembered_tokens_is_limited() {
        let refused = RefusedTokens::default();
        let now = ClockReading::default();
        for number in 0..=MAX_TOKENS {
            refused.add(&token(&number.to_string()), now);
        }
        assert_eq!(refused.tokens().len(), MAX_TOKENS);
        assert!(!refused.contain(&token("0")));
        assert!(refused.contain(&token(&MAX_TOKENS.to_string())));
    }
}
