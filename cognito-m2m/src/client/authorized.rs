use std::fmt;
use std::sync::Arc;

use reqwest::header::AUTHORIZATION;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, ClientBuilder, Method, Request, RequestBuilder, Response, StatusCode};
use url::{Origin, Url};

use super::access_token::AccessToken;
use super::challenge::says_invalid_token;
use super::origins::{CallError, OriginTokens};
use super::transport_error::TransportError;

/// Redirects that are followed within an origin, as `reqwest` has it by default.
const MAX_REDIRECTS: usize = 10;

/// A `reqwest` client that needs no token code at all.
///
/// Made by [`OriginTokens::into_client`]. It puts the token on, and where the API answers 401 with
/// `invalid_token` it gets another and repeats the request once, if its body is in memory. A call
/// to another origin, or a redirect to one, is an error before the token leaves. Cheap to clone.
///
/// It is a type of its own rather than a middleware for `reqwest`, since a client that follows
/// redirects by its own rules could take the token along.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::TokenClient;
///
/// # async fn call(tokens: TokenClient) -> Result<(), Box<dyn std::error::Error>> {
/// let widgets = tokens.for_origins(["https://widgets.example.com"], "widgets/read")?;
/// let widgets = widgets.into_client()?;
/// let answer = widgets.get("https://widgets.example.com/widgets").send().await?;
/// assert_eq!(answer.status(), 200);
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
    pub(super) fn new(tokens: OriginTokens, http: ClientBuilder) -> Result<Self, CallError> {
        let origins = tokens.origins().to_vec();
        let policy = Policy::custom(move |attempt| redirect(attempt, &origins));
        let http = http.redirect(policy);
        // Through a proxy, plain http would not stay on this machine.
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

    /// Starts a `GET` request.
    pub fn get(&self, url: &str) -> AuthorizedRequest<'_> {
        self.request(Method::GET, url)
    }

    /// Starts a `POST` request.
    pub fn post(&self, url: &str) -> AuthorizedRequest<'_> {
        self.request(Method::POST, url)
    }

    /// Starts a `PUT` request.
    pub fn put(&self, url: &str) -> AuthorizedRequest<'_> {
        self.request(Method::PUT, url)
    }

    /// Starts a `PATCH` request.
    pub fn patch(&self, url: &str) -> AuthorizedRequest<'_> {
        self.request(Method::PATCH, url)
    }

    /// Starts a `DELETE` request.
    pub fn delete(&self, url: &str) -> AuthorizedRequest<'_> {
        self.request(Method::DELETE, url)
    }

    /// Starts a request by any method.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::AuthorizedClient;
    /// use cognito_m2m::reqwest::Method;
    ///
    /// # async fn call(widgets: AuthorizedClient) -> Result<(), cognito_m2m::client::CallError> {
    /// let url = "https://widgets.example.com/widgets";
    /// let answer = widgets.request(Method::OPTIONS, url).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, url: &str) -> AuthorizedRequest<'_> {
        AuthorizedRequest {
            client: self,
            request: self.http.request(method, url),
        }
    }

    /// Sends a request that is already built.
    ///
    /// # Errors
    ///
    /// [`CallError`]. An answer with an error status is an answer.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::AuthorizedClient;
    /// use cognito_m2m::reqwest::{Method, Request, Url};
    ///
    /// # async fn call(widgets: AuthorizedClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let url = Url::parse("https://widgets.example.com/widgets")?;
    /// let answer = widgets.execute(Request::new(Method::GET, url)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn execute(&self, request: Request) -> Result<Response, CallError> {
        let token = self.tokens.token_for_url(request.url()).await?;
        let repeatable = request.try_clone();
        let response = self.send(request, &token).await?;
        if !is_refused(&response) {
            return Ok(response);
        }
        self.tokens.invalidate(&token);
        let Some(request) = repeatable else {
            return Ok(response);
        };
        // Without another token there is nothing to repeat; the refusal says more than the error.
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
                CallError::Elsewhere
            } else {
                TransportError::new(error).into()
            }
        })
    }
}

fn is_refused(response: &Response) -> bool {
    response.status() == StatusCode::UNAUTHORIZED && says_invalid_token(response.headers())
}

/// Follows within one origin. To another one, also of ours, `reqwest` would go without the token.
fn redirect(attempt: Attempt<'_>, origins: &[Origin]) -> reqwest::redirect::Action {
    let target = attempt.url().origin();
    let stays = attempt.previous().last().map(Url::origin).as_ref() == Some(&target);
    if !stays || !origins.contains(&target) {
        attempt.error(CallError::Elsewhere)
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

/// A request of an [`AuthorizedClient`], not yet sent.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::AuthorizedClient;
///
/// # async fn call(widgets: AuthorizedClient) -> Result<(), cognito_m2m::client::CallError> {
/// let answer = widgets
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
    /// Changes the request by whatever `reqwest` offers: headers, query, body, time-out.
    pub fn with(mut self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        self.request = change(self.request);
        self
    }

    /// Sends it with a good token.
    ///
    /// # Errors
    ///
    /// [`CallError`]. An answer with an error status is an answer.
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
