use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::Value;

use super::access_token::{self, AccessTokenClaims};
use super::json_object::{Edit, JsonObject};
use super::keys::SigningKey;
use super::signer::Signer;
use super::user_pool::UserPool;

/// A builder for access tokens, returned by [`LocalCognito::token`](super::LocalCognito::token).
///
/// By default, it signs the token that Cognito would issue to the client: the same header members
/// and claims in the same order, valid from now on, signed with the current key. Each method
/// changes one part of the token. If two calls change the same claim or header member, the last one
/// wins.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::testing::{LocalCognito, SigningKey};
///
/// let cognito = LocalCognito::start()?;
/// let valid = cognito.token("reporting").scopes(["widgets/read"]).sign();
///
/// // Tokens to test refusals with:
/// let expired = cognito.token("reporting").expired().sign();
/// let user_token = cognito.token("reporting").claim("username", "jane").sign();
/// let without_expiry = cognito.token("reporting").without_claim("exp").sign();
/// let unknown_key = cognito.token("reporting").kid("unknown").sign();
/// let without_key_id = cognito.token("reporting").without_header("kid").sign();
/// let malformed_scope = cognito.token("reporting").scope("widgets/read\twidgets/write").sign();
/// let foreign_key = cognito.token("reporting").signed_by(&SigningKey::generate()?).sign();
/// let invalid_json = cognito.token("reporting").raw_header("{").sign();
///
/// // Tokens of a certain age:
/// let short_lived = cognito.token("reporting").expires_in(Duration::from_secs(5)).sign();
/// let minute_old = cognito.token("reporting").issued_ago(Duration::from_secs(60)).sign();
/// # for token in [valid, expired, user_token, without_key_id, short_lived] {
/// #     assert!(token.len() > 300);
/// # }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "call `sign` to get the token"]
pub struct TokenBuilder {
    pool: Arc<UserPool>,
    client_id: String,
    scope: String,
    replica_region: Option<String>,
    signer: Signer,
    current_kid: String,
    issued_ago: Duration,
    expires: Expiry,
    header_edits: Vec<Edit>,
    claim_edits: Vec<Edit>,
    raw_header: Option<Vec<u8>>,
    raw_payload: Option<Vec<u8>>,
    raw_signature: Option<String>,
}

#[derive(Clone, Copy)]
enum Expiry {
    In(Duration),
    Ago(Duration),
}

impl TokenBuilder {
    pub(super) fn new(pool: Arc<UserPool>, client_id: &str) -> Self {
        let state = pool.state();
        let key = state.signing_key();
        let scope = state
            .clients
            .get(client_id)
            .map(|client| Vec::from_iter(state.active_scopes(client)).join(" "))
            .unwrap_or_default();
        drop(state);
        Self {
            client_id: client_id.to_owned(),
            scope,
            replica_region: None,
            current_kid: key.kid().to_owned(),
            signer: Signer::Rs256(key),
            issued_ago: Duration::ZERO,
            expires: Expiry::In(pool.token_lifetime),
            header_edits: Vec::new(),
            claim_edits: Vec::new(),
            raw_header: None,
            raw_payload: None,
            raw_signature: None,
            pool,
        }
    }

