use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;

use super::credentials::CredentialPlacement;
use super::exchange::Exchange;
use super::fetcher::{Limits, TokenFetcher};
use super::scopes::IntoScopes;
use super::secret_source::SecretCallback;
use super::secret_store::SecretStore;
use super::setting_values::EXPECTED_SCOPES;
use super::settings::TokenClientSettings;
use super::settings_check::CheckedSettings;
use super::store::{SharedTokens, StoreContext, TokenStore};
use super::token_client::TokenClient;
use crate::error_report::debug_as_report;
use crate::http::default_client;
use crate::runtime::Background;
use crate::setting_fault::SettingsError;
use crate::time::{Clock, SystemClock};

impl TokenClient {
    /// Returns a [`TokenClientBuilder`], to configure a client in code.
    ///
    /// The client ID, a secret (or its file or callback), and the token URL, the domain or the API are
    /// required.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::client::TokenClient;
    ///
    /// let tokens = TokenClient::builder()
    ///     .domain("example", "us-east-1")
    ///     .client_id("7k2m9f3qexample")
    ///     .client_secret("from the secret store")
    ///     .build()?;
    /// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
    /// ```
    pub fn builder() -> TokenClientBuilder {
        TokenClientBuilder::new()
    }

    /// Creates a client from the environment variables listed in [`TokenClientSettings`].
    ///
    /// # Errors
    ///
    /// Returns [`TokenClientBuildError`] if variables are missing or invalid, or if the client
    /// could not be started.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::TokenClient;
    ///
    /// let tokens = TokenClient::from_env()?;
    /// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
    /// ```
    pub fn from_env() -> Result<Self, TokenClientBuildError> {
        Self::builder()
            .settings(TokenClientSettings::from_env())
            .build()
    }
}

/// A builder for a [`TokenClient`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::client::{CredentialPlacement, TokenClient};
///
/// let tokens = TokenClient::builder()
///     .domain("example", "us-east-1")
///     .client_id("7k2m9f3qexample")
///     .client_secret("from the secret store")
///     .second_client_secret("its successor")
///     .credential_placement(CredentialPlacement::Basic)
///     .scope_in_query(true)
///     .client_scopes("widgets/read")
///     .client_metadata("tenant", "blue")
///     .connect_timeout(Duration::from_millis(500))
///     .timeout(Duration::from_secs(2))
///     .deadline(Duration::from_secs(5))
///     .build()?;
/// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
/// ```
#[must_use = "call `build` to create the token client"]
pub struct TokenClientBuilder {
    pub(super) settings: TokenClientSettings,
    pub(super) secret_callback: Option<SecretCallback>,
    pub(super) token_store: Option<Arc<dyn TokenStore>>,
    pub(super) token_store_timeout: Duration,
    http: Option<Client>,
    connect_timeout: Duration,
    limits: Limits,
    clock: Arc<dyn Clock>,
}

impl TokenClientBuilder {
    fn new() -> Self {
        Self {
            settings: TokenClientSettings::default(),
            secret_callback: None,
            token_store: None,
            token_store_timeout: Duration::from_secs(2),
            http: None,
            connect_timeout: Duration::from_secs(1),
            limits: Limits {
                timeout: Duration::from_secs(3),
                deadline: Duration::from_secs(10),
            },
            clock: Arc::new(SystemClock::default()),
        }
    }

    /// Replaces all settings, for example with those of a configuration file.
    ///
    /// This discards the settings made by earlier calls, except for the timeouts, the HTTP client,
    /// the clock, the callback for the secret and the token store, which [`TokenClientSettings`] does
    /// not include.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::{TokenClient, TokenClientSettings};
    ///
    /// let settings = TokenClientSettings::from_env();
    /// let tokens = TokenClient::builder().settings(settings).client_scopes("widgets/read").build()?;
    /// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
    /// ```
    pub fn settings(mut self, settings: TokenClientSettings) -> Self {
        self.settings = settings;
        self
    }

