use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::Value;

use super::keys::SigningKey;
use super::members::{Edit, Members};
use super::signer::Signer;
use super::user_pool::UserPool;

/// A token made to order, by [`LocalCognito::token`](super::LocalCognito::token).
///
/// Untouched, it is what Cognito grants a machine: the same members in the same order, valid from
/// now on, signed by the current key. Each method changes one thing; where two speak of the same
/// member, the later one holds.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::testing::LocalCognito;
///
/// let cognito = LocalCognito::start()?;
/// let good = cognito.token("reporting").scopes(["widgets/read"]).sign();
/// let expired = cognito.token("reporting").expired().sign();
/// let user = cognito.token("reporting").claim("username", "jane").sign();
/// let unnamed_key = cognito.token("reporting").without_header("kid").sign();
/// let short = cognito.token("reporting").expires_in(Duration::from_secs(5)).sign();
/// let old = cognito.token("reporting").issued_ago(Duration::from_secs(60)).sign();
/// let odd_scope = cognito.token("reporting").scope("widgets/read\twidgets/write").sign();
/// let unknown_key = cognito.token("reporting").kid("unknown").sign();
/// let undated = cognito.token("reporting").without_claim("exp").sign();
/// let own_key = cognito.token("reporting").signed_by(&cognito.signing_key()).sign();
/// # for token in [good, expired, user, unnamed_key, short] { assert!(token.len() > 300) }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "a token is made by `sign`"]
pub struct TokenBuilder {
    pool: Arc<UserPool>,
    client_id: String,
    scope: String,
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
            .map(|client| client.all_scopes().join(" "))
            .unwrap_or_default();
        drop(state);
        Self {
            client_id: client_id.to_owned(),
            scope,
            current_kid: key.kid().to_owned(),
            signer: Signer::Key(key),
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

    /// Sets the scopes. Without it a registered client has all of its own, another has none.
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

    /// Sets the `scope` claim to this very text.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// Sets a claim, in the place where Cognito has it, or else at the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let order = cognito.token("reporting").claim("aud", vec!["api", "other"]);
    /// let token = order.claim("version", 3).sign();
    /// # assert_eq!(token.split('.').count(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claim_edits.push(Edit::Set(name.into(), value.into()));
        self
    }

    /// Leaves a claim out.
    pub fn without_claim(mut self, name: impl Into<String>) -> Self {
        self.claim_edits.push(Edit::Remove(name.into()));
        self
    }

    /// Sets a member of the header. What the token is signed with stays as it was.
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

    /// Leaves a member of the header out.
    pub fn without_header(mut self, name: impl Into<String>) -> Self {
        self.header_edits.push(Edit::Remove(name.into()));
        self
    }

    /// Sets `exp` to this long from now.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.expires = Expiry::In(lifetime);
        self
    }

    /// Sets `auth_time` and `iat` to this long ago. `exp` stays where it is.
    pub fn issued_ago(mut self, age: Duration) -> Self {
        self.issued_ago = age;
        self
    }

    /// A token whose life ended an hour ago.
    pub fn expired(mut self) -> Self {
        let past = Duration::from_secs(3600);
        self.expires = Expiry::Ago(past);
        self.issued_ago = self.pool.token_lifetime.saturating_add(past);
        self
    }

    /// Sets the `kid`.
    pub fn kid(self, kid: impl Into<String>) -> Self {
        self.header("kid", kid.into())
    }

    /// Signs with this key, under its own `kid` unless another is set.
    pub fn signed_by(mut self, key: &SigningKey) -> Self {
        self.signer = Signer::Key(key.clone());
        self
    }

    /// Signs under another algorithm, whose name becomes the `alg`. The `kid` stays that of the
    /// user pool's current key.
    ///
    /// # Examples
    ///
    /// The classic confusion: the public key, which everybody has, as the secret of an HMAC.
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
        self.signer = Signer::Other(algorithm, key);
        self
    }

    /// Leaves the signature empty, under the `alg` `none`.
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
        self.signer = Signer::Nobody;
        self
    }

    /// Replaces the JSON text of the header by these very bytes.
    pub fn raw_header(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.raw_header = Some(text.into());
        self
    }

    /// Replaces the JSON text of the claims by these very bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let twice = r#"{"client_id":"reporting","client_id":"admin"}"#;
    /// let token = cognito.token("reporting").raw_payload(twice).sign();
    /// # assert_eq!(token.split('.').count(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn raw_payload(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.raw_payload = Some(text.into());
        self
    }

    /// Replaces the third part of the token by this very text.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let odd = cognito.token("reporting").raw_header(r#"{"alg":"RS256"}"#).raw_signature("AAAA");
    /// assert!(odd.sign().ends_with(".AAAA"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn raw_signature(mut self, text: impl Into<String>) -> Self {
        self.raw_signature = Some(text.into());
        self
    }

    /// Makes the token, dated by the clock of the user pool, with a `jti` of its own each time.
    ///
    /// # Panics
    ///
    /// When the key given to [`signed_with`](Self::signed_with) does not fit the algorithm.
    #[must_use]
    pub fn sign(&self) -> String {
        let header = match &self.raw_header {
            Some(text) => text.clone(),
            None => self.cognito_header().edited(&self.header_edits).json_text(),
        };
        let payload = match &self.raw_payload {
            Some(text) => text.clone(),
            None => self.cognito_claims().edited(&self.claim_edits).json_text(),
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

    fn cognito_header(&self) -> Members {
        let kid = self.signer.kid().unwrap_or(&self.current_kid);
        Members::new([("kid", kid.into()), ("alg", self.signer.algorithm().into())])
    }

    // The claims of a Cognito machine token, in its order.
    fn cognito_claims(&self) -> Members {
        let now = self.pool.clock.wall();
        let issued = now.saturating_sub(self.issued_ago).as_secs();
        let expires = match self.expires {
            Expiry::In(lifetime) => now.saturating_add(lifetime),
            Expiry::Ago(past) => now.saturating_sub(past),
        };
        Members::new([
            ("sub", self.client_id.as_str().into()),
            ("token_use", "access".into()),
            ("scope", self.scope.as_str().into()),
            ("auth_time", issued.into()),
            ("iss", self.pool.issuer.as_str().into()),
            ("exp", expires.as_secs().into()),
            ("iat", issued.into()),
            ("version", 2.into()),
            ("jti", random_uuid().into()),
            ("client_id", self.client_id.as_str().into()),
        ])
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

// RFC 9562, section 5.4
fn random_uuid() -> String {
    let random = fastrand::u128(..);
    let versioned = random & !(0xf << 76) | (0x4 << 76);
    let digits = format!("{:032x}", versioned & !(0x3 << 62) | (0x2 << 62));
    let (time_low, rest) = digits.split_at(8);
    let (time_mid, rest) = rest.split_at(4);
    let (time_high, rest) = rest.split_at(4);
    let (sequence, node) = rest.split_at(4);
    format!("{time_low}-{time_mid}-{time_high}-{sequence}-{node}")
}
