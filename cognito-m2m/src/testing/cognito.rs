use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use actix_web::http::header::HeaderValue;
use serde_json::Value;

use super::builder::LocalCognitoBuilder;
use super::client::LocalClient;
use super::fault::{Endpoint, Fault};
use super::jwks::Document;
use super::keys::SigningKey;
use super::server::Server;
use super::token::TokenBuilder;
use super::user_pool::UserPool;
use crate::settings::Settings;

/// How long its keys may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Cognito user pool on loopback: its keys, its token endpoint, and its failures on demand.
///
/// It serves on a thread of its own, so it works in a plain test, inside any runtime, and many at
/// once. It stops when it is dropped, with whatever request is still open.
///
/// `POST /oauth2/token` takes what Cognito takes from machines: a form with
/// `grant_type=client_credentials`, credentials by HTTP Basic or in the form, and optionally
/// `scope` and `aws_client_metadata`. Any other grant is `unsupported_grant_type`. A client
/// without secret or scopes is not allowed this grant: `invalid_grant`.
///
/// # Examples
///
/// ```
/// use cognito_m2m::testing::{LocalClient, LocalCognito};
///
/// let cognito = LocalCognito::start()?;
/// cognito.register(LocalClient::new("reporting").secret("s3cret").scopes(["widgets/read"]));
///
/// // As a calling service would, from `cognito.token_url()`; or without a request:
/// let token = cognito.token("reporting").sign();
/// assert_eq!(token.split('.').count(), 3);
/// assert_eq!(cognito.token_requests(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct LocalCognito {
    pool: Arc<UserPool>,
    jwks_url: String,
    token_url: String,
    // Held for its `Drop`.
    _server: Server,
}

