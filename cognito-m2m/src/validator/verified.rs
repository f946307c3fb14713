use std::sync::Arc;
use std::time::Duration;

use super::TokenError;
use crate::jwks::VerificationKey;
use crate::policy::PolicyDefaults;
use crate::pool::PoolName;
use crate::principal::{Identity, ServicePrincipal};
use crate::token::{BearerToken, Claims, InvalidToken, RegisteredClaims, UnverifiedToken};

/// What a token must keep beyond its signature.
#[derive(Clone, Debug)]
pub(crate) struct TokenRules {
    pub(crate) leeway: Duration,
    pub(crate) max_lifetime: Duration,
    pub(crate) accept_user_tokens: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct AudienceRule {
    pub(crate) audience: Box<str>,
    pub(crate) required: bool,
}

/// A token whose signature and claims have been verified; it has this one constructor.
pub(crate) struct VerifiedToken {
    identity: Identity,
    pub(crate) expires_at: f64,
}

impl VerifiedToken {
    /// The signature first, then the claims; the expiry last, so that «expired» is said of a token
    /// only that was good once.
    pub(crate) fn verify(
        token: &UnverifiedToken<'_>,
        claims: &RegisteredClaims<'_>,
        key: &Arc<VerificationKey>,
        audience: Option<&AudienceRule>,
        rules: &TokenRules,
        now: Duration,
    ) -> Result<Self, TokenError> {
        if !key.has_signed(token.signing_input, &token.signature) {
            return Err(InvalidToken::Signature.into());
        }
        if claims.token_use().as_deref() != Some("access") {
            return Err(InvalidToken::TokenUse.into());
        }
        if claims.is_of_a_user() && !rules.accept_user_tokens {
            return Err(InvalidToken::UserToken.into());
        }
        if let Some(rule) = audience {
            judge_audience(claims, rule)?;
        }
        let identity = Identity::read(claims)?;
        let expires_at = judge_dates(claims, rules, now.as_secs_f64())?;
        Ok(Self {
            identity,
            expires_at,
        })
    }

    pub(crate) fn into_principal(
        self,
        claims: Claims,
        pool: PoolName,
        token: BearerToken<'_>,
        policy_defaults: Arc<PolicyDefaults>,
    ) -> ServicePrincipal {
        ServicePrincipal::new(self.identity, claims, pool, token.as_str(), policy_defaults)
    }
}

/// RFC 7519 section 4.1.3.
fn judge_audience(claims: &RegisteredClaims<'_>, rule: &AudienceRule) -> Result<(), InvalidToken> {
    let admitted = match claims.audience()? {
        Some(audience) => audience.contains(&rule.audience),
        None => !rule.required,
    };
    admitted.then_some(()).ok_or(InvalidToken::Audience)
}

/// RFC 7519 sections 4.1.4 to 4.1.6; the longest life is Cognito's own (24 hours).
fn judge_dates(
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
    let ends_at = dates.expires_at + leeway;
    if now >= ends_at {
        return Err(TokenError::Expired);
    }
    Ok(ends_at)
}
