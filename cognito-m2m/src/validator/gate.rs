use std::sync::Arc;

use super::TokenError;
use super::cache::{Entry, VerifiedTokens};
use super::verified::{AudienceRule, TokenRules, VerifiedToken};
use crate::jwks::{KeyStore, Lookup, PendingFetch};
use crate::policy::Rulebook;
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;
use crate::time::Clock;
use crate::token::{
    BearerToken, Claims, InvalidToken, Presented, RegisteredClaims, UnverifiedToken,
};

/// One user pool whose tokens are admitted.
pub(crate) struct Pool {
    pub(crate) name: PoolName,
    pub(crate) issuer: Box<str>,
    pub(crate) audience: Option<AudienceRule>,
    pub(crate) keys: KeyStore,
}

/// The built-in validator.
pub(crate) struct Gate {
    pools: Box<[Pool]>,
    rules: TokenRules,
    verified: VerifiedTokens,
    clock: Arc<dyn Clock>,
    rulebook: Arc<Rulebook>,
}

/// What comes of looking at a token once.
pub(crate) enum Verification {
    Done(Result<ServicePrincipal, TokenError>),
    /// A fetch may bring the key: wait for it, then ask [`Gate::settle`].
    Fetching(PendingFetch),
}

impl Gate {
    pub(crate) fn new(
        pools: Vec<Pool>,
        rules: TokenRules,
        cache_entries: usize,
        clock: Arc<dyn Clock>,
        rulebook: Arc<Rulebook>,
    ) -> Self {
        Self {
            pools: pools.into(),
            rules,
            verified: VerifiedTokens::new(cache_entries),
            clock,
            rulebook,
        }
    }

    pub(crate) fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// A token that has been verified before, as long as its key and its time last.
    pub(crate) fn recognize(&self, presented: Presented<'_>) -> Option<ServicePrincipal> {
        self.verified.find(presented.as_bytes(), |entry| {
            let in_time = self.clock.wall().as_secs_f64() < entry.expires_at;
            let pool = self.pools.get(entry.pool);
            in_time && pool.is_some_and(|pool| pool.keys.holds(&entry.key, self.clock.monotonic()))
        })
    }

    /// Verifies a token; an unknown key may be worth a fetch.
    pub(crate) fn verify(&self, token: BearerToken<'_>) -> Verification {
        self.look_at(token, |keys, kid| keys.find(kid, self.clock.monotonic()))
            .unwrap_or_else(|error| Verification::Done(Err(error)))
    }

    /// Verifies a token with the keys that are there.
    pub(crate) fn settle(&self, token: BearerToken<'_>) -> Result<ServicePrincipal, TokenError> {
        let settled = |keys: &KeyStore, kid: &str| keys.settle(kid, self.clock.monotonic());
        match self.look_at(token, settled)? {
            Verification::Done(result) => result,
            // `KeyStore::settle` starts no fetch.
            Verification::Fetching(_) => Err(InvalidToken::UnknownKey.into()),
        }
    }

    fn look_at(
        &self,
        token: BearerToken<'_>,
        find_key: impl Fn(&KeyStore, &str) -> Lookup,
    ) -> Result<Verification, TokenError> {
        let unverified = UnverifiedToken::parse(token)?;
        let claims =
            RegisteredClaims::parse(&unverified.untrusted_payload).map_err(InvalidToken::from)?;
        let (position, pool) = self.pool_of(&claims)?;
        let key = match find_key(&pool.keys, &unverified.untrusted_kid) {
            Lookup::Found(key) => key,
            Lookup::Unknown => return Err(InvalidToken::UnknownKey.into()),
            Lookup::Unavailable(why) => return Err(why.into()),
            Lookup::Fetching(pending) => return Ok(Verification::Fetching(pending)),
        };
        let now = self.clock.wall();
        let audience = pool.audience.as_ref();
        let verified =
            VerifiedToken::verify(&unverified, &claims, &key, audience, &self.rules, now)?;
        let expires_at = verified.expires_at;
        let claims = Claims::from_payload(unverified.untrusted_payload);
        let principal =
            verified.into_principal(claims, pool.name.clone(), token, Arc::clone(&self.rulebook));
        self.verified.insert(Entry {
            principal: principal.clone(),
            pool: position,
            key,
            expires_at,
        });
        Ok(Verification::Done(Ok(principal)))
    }

    /// `iss` picks the pool, code point by code point (RFC 9207 section 2.4).
    fn pool_of(&self, claims: &RegisteredClaims<'_>) -> Result<(usize, &Pool), InvalidToken> {
        let issuer = claims.issuer().ok_or(InvalidToken::Issuer)?;
        let mut pools = self.pools.iter().enumerate();
        pools
            .find(|(_, pool)| *pool.issuer == *issuer)
            .ok_or(InvalidToken::Issuer)
    }
}
