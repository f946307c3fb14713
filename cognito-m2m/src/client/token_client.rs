use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::access_token::AccessToken;
use super::cache_entry::{FetchReceiver, FetchResult, Joined, SharedFetch};
use super::error::TokenClientError;
use super::fetcher::TokenFetcher;
use super::invalid_token_response::InvalidTokenResponse;
use super::requested_token::RequestedToken;
use super::store::SharedTokens;
use super::token_cache::TokenCache;
use super::token_endpoint::TokenEndpoint;
use super::token_request::IntoTokenRequest;
use super::token_response::TokenResponse;
use crate::runtime::Background;
use crate::scope::InvalidScope;

/// Fetches access tokens with the client-credentials grant (RFC 6749 section 4.4), or from Cognito's
/// API, and caches one per scope set.
///
/// It is cheap to clone, and clones share their tokens: create one client and clone it into each
/// worker.
///
/// Tokens are fetched on a background thread, so cancelling one call never cancels a fetch that
/// others wait for. One thread serves every token client and [`CognitoAuth`](crate::CognitoAuth) of the
/// process, and ends with the last of them. Dropping the last clone of a client cancels its fetches
/// without waiting.
///
/// Every call ends within [`TokenClientBuilder::deadline`], 10 s by default, unless it waits for its turn: a client sends up to 32 requests at a time, and fewer until the
/// endpoint has accepted it. The queue is fair. A call in the queue fails with a timeout if the
/// endpoint responds to no request at all for as long as the deadline. To wait for a shorter time,
/// wrap the call in a timeout.
///
/// A program that forks (a daemon, a pre-forking server) must build the client after the fork, in
/// each child process. A fork does not copy threads, so a client that was built before the fork
/// can't fetch tokens in a child. There, calls that need a fetch fail at once with
/// [`TokenClientError::Forked`], and an error is logged.
///
/// The cache keeps up to 1,000 tokens: one for each set of scopes and metadata (see [`TokenRequest`]).
/// Beyond that, the ones that were used least recently are evicted. A token whose request is under
/// way or has failed a moment ago is not. Request scopes and metadata that are fixed in the program,
/// not from user input: each new set costs a token request.
///
/// [`TokenClientBuilder::deadline`]: super::TokenClientBuilder::deadline
/// [`TokenRequest`]: super::TokenRequest
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

struct Shared {
    fetcher: Arc<TokenFetcher>,
    defaults: RequestedToken,
    cache: TokenCache,
    shared_tokens: Option<Arc<SharedTokens>>,
    background: Background,
}

