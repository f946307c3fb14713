use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Body, Client, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use url::{Url, form_urlencoded};

use super::answer::{AnswerError, TokenResponse};
use super::credentials::{Credentials, Presented};
use super::error::TokenClientError;
use super::oauth_error::{OAuthError, ResponseBody};
use super::retry::{ATTEMPTS, memory_of, parse_retry_after, pause};
use super::scopes::RequestedScopes;
use super::transport_error::TransportError;
use crate::time::Clock;

/// The largest answer that is read. The largest legal token has about 18 KiB.
const MAX_BYTES: usize = 64 * 1024;

/// Token requests under way at once: with a wrong secret, no more are refused than this, whatever
/// the number of scope sets.
const CONCURRENT_REQUESTS: usize = 4;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// One request, in real time.
    pub(super) timeout: Duration,
    /// A token with all retries and pauses.
    pub(super) deadline: Duration,
}

/// Makes token requests: it knows where, as whom, and how often.
pub(super) struct Exchange {
    http: Client,
    url: Url,
    credentials: Credentials,
    client_metadata: Option<SecretString>,
    limits: Limits,
    clock: Arc<dyn Clock>,
    permits: Semaphore,
    refusal: ArcSwapOption<RememberedError>,
}

/// An error that stands for new requests until its time is over.
pub(super) struct RememberedError {
    pub(super) error: TokenClientError,
    pub(super) until: Duration,
}

impl RememberedError {
    pub(super) fn new(error: &TokenClientError, now: Duration) -> Option<Self> {
        Some(Self {
            error: error.clone(),
            until: now.saturating_add(memory_of(error)?),
        })
    }
}

/// A token, and when it was asked for: its life is counted from there.
pub(super) struct Grant {
    pub(super) response: TokenResponse,
    pub(super) requested_at: Duration,
}