    /// Sets the URL of the token endpoint: `https`, or `http` on loopback.
    ///
    /// It can't be combined with [`domain`](Self::domain) or [`api`](Self::api).
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.settings.token_url = Some(url.into());
        self
    }

    /// Sets the domain prefix and the Region of the user pool, from which the token URL is derived.
    ///
    /// Use [`token_url`](Self::token_url) for a custom domain.
    pub fn domain(mut self, prefix: impl Into<String>, region: impl Into<String>) -> Self {
        self.settings.domain_prefix = Some(prefix.into());
        self.settings.region = Some(region.into());
        self
    }

    /// Sets the ID of the app client.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.settings.client_id = Some(id.into());
        self
    }

    /// Sets the default scopes, for calls that do not specify any.
    ///
    /// Without default scopes, the request of such a call has no `scope` parameter, and Cognito
    /// grants all scopes of the app client.
    pub fn client_scopes(mut self, scopes: impl IntoScopes) -> Self {
        match scopes.into_scopes() {
            Ok(scopes) => self.settings.client_scopes = scopes,
            Err(_) => self.settings.add_fault("client_scopes", EXPECTED_SCOPES),
        }
        self
    }

    /// Sets how token requests carry the client ID and the secret. Defaults to
    /// [`CredentialPlacement::Basic`].
    pub fn credential_placement(mut self, placement: CredentialPlacement) -> Self {
        self.settings.credential_placement = placement;
        self
    }

    /// Sets whether the scopes are sent in the query of the token URL too, for a cache in front of
    /// the token endpoint. Defaults to `false`.
    ///
    /// Caches such as that of API Gateway see the URL and the headers of a request, but not its
    /// body, so without the query they would return one token for all scopes. **The key of the
    /// cache must contain the `Authorization` header as well as `scope`.** Otherwise, the cache
    /// sends the token of one client to another, and tokens to callers without a valid secret. The
    /// credentials must therefore be in that header: [`build`](Self::build) fails with
    /// [`CredentialPlacement::Form`]. `aws_client_metadata` is in the body only, so a cache ignores
    /// it.
    ///
    /// The scopes are sent as `scope`, in alphabetical order and separated by `+`. See "Managing user pool token expiration and caching" in the
    /// documentation of Cognito.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::client::TokenClient;
    ///
    /// let tokens = TokenClient::builder()
    ///     .token_url("https://tokens.example.com/oauth2/token")
    ///     .client_id("7k2m9f3qexample")
    ///     .client_secret("from the secret store")
    ///     .scope_in_query(true)
    ///     .build()?;
    /// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
    /// ```
    pub fn scope_in_query(mut self, is_in_query: bool) -> Self {
        self.settings.scope_in_query = is_in_query;
        self
    }

    /// Adds an entry to the metadata of all token requests (`aws_client_metadata`, or
    /// `ClientMetadata` of the API), which Cognito passes to the pre token generation Lambda
    /// trigger. For metadata of one call, see [`TokenRequest`](super::TokenRequest).
    pub fn client_metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let metadata = &mut self.settings.client_metadata;
        metadata.insert(name.into(), value.into().into());
        self
    }

    /// Sets the HTTP client for token requests, for example one with a proxy or custom TLS roots.
    ///
    /// Disable its redirects (`redirect::Policy::none()`). Do not use it outside of this crate, because
    /// its connections are bound to the background thread. With a custom client,
    /// [`connect_timeout`](Self::connect_timeout) is ignored.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::TokenClient;
    /// use cognito_m2m::reqwest::{Client, Proxy, redirect::Policy};
    ///
    /// # fn set_up() -> Result<(), Box<dyn std::error::Error>> {
    /// let proxy = Proxy::https("http://proxy.example.com:3128")?;
    /// let http = Client::builder().redirect(Policy::none()).proxy(proxy).build()?;
    /// let tokens = TokenClient::builder().http_client(http);
    /// # Ok(())
    /// # }
    /// ```
    pub fn http_client(mut self, client: Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Sets the time limit for opening a connection. Defaults to 1 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets the time limit of one token request. Defaults to 3 s.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limits.timeout = limit;
        self
    }

    /// Sets the time limit for obtaining a token, including all retries and the pauses between
    /// them. Defaults to 10 s.
    ///
    /// The wait in the client's own queue does not count towards the limit. A client sends up to 32
    /// token requests at a time once the endpoint has accepted one in the last 10 s. Until then, it
    /// sends one at a time, and up to 4 if they are not answered within 0.4 s or fail with a 5xx.
    /// Further requests wait in the queue, in the order of their arrival. They fail with a timeout
    /// if the endpoint responds to no request at all for as long as the limit.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.limits.deadline = limit;
        self
    }

    /// Replaces the system clock, for tests.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::client::TokenClient;
    /// use cognito_m2m::time::SystemClock;
    ///
    /// // Tests pass a `testing::TestClock`, which they advance.
    /// let tokens = TokenClient::builder().clock(SystemClock::default());
    /// ```
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Checks the settings, and starts the background thread unless it is running.
    ///
    /// The file with the secret is read, or the callback for the secret is started. No token is fetched yet.
    ///
    /// # Errors
    ///
    /// Returns [`TokenClientBuildError::Settings`] with every missing or invalid setting, and
    /// another [`TokenClientBuildError`] if the thread could not be started or the HTTP client
    /// could not be created.
    pub fn build(mut self) -> Result<TokenClient, TokenClientBuildError> {
        self.check_limits();
        let settings = CheckedSettings::new(self.settings, self.secret_callback, self.token_store)?;
        let http = match self.http {
            Some(client) => client,
            None => default_client(
                settings.endpoint.url(),
                self.connect_timeout,
                self.limits.timeout,
            )
            .map_err(|error| TokenClientBuildError::HttpClient(Box::new(error)))?,
        };
        let background =
            Background::start(Duration::ZERO).map_err(TokenClientBuildError::Thread)?;
        let secrets = Arc::new(SecretStore::new(
            settings.credentials.client_id.clone(),
            settings.secrets,
            background.spawner(),
            self.limits.deadline,
            Arc::clone(&self.clock),
        ));
        let shared_tokens = settings.token_store.map(|store| {
            let client_id = &settings.credentials.client_id;
            let context = StoreContext::new(&settings.endpoint, client_id);
            let clock = Arc::clone(&self.clock);
            SharedTokens::new(store, context, self.token_store_timeout, clock)
        });
        let exchange = Exchange {
            http,
            endpoint: settings.endpoint,
            credentials: settings.credentials,
        };
        let fetcher = TokenFetcher::new(exchange, Arc::clone(&secrets), self.limits, self.clock);
        background.spawn(secrets.start());
        let defaults = settings.defaults;
        Ok(TokenClient::new(
            fetcher,
            defaults,
            shared_tokens,
            background,
        ))
    }

    fn check_limits(&mut self) {
        for (name, limit) in [
            ("connect_timeout", self.connect_timeout),
            ("timeout", self.limits.timeout),
            ("deadline", self.limits.deadline),
            ("token_store_timeout", self.token_store_timeout),
        ] {
            if limit.is_zero() {
                self.settings.add_fault(name, "expected more than 0");
            }
        }
    }
}

impl fmt::Debug for TokenClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenClientBuilder")
            .field("settings", &self.settings)
            .field("connect_timeout", &self.connect_timeout)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// The error returned if a [`TokenClient`] could not be built.
///
/// `Debug` prints the text of `Display`, and the text of each source on its own line, so that a
/// `main` function can return the error.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::{TokenClient, TokenClientBuildError};
///
/// let error = TokenClient::builder().token_url("http://id.example/token").build().unwrap_err();
/// let TokenClientBuildError::Settings(error) = error else { panic!() };
/// assert_eq!(error.faults().len(), 3);
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum TokenClientBuildError {
    /// One or more settings are missing or invalid. The error lists all of them.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The background thread that fetches tokens could not be started.
    #[error("failed to start the background thread")]
    Thread(#[source] std::io::Error),
    /// The HTTP client could not be created, usually because no TLS root certificates are
    /// installed. A token URL with plain `http` needs none.
    #[error(
        "failed to create the HTTP client of the token client: install root certificates (package `ca-certificates`), or set `http_client`"
    )]
    HttpClient(#[source] Box<dyn std::error::Error + Send + Sync>),
}

debug_as_report!(TokenClientBuildError);
