use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use secrecy::SecretString;
use tokio::time::Instant;
use url::Url;

use super::api_regions::ApiRegions;
use super::challenge::refuses_client_credentials;
use super::credentials::Credentials;
use super::error::TokenClientError;
use super::invalid_token_response::InvalidTokenResponse;
use super::oauth_error::{OAuthError, RefusalHeaders, ResponseBody};
use super::requested_token::RequestedToken;
use super::response_format::ResponseFormat;
use super::response_times::ResponseTimes;
use super::retry::parse_retry_after;
use super::token_endpoint::{TokenEndpoint, api_request};
use super::token_response::TokenResponse;
use super::transport_error::TransportError;
use crate::http::{BodyError, read_body};
use crate::time::Clock;

/// The maximum size of a response. The largest possible token takes about 18 KiB.
const MAX_BYTES: usize = 64 * 1024;

/// Sends single requests to the token endpoint, and parses the responses.
pub(super) struct Exchange {
    pub(super) http: Client,
    pub(super) endpoint: TokenEndpoint,
    pub(super) credentials: Credentials,
}

/// One attempt to get a token, with its time limits in real time.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    pub(super) requested: &'a RequestedToken,
    /// The limit of each request.
    pub(super) timeout: Duration,
    /// The end of the attempt, which may need several requests: with another secret, or in another
    /// Region.
    pub(super) ends_at: Instant,
}

impl Attempt<'_> {
    /// Returns the time for the next request, if it may be followed by others that need as much.
    fn time_for_one_of(&self, requests: u32) -> Duration {
        let left = self.ends_at.saturating_duration_since(Instant::now());
        let share = left.checked_div(requests).unwrap_or(left);
        share.min(self.timeout)
    }
}

impl Exchange {
    /// Requests a token with this secret.
    pub(super) async fn request_token(
        &self,
        attempt: Attempt<'_>,
        secret: &SecretString,
        clock: &dyn Clock,
    ) -> Result<TokenResponse, TokenClientError> {
        let requested = attempt.requested;
        match &self.endpoint {
            TokenEndpoint::OAuth(endpoint) => {
                let url = endpoint.url_for(&requested.scopes);
                let request =
                    endpoint.request(&self.http, &url, requested, &self.credentials, secret);
                let format = ResponseFormat::OAUTH;
                send(request, &url, format, requested, clock).await
            }
            TokenEndpoint::Api(regions) => {
                self.request_in_regions(regions, attempt, secret, clock)
                    .await
            }
        }
    }

    /// Requests a token from the API of one Region and, if that fails, of the other one. Refusals and
    /// throttling are the same everywhere, so they end the attempt.
    async fn request_in_regions(
        &self,
        regions: &ApiRegions,
        attempt: Attempt<'_>,
        secret: &SecretString,
        clock: &dyn Clock,
    ) -> Result<TokenResponse, TokenClientError> {
        let requested = attempt.requested;
        let mut error = TokenClientError::Stopped;
        for (region, remaining) in regions
            .in_order(clock.now())
            .into_iter()
            .zip((1..=regions.count()).rev())
        {
            let url = region.url;
            let request = api_request(&self.http, url, requested, &self.credentials, secret);
            let response = send(request, url, ResponseFormat::API, requested, clock);
            // In real time, since a test clock does not advance while the network is busy.
            let limit = attempt.time_for_one_of(remaining);
            let response = tokio::time::timeout(limit, response).await;
            let response = response.unwrap_or_else(|_| Err(TransportError::TIMEOUT.into()));
            let failed = response.as_ref().err().filter(|error| error.is_of_region());
            regions.record(region, failed.is_some(), clock.now());
            match response {
                Err(failure) if failure.is_of_region() => {
                    let host = url.host_str();
                    tracing::warn!(host, error = %failure, "a Region failed to respond to a token request");
                    error = failure;
                }
                response => return response,
            }
        }
        Err(error)
    }
}

/// Sends a request and parses the response.
async fn send(
    request: RequestBuilder,
    url: &Url,
    format: ResponseFormat,
    requested: &RequestedToken,
    clock: &dyn Clock,
) -> Result<TokenResponse, TokenClientError> {
    let requested_at = clock.now();
    let response = request.send().await.map_err(TransportError::new)?;
    let (headers, body) = read(response, url, format, clock).await?;
    let times = ResponseTimes::new(requested_at, &headers);
    let response = TokenResponse::parse(&body, format, requested, times);
    let response = response.map_err(|error| success_error(error, format, body))?;
    let life = response.life().check(clock.now());
    life.map_err(InvalidTokenResponse::ExpiredOnArrival)?;
    Ok(response)
}

/// Returns the headers and the body of a response with status 200.
async fn read(
    mut response: Response,
    url: &Url,
    format: ResponseFormat,
    clock: &dyn Clock,
) -> Result<(HeaderMap, Vec<u8>), TokenClientError> {
    let status = response.status();
    if response.url() != url || status.is_redirection() {
        return Err(TokenClientError::Redirected(status.as_u16()));
    }
    let headers = std::mem::take(response.headers_mut());
    let body = read_body(&mut response, MAX_BYTES).await;
    let body = body.map_err(|error| match error {
        BodyError::Transport(error) => TransportError::new(error).into(),
        BodyError::TooLarge => InvalidTokenResponse::TooLarge(MAX_BYTES).into(),
    });
    if status == StatusCode::OK {
        return body.map(|body| (headers, body));
    }
    // The status is reported even if the body is too large or incomplete.
    let body = ResponseBody::new(body.unwrap_or_default());
    Err(status_error(status.as_u16(), &headers, format, body, clock))
}

/// Creates the error for a response with status 200. Some servers send errors with it.
fn success_error(
    error: InvalidTokenResponse,
    format: ResponseFormat,
    body: Vec<u8>,
) -> TokenClientError {
    if error == InvalidTokenResponse::Error {
        let status = StatusCode::OK.as_u16();
        let body = ResponseBody::new(body);
        let refusal = RefusalHeaders::default();
        if let Some(error) = OAuthError::parse(format, status, &body, refusal, None) {
            return error.into();
        }
    }
    error.into()
}

/// Creates the error for a response with a status other than 200.
fn status_error(
    status: u16,
    headers: &HeaderMap,
    format: ResponseFormat,
    body: ResponseBody,
    clock: &dyn Clock,
) -> TokenClientError {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let retry_after = header(RETRY_AFTER.as_str());
    let retry_after = retry_after.and_then(|value| parse_retry_after(value, clock.wall()));
    let refusal = RefusalHeaders {
        exception: header("x-amzn-errortype"),
        refuses_client: status == StatusCode::UNAUTHORIZED.as_u16()
            && refuses_client_credentials(headers),
    };
    match OAuthError::parse(format, status, &body, refusal, retry_after) {
        Some(error) => error.into(),
        None => TokenClientError::Status {
            status,
            body,
            retry_after,
        },
    }
}
