use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::TokenError;
use super::cache::{Entry, KeyPosition, VerifiedTokens};
use super::rules::{AudienceRule, TokenRules, VerifiedToken};
use super::worker_tokens::{Caller, Validity, WorkerTokens};
use crate::jwks::{Incomplete, KeyNotFound, PoolKeys, VerificationKey};
use crate::policy::PolicyDefaults;
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;
use crate::time::ClockReading;
use crate::token::{BearerToken, Credentials, InvalidToken, RegisteredClaims, UnverifiedToken};

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
    cache_entries: usize,
    policy_defaults: Arc<PolicyDefaults>,
}

impl CognitoValidator {
    pub(crate) fn new(
        pools: Vec<Pool>,
        rules: TokenRules,
        cache_entries: usize,
        policy_defaults: Arc<PolicyDefaults>,
    ) -> Self {
        Self {
            pools: pools.into(),
            rules,
            verified: VerifiedTokens::new(cache_entries),
            cache_entries,
            policy_defaults,
        }
    }

    pub(crate) fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// Creates the token cache of a worker, which [`recall`](Self::recall) fills.
    pub(crate) fn worker_tokens<T>(&self) -> WorkerTokens<T> {
        WorkerTokens::new(self.cache_entries)
    }

    /// Returns the principal of a token that was verified before, unless the token has expired or
    /// its key is no longer used by the pool.
    pub(crate) fn find_verified(
        &self,
        credentials: Credentials<'_>,
        now: ClockReading,
    ) -> Option<ServicePrincipal> {
        self.verified.find(credentials.as_bytes(), |entry| {
            let KeyPosition { pool, source } = entry.position;
            let pool = self.pools.get(pool)?;
            let is_valid = now.wall < entry.expires_at && pool.keys.holds(source, &entry.key, now);
            is_valid.then(|| entry.principal.clone())
        })
    }

    /// Returns the caller of a token like [`find_verified`](Self::find_verified), and adds it to the
    /// cache of a worker.
    pub(crate) fn recall<T: Default>(
        &self,
        credentials: Credentials<'_>,
        tokens: &WorkerTokens<T>,
        now: ClockReading,
    ) -> Option<Rc<Caller<T>>> {
        let recalled = self.verified.find(credentials.as_bytes(), |entry| {
            if now.wall >= entry.expires_at {
                return None;
            }
            let KeyPosition { pool, source } = entry.position;
            let keys = &self.pools.get(pool)?.keys;
            let validity = Validity {
                expires_at: entry.expires_at,
                key: tokens.held_key(keys, source, &entry.key, now)?,
            };
            let principal = entry.principal.for_worker();
            Some(Caller::with_validity(principal, validity))
        });
        let caller = Rc::new(recalled?);
        tokens.insert(Rc::clone(&caller));
        Some(caller)
    }

    /// Verifies a token. If its key is unknown, a key fetch may be started.
    pub(crate) fn try_verify(
        &self,
        token: BearerToken<'_>,
        now: ClockReading,
    ) -> Result<ServicePrincipal, Incomplete<TokenError>> {
        self.verify_with(token, now, |keys, source, kid| {
            let key = keys.find(source, kid, now);
            key.map_err(|incomplete| incomplete.map_failure(TokenError::from))
        })
    }

    /// Verifies a token with the keys that have been fetched so far.
    pub(crate) fn verify(
        &self,
        token: BearerToken<'_>,
        now: ClockReading,
    ) -> Result<ServicePrincipal, TokenError> {
        self.verify_with(token, now, |keys, source, kid| {
            let key = keys.find_without_fetch(source, kid, now);
            key.map_err(TokenError::from)
        })
    }

    fn verify_with<E: From<TokenError>>(
        &self,
        token: BearerToken<'_>,
        now: ClockReading,
        find_key: impl FnOnce(&PoolKeys, usize, &str) -> Result<Arc<VerificationKey>, E>,
    ) -> Result<ServicePrincipal, E> {
        let invalid = |why: InvalidToken| TokenError::from(why);
        let unverified = UnverifiedToken::parse(token).map_err(invalid)?;
        let claims = RegisteredClaims::parse(&unverified.untrusted_payload)
            .map_err(|fault| invalid(fault.into()))?;
        let (position, pool) = self.pool_of(&claims).map_err(invalid)?;
        let key = find_key(&pool.keys, position.source, &unverified.untrusted_kid)?;
        let audience = pool.audience.as_ref();
        let verified =
            VerifiedToken::verify(&unverified, &claims, &key, audience, &self.rules, now.wall)?;
        let expires_at = since_epoch(verified.expires_at);
        let policy_defaults = Arc::clone(&self.policy_defaults);
        let principal = verified.into_principal(token, pool.name.clone(), policy_defaults);
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

/// Returns the time since the Unix epoch, or the closest one that a `Duration` can express.
fn since_epoch(date: f64) -> Duration {
    let out_of_range = if date > 0.0 {
        Duration::MAX
    } else {
        Duration::ZERO
    };
    Duration::try_from_secs_f64(date).unwrap_or(out_of_range)
}

impl From<KeyNotFound> for TokenError {
    fn from(error: KeyNotFound) -> Self {
        match error {
            KeyNotFound::Unknown => InvalidToken::UnknownKey.into(),
            KeyNotFound::Unavailable(error) => error.into(),
        }
    }
}
