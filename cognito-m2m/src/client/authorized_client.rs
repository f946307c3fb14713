use std::fmt;
use std::sync::Arc;

use reqwest::header::AUTHORIZATION;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, ClientBuilder, Method, Request, RequestBuilder, Response, StatusCode};
use url::{Origin, Url};

use super::access_token::AccessToken;
use super::call_error::CallError;
use super::challenge::has_invalid_token_error;
use super::origin_tokens::OriginTokens;
use super::transport_error::TransportError;

/// The maximum number of redirects within an origin, the default of `reqwest`.
const MAX_REDIRECTS: usize = 10;

impl OriginTokens {
    /// Creates an [`AuthorizedClient`], which adds the token to every request.
    ///
    /// The client has no timeouts. To set them, use [`into_client_with`](Self::into_client_with).
    ///
    /// # Errors
    ///
    /// Returns [`CallError::Http`] if the client could not be built, usually because no TLS root
    /// certificates are installed.
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
        self.into_client_with(Client::builder())
    }

    /// Creates an [`AuthorizedClient`] from a `reqwest` builder, for example with timeouts, a proxy
    /// or custom TLS roots.
    ///
    /// The redirect policy of the builder is replaced. The client follows redirects within the
    /// origin only.
    ///
    /// # Errors
    ///
    /// Returns [`CallError::Http`] if the client could not be built.
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
        AuthorizedClient::new(self, http)
    }
}

/// An HTTP client that wraps a `reqwest` client and adds an access token to every request.
///
/// Created by [`OriginTokens::into_client`]. It is cheap to clone.
///
/// If the API answers 401 with `invalid_token`, the client fetches another token and repeats the
/// request once, provided that its body is in memory. A request to another origin, or a redirect to
/// one, fails before the token is sent.
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
    http: Client,
}

impl AuthorizedClient {
    fn new(tokens: OriginTokens, http: ClientBuilder) -> Result<Self, CallError> {
        let origins = tokens.origins().to_vec();
        let policy = Policy::custom(move |attempt| redirect(attempt, &origins));
        let http = http.redirect(policy);
        // A proxy from the environment would send plain http off this machine.
        let http = if tokens.is_on_loopback() {
            http.no_proxy()
        } else {
            http
        };
        Ok(Self {
            tokens: Arc::new(tokens),
            http: http.build().map_err(TransportError::new)?,
        })
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
        AuthorizedRequest {
            client: self,
            request: self.http.request(method, url),
        }
    }

    /// Adds a token to a complete `reqwest` request and sends it.
    ///
    /// # Errors
    ///
    /// Returns [`CallError`] if the URL has another origin, if no token could be fetched, or if the
    /// API sent no response. A response with an error status is not an error.
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
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, token.header().clone());
        self.http.execute(request).await.map_err(|error| {
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

/// Follows redirects within one origin. A redirect to another origin is an error even if the token
/// may be sent there, because `reqwest` drops the `Authorization` header on the way.
fn redirect(attempt: Attempt<'_>, origins: &[Origin]) -> reqwest::redirect::Action {
    let target = attempt.url().origin();
    let is_same_origin = attempt.previous().last().map(Url::origin).as_ref() == Some(&target);
    if !is_same_origin || !origins.contains(&target) {
        attempt.error(CallError::OtherOrigin)
    } else if attempt.previous().len() > MAX_REDIRECTS {
        attempt.stop()
    } else {
        attempt.follow()
    }
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
    /// Returns [`CallError`] if the URL is invalid or has another origin, if no token could be
    /// fetched, or if the API sent no response. A response with an error status is not an error.
    pub async fn send(self) -> Result<Response, CallError> {
        let request = self.request.build().map_err(TransportError::new)?;
        self.client.execute(request).await
    }
}

impl fmt::Debug for AuthorizedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizedRequest").finish_non_exhaustive()
    }
}
