use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::Semaphore;

use super::error::TokenClientError;
use super::exchange::Exchange;
use super::retry::{MAX_ATTEMPTS, RememberedError, pause};
use super::scopes::RequestedScopes;
use super::token_response::TokenResponse;
use super::transport_error::TransportError;
use crate::time::Clock;

/// The maximum number of token requests at a time. It also limits the requests with a wrong secret
/// that are sent before the refusal is remembered, however many scope sets are in use.
const MAX_CONCURRENT_REQUESTS: usize = 4;

/// The time limits of a fetch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The limit of one request, in real time.
    pub(super) timeout: Duration,
    /// The limit of a fetch, with all retries and pauses.
    pub(super) deadline: Duration,
}

/// Fetches tokens. It retries, limits concurrency, tries each secret and remembers refusals.
pub(super) struct TokenFetcher {
    exchange: Exchange,
    limits: Limits,
    clock: Arc<dyn Clock>,
    permits: Semaphore,
    refusal: ArcSwapOption<RememberedError>,
}

/// A token response with the time of its request, from which the lifetime is counted.
pub(super) struct TimedResponse {
    pub(super) response: TokenResponse,
    pub(super) requested_at: Duration,
}

impl TokenFetcher {
    pub(super) fn new(exchange: Exchange, limits: Limits, clock: Arc<dyn Clock>) -> Self {
        Self {
            exchange,
            limits,
            clock,
            permits: Semaphore::new(MAX_CONCURRENT_REQUESTS),
            refusal: ArcSwapOption::empty(),
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.clock.monotonic()
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(super) fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Returns the last refusal of the client, for as long as it is remembered.
    pub(super) fn remembered_refusal(&self) -> Option<TokenClientError> {
        let refusal = self.refusal.load();
        let refusal = refusal.as_ref()?;
        (self.now() < refusal.until).then(|| refusal.error.clone())
    }

    /// Sends one request, even if a refusal is remembered.
    pub(super) async fn fetch_once(
        &self,
        scopes: &RequestedScopes,
    ) -> Result<TokenResponse, TokenClientError> {
        let timed = self.request(scopes, self.limits.deadline).await?;
        Ok(timed.response)
    }

    /// Sends a request, and retries transient errors until the deadline.
    pub(super) async fn fetch_with_retries(
        &self,
        scopes: &RequestedScopes,
    ) -> Result<TimedResponse, TokenClientError> {
        let deadline = self.now().saturating_add(self.limits.deadline);
        let mut attempt = 1;
        loop {
            let error = match self.request_with_permit(scopes, deadline).await {
                Ok(timed) => return Ok(timed),
                Err(error) => error,
            };
            let pause = pause(attempt, error.retry_after(), fastrand::f64());
            let next = self.now().saturating_add(pause);
            if !error.is_transient() || attempt >= MAX_ATTEMPTS || next >= deadline {
                return Err(error);
            }
            tracing::debug!(%scopes, attempt, ?pause, %error, "retrying a token request");
            attempt = attempt.saturating_add(1);
            self.clock.sleep_until(next).await;
        }
    }

    async fn request_with_permit(
        &self,
        scopes: &RequestedScopes,
        deadline: Duration,
    ) -> Result<TimedResponse, TokenClientError> {
        let left = deadline.saturating_sub(self.now());
        // The semaphore is never closed.
        let permit = tokio::time::timeout(left, self.permits.acquire());
        let _permit = permit.await.map_err(|_| TransportError::TIMEOUT)?;
        if let Some(error) = self.remembered_refusal() {
            return Err(error);
        }
        let left = deadline.saturating_sub(self.now());
        let result = self.request(scopes, left).await;
        if let Err(error) = &result
            && error.refuses_client()
        {
            let refusal = RememberedError::new(error, self.now());
            self.refusal.store(refusal.map(Arc::new));
        }
        result
    }

    async fn request(
        &self,
        scopes: &RequestedScopes,
        time_left: Duration,
    ) -> Result<TimedResponse, TokenClientError> {
        let timeout = time_left.min(self.limits.timeout);
        // In real time, since a test clock does not advance while the network is busy.
        let timed = tokio::time::timeout(timeout, self.request_with_any_secret(scopes));
        timed.await.map_err(|_| TransportError::TIMEOUT)?
    }

    /// Sends a request with each secret in turn, until one is accepted.
    async fn request_with_any_secret(
        &self,
        scopes: &RequestedScopes,
    ) -> Result<TimedResponse, TokenClientError> {
        let credentials = &self.exchange.credentials;
        let mut refusal = TokenClientError::Stopped;
        for index in credentials.indexes_to_try() {
            let requested_at = self.now();
            let response = self.exchange.request_token(scopes, index, self.clock());
            match response.await {
                Ok(response) => {
                    credentials.prefer(index);
                    warn_about_missing_scopes(&response);
                    return Ok(TimedResponse {
                        response,
                        requested_at,
                    });
                }
                Err(error) if error.refuses_client() => refusal = error,
                Err(error) => return Err(error),
            }
        }
        Err(refusal)
    }
}

fn warn_about_missing_scopes(response: &TokenResponse) {
    let token = response.access_token();
    let missing = token.missing_scopes();
    if !missing.is_empty() {
        tracing::warn!(
            ?missing,
            requested = %token.requested_scopes(),
            "the token lacks some of the requested scopes"
        );
    }
}