    /// Sets the scopes.
    ///
    /// By default a registered client gets all of its scopes, and any other client gets none.
    pub fn scopes<S: AsRef<str>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        let mut joined = String::new();
        for scope in scopes {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(scope.as_ref());
        }
        self.scope(joined)
    }

    /// Sets the `scope` claim to this exact text.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// Sets a claim. A new claim is added after the others.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let token = cognito
    ///     .token("reporting")
    ///     .claim("aud", vec!["api", "other"])
    ///     .claim("version", 3)
    ///     .sign();
    /// # assert_eq!(token.split('.').count(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claim_edits.push(Edit::Set(name.into(), value.into()));
        self
    }

    /// Removes a claim.
    pub fn without_claim(mut self, name: impl Into<String>) -> Self {
        self.claim_edits.push(Edit::Remove(name.into()));
        self
    }

    /// Sets a member of the header, without changing how the token is signed.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let token = cognito.token("reporting").header("crit", vec!["exp"]).sign();
    /// # assert_eq!(token.split('.').count(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.header_edits.push(Edit::Set(name.into(), value.into()));
        self
    }

    /// Removes a member of the header.
    pub fn without_header(mut self, name: impl Into<String>) -> Self {
        self.header_edits.push(Edit::Remove(name.into()));
        self
    }

    /// Sets `exp` to the current time plus `lifetime`.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.expires = Expiry::In(lifetime);
        self
    }

    /// Sets `auth_time` and `iat` to the current time minus `age`, without changing `exp`.
    pub fn issued_ago(mut self, age: Duration) -> Self {
        self.issued_ago = age;
        self
    }

    /// Sets `auth_time`, `iat` and `exp` to those of a token with the usual lifetime that expired
    /// an hour ago.
    pub fn expired(mut self) -> Self {
        let past = Duration::from_secs(3600);
        self.expires = Expiry::Ago(past);
        self.issued_ago = self.pool.token_lifetime.saturating_add(past);
        self
    }

    /// Issues the token in the pool's replica in a Region, or in the primary Region. Defaults to the
    /// Region of [`LocalCognito::issue_in_region`](super::LocalCognito::issue_in_region).
    ///
    /// With the ORIGINAL issuer type, `iss` names this Region. With the UPDATED type, it always names
    /// the primary Region.
    ///
    /// # Panics
    ///
    /// Panics if the builder of the pool has set no
    /// [issuer type](super::LocalCognitoBuilder::issuer_type), or if the text is not a Region.
    #[track_caller]
    pub fn issued_in_region(mut self, region: impl Into<String>) -> Self {
        let region = region.into();
        self.pool.issuers.assert_region(&region);
        self.replica_region = Some(region);
        self
    }

    /// Sets the `kid` in the header.
    pub fn kid(self, kid: impl Into<String>) -> Self {
        self.header("kid", kid.into())
    }

    /// Signs with `key` instead of the user pool's key. The header contains the `kid` of `key`,
    /// unless [`kid`](Self::kid) sets another one.
    pub fn signed_by(mut self, key: &SigningKey) -> Self {
        self.signer = Signer::Rs256(key.clone());
        self
    }

    /// Signs with another algorithm, and sets `alg` to its name. The `kid` remains that of the user
    /// pool's current key.
    ///
    /// # Examples
    ///
    /// An algorithm confusion attack, in which the public key serves as an HMAC secret:
    ///
    /// ```
    /// use cognito_m2m::testing::{Algorithm, EncodingKey, LocalCognito};
    ///
    /// let cognito = LocalCognito::start()?;
    /// let public = cognito.signing_key().public_jwk().to_string();
    /// let secret = EncodingKey::from_secret(public.as_bytes());
    /// let forged = cognito.token("reporting").signed_with(Algorithm::HS256, secret).sign();
    /// # assert_eq!(forged.split('.').count(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn signed_with(mut self, algorithm: Algorithm, key: EncodingKey) -> Self {
        self.signer = Signer::Custom(algorithm, key);
        self
    }

    /// Leaves the signature empty and sets `alg` to `none` (RFC 7519 section 6).
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// assert!(cognito.token("reporting").unsigned().sign().ends_with('.'));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn unsigned(mut self) -> Self {
        self.signer = Signer::Unsigned;
        self
    }

    /// Replaces the JSON text of the header with these bytes.
    pub fn raw_header(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.raw_header = Some(text.into());
        self
    }

    /// Replaces the JSON text of the claims with these bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let duplicate = r#"{"client_id":"reporting","client_id":"admin"}"#;
    /// let token = cognito.token("reporting").raw_payload(duplicate).sign();
    /// # assert_eq!(token.split('.').count(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn raw_payload(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.raw_payload = Some(text.into());
        self
    }

    /// Replaces the third part of the token, the encoded signature, with this text.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let token = cognito.token("reporting").raw_signature("AAAA").sign();
    /// assert!(token.ends_with(".AAAA"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn raw_signature(mut self, text: impl Into<String>) -> Self {
        self.raw_signature = Some(text.into());
        self
    }

    /// Returns the signed token.
    ///
    /// Its times come from the clock of the user pool. Each call returns a token with a new `jti`.
    ///
    /// # Panics
    ///
    /// Panics if the key passed to [`signed_with`](Self::signed_with) does not fit the algorithm, or
    /// if a later version of `jsonwebtoken` has added the algorithm.
    #[must_use]
    pub fn sign(&self) -> String {
        let header = match &self.raw_header {
            Some(text) => text.clone(),
            None => self.cognito_header().edited(&self.header_edits).into_json(),
        };
        let payload = match &self.raw_payload {
            Some(text) => text.clone(),
            None => self.cognito_claims().edited(&self.claim_edits).into_json(),
        };
        let message = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(payload)
        );
        let signature = match &self.raw_signature {
            Some(text) => text.clone(),
            None => URL_SAFE_NO_PAD.encode(self.signer.signature(message.as_bytes())),
        };
        format!("{message}.{signature}")
    }

    fn cognito_header(&self) -> JsonObject {
        let kid = self.signer.kid().unwrap_or(&self.current_kid);
        access_token::header(kid, self.signer.algorithm())
    }

    fn cognito_claims(&self) -> JsonObject {
        let now = self.pool.clock.wall();
        let expires = match self.expires {
            Expiry::In(lifetime) => now.saturating_add(lifetime),
            Expiry::Ago(past) => now.saturating_sub(past),
        };
        let issuer = self.pool.issuer_of_token(self.replica_region.as_deref());
        let claims = AccessTokenClaims {
            client_id: &self.client_id,
            scope: &self.scope,
            issuer: &issuer,
            issued_at: now.saturating_sub(self.issued_ago).as_secs(),
            expires_at: expires.as_secs(),
        };
        claims.to_json_object()
    }
}

impl fmt::Debug for TokenBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenBuilder")
            .field("client_id", &self.client_id)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
