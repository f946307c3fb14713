use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::access_token::AccessToken;
use super::answer::{AnswerError, TokenResponse};
use super::builder::{TokenClientBuildError, TokenClientBuilder};
use super::entry::{Entry, Found, Outcome, Report};
use super::error::TokenClientError;
use super::exchange::Exchange;
use super::flight::Flight;
use super::origins::OriginTokens;
use super::scopes::{IntoScopes, RequestedScopes};
use super::settings::TokenClientSettings;
use crate::runtime::Background;
use crate::scope::InvalidScope;
use crate::setting_fault::SettingsError;

/// Gets access tokens by the client-credentials grant, one for each scope set, and keeps them
/// good.
///
/// Cheap to clone; clones share tokens, so make one and hand clones to workers. Fetches run on a
/// thread of its own: a caller that gives up, or whose runtime ends, takes nothing from the others.
/// A caller's own deadline is therefore whatever it wraps around the call; all waiting ends by
/// itself within [`TokenClientBuilder::deadline`].
///
/// Each scope set that was ever asked for is kept, a few hundred bytes beside its token: ask for
/// sets that are written in the program.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::TokenClient;
///
/// # async fn call() -> Result<(), Box<dyn std::error::Error>> {
/// let tokens = TokenClient::builder()
///     .token_url("https://example.auth.us-east-1.amazoncognito.com/oauth2/token")
///     .client_id("7k2m9f3qexample")
///     .client_secret("from the secret store")
///     .build()?;
/// let token = tokens.token("widgets/read").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TokenClient {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) exchange: Arc<Exchange>,
    pub(super) default_scopes: RequestedScopes,
    pub(super) entries: papaya::HashMap<RequestedScopes, Arc<Entry>>,
    pub(super) background: Background,
}

impl TokenClient {
    /// Sets one up.
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

    /// Sets one up from the environment: see [`TokenClientSettings::from_env`].
    ///
    /// # Errors
    ///
    /// [`TokenClientBuildError`] with everything that is wrong with the variables.
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