impl Exchange {
    pub(super) fn new(
        http: Client,
        url: Url,
        credentials: Credentials,
        client_metadata: Option<SecretString>,
        limits: Limits,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            http,
            url,
            credentials,
            client_metadata,
            limits,
            clock,
            permits: Semaphore::new(CONCURRENT_REQUESTS),
            refusal: ArcSwapOption::empty(),
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.clock.monotonic()
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The refusal of this client, while it is remembered.
    pub(super) fn remembered_refusal(&self) -> Option<TokenClientError> {
        let refusal = self.refusal.load();
        let refusal = refusal.as_ref()?;
        (self.now() < refusal.until).then(|| refusal.error.clone())
    }

    /// Asks once, whatever is remembered.
    pub(super) async fn request_once(
        &self,
        scopes: &RequestedScopes,
    ) -> Result<TokenResponse, TokenClientError> {
        let grant = self.request(scopes, self.limits.deadline).await?;
        Ok(grant.response)
    }

    /// Asks, and asks again where that may help, all within the deadline.
    pub(super) async fn request_with_retries(
        &self,
        scopes: &RequestedScopes,
    ) -> Result<Grant, TokenClientError> {
        let deadline = self.now().saturating_add(self.limits.deadline);
        let mut attempt = 1;
        loop {
            let error = match self.request_in_turn(scopes, deadline).await {
                Ok(grant) => return Ok(grant),
                Err(error) => error,
            };
            let pause = pause(attempt, error.retry_after(), fastrand::f64());
            let next = self.now().saturating_add(pause);
            if !error.is_transient() || attempt >= ATTEMPTS || next >= deadline {
                return Err(error);
            }
            tracing::debug!(%scopes, attempt, ?pause, %error, "token request is repeated");
            attempt = attempt.saturating_add(1);
            self.clock.sleep_until(next).await;
        }
    }

    async fn request_in_turn(
        &self,
        scopes: &RequestedScopes,
        deadline: Duration,
    ) -> Result<Grant, TokenClientError> {
        let patience = deadline.saturating_sub(self.now());
        // Nobody closes the semaphore.
        let turn = tokio::time::timeout(patience, self.permits.acquire());
        let _permit = turn.await.map_err(|_| TransportError::TIMEOUT)?;
        if let Some(error) = self.remembered_refusal() {
            return Err(error);
        }
        let patience = deadline.saturating_sub(self.now());
        let result = self.request(scopes, patience).await;
        if let Err(error) = &result
            && error.refuses_client()
        {
            let refusal = RememberedError::new(error, self.now());
            self.refusal.store(refusal.map(Arc::new));
        }
        result
    }

    /// Asks once; where a secret is refused and there is another, with that one.
    async fn request(
        &self,
        scopes: &RequestedScopes,
        patience: Duration,
    ) -> Result<Grant, TokenClientError> {
        let patience = patience.min(self.limits.timeout);
        // In real time, as the network is: a clock that a test turns stands still meanwhile.
        let grant = tokio::time::timeout(patience, self.request_with_any_secret(scopes));
        grant.await.map_err(|_| TransportError::TIMEOUT)?
    }

    async fn request_with_any_secret(
        &self,
        scopes: &RequestedScopes,
    ) -> Result<Grant, TokenClientError> {
        let mut refusal = TokenClientError::Stopped;
        for number in self.credentials.order() {
            let requested_at = self.now();
            let body = self.send(scopes, number).await;
            match body.and_then(|body| Ok(TokenResponse::parse(&body, scopes)?)) {
                Ok(response) => {
                    self.credentials.prefer(number);
                    report_missing_scopes(&response);
                    return Ok(Grant {
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

    async fn send(
        &self,
        scopes: &RequestedScopes,
        secret: usize,
    ) -> Result<Vec<u8>, TokenClientError> {
        let request = self.request_for(scopes, secret);
        let response = request.send().await.map_err(TransportError::new)?;
        self.read(response).await
    }

    /// RFC 6749 section 4.4.2, and Cognito's `aws_client_metadata`.
    fn request_for(&self, scopes: &RequestedScopes, secret: usize) -> RequestBuilder {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if !scopes.is_empty() {
            form.append_pair("scope", scopes.as_str());
        }
        if let Some(metadata) = &self.client_metadata {
            form.append_pair("aws_client_metadata", metadata.expose_secret());
        }
        let mut request = self.http.post(self.url.clone());
        match self.credentials.present(secret) {
            Some(Presented::Header(header)) => request = request.header(AUTHORIZATION, header),
            Some(Presented::Form {
                client_id,
                client_secret,
            }) => {
                form.append_pair("client_id", &client_id);
                form.append_pair("client_secret", client_secret.expose_secret());
            }
            None => {}
        }
        // A wrapped body can't be sent twice: where a team's own client follows redirects, a 307
        // does not take the secret elsewhere.
        let body = Body::wrap(Body::from(form.finish()));
        request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(body)
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, TokenClientError> {
        let status = response.status();
        if response.url() != &self.url || status.is_redirection() {
            return Err(TokenClientError::Redirected(status.as_u16()));
        }
        let headers = std::mem::take(response.headers_mut());
        let body = read_body(&mut response).await;
        if status == StatusCode::OK {
            return body;
        }
        // An error page over the limit, or cut short, is an error of that status all the same.
        let body = ResponseBody::new(body.unwrap_or_default());
        Err(self.refusal_of(status.as_u16(), &headers, body))
    }

    fn refusal_of(&self, status: u16, headers: &HeaderMap, body: ResponseBody) -> TokenClientError {
        let text_of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let retry_after = text_of(RETRY_AFTER.as_str());
        let retry_after = retry_after.and_then(|text| parse_retry_after(text, self.clock.wall()));
        let is_throttled = text_of("x-amzn-errortype")
            .is_some_and(|kind| kind.starts_with("TooManyRequestsException"));
        match OAuthError::read(status, &body, is_throttled, retry_after) {
            Some(error) => error.into(),
            None => TokenClientError::Status {
                status,
                body,
                retry_after,
            },
        }
    }
}

/// Reads at most [`MAX_BYTES`], counted after decompression where a team's client decompresses.
async fn read_body(response: &mut Response) -> Result<Vec<u8>, TokenClientError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(TransportError::new)? {
        if body.len().saturating_add(chunk.len()) > MAX_BYTES {
            return Err(AnswerError::TooLarge(MAX_BYTES).into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn report_missing_scopes(response: &TokenResponse) {
    let token = response.access_token();
    let missing = token.missing_scopes();
    if !missing.is_empty() {
        tracing::warn!(
            ?missing,
            requested = %token.requested_scopes(),
            "the token lacks scopes that were asked for"
        );
    }
}
