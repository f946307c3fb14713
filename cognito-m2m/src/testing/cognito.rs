use std::sync::Arc;
use std::{fmt, io};

use actix_web::http::header::HeaderValue;

use super::builder::LocalCognitoBuilder;
use super::client::LocalClient;
use super::fault::{Endpoint, Fault};
use super::server::Server;
use super::token::TokenBuilder;
use super::user_pool::UserPool;
use crate::issuer_type::IssuerType;
use crate::pool::jwks_url_of;

/// A Cognito user pool on a loopback port, for tests and local development.
///
/// It publishes two signing keys and a discovery document, and has a token endpoint. The endpoints can
/// be made to [fail](Self::set_fault). The server has its own thread, so it works in a plain `#[test]` and
/// inside any runtime, and a test can start several. Dropping the `LocalCognito` stops the server
/// and aborts open requests.
///
/// # Examples
///
/// ```
/// use cognito_m2m::testing::{LocalClient, LocalCognito};
///
/// let cognito = LocalCognito::start()?;
/// cognito.register(LocalClient::new("reporting").secret("s3cret").scopes(["widgets/read"]));
///
/// // A service requests a token from `cognito.token_url()`. A test can sign one directly:
/// let token = cognito.token("reporting").sign();
/// assert_eq!(token.split('.').count(), 3);
/// assert_eq!(cognito.token_requests(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Token endpoint
///
/// `POST /oauth2/token` accepts the client credentials grant as Cognito does: a form with
/// `grant_type=client_credentials`, the credentials by HTTP Basic or in the form, and optionally
/// `scope` and `aws_client_metadata`. The error is `unsupported_grant_type` for any other grant,
/// and `invalid_grant` for a client that has no secret or no scopes. Secrets are rotated with
/// [`add_secret`](Self::add_secret) and [`delete_secret`](Self::delete_secret), scopes are deleted with
/// [`delete_scope`](Self::delete_scope), and a [trigger](Self::set_trigger) changes the tokens.
///
/// # Issuers
///
/// By default, the issuer is the loopback URL of the pool. With an
/// [issuer type](LocalCognitoBuilder::issuer_type), tokens have the issuers of AWS, and the pool can be
/// [switched](Self::set_issuer_type) from one to the other and [issue tokens in
/// a replica](Self::issue_in_region).
pub struct LocalCognito {
    pub(super) pool: Arc<UserPool>,
    // Dropping it stops the server.
    _server: Server,
}

impl LocalCognito {
    /// Starts a user pool with the default configuration.
    ///
    /// # Errors
    ///
    /// Returns an error if the port cannot be bound, the thread cannot be spawned, or a key cannot
    /// be generated.
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

    /// Returns a builder with the default configuration.
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

    pub(super) fn new(pool: Arc<UserPool>, server: Server) -> Self {
        Self {
            pool,
            _server: server,
        }
    }

    /// Returns the issuer, which is the `iss` claim of new tokens.
    ///
    /// It is `http://127.0.0.1:<port>/us-east-1_Local0001` unless the builder sets another issuer,
    /// [issuer type](LocalCognitoBuilder::issuer_type) or user pool ID. Only the tokens of a
    /// [replica](Self::issue_in_region) can have another one.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.pool.primary_issuer()
    }

    /// Returns the URL of the signing keys,
    /// `http://127.0.0.1:<port>/<user pool ID>/.well-known/jwks.json`.
    ///
    /// If the pool has the [issuers of AWS](LocalCognitoBuilder::issuer_type), this is the URL for the
    /// ORIGINAL issuer in the primary Region, and the host of that issuer precedes the user pool ID.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        let issuer = self.pool.issuers.primary(IssuerType::Original);
        jwks_url_of(&self.pool.issuers.loopback_url(issuer))
    }

    /// Returns the URL of the token endpoint, `http://127.0.0.1:<port>/oauth2/token`.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!("{}/oauth2/token", self.pool.issuers.origin())
    }

    /// Returns the URL of the discovery document (OpenID Connect Discovery 1.0 section 4) of the
    /// current [issuer](Self::issuer),
    /// `http://127.0.0.1:<port>/<user pool ID>/.well-known/openid-configuration`.
    ///
    /// The document has the members of Cognito's that concern keys, tokens and clients. Its URLs are on
    /// loopback. Like `jwks_url`, the URL contains a host if the pool has the issuers of AWS. The
    /// `authorization_endpoint`, which OpenID Connect requires, is not served.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// let cognito = LocalCognito::start()?;
    /// let expected = format!("{}/.well-known/openid-configuration", cognito.issuer());
    /// assert_eq!(cognito.discovery_url(), expected);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn discovery_url(&self) -> String {
        let base = self.pool.issuers.loopback_url(self.issuer());
        format!("{base}/.well-known/openid-configuration")
    }

    /// Registers an app client, replacing any client with the same ID.
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

    /// Returns a builder for an access token of this client.
    ///
    /// The client does not have to be registered. The token is signed in the test process, so
    /// [`token_requests`](Self::token_requests) does not count it.
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

    /// Makes an endpoint fail from the next request on, or repairs it with `None`.
    ///
    /// # Panics
    ///
    /// Panics if a status is not between 200 and 599, or if a redirect location is not a valid
    /// header value.
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
                assert!(
                    (200..600).contains(status),
                    "expected a status between 200 and 599, found {status}"
                );
            }
            Some(Fault::Redirect(location)) => assert_header_value(location),
            _ => {}
        }
        let faults = &mut self.pool.state().faults;
        match fault {
            Some(fault) => faults.insert(endpoint, fault),
            None => faults.remove(&endpoint),
        };
    }

    /// Returns the number of requests for the signing keys at [`jwks_url`](Self::jwks_url), including
    /// those that failed.
    ///
    /// # Examples
    ///
    /// The keys are fetched only once for any number of tokens:
    ///
    /// ```
    /// use cognito_m2m::CognitoAuth;
    /// use cognito_m2m::testing::LocalCognito;
    ///
    /// # actix_web::rt::System::new().block_on(async {
    /// let cognito = LocalCognito::start()?;
    /// let auth = CognitoAuth::new(cognito.settings())?;
    /// for client_id in ["reporting", "sync-worker"] {
    ///     auth.validate_token(&cognito.token(client_id).sign()).await?;
    /// }
    /// assert_eq!(cognito.jwks_requests(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn jwks_requests(&self) -> u64 {
        self.pool.requests(Endpoint::Jwks)
    }

    /// Returns the number of requests for the signing keys of the UPDATED issuer, including those that
    /// failed.
    #[must_use]
    pub fn updated_jwks_requests(&self) -> u64 {
        self.pool.requests(Endpoint::UpdatedJwks)
    }

    /// Returns the number of requests for the signing keys of replicas, in all Regions, including those
    /// that failed.
    #[must_use]
    pub fn replica_jwks_requests(&self) -> u64 {
        self.pool.requests(Endpoint::ReplicaJwks)
    }

    /// Returns the number of requests to the token endpoint, including those that failed.
    #[must_use]
    pub fn token_requests(&self) -> u64 {
        self.pool.requests(Endpoint::Token)
    }
}

impl fmt::Debug for LocalCognito {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalCognito")
            .field("issuer", &self.issuer())
            .field("jwks_url", &self.jwks_url())
            .field("token_url", &self.token_url())
            .finish_non_exhaustive()
    }
}

// Checked early, because the server could only respond with an unexplained 500 later.
pub(super) fn assert_header_value(text: &str) {
    assert!(
        HeaderValue::from_str(text).is_ok(),
        "expected a valid header value, found {text:?}"
    );
}