    pub(super) fn new(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
        }
    }

    /// A good token for these scopes: the one at hand, or else of the one request that all who
    /// ask meanwhile share.
    ///
    /// It works in any async runtime. A token whose answer says nothing of its life goes to those
    /// who wait for it, and is not kept.
    ///
    /// # Errors
    ///
    /// [`TokenClientError`]. What may pass is retried within the deadline; a `Retry-After` that
    /// goes beyond it is an error until its time has come, or for 30 s at most. A refusal is
    /// remembered for 10 s, so that a wrong secret does not make a request of each call.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::TokenClient;
    /// use cognito_m2m::scope::Scope;
    ///
    /// const READ: Scope = Scope::from_static("widgets/read");
    ///
    /// # async fn call(tokens: TokenClient) -> Result<(), cognito_m2m::client::TokenClientError> {
    /// let token = tokens.token(READ).await?;
    /// let both = tokens.token("widgets/read widgets/write").await?;
    /// let same = tokens.token(["widgets/write", "widgets/read"]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn token(&self, scopes: impl IntoScopes) -> Result<AccessToken, TokenClientError> {
        let entry = self.entry(self.requested(scopes)?);
        // A second round only where a token dies between its arrival and this caller's turn.
        for _ in 0..2 {
            if let Some((token, renewal)) = entry.serve(self.now()) {
                self.start(renewal);
                return Ok(token);
            }
            let refusal = self.shared.exchange.remembered_refusal();
            let (report, flight) = match entry.join(self.now(), refusal)? {
                Found::Token(token) => return Ok(token),
                Found::Awaited(report, flight) => (report, flight),
            };
            self.start(flight);
            if let Some(token) = arrival(report).await?.token_at(self.now()) {
                return Ok(token);
            }
        }
        Err(AnswerError::ExpiredOnArrival.into())
    }

    /// Makes one token request, uncached and shared with nobody.
    ///
    /// There are no retries and nothing is remembered; only where a first secret is refused, the
    /// second one is tried.
    ///
    /// # Errors
    ///
    /// [`TokenClientError`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::TokenClient;
    ///
    /// # async fn call(tokens: TokenClient) -> Result<(), cognito_m2m::client::TokenClientError> {
    /// let response = tokens.fetch_token("widgets/read").await?;
    /// println!("good for {:?}", response.expires_in());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn fetch_token(
        &self,
        scopes: impl IntoScopes,
    ) -> Result<TokenResponse, TokenClientError> {
        let scopes = self.requested(scopes)?;
        let exchange = Arc::clone(&self.shared.exchange);
        let (report, response) = oneshot::channel();
        self.shared.background.spawn(async move {
            // Nobody listens where the caller has given up.
            let _ = report.send(exchange.request_once(&scopes).await);
        });
        response.await.unwrap_or(Err(TokenClientError::Stopped))
    }

    /// Drops a token that an API refused, so that the next call gets another.
    ///
    /// A token that is no longer the current one is left alone, so any number of callers may
    /// report the same. An API that refuses every token does not start a storm: for each scope set
    /// this works once in 10 s at first, and then ever more seldom, down to once in 5 minutes; until
    /// then the token goes on to serve. Gives back whether it was dropped.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::TokenClient;
    ///
    /// # async fn call(tokens: TokenClient) -> Result<(), cognito_m2m::client::TokenClientError> {
    /// let refused = tokens.token("widgets/read").await?;
    /// tokens.invalidate(&refused);
    /// let fresh = tokens.token("widgets/read").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn invalidate(&self, token: &AccessToken) -> bool {
        let is_dropped = {
            let entries = self.shared.entries.pin();
            let entry = entries.get(token.requested_scopes());
            entry.is_some_and(|entry| entry.invalidate(token, self.now()))
        };
        tracing::debug!(scopes = %token.requested_scopes(), is_dropped, "token reported as refused");
        is_dropped
    }

    /// Binds tokens for these scopes to the origins of an API: they go nowhere else.
    ///
    /// An origin is scheme, host and port, as `https://widgets.example.com`.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] where there is no origin, one is no `https` URL without a path (`http` is
    /// for loopback), or a scope is none.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::TokenClient;
    ///
    /// # fn bind(tokens: TokenClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let widgets = tokens.for_origins(["https://widgets.example.com"], "widgets/read")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn for_origins(
        &self,
        origins: impl IntoIterator<Item = impl AsRef<str>>,
        scopes: impl IntoScopes,
    ) -> Result<OriginTokens, SettingsError> {
        OriginTokens::new(self.clone(), origins, self.requested(scopes))
    }

    fn requested(&self, scopes: impl IntoScopes) -> Result<RequestedScopes, InvalidScope> {
        let scopes = scopes.into_scopes()?;
        Ok(if scopes.is_empty() {
            self.shared.default_scopes.clone()
        } else {
            scopes
        })
    }

    fn entry(&self, scopes: RequestedScopes) -> Arc<Entry> {
        let entries = self.shared.entries.pin();
        if let Some(entry) = entries.get(&scopes) {
            return Arc::clone(entry);
        }
        let entry = Arc::new(Entry::new(scopes.clone()));
        Arc::clone(entries.get_or_insert(scopes, entry))
    }

    fn start(&self, flight: Option<Flight>) {
        if let Some(flight) = flight {
            let exchange = Arc::clone(&self.shared.exchange);
            self.shared.background.spawn(flight.run(exchange));
        }
    }

    fn now(&self) -> Duration {
        self.shared.exchange.now()
    }
}

/// Waits without a timer, which only some runtimes have: a flight lands within its own deadline.
async fn arrival(mut report: Report) -> Outcome {
    match report.wait_for(Option::is_some).await {
        Ok(outcome) => outcome.clone().unwrap_or(Err(TokenClientError::Stopped)),
        Err(_) => Err(TokenClientError::Stopped),
    }
}

impl fmt::Debug for TokenClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exchange = &self.shared.exchange;
        f.debug_struct("TokenClient")
            .field("token_url", &exchange.url().as_str())
            .field("client_id", &exchange.credentials().client_id)
            .field("default_scopes", &self.shared.default_scopes)
            .finish_non_exhaustive()
    }
}
