//! The verified identity of a calling service.

use std::fmt;
use std::sync::Arc;

use crate::authorization_flag::AuthorizationFlag;
use crate::client_id::ClientId;
use crate::policy::{Denial, PathParameters, Policy, PolicyDefaults, PolicyInput};
use crate::pool::PoolName;
use crate::qualified_client_id::QualifiedClientId;
use crate::scope::ScopeSet;
use crate::scope_match::ScopeMatch;
use crate::token::{Audience, Claims, InvalidToken, RegisteredClaims};

/// The verified identity of a calling service, and an extractor that requires a valid token.
///
/// It is immutable and cheap to clone.
///
/// [`CognitoAuth`](crate::CognitoAuth) creates one from every valid token. As a handler argument,
/// it requires a valid token: a request without one is answered with 401. If a token is optional,
/// take an [`OptionalPrincipal`](crate::OptionalPrincipal). `Option<ServicePrincipal>` is `None`
/// for every failure, even for a forged token, and nothing is logged.
///
/// # Examples
///
/// ```
/// use cognito_m2m::{ScopeMatch, ServicePrincipal};
/// use cognito_m2m::token::Claims;
/// use serde_json::json;
///
/// let claims = Claims::from_value(json!({
///     "client_id": "reporting",
///     "scope": "widgets/read widgets/list",
/// }))?;
/// let principal = ServicePrincipal::danger_from_claims(claims)?;
/// assert_eq!(principal.client_id(), &"reporting");
/// assert!(principal.has_scope("widgets/read"));
/// assert!(principal.has_scopes(["widgets/read", "widgets/admin"], ScopeMatch::Any));
/// assert!(!principal.has_scopes(["widgets/read", "widgets/admin"], ScopeMatch::All));
/// assert_eq!(principal.scopes().len(), 2);
/// assert!(principal.pool().is_default());
/// assert!(principal.raw_token().is_empty(), "no token was sent");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ServicePrincipal {
    inner: Arc<Counted>,
    /// Set by [`authorize`](Self::authorize). `None` if nothing depends on it.
    authorization: Option<AuthorizationFlag>,
}

/// A pointer to the data of a principal, with a reference count of its own.
///
/// The data is shared through a second `Arc`. If workers also shared the reference count of their requests,
/// its cache line would move between them with each request.
struct Counted(Arc<Inner>);

struct Inner {
    identity: Identity,
    claims: Claims,
    pool: PoolName,
    raw_token: Arc<str>,
    policy_defaults: Arc<PolicyDefaults>,
}

impl ServicePrincipal {
    /// Creates a principal from claims that have not been verified.
    ///
    /// Use it in tests, or for claims that were verified by other means. The principal belongs to
    /// the default pool, and its [`raw_token`](Self::raw_token) is empty.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidToken`] if `client_id` is missing or invalid, or if `scope` or `sub` is
    /// present and not a string.
    pub fn danger_from_claims(claims: Claims) -> Result<Self, InvalidToken> {
        Self::from_claims(claims, PoolName::default(), "", Arc::default())
    }

    /// Creates a principal from the claims that a custom validator returned.
    pub(crate) fn from_claims(
        claims: Claims,
        pool: PoolName,
        raw_token: &str,
        policy_defaults: Arc<PolicyDefaults>,
    ) -> Result<Self, InvalidToken> {
        let identity = Identity::from_claims(&RegisteredClaims::parse(&claims.payload())?)?;
        Ok(Self::new(
            identity,
            claims,
            pool,
            raw_token,
            policy_defaults,
        ))
    }

    pub(crate) fn new(
        identity: Identity,
        claims: Claims,
        pool: PoolName,
        raw_token: impl Into<Arc<str>>,
        policy_defaults: Arc<PolicyDefaults>,
    ) -> Self {
        Self::from_inner(Arc::new(Inner {
            identity,
            claims,
            pool,
            raw_token: raw_token.into(),
            policy_defaults,
        }))
    }

    fn from_inner(inner: Arc<Inner>) -> Self {
        Self {
            inner: Arc::new(Counted(inner)),
            authorization: None,
        }
    }

    /// Returns the same principal with a reference count of its own, for the requests of one worker.
    pub(crate) fn for_worker(&self) -> Self {
        Self::from_inner(Arc::clone(&self.inner.0))
    }

