use std::sync::Arc;

use super::TokenError;
use super::cache::{Entry, KeyPosition, VerifiedTokens};
use super::rules::{AudienceRule, TokenRules, VerifiedToken};
use crate::jwks::{Incomplete, KeyNotFound, PoolKeys, VerificationKey};
use crate::policy::PolicyDefaults;
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;
use crate::time::Clock;
use crate::token::{
    BearerToken, Claims, Credentials, InvalidToken, RegisteredClaims, UnverifiedToken,
};

/// A user pool whose tokens are accepted.
pub(crate) struct Pool {
    pub(crate) name: PoolName,
    pub(crate) issuers: Box<[Issuer]>,
    pub(crate) audience: Option<AudienceRule>,
    pub(crate) keys: PoolKeys,
}

/// An issuer of a user pool.
pub(crate) struct Issuer {
    pub(crate) text: Box<str>,
    /// The position of its source in the keys of the pool.
    pub(crate) source: usize,
}

/// The built-in validator of Cognito access tokens.
pub(crate) struct CognitoValidator {
    pools: Box<[Pool]>,
    rules: TokenRules,
    verified: VerifiedTokens,
    clock: Arc<dyn Clock>,
    policy_defaults: Arc<PolicyDefaults>,
}

impl CognitoValidator {
    pub(crate) fn new(
        pools: Vec<Pool>,
        rules: TokenRules,
        cache_entries: usize,
        clock: Arc<dyn Clock>,
        policy_defaults: Arc<PolicyDefaults>,
    ) -> Self {
        Self {
            pools: pools.into(),
            rules,
            verified: VerifiedTokens::new(cache_entries),
            clock,
            policy_defaults,
        }
    }

    pub(crate) fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// Returns the principal of a token that was verified before, unless the token has expired or
    /// its key is no longer used by the pool.
    pub(crate) fn find_verified(&self, credentials: Credentials<'_>) -> Option<ServicePrincipal> {
        self.verified.find(credentials.as_bytes(), |entry| {
            let now = self.clock.now();
            let is_current = now.wall.as_secs_f64() < entry.expires_at;
            let KeyPosition { pool, source } = entry.position;
            let pool = self.pools.get(pool);
            is_current && pool.is_some_and(|pool| pool.keys.holds(source, &entry.key, now))
        })
    }

    /// Verifies a token. If its key is unknown, a key fetch may be started.
    pub(crate) fn try_verify(
        &self,
        token: BearerToken<'_>,
    ) -> Result<ServicePrincipal, Incomplete<TokenError>> {
        self.verify_with(token, |keys, source, kid| {
            let key = keys.find(source, kid, self.clock.now());
            key.map_err(|incomplete| incomplete.map_failure(TokenError::from))
        })
    }

    /// Verifies a token with the keys that have been fetched so far.
    pub(crate) fn verify(&self, token: BearerToken<'_>) -> Result<ServicePrincipal, TokenError> {
        self.verify_with(token, |keys, source, kid| {
            let key = keys.find_without_fetch(source, kid, self.clock.now());
            key.map_err(TokenError::from)
        })
    }

    fn verify_with<E: From<TokenError>>(
        &self,
        token: BearerToken<'_>,
        find_key: impl FnOnce(&PoolKeys, usize, &str) -> Result<Arc<VerificationKey>, E>,
    ) -> Result<ServicePrincipal, E> {
        let invalid = |why: InvalidToken| TokenError::from(why);
        let unverified = UnverifiedToken::parse(token).map_err(invalid)?;
        let claims = RegisteredClaims::parse(&unverified.untrusted_payload)
            .map_err(|fault| invalid(fault.into()))?;
        let (position, pool) = self.pool_of(&claims).map_err(invalid)?;
        let key = find_key(&pool.keys, position.source, &unverified.untrusted_kid)?;
        let now = self.clock.wall();
        let audience = pool.audience.as_ref();
        let verified =
            VerifiedToken::verify(&unverified, &claims, &key, audience, &self.rules, now)?;
        let expires_at = verified.expires_at;
        let claims = Claims::from_payload(unverified.untrusted_payload);
        let principal = verified.into_principal(
            claims,
            pool.name.clone(),
            token,
            Arc::clone(&self.policy_defaults),
        );
        self.verified.insert(Entry {
            principal: principal.clone(),
            position,
            key,
            expires_at,
        });
        Ok(principal)
    }

    /// Returns the pool that has an issuer equal to `iss`, code point by code point (RFC 9207 section
    /// 2.4).
    fn pool_of(&self, claims: &RegisteredClaims<'_>) -> Result<(KeyPosition, &Pool), InvalidToken> {
        let iss = claims.issuer().ok_or(InvalidToken::Issuer)?;
        let mut pools = self.pools.iter().enumerate();
        let found = pools.find_map(|(position, pool)| {
            let issuer = pool.issuers.iter().find(|issuer| *issuer.text == *iss)?;
            let source = issuer.source;
            let position = KeyPosition {
                pool: position,
                source,
            };
            Some((position, pool))
        });
        found.ok_or(InvalidToken::Issuer)
    }
}

impl From<KeyNotFound> for TokenError {
    fn from(error: KeyNotFound) -> Self {
        match error {
            KeyNotFound::Unknown => InvalidToken::UnknownKey.into(),
            KeyNotFound::Unavailable(error) => error.into(),
        }
    }
}
