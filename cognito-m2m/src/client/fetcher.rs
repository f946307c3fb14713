use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::client_memory::ClientMemory;
use super::error::TokenClientError;
use super::exchange::{Attempt, Exchange};
use super::request_queue::{Place, RequestQueue};
use super::requested_token::RequestedToken;
use super::retry::{FailedFetch, MAX_ATTEMPTS, REFUSAL_MEMORY, pause};
use super::secret_error::SecretError;
use super::secret_set::SecretSet;
use super::secret_store::SecretStore;
use super::token_response::TokenResponse;
use super::transport_error::TransportError;
use crate::time::{Clock, ClockReading};

/// The time limits of a fetch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The limit of one request, in real time.
    pub(super) timeout: Duration,
    /// The limit of a fetch, with all retries and pauses, but without the time in the queue.
    pub(super) deadline: Duration,
}

/// Fetches tokens. It retries, limits concurrency, tries each secret, replaces refused secrets, and
/// sends no request while the client is refused or throttled.
pub(super) struct TokenFetcher {
    exchange: Exchange,
    secrets: Arc<SecretStore>,
    limits: Limits,
    clock: Arc<dyn Clock>,
    queue: RequestQueue,
    memory: ClientMemory,
}

impl TokenFetcher {
    pub(super) fn new(
        exchange: Exchange,
        secrets: Arc<SecretStore>,
        limits: Limits,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            exchange,
            secrets,
            limits,
            queue: RequestQueue::new(Arc::clone(&clock), limits.deadline),
            clock,
            memory: ClientMemory::default(),
        }
    }

    pub(super) fn now(&self) -> ClockReading {
        self.clock.now()
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(super) fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Returns the secrets in use. Waits for the first ones until the deadline.
    pub(super) async fn secrets(&self, deadline: Duration) -> Result<Arc<SecretSet>, SecretError> {
        self.secrets.current(self.time_left(deadline)).await
    }

    /// Returns the refusals and the throttling of the client.
    pub(super) fn memory(&self) -> &ClientMemory {
        &self.memory
    }

    /// Returns the deadline of a fetch that starts now, by the monotonic clock: a fetch that was
    /// under way when the machine was suspended is not over when it resumes.
    pub(super) fn deadline_from(&self, now: ClockReading) -> Duration {
        now.monotonic.saturating_add(self.limits.deadline)
    }

    /// Sends one request, even if a refusal is remembered.
    pub(super) async fn fetch_once(
        &self,
        requested: &RequestedToken,
    ) -> Result<TokenResponse, TokenClientError> {
        let deadline = self.deadline_from(self.now());
        self.request(requested, deadline, None).await
    }

    /// Returns the time limit of one attempt. It is longer than that of one request if another
    /// Region can be tried.
    fn attempt_limit(&self) -> Duration {
        let requests = self.exchange.endpoint.requests_per_attempt();
        self.limits.timeout.saturating_mul(requests)
    }

    /// Sends a request at `not_before` or later, and retries transient errors until the deadline.
    pub(super) async fn fetch_with_retries(
        &self,
        requested: &RequestedToken,
        not_before: Option<ClockReading>,
        mut deadline: Duration,
    ) -> Result<TokenResponse, FailedFetch> {
        if let Some(not_before) = not_before {
            self.sleep_until(not_before, deadline).await?;
        }
        // Without a secret, no request waits in the queue.
        if let Err(error) = self.secrets(deadline).await {
            return Err(self.failed_fetch(error.into(), self.now()));
        }
        let mut queued_at = Instant::now();
        let mut attempt = 1;
        loop {
            let place = self.place(&mut queued_at, &mut deadline).await?;
            let error = match self.request_in_place(requested, deadline, place).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let now = self.now();
            let next = now.after(pause(attempt, error.retry_after(), fastrand::f64()));
            if !error.is_retried() || attempt >= MAX_ATTEMPTS || next.monotonic >= deadline {
                return Err(self.failed_fetch(error, now));
            }
            let scopes = &requested.scopes;
            tracing::debug!(%scopes, attempt, %error, "retrying a token request");
            attempt = attempt.saturating_add(1);
            self.clock.sleep_until_either(next).await;
        }
    }

    /// Waits until a request can be sent: until the client is no longer throttled, and until the
    /// request has its turn. The deadline is extended by the time in the queue.
    async fn place(
        &self,
        queued_at: &mut Instant,
        deadline: &mut Duration,
    ) -> Result<Place<'_>, FailedFetch> {
        loop {
            while let Some(throttling) = self.memory.throttling(self.now()) {
                if !self.is_before(throttling.until, *deadline) {
                    self.memory.record_throttled_fetch(self.now());
                    return Err(throttling.into());
                }
                self.clock.sleep_until_either(throttling.until).await;
                *queued_at = Instant::now();
            }
            let before = self.now();
            let place = self.queue.enter(*queued_at).await;
            let now = self.now();
            let time_in_queue = now.monotonic.saturating_sub(before.monotonic);
            *deadline = deadline.saturating_add(time_in_queue);
            if let Some(refusal) = self.memory.refusal(now) {
                return Err(refusal.into());
            }
            let Some(place) = place else {
                return Err(self.failed_fetch(TransportError::TIMEOUT.into(), now));
            };
            if now.monotonic >= *deadline {
                return Err(self.failed_fetch(TransportError::TIMEOUT.into(), now));
            }
            // The client may have been throttled while the request was in the queue.
            if self.memory.throttling(now).is_none() {
                return Ok(place);
            }
        }
    }

    async fn request_in_place(
        &self,
        requested: &RequestedToken,
        deadline: Duration,
        mut place: Place<'_>,
    ) -> Result<TokenResponse, TokenClientError> {
        let earlier_throttlings = self.memory.throttlings_in_a_row();
        // The place is kept until the result is recorded, so that the next request takes it into
        // account. A refusal that is cured by another secret is not recorded.
        let result = self.request(requested, deadline, Some(&mut place)).await;
        match &result {
            Ok(_) => self.record_acceptance(),
            Err(error) if error.is_expired_on_arrival() => self.record_acceptance(),
            Err(TokenClientError::Transport(_)) => {}
            Err(error @ TokenClientError::Secret(_)) if !error.refuses_client() => {
                self.queue.record_pending_refusal();
            }
            Err(error) => {
                let jitter = fastrand::f64();
                let now = self.now();
                self.memory
                    .record_error(error, earlier_throttlings, now, jitter);
                if error.blocks_client() || error.throttles_client() {
                    self.queue.record_refusal();
                } else {
                    self.queue.record_response();
                }
            }
        }
        result
    }

    fn record_acceptance(&self) {
        self.memory.record_success();
        self.queue.record_acceptance();
    }

    /// Sends a request with the secrets in use, and repeats it for as long as refused secrets are
    /// replaced by others.
    async fn request(
        &self,
        requested: &RequestedToken,
        deadline: Duration,
        mut place: Option<&mut Place<'_>>,
    ) -> Result<TokenResponse, TokenClientError> {
        let mut secrets = self.secrets(deadline).await?;
        let mut refusal = None;
        loop {
            let trial = tokio::time::timeout(self.time_left(deadline), secrets.begin_trial());
            let trial = trial.await.map_err(|_| TransportError::TIMEOUT)?;
            // Another request may have tried the replacement in the meantime.
            let tried = refusal.take().filter(|_| secrets.is_refused());
            let error = match tried {
                Some(refusal) => refusal,
                None => {
                    let place = place.as_deref_mut();
                    match self.try_secrets(requested, &secrets, deadline, place).await {
                        Err(TokenClientError::OAuth(error)) if error.refuses_client() => error,
                        result => return result,
                    }
                }
            };
            drop(trial);
            let time_left = self.time_left(deadline);
            match self.secrets.replacement(&secrets, time_left).await {
                Ok(Some(replacement)) => secrets = replacement,
                Ok(None) => return Err(error.into()),
                Err(failure) => return Err(failure.after_refusal(error).into()),
            }
            refusal = Some(error);
        }
    }

    async fn try_secrets(
        &self,
        requested: &RequestedToken,
        secrets: &SecretSet,
        deadline: Duration,
        place: Option<&mut Place<'_>>,
    ) -> Result<TokenResponse, TokenClientError> {
        let limit = self.time_left(deadline).min(self.attempt_limit());
        let now = Instant::now();
        let attempt = Attempt {
            requested,
            timeout: self.limits.timeout,
            ends_at: now.checked_add(limit).unwrap_or(now),
        };
        // In real time, since a test clock does not advance while the network is busy.
        let request = tokio::time::timeout(limit, self.request_with_any_secret(attempt, secrets));
        let is_queued = place.is_some();
        let result = match place {
            Some(place) => place.run(limit, request).await,
            None => request.await,
        };
        let result = result.map_err(|_| TransportError::TIMEOUT)?;
        if result.as_ref().is_err_and(TokenClientError::refuses_client) {
            secrets.record_refusal();
            if is_queued {
                self.queue.record_pending_refusal();
            }
        }
        result
    }

    /// Sends a request with each secret in turn, until one is accepted.
    async fn request_with_any_secret(
        &self,
        attempt: Attempt<'_>,
        secrets: &SecretSet,
    ) -> Result<TokenResponse, TokenClientError> {
        let mut refusal = TokenClientError::Stopped;
        for (index, secret) in secrets.secrets_to_try() {
            let response = self.exchange.request_token(attempt, secret, self.clock());
            match response.await {
                Ok(response) => {
                    self.secrets.record_acceptance(secrets, index);
                    warn_about_missing_scopes(&response);
                    return Ok(response);
                }
                Err(error) if error.refuses_client() => refusal = error,
                Err(error) => return Err(error),
            }
        }
        Err(refusal)
    }

    /// Adds the time before which a fetch must not be repeated.
    fn failed_fetch(&self, error: TokenClientError, now: ClockReading) -> FailedFetch {
        let retry_at = if error.throttles_client() {
            self.memory.record_throttled_fetch(now)
        } else if error.refuses_client() {
            Some(now.after(REFUSAL_MEMORY))
        } else if matches!(error, TokenClientError::Secret(_)) {
            self.secrets.failed_until(now)
        } else if error.is_transient() {
            None
        } else {
            Some(now.after(REFUSAL_MEMORY))
        };
        FailedFetch { error, retry_at }
    }

    fn time_left(&self, deadline: Duration) -> Duration {
        deadline.saturating_sub(self.now().monotonic)
    }

    /// Returns `true` if either clock will reach `time` before the deadline.
    fn is_before(&self, time: ClockReading, deadline: Duration) -> bool {
        let now = self.now();
        now.monotonic.saturating_add(now.time_until(time)) < deadline
    }

    /// Sleeps until `time`, or fails immediately if that is not before the deadline.
    async fn sleep_until(&self, time: ClockReading, deadline: Duration) -> Result<(), FailedFetch> {
        if !self.is_before(time, deadline) {
            return Err(self.failed_fetch(TransportError::TIMEOUT.into(), self.now()));
        }
        self.clock.sleep_until_either(time).await;
        Ok(())
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
