use std::fmt;
use std::sync::Arc;

use reqwest::header::{AUTHORIZATION, HOST};
use reqwest::{ClientBuilder, Method, Request, RequestBuilder, Response, StatusCode};
use url::Url;

use super::access_token::AccessToken;
use super::call_clients::{CallClients, CallLimits, DEFAULT_LIMITS};
use super::call_error::CallError;
use super::challenge::has_invalid_token_error;
use super::host_header::{check_host_header, host_header};
use super::origin_tokens::OriginTokens;
use super::transport_error::TransportError;
use super::written_url::is_written_as_parsed;

impl OriginTokens {
    /// Creates an [`AuthorizedClient`], which adds the token to every request.
    ///
    /// A call fails with a timeout if no connection is opened within 1 s, or if the response with
    /// its whole body takes longer than 30 s. If a request is repeated with another token, the
    /// limits apply to each of the two. To replace both limits, use
    /// [`into_client_with`](Self::into_client_with). To change the second one for a single request,
    /// use the `timeout` of its `reqwest` builder (see [`AuthorizedRequest::with`]).
    ///
    /// # Errors
    ///
    /// Returns [`CallError::HttpClient`] if the client could not be built, usually because no TLS
    /// root certificates are installed. Plain `http` on loopback needs none.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::TokenClient;
    ///
    /// # fn bind(tokens: TokenClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let widgets = tokens.for_origins(["https://widgets.example.com"], "widgets/read")?;
    /// let widgets = widgets.into_client()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_client(self) -> Result<AuthorizedClient, CallError> {
        self.into_client_within(DEFAULT_LIMITS)
    }

    pub(super) fn into_client_within(
        self,
        limits: CallLimits,
    ) -> Result<AuthorizedClient, CallError> {
        AuthorizedClient::new(self, limits.client_builder(), limits)
    }

    /// Creates an [`AuthorizedClient`] from a `reqwest` builder, for example with other timeouts, a
    /// proxy or custom TLS roots.
    ///
    /// The default limits do not apply: a builder without timeouts makes a client without timeouts.
    ///
    /// The redirect policy of the builder is replaced. The client follows redirects within the
    /// origin only. A proxy is never used for plain `http`, because the request would leave the
    /// machine. If the origins include both `http` on loopback and `https`, the builder applies to
    /// `https`, and requests to loopback have the limits of [`into_client`](Self::into_client).
    ///
    /// # Errors
    ///
    /// Returns [`CallError::HttpClient`] if the client could not be built.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use cognito_m2m::client::TokenClient;
    /// use cognito_m2m::reqwest;
    ///
    /// # fn bind(tokens: TokenClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let http = reqwest::Client::builder().timeout(Duration::from_secs(2));
    /// let widgets = tokens.for_origins(["https://widgets.example.com"], "widgets/read")?;
    /// let widgets = widgets.into_client_with(http)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_client_with(self, http: ClientBuilder) -> Result<AuthorizedClient, CallError> {
        AuthorizedClient::new(self, http, DEFAULT_LIMITS)
    }
}

/// An HTTP client that wraps a `reqwest` client and adds an access token to every request.
///
/// Created by [`OriginTokens::into_client`]. It is cheap to clone.
///
/// If the API answers 401 with `invalid_token`, the client fetches another token and repeats the
/// request once, provided that its body is in memory. A request to another origin, or a redirect to
/// one, fails before the token is sent. So does a request whose `Host` header names another host
/// than its URL, or whose host does not have the form that [`OriginTokens::token_for`] requires.
/// The `Authorization` header of a request is replaced.
///
/// This is a separate type rather than a `reqwest` middleware, because a client with another
/// redirect policy could send the token to another origin.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::TokenClient;
///
/// # async fn call(tokens: TokenClient) -> Result<(), Box<dyn std::error::Error>> {
/// let widgets = tokens.for_origins(["https://widgets.example.com"], "widgets/read")?;
/// let widgets = widgets.into_client()?;
/// let response = widgets.get("https://widgets.example.com/widgets").send().await?;
/// assert_eq!(response.status(), 200);
///
/// let gear = "https://widgets.example.com/widgets/7";
/// widgets.put(gear).with(|request| request.body("gear")).send().await?;
/// widgets.patch(gear).with(|request| request.body("gears")).send().await?;
/// widgets.delete(gear).send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AuthorizedClient {
    tokens: Arc<OriginTokens>,
    clients: CallClients,
}

impl AuthorizedClient {
    fn new(
        tokens: OriginTokens,
        http: ClientBuilder,
        loopback_limits: CallLimits,
    ) -> Result<Self, CallError> {
        let clients = CallClients::new(&tokens, http, loopback_limits)?;
        Ok(Self {
            tokens: Arc::new(tokens),
            clients,
        })
    }