    fn inner(&self) -> &Inner {
        &self.inner.0
    }

    /// Returns a clone whose [`authorize`](Self::authorize) sets the flag.
    pub(crate) fn with_flag(&self, flag: &AuthorizationFlag) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            authorization: Some(flag.clone()),
        }
    }

    /// Returns the ID of the app client that the token was issued to.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.inner().identity.client_id
    }

    /// Returns the scopes that the token grants.
    #[must_use]
    pub fn scopes(&self) -> &ScopeSet {
        &self.inner().identity.scopes
    }

    /// Returns `true` if the token grants this scope. Scopes are compared exactly.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().contains(scope)
    }

    /// Returns `true` if the token grants all of these scopes, or at least one of them, as
    /// `scope_match` specifies. For an empty list, it returns `false`.
    #[must_use]
    pub fn has_scopes<S: AsRef<str>>(
        &self,
        scopes: impl IntoIterator<Item = S>,
        scope_match: ScopeMatch,
    ) -> bool {
        let mut granted = scopes
            .into_iter()
            .map(|scope| self.has_scope(scope.as_ref()));
        match scope_match {
            ScopeMatch::Any => granted.any(|is_granted| is_granted),
            // `Iterator::all` is true for an empty iterator, but an empty list is a mistake here.
            ScopeMatch::All => granted.next() == Some(true) && granted.all(|is_granted| is_granted),
        }
    }

    /// Evaluates a policy inside a handler, and returns the reason if it denies the request.
    ///
    /// Return the error with `?`: it is answered and logged like any other refusal. An error that the
    /// handler does not return is not logged. Client groups and the default scope match come from the
    /// settings. The request method and the path parameters are not available here, so a policy with a
    /// scope map or [`claim_equals_path`](Policy::claim_equals_path) always denies. For the setting
    /// `unguarded_routes`, the call counts as a guard of the request.
    ///
    /// # Errors
    ///
    /// Returns a [`Denial`] for the first part of the policy that the caller does not satisfy.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::Responder;
    /// use cognito_m2m::policy::Denial;
    /// use cognito_m2m::{Policy, ServicePrincipal};
    ///
    /// const ADMIN: Policy = Policy::scope("widgets/admin");
    ///
    /// async fn purge(principal: ServicePrincipal) -> Result<impl Responder, Denial> {
    ///     principal.authorize(&ADMIN)?;
    ///     Ok("purged")
    /// }
    /// ```
    ///
    /// A policy can also be created in the handler. If one of its scopes or client IDs is invalid,
    /// the response is 500, and the error is logged:
    ///
    /// ```
    /// use actix_web::{Error, Responder};
    /// use cognito_m2m::{Policy, ServicePrincipal};
    ///
    /// async fn archive(principal: ServicePrincipal) -> Result<impl Responder, Error> {
    ///     principal.authorize(&Policy::scopes(["widgets/write", "archive/write"])?)?;
    ///     Ok("archived")
    /// }
    /// ```
    pub fn authorize(&self, policy: &Policy) -> Result<(), Denial> {
        if let Some(flag) = &self.authorization {
            flag.set();
        }
        policy.evaluate(&self.policy_input(&self.inner().policy_defaults))
    }

    /// Returns the input of a policy, without a request method and path parameters.
    #[inline]
    pub(crate) fn policy_input<'a>(&'a self, defaults: &'a PolicyDefaults) -> PolicyInput<'a> {
        PolicyInput {
            pool: self.pool(),
            client_id: self.client_id(),
            scopes: self.scopes(),
            claims: self.claims(),
            method: "",
            path_parameters: PathParameters::none(),
            defaults,
        }
    }

    /// Returns all claims of the token.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::ServicePrincipal;
    /// use cognito_m2m::token::Claims;
    /// use serde_json::json;
    ///
    /// let principal = ServicePrincipal::danger_from_claims(Claims::from_value(json!({
    ///     "client_id": "reporting",
    ///     "sub": "reporting",
    ///     "aud": "reporting",
    ///     "iss": "https://issuer.example",
    ///     "exp": 1_800_000_000,
    ///     "tenant": "acme",
    /// }))?)?;
    /// assert_eq!(principal.claims().find("tenant"), Some(&json!("acme")));
    /// assert_eq!(principal.sub(), Some("reporting"));
    /// assert!(principal.aud().is_some_and(|aud| aud.contains("reporting")));
    /// assert_eq!(principal.iss(), Some("https://issuer.example"));
    /// assert_eq!(principal.exp(), Some(1_800_000_000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.inner().claims
    }

    /// Returns the encoded token. It is a credential: never log it.
    #[must_use]
    pub fn raw_token(&self) -> &str {
        &self.inner().raw_token
    }

    pub(crate) fn shared_token(&self) -> Arc<str> {
        Arc::clone(&self.inner().raw_token)
    }

    /// Returns `true` if the two principals are indistinguishable.
    ///
    /// Both the claims and the token are compared: a custom validator may return different claims
    /// for the same token, and a user mapper may use either.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let (one, other) = (&self.inner.0, &other.inner.0);
        Arc::ptr_eq(one, other)
            || (one.pool == other.pool
                && one.raw_token == other.raw_token
                && one.claims.is_same_as(&other.claims)
                && Arc::ptr_eq(&one.policy_defaults, &other.policy_defaults))
    }

    /// Returns the configured name of the user pool that issued the token. With a custom validator,
    /// this is always `default`.
    #[must_use]
    pub fn pool(&self) -> &PoolName {
        &self.inner().pool
    }

    pub(crate) fn qualified_client_id(&self) -> QualifiedClientId {
        QualifiedClientId::from_parts(self.pool(), self.client_id())
    }

    /// Returns the `sub` claim. In machine tokens, Cognito sets it to the client ID.
    #[must_use]
    pub fn sub(&self) -> Option<&str> {
        self.inner().identity.subject.as_deref()
    }

    /// Returns the `aud` claim.
    ///
    /// Machine tokens of Cognito have none, unless a pre token generation trigger adds the ID of the
    /// client itself. To find out which API a token is for, look at its scopes
    /// ([`guide::which_api`](crate::guide::which_api)).
    #[must_use]
    pub fn aud(&self) -> Option<&Audience> {
        self.inner().identity.audience.as_ref()
    }

    /// Returns the `iss` claim.
    #[must_use]
    pub fn iss(&self) -> Option<&str> {
        self.inner().identity.issuer.as_deref()
    }

    /// Returns the `exp` claim, in whole seconds since the Unix epoch.
    #[must_use]
    pub fn exp(&self) -> Option<u64> {
        self.inner().identity.expires_at
    }

    /// Returns the `iat` claim, in whole seconds since the Unix epoch, rounded down.
    pub(crate) fn issued_at(&self) -> Option<u64> {
        self.inner().identity.issued_at
    }
}