impl LocalCognito {
    /// Starts one with every default.
    ///
    /// # Errors
    ///
    /// When there is no port, no thread or no key to be had.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// assert!(cognito.issuer().starts_with("http://127.0.0.1:"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Sets one up.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::builder().user_pool_id("eu-west-1_TestPool1").start()?;
    /// assert!(cognito.jwks_url().contains("eu-west-1_TestPool1"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn builder() -> LocalCognitoBuilder {
        LocalCognitoBuilder::new()
    }

    pub(super) fn new(
        pool: Arc<UserPool>,
        jwks_url: String,
        token_url: String,
        server: Server,
    ) -> Self {
        Self {
            pool,
            jwks_url,
            token_url,
            _server: server,
        }
    }

    /// The `iss` of its tokens: `http://127.0.0.1:<port>/us-east-1_Local0001`, or what the builder
    /// was given.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.pool.issuer
    }

    /// Where its keys are: `http://127.0.0.1:<port>/<user pool id>/.well-known/jwks.json`.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        self.jwks_url.clone()
    }

    /// Where tokens are granted: `http://127.0.0.1:<port>/oauth2/token`.
    #[must_use]
    pub fn token_url(&self) -> String {
        self.token_url.clone()
    }

    /// Settings of an API that trusts this user pool.
    ///
    /// Its keys have 30 s to come, instead of the 3 s (and 1 s for the connection) that are the
    /// defaults: a machine that is busy with other tests is no outage.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::CognitoAuth;
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let auth = CognitoAuth::new(cognito.settings())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings::default()
            .issuer(self.issuer())
            .jwks_url(self.jwks_url())
            .jwks_connect_timeout(PATIENCE)
            .jwks_timeout(PATIENCE)
    }

    /// Makes an app client known, in place of an earlier one of the same id.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::{LocalClient, LocalCognito};
    ///
    /// let cognito = LocalCognito::start()?;
    /// cognito.register(LocalClient::new("reporting").secret("s3cret").scopes(["widgets/read"]));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn register(&self, client: LocalClient) {
        let id = client.id().to_owned();
        self.pool.state().clients.insert(id, client);
    }

    /// A token made to order. The client need not be registered; no request is made or counted.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let token = cognito.token("reporting").scopes(["widgets/read"]).sign();
    /// # assert_eq!(token.split('.').count(), 3);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn token(&self, client_id: &str) -> TokenBuilder {
        TokenBuilder::new(Arc::clone(&self.pool), client_id)
    }

    /// The ids of the two published keys, the one that signs first.
    #[must_use]
    pub fn kids(&self) -> [String; 2] {
        let state = self.pool.state();
        state.jwks.keys.each_ref().map(|key| key.kid().to_owned())
    }

    /// The key that signs now.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let [current, _] = cognito.kids();
    /// assert_eq!(cognito.signing_key().kid(), current);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn signing_key(&self) -> SigningKey {
        self.pool.state().signing_key()
    }

    /// Replaces both keys by new ones: whoever holds the old set knows neither.
    ///
    /// # Panics
    ///
    /// When the crypto library makes no keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let [current, next] = cognito.kids();
    /// cognito.rotate_keys();
    /// assert!(!cognito.kids().contains(&current) && !cognito.kids().contains(&next));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn rotate_keys(&self) {
        let keys = SigningKey::generate_two().expect("two RSA keys can be made");
        self.pool.state().jwks.keys = keys;
    }

    /// Lets the key that was published ahead sign from now on, and publishes a new one ahead of
    /// its time: the announced rotation, for which nobody has to fetch keys first.
    ///
    /// # Panics
    ///
    /// When the crypto library makes no key.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let [_, next] = cognito.kids();
    /// cognito.promote_next_key();
    /// assert_eq!(cognito.kids().first(), Some(&next));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn promote_next_key(&self) {
        let further = SigningKey::generate().expect("an RSA key can be made");
        let mut state = self.pool.state();
        let [current, next] = &mut state.jwks.keys;
        *current = std::mem::replace(next, further);
    }

    /// Publishes a further entry after the two keys, whatever it is, as often as it is given. It
    /// stays when keys are rotated.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// cognito.add_jwk(serde_json::json!({ "kty": "EC", "crv": "P-256", "kid": "odd" }));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn add_jwk(&self, jwk: Value) {
        self.pool.state().jwks.further_entries.push(jwk);
    }

    /// Publishes this body instead of the keys, until
    /// [`clear_jwks_body`](Self::clear_jwks_body).
    ///
    /// # Panics
    ///
    /// On a content type that no header can hold.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// cognito.set_jwks_body("<html>gateway</html>", "text/html");
    /// // ..
    /// cognito.clear_jwks_body();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_jwks_body(&self, body: impl Into<Vec<u8>>, content_type: impl Into<String>) {
        let content_type = content_type.into();
        assert_header_value(&content_type);
        let document = Document {
            body: body.into(),
            content_type,
        };
        self.pool.state().jwks.instead = Some(document);
    }

    /// Publishes the keys again.
    pub fn clear_jwks_body(&self) {
        self.pool.state().jwks.instead = None;
    }

    /// Sets the `Cache-Control` of the published keys. By default there is none.
    ///
    /// # Panics
    ///
    /// On text that no header can hold.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// cognito.set_cache_control(Some("max-age=120"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_cache_control(&self, value: Option<&str>) {
        if let Some(value) = value {
            assert_header_value(value);
        }
        self.pool.state().jwks.cache_control = value.map(str::to_owned);
    }

    /// Makes an endpoint fail, from the next request on, or work again.
    ///
    /// # Panics
    ///
    /// On a status outside of 200 to 599, and on a `Location` that no header can hold.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cognito_m2m::testing::{Endpoint, Fault, LocalCognito};
    ///
    /// let cognito = LocalCognito::start()?;
    /// cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(503, Some(1), None)));
    /// cognito.set_fault(Endpoint::Token, Some(Fault::Delay(Duration::from_millis(20))));
    /// // ..
    /// cognito.set_fault(Endpoint::Jwks, None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_fault(&self, endpoint: Endpoint, fault: Option<Fault>) {
        match &fault {
            Some(Fault::Status(status, ..)) => {
                assert!((200..600).contains(status), "not a final status: {status}");
            }
            Some(Fault::Redirect(location)) => assert_header_value(location),
            _ => {}
        }
        *self.pool.state().fault(endpoint) = fault;
    }

    /// How many requests have reached the keys, failed ones included.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// assert_eq!(cognito.jwks_requests(), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn jwks_requests(&self) -> u64 {
        self.pool.requests(Endpoint::Jwks)
    }

    /// How many requests have reached the token endpoint, failed ones included.
    #[must_use]
    pub fn token_requests(&self) -> u64 {
        self.pool.requests(Endpoint::Token)
    }
}

impl fmt::Debug for LocalCognito {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalCognito")
            .field("issuer", &self.pool.issuer)
            .field("jwks_url", &self.jwks_url)
            .field("token_url", &self.token_url)
            .finish_non_exhaustive()
    }
}

// Refused where the test hands it in, rather than as a strange 500 later.
fn assert_header_value(text: &str) {
    assert!(
        HeaderValue::from_str(text).is_ok(),
        "no header value: {text:?}"
    );
}
