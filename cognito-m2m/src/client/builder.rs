use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use url::Url;

use super::credentials::{CredentialPlacement, Credentials};
use super::endpoint::{checked_token_url, token_url_of};
use super::exchange::{Exchange, Limits};
use super::scopes::IntoScopes;
use super::settings::TokenClientSettings;
use super::token_client::{Shared, TokenClient};
use crate::client_id::ClientId;
use crate::runtime::Background;
use crate::setting_fault::SettingsError;
use crate::time::{Clock, SystemClock};

/// Sets up a [`TokenClient`].
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
///     .credential_placement(CredentialPlacement::Form)
///     .client_scopes("widgets/read")
///     .client_metadata("tenant", "blue")
///     .connect_timeout(Duration::from_millis(500))
///     .timeout(Duration::from_secs(2))
///     .deadline(Duration::from_secs(5))
///     .build()?;
/// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
/// ```
#[must_use = "a token client is made by `build`"]
pub struct TokenClientBuilder {
    settings: TokenClientSettings,
    http: Option<Client>,
    connect_timeout: Duration,
    limits: Limits,
    clock: Arc<dyn Clock>,
}

impl TokenClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            settings: TokenClientSettings::default(),
            http: None,
            connect_timeout: Duration::from_secs(1),
            limits: Limits {
                timeout: Duration::from_secs(3),
                deadline: Duration::from_secs(10),
            },
            clock: Arc::new(SystemClock::default()),
        }
    }

    /// Takes settings from elsewhere, in place of all that was set before.
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
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.settings.token_url = Some(url.into());
        self
    }

    /// Sets prefix and Region of the user pool's own domain, from which the token URL follows.
    pub fn domain(mut self, prefix: impl Into<String>, region: impl Into<String>) -> Self {
        self.settings.domain_prefix = Some(prefix.into());
        self.settings.region = Some(region.into());
        self
    }

    /// Sets the id of the app client.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.settings.client_id = Some(id.into());
        self
    }

    /// Sets the secret of the app client.
    pub fn client_secret(mut self, secret: impl Into<SecretString>) -> Self {
        self.settings.client_secret = Some(secret.into());
        self
    }

    /// Sets another secret, which is tried where the first is refused: Cognito knows two at once
    /// while secrets are rotated. The one that was accepted last is tried first from then on.
    pub fn second_client_secret(mut self, secret: impl Into<SecretString>) -> Self {
        self.settings.client_secret_2 = Some(secret.into());
        self
    }

    /// Sets the scopes of calls that name none. Default: none, and then Cognito grants every scope
    /// of the client.
    pub fn client_scopes(mut self, scopes: impl IntoScopes) -> Self {
        match scopes.into_scopes() {
            Ok(scopes) => self.settings.client_scopes = scopes,
            Err(error) => self.settings.add_fault("client_scopes", error.to_string()),
        }
        self
    }

    /// Sets where requests carry id and secret. Default: in a `Basic` header.
    pub fn credential_placement(mut self, placement: CredentialPlacement) -> Self {
        self.settings.credential_placement = placement;
        self
    }

    /// Adds an entry to `aws_client_metadata`, which Cognito hands to the pre-token trigger.
    pub fn client_metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let metadata = &mut self.settings.client_metadata;
        metadata.insert(name.into(), value.into().into());
        self
    }

    /// Sets a client of the team's own, with its proxy and TLS roots. Build it without redirects
    /// (`redirect::Policy::none()`), and leave it to the token client alone: its connections belong
    /// to the thread that this crate runs. `connect_timeout` is then its own.
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

    /// Sets how long connecting may take. Default: 1 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets how long one request may take. Default: 3 s.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limits.timeout = limit;
        self
    }

    /// Sets how long a caller waits for a token at most, all retries and pauses included.
    /// Default: 10 s.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.limits.deadline = limit;
        self
    }

    /// Sets the clock. Default: that of the operating system.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::client::TokenClient;
    /// use cognito_m2m::time::SystemClock;
    ///
    /// // Or `testing::TestClock`, which tests turn.
    /// let tokens = TokenClient::builder().clock(SystemClock::default());
    /// ```
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Checks everything and starts the background thread. Nothing is fetched yet.
    ///
    /// # Errors
    ///
    /// [`TokenClientBuildError`] with every fault of the settings, or where there is no thread or
    /// no TLS to be had.
    pub fn build(self) -> Result<TokenClient, TokenClientBuildError> {
        let Self {
            mut settings,
            http,
            connect_timeout,
            limits,
            clock,
        } = self;
        for (name, limit) in [
            ("connect_timeout", connect_timeout),
            ("timeout", limits.timeout),
            ("deadline", limits.deadline),
        ] {
            if limit.is_zero() {
                settings.add_fault(name, "expected more than 0");
            }
        }
        let (url, credentials) = checked(&mut settings)?;
        let http = match http {
            Some(client) => client,
            None => default_client(&url, connect_timeout, limits)
                .map_err(|error| TokenClientBuildError::HttpClient(Box::new(error)))?,
        };
        let metadata = metadata_json(&settings);
        let exchange = Exchange::new(http, url, credentials, metadata, limits, clock);
        Ok(TokenClient::new(Shared {
            exchange: Arc::new(exchange),
            default_scopes: settings.client_scopes,
            entries: papaya::HashMap::new(),
            background: Background::start(Duration::ZERO).map_err(TokenClientBuildError::Thread)?,
        }))
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

/// Judges what was set, and reports all faults together.
fn checked(settings: &mut TokenClientSettings) -> Result<(Url, Credentials), SettingsError> {
    let url = match (
        &settings.token_url,
        &settings.domain_prefix,
        &settings.region,
    ) {
        (Some(text), None, None) => checked_token_url(text),
        (None, Some(prefix), Some(region)) => token_url_of(prefix, region),
        (None, None, None) => Err("required, or `domain_prefix` and `region`".to_owned()),
        (Some(_), ..) => Err("expected it alone, without `domain_prefix` and `region`".to_owned()),
        (None, ..) => Err("required, or `domain_prefix` and `region` together".to_owned()),
    };
    let url = url.map_err(|problem| settings.add_fault("token_url", problem));

    let client_id = match settings.client_id.take() {
        None => Err("required"),
        Some(id) => {
            ClientId::new(id).map_err(|_| "expected 1 to 128 characters of `A-Za-z0-9_+.-`")
        }
    };
    let client_id = client_id.map_err(|problem| settings.add_fault("client_id", problem));

    let mut secrets = Vec::new();
    match settings.client_secret.take() {
        Some(secret) => secrets.push(secret),
        None => settings.add_fault("client_secret", "required"),
    }
    secrets.extend(settings.client_secret_2.take());

    let faults = std::mem::take(&mut settings.faults);
    match (url, client_id) {
        (Ok(url), Ok(client_id)) if faults.is_empty() => {
            let placement = settings.credential_placement;
            Ok((url, Credentials::new(client_id, secrets, placement)))
        }
        _ => Err(SettingsError::new(faults)),
    }
}

/// `aws_client_metadata`, a JSON object of texts.
fn metadata_json(settings: &TokenClientSettings) -> Option<SecretString> {
    let metadata = settings.client_metadata.iter();
    let metadata: Map<String, Value> = metadata
        .map(|(name, value)| (name.clone(), value.expose_secret().into()))
        .collect();
    (!metadata.is_empty()).then(|| Value::Object(metadata).to_string().into())
}

fn default_client(
    url: &Url,
    connect_timeout: Duration,
    limits: Limits,
) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .redirect(Policy::none())
        .connect_timeout(connect_timeout)
        .timeout(limits.timeout)
        .user_agent(concat!("cognito-m2m/", env!("CARGO_PKG_VERSION")));
    // Through a proxy, plain http would not stay on this machine.
    if url.scheme() == "http" {
        builder.no_proxy().build()
    } else {
        builder.build()
    }
}

/// Why there is no [`TokenClient`].
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
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenClientBuildError {
    /// Settings are missing or wrong; every one is named.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The background thread can't be started.
    #[error("expected a thread for the token client")]
    Thread(#[source] std::io::Error),
    /// The HTTP client can't be set up.
    #[error("expected an HTTP client for the token client")]
    HttpClient(#[source] Box<dyn std::error::Error + Send + Sync>),
}
