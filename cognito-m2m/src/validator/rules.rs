use std::sync::Arc;
use std::time::Duration;

use super::TokenError;
use crate::jwks::VerificationKey;
use crate::policy::PolicyDefaults;
use crate::pool::PoolName;
use crate::principal::{Identity, ServicePrincipal};
use crate::token::{BearerToken, Claims, InvalidToken, RegisteredClaims, UnverifiedToken};

/// The rules for the claims of a token that apply to all user pools.
#[derive(Clone, Debug)]
pub(crate) struct TokenRules {
    pub(crate) leeway: Duration,
    pub(crate) max_lifetime: Duration,
    pub(crate) accept_user_tokens: bool,
}

/// The audience that the tokens of a user pool must have.
#[derive(Clone, Debug)]
pub(crate) struct AudienceRule {
    pub(crate) audience: Box<str>,
    /// If `true`, a token without an `aud` claim is refused.
    pub(crate) required: bool,
}

/// A token with a valid signature and valid claims. [`VerifiedToken::verify`] is its only
/// constructor.
pub(crate) struct VerifiedToken {
    identity: Identity,
    pub(crate) expires_at: f64,
}

impl VerifiedToken {
    /// Verifies the signature, then the claims. The expiry is checked last, so that a token is
    /// reported as expired only if it is otherwise valid.
    pub(crate) fn verify(
        token: &UnverifiedToken<'_>,
        claims: &RegisteredClaims<'_>,
        key: &Arc<VerificationKey>,
        audience: Option<&AudienceRule>,
        rules: &TokenRules,
        now: Duration,
    ) -> Result<Self, TokenError> {
        if !key.verifies(token.signing_input, &token.signature) {
            return Err(InvalidToken::Signature.into());
        }
        if claims.token_use().as_deref() != Some("access") {
            return Err(InvalidToken::TokenUse.into());
        }
        if claims.has_username() && !rules.accept_user_tokens {
            return Err(InvalidToken::UserToken.into());
        }
        if let Some(rule) = audience {
            check_audience(claims, rule)?;
        }
        let identity = Identity::from_claims(claims)?;
        let expires_at = check_dates(claims, rules, now.as_secs_f64())?;
        Ok(Self {
            identity,
            expires_at,
        })
    }

    /// Returns the principal of the token, which has the text `token`.
    pub(crate) fn into_principal(
        self,
        token: BearerToken<'_>,
        pool: PoolName,
        policy_defaults: Arc<PolicyDefaults>,
    ) -> ServicePrincipal {
        let token: Arc<str> = token.as_str().into();
        let claims = Claims::from_verified_token(Arc::clone(&token));
        ServicePrincipal::new(self.identity, claims, pool, token, policy_defaults)
    }
}

/// Checks `aud` (RFC 7519 section 4.1.3).
fn check_audience(claims: &RegisteredClaims<'_>, rule: &AudienceRule) -> Result<(), InvalidToken> {
    let is_accepted = match claims.audience()? {
        Some(audience) => audience.contains(&rule.audience),
        None => !rule.required,
    };
    is_accepted.then_some(()).ok_or(InvalidToken::Audience)
}

/// Checks `exp`, `nbf` and `iat` (RFC 7519 sections 4.1.4 to 4.1.6), and returns the time when the
/// token expires, including the leeway.
fn check_dates(
    claims: &RegisteredClaims<'_>,
    rules: &TokenRules,
    now: f64,
) -> Result<f64, TokenError> {
    let dates = claims.dates()?;
    let leeway = rules.leeway.as_secs_f64();
    let latest_start = dates
        .not_before
        .unwrap_or(dates.issued_at)
        .max(dates.issued_at);
    if latest_start > now + leeway {
        return Err(InvalidToken::NotYetValid.into());
    }
    if dates.expires_at - dates.issued_at > rules.max_lifetime.as_secs_f64() + leeway {
        return Err(InvalidToken::Lifetime.into());
    }
    let expires_at = dates.expires_at + leeway;
    if now >= expires_at {
        return Err(TokenError::Expired);
    }
    Ok(expires_at)
}