impl fmt::Debug for ServicePrincipal {
    /// Formats the principal without its token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServicePrincipal")
            .field("pool", &self.pool().as_str())
            .field("client_id", &self.client_id().as_str())
            .field("scopes", self.scopes())
            .finish_non_exhaustive()
    }
}

/// The claims that a principal exposes, parsed and checked.
pub(crate) struct Identity {
    client_id: ClientId,
    scopes: ScopeSet,
    subject: Option<Box<str>>,
    audience: Option<Audience>,
    issuer: Option<Box<str>>,
    expires_at: Option<u64>,
    issued_at: Option<u64>,
}

impl Identity {
    pub(crate) fn from_claims(claims: &RegisteredClaims<'_>) -> Result<Self, InvalidToken> {
        let client_id = claims.client_id().ok_or(InvalidToken::ClientId)?;
        Ok(Self {
            client_id: ClientId::new(client_id).map_err(|_| InvalidToken::ClientId)?,
            scopes: ScopeSet::parse(&claims.scope()?),
            subject: claims.subject()?.map(Into::into),
            // If an audience is configured, the validator has already checked this claim.
            audience: claims.audience().unwrap_or_default(),
            issuer: claims.issuer().map(Into::into),
            expires_at: claims.expiry().map(whole_seconds),
            issued_at: claims.issued_at().map(whole_seconds),
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates: a date before 1970 becomes 0, one beyond the range becomes the maximum"
)]
fn whole_seconds(date: f64) -> u64 {
    date as u64
}

#[cfg(test)]
mod tests;