    /// Returns a client whose tokens have another entry in their metadata, for example for another
    /// tenant. It overrides an entry of the same name. Both clients share their connections.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::AuthorizedClient;
    ///
    /// # async fn call(widgets: AuthorizedClient) -> Result<(), cognito_m2m::client::CallError> {
    /// let blue = widgets.with_client_metadata("tenant", "blue");
    /// let response = blue.get("https://widgets.example.com/widgets").send().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_client_metadata(&self, name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            tokens: Arc::new(self.tokens.with_client_metadata(name, value)),
            clients: self.clients.clone(),
        }
    }

    /// Starts building a `GET` request to this URL.
    pub fn get(&self, url: &str) -> AuthorizedRequest<'_> {
        self.request(Method::GET, url)
    }

    /// Starts building a `POST` request to this URL.
    pub fn post(&self, url: &str) -> AuthorizedRequest<'_> {
        self.request(Method::POST, url)
    }

    /// Starts building a `PUT` request to this URL.
    pub fn put(&self, url: &str) -> AuthorizedRequest<'_> {
        self.request(Method::PUT, url)
    }

    /// Starts building a `PATCH` request to this URL.
    pub fn patch(&self, url: &str) -> AuthorizedRequest<'_> {
        self.request(Method::PATCH, url)
    }

    /// Starts building a `DELETE` request to this URL.
    pub fn delete(&self, url: &str) -> AuthorizedRequest<'_> {
        self.request(Method::DELETE, url)
    }

    /// Starts building a request with this method to this URL.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::AuthorizedClient;
    /// use cognito_m2m::reqwest::Method;
    ///
    /// # async fn call(widgets: AuthorizedClient) -> Result<(), cognito_m2m::client::CallError> {
    /// let url = "https://widgets.example.com/widgets";
    /// let response = widgets.request(Method::OPTIONS, url).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, url: &str) -> AuthorizedRequest<'_> {
        // An invalid URL is an error of `reqwest` when the request is sent.
        let is_unambiguous = Url::parse(url).map_or(true, |it| is_written_as_parsed(url, &it));
        AuthorizedRequest {
            client: self,
            request: self.clients.https_or_all().request(method, url),
            is_unambiguous,
        }
    }

    /// Adds a token to a complete `reqwest` request and sends it.
    ///
    /// # Errors
    ///
    /// Returns [`CallError`] if the URL has another origin, if a `Host` header names another host
    /// than the URL, if no token could be fetched, or if the API sent no response in time. A
    /// response with an error status is not an error.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::AuthorizedClient;
    /// use cognito_m2m::reqwest::{Method, Request, Url};
    ///
    /// # async fn call(widgets: AuthorizedClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let url = Url::parse("https://widgets.example.com/widgets")?;
    /// let response = widgets.execute(Request::new(Method::GET, url)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn execute(&self, request: Request) -> Result<Response, CallError> {
        check_host_header(&request)?;
        let token = self.tokens.token_for_url(request.url()).await?;
        let copy = request.try_clone();
        let response = self.send(request, &token).await?;
        if !is_refused(&response) {
            return Ok(response);
        }
        self.tokens.invalidate(&token);
        let Some(request) = copy else {
            return Ok(response);
        };
        // If there is no other token, the caller gets the 401, which is more useful than the reason
        // that no token was fetched.
        match self.tokens.token_for_url(request.url()).await {
            Ok(other) if other.secret() != token.secret() => self.send(request, &other).await,
            _ => Ok(response),
        }
    }

    async fn send(&self, mut request: Request, token: &AccessToken) -> Result<Response, CallError> {
        let host = host_header(request.url()).ok_or(CallError::OtherOrigin)?;
        let client = self.clients.for_url(request.url());
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, token.header().clone());
        // Keeps `reqwest` from adding a `Host` from the client's default headers.
        headers.insert(HOST, host);
        client.execute(request).await.map_err(|error| {
            if error.is_redirect() {
                CallError::OtherOrigin
            } else {
                TransportError::new(error).into()
            }
        })
    }
}

fn is_refused(response: &Response) -> bool {
    response.status() == StatusCode::UNAUTHORIZED && has_invalid_token_error(response.headers())
}

impl fmt::Debug for AuthorizedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizedClient")
            .field("tokens", &self.tokens)
            .finish_non_exhaustive()
    }
}

/// A request of an [`AuthorizedClient`] that has not been sent yet.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::AuthorizedClient;
///
/// # async fn call(widgets: AuthorizedClient) -> Result<(), cognito_m2m::client::CallError> {
/// let response = widgets
///     .post("https://widgets.example.com/widgets")
///     .with(|request| request.header("content-type", "application/json").body("{}"))
///     .send()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a request does nothing until it is sent"]
pub struct AuthorizedRequest<'a> {
    client: &'a AuthorizedClient,
    request: RequestBuilder,
    is_unambiguous: bool,
}

impl AuthorizedRequest<'_> {
    /// Modifies the underlying `reqwest` request, for example to set headers, a body or a timeout.
    pub fn with(mut self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        self.request = change(self.request);
        self
    }

    /// Sends the request with a token.
    ///
    /// # Errors
    ///
    /// Returns [`CallError`] if the URL is invalid, ambiguous or has another origin, if no token
    /// could be fetched, or if the API sent no response in time. A response with an error status is
    /// not an error.
    pub async fn send(self) -> Result<Response, CallError> {
        let request = self.request.build().map_err(TransportError::new)?;
        if !self.is_unambiguous {
            return Err(CallError::OtherOrigin);
        }
        self.client.execute(request).await
    }
}

impl fmt::Debug for AuthorizedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizedRequest").finish_non_exhaustive()
    }
}