impl TokenClient {
    pub(super) fn new(
        fetcher: TokenFetcher,
        defaults: RequestedToken,
        shared_tokens: Option<SharedTokens>,
        background: Background,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                fetcher: Arc::new(fetcher),
                defaults,
                cache: TokenCache::new(),
                shared_tokens: shared_tokens.map(Arc::new),
                background,
            }),
        }
    }

    /// Returns the cached token for these scopes, fetching one if needed. For metadata of this call,
    /// pass a [`TokenRequest`](super::TokenRequest).
    ///
    /// Concurrent calls for the same scopes and metadata share one request. A token is renewed in the background
    /// after 75 to 85 % of its lifetime and is never returned in its last tenth, or its last minute
    /// if that is shorter.
    ///
    /// The lifetime ends when `expires_in` minus the `Age` of the response has passed, or at the
    /// token's `exp`, whichever comes first (see [`AccessToken::lifetime`]). It is measured by the
    /// wall clock or the monotonic clock, whichever has advanced more. A token whose lifetime is
    /// unknown is returned to the waiting calls, but is not cached. A token that lives for less
    /// than 10 s, such as an old one from a cache, is fetched at most once a second.
    ///
    /// With a [`TokenStore`](super::TokenStore), the token that another process has stored is used
    /// instead. While another process requests it, a call waits for that process for up to half of its
    /// deadline.
    ///
    /// This works in any async runtime.
    ///
    /// # Errors
    ///
    /// Returns [`TokenClientError`] if no token could be fetched. Transient errors are retried up
    /// to three times within the deadline. Afterwards, these errors are remembered, and calls fail
    /// with them without a request:
    ///
    /// | error | for | how long |
    /// | --- | --- | --- |
    /// | throttling, or a 5xx with `Retry-After` | all scopes | for `Retry-After`, 30 s at most; throttling without it, or with 0, for 0.5 to 10 s |
    /// | `invalid_client`, and `NotAuthorizedException` of the API, unless the file or the callback of the secret returns another secret | all scopes | 10 s |
    /// | `ResourceNotFoundException` of the API; status 403 of a firewall | all scopes | 10 s |
    /// | a failed callback before the first secret | all scopes | 10 s |
    /// | another error that is not transient | the same scopes and metadata | 10 s |
    /// | a token that had expired when it arrived | the same scopes and metadata | 1 to 60 s, doubling each time |
    ///
    /// While the client is throttled, no request is sent for any scopes. A call that starts before
    /// the throttled one has failed waits for the end of the throttling, if that is before its
    /// deadline. Renewals wait in the same way. Until then, the old token is returned for as long
    /// as it is usable.
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
    pub async fn token(
        &self,
        request: impl IntoTokenRequest,
    ) -> Result<AccessToken, TokenClientError> {
        self.requested_token(self.requested(request)?).await
    }

    pub(super) async fn requested_token(
        &self,
        requested: RequestedToken,
    ) -> Result<AccessToken, TokenClientError> {
        let fetcher = &self.shared.fetcher;
        let mut now = fetcher.now();
        let entry = self.shared.cache.entry(requested, now);
        let deadline = fetcher.deadline_from(now);
        loop {
            let is_blocked = || fetcher.memory().blocked_until(now).is_some();
            if let Some((token, renewal)) = entry.cached_token(now, is_blocked) {
                self.run(renewal, None);
                return Ok(token);
            }
            self.check_process()?;
            let failure = fetcher.memory().failure(now);
            let (receiver, fetch) = match entry.join_or_start(now, failure)? {
                Joined::Token(token) => return Ok(token),
                Joined::Waiting(receiver, fetch) => (receiver, fetch),
            };
            self.run(fetch, Some(deadline));
            let fetched = received(receiver).await?;
            now = fetcher.now();
            match fetched.token_at(now) {
                Ok(token) => return Ok(token),
                Err(expired) if now.monotonic >= deadline => {
                    return Err(InvalidTokenResponse::ExpiredOnArrival(expired).into());
                }
                // The token expired before this caller was polled again.
                Err(_) => {}
            }
        }
    }

    /// Fetches a token, without reading or updating the cache or a token store.
    ///
    /// The request is neither shared nor retried, and its result is not remembered. If the first
    /// secret is refused, the second one is tried. If all are refused, the file is read again, or
    /// the callback called again, at most once every 10 s. If the first Region of the API fails,
    /// the second one is tried.
    ///
    /// # Errors
    ///
    /// Returns [`TokenClientError`] if the request fails, if the token had expired when it arrived, or
    /// if there is no secret yet.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::TokenClient;
    ///
    /// # async fn call(tokens: TokenClient) -> Result<(), cognito_m2m::client::TokenClientError> {
    /// let response = tokens.fetch_token("widgets/read").await?;
    /// println!("expires in {:?}", response.expires_in());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn fetch_token(
        &self,
        request: impl IntoTokenRequest,
    ) -> Result<TokenResponse, TokenClientError> {
        let requested = self.requested(request)?;
        self.check_process()?;
        let fetcher = Arc::clone(&self.shared.fetcher);
        let (sender, response) = oneshot::channel();
        self.shared.background.spawn(async move {
            // Fails if the caller has given up.
            let _ = sender.send(fetcher.fetch_once(&requested).await);
        });
        response.await.unwrap_or(Err(TokenClientError::Stopped))
    }

    /// Removes a token from the cache after an API has refused it, so that the next call fetches a
    /// new one.
    ///
    /// Returns `true` if the token was removed, and `false` if it is no longer the cached one. Any
    /// number of callers can report the same token.
    ///
    /// The token is not taken from a [`TokenStore`](super::TokenStore) again either, and the new one
    /// replaces it there.
    ///
    /// Invalidations are limited, so that an API that refuses every token does not cause a flood of
    /// token requests. After an invalidation, the tokens of that set of scopes and metadata can't be
    /// invalidated for 10 s, and this interval doubles each time, up to 5 minutes. Until it has passed,
    /// `invalidate` returns `false` and the cached token stays in use.
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
        // First, so that no fetch takes the token from the store afterwards.
        if let Some(tokens) = &self.shared.shared_tokens {
            tokens.refuse(token);
        }
        let entry = self.shared.cache.find(token.requested());
        let now = self.shared.fetcher.now();
        let is_dropped = entry.is_some_and(|entry| entry.invalidate(token, now));
        tracing::debug!(scopes = %token.requested_scopes(), is_dropped, "an API refused a token");
        is_dropped
    }

    pub(super) fn requested(
        &self,
        request: impl IntoTokenRequest,
    ) -> Result<RequestedToken, InvalidScope> {
        request
            .into_token_request()
            .or_defaults(&self.shared.defaults)
    }

    fn run(&self, fetch: Option<SharedFetch>, deadline: Option<Duration>) {
        if let Some(fetch) = fetch {
            let fetcher = Arc::clone(&self.shared.fetcher);
            let shared_tokens = self.shared.shared_tokens.clone();
            let run = fetch.run(fetcher, shared_tokens, deadline);
            self.shared.background.spawn(run);
        }
    }

    /// Returns an error in a forked child process, where no fetch would ever end.
    fn check_process(&self) -> Result<(), TokenClientError> {
        if self.shared.background.process().has_forked() {
            return Err(TokenClientError::Forked);
        }
        Ok(())
    }
}

/// Waits for the result of a fetch. A fetch ends within its deadline, so this needs no timer, which
/// the caller's runtime may lack.
async fn received(mut receiver: FetchReceiver) -> FetchResult {
    match receiver.wait_for(Option::is_some).await {
        Ok(result) => result.clone().unwrap_or(Err(TokenClientError::Stopped)),
        Err(_) => Err(TokenClientError::Stopped),
    }
}

impl fmt::Debug for TokenClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exchange = self.shared.fetcher.exchange();
        let mut shown = f.debug_struct("TokenClient");
        match &exchange.endpoint {
            TokenEndpoint::OAuth(endpoint) => {
                shown.field("token_url", &endpoint.url.as_str());
            }
            TokenEndpoint::Api(regions) => {
                shown.field("api_url", &regions.first_url().as_str());
                if let Some(url) = regions.second_url() {
                    shown.field("api_fallback_url", &url.as_str());
                }
            }
        }
        shown
            .field("client_id", &exchange.credentials.client_id)
            .field("default_scopes", &self.shared.defaults.scopes)
            .finish_non_exhaustive()
    }
}
