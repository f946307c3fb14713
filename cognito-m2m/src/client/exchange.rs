use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Body, Client, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use url::{Url, form_urlencoded};

use super::challenge::refuses_client_credentials;
use super::credentials::{Credentials, EncodedCredentials};
use super::error::TokenClientError;
use super::oauth_error::{OAuthError, Refusal, ResponseBody};
use super::retry::parse_retry_after;
use super::scopes::RequestedScopes;
use super::token_response::{InvalidTokenResponse, TokenResponse};
use super::transport_error::TransportError;
use crate::http::{BodyError, read_body};
use crate::time::Clock;

/// The maximum size of a response. The largest possible token takes about 18 KiB.
const MAX_BYTES: usize = 64 * 1024;

/// Sends single requests to the token endpoint, and parses the responses.
pub(super) struct Exchange {
    pub(super) http: Client,
    pub(super) url: Url,
    pub(super) credentials: Credentials,
    pub(super) client_metadata: Option<SecretString>,
}

impl Exchange {
    /// Requests a token with the secret at this index.
    pub(super) async fn request_token(
        &self,
        scopes: &RequestedScopes,
        secret_index: usize,
        clock: &dyn Clock,
    ) -> Result<TokenResponse, TokenClientError> {
        let request = self.request(scopes, secret_index);
        let response = request.send().await.map_err(TransportError::new)?;
        let body = self.read(response, clock).await?;
        TokenResponse::parse(&body, scopes).map_err(|error| success_error(error, body))
    }

    /// Creates the request (RFC 6749 section 4.4.2), with Cognito's `aws_client_metadata`.
    fn request(&self, scopes: &RequestedScopes, secret_index: usize) -> RequestBuilder {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if !scopes.is_empty() {
            form.append_pair("scope", scopes.as_str());
        }
        if let Some(metadata) = &self.client_metadata {
            form.append_pair("aws_client_metadata", metadata.expose_secret());
        }
        let mut request = self.http.post(self.url.clone());
        match self.credentials.encode(secret_index) {
            Some(EncodedCredentials::Header(header)) => {
                request = request.header(AUTHORIZATION, header);
            }
            Some(EncodedCredentials::Form {
                client_id,
                client_secret,
            }) => {
                form.append_pair("client_id", &client_id);
                form.append_pair("client_secret", client_secret.expose_secret());
            }
            None => {}
        }
        // A wrapped body can't be sent twice: if a custom client follows redirects, a 307 does not
        // carry the secret to another server.
        let body = Body::wrap(Body::from(form.finish()));
        request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(body)
    }

    /// Returns the body of a response with status 200.
    async fn read(
        &self,
        mut response: Response,
        clock: &dyn Clock,
    ) -> Result<Vec<u8>, TokenClientError> {
        let status = response.status();
        if response.url() != &self.url || status.is_redirection() {
            return Err(TokenClientError::Redirected(status.as_u16()));
        }
        let headers = std::mem::take(response.headers_mut());
        let body = read_body(&mut response, MAX_BYTES).await;
        let body = body.map_err(|error| match error {
            BodyError::Transport(error) => TransportError::new(error).into(),
            BodyError::TooLarge => InvalidTokenResponse::TooLarge(MAX_BYTES).into(),
        });
        if status == StatusCode::OK {
            return body;
        }
        // The status is reported even if the body is too large or incomplete.
        let body = ResponseBody::new(body.unwrap_or_default());
        Err(status_error(status.as_u16(), &headers, body, clock))
    }
}

/// Creates the error for a response with status 200. Some servers send OAuth errors with it.
fn success_error(error: InvalidTokenResponse, body: Vec<u8>) -> TokenClientError {
    if error == InvalidTokenResponse::Error {
        let status = StatusCode::OK.as_u16();
        let body = ResponseBody::new(body);
        if let Some(error) = OAuthError::parse(status, &body, Refusal::default(), None) {
            return error.into();
        }
    }
    error.into()
}

/// Creates the error for a response with a status other than 200.
fn status_error(
    status: u16,
    headers: &HeaderMap,
    body: ResponseBody,
    clock: &dyn Clock,
) -> TokenClientError {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let retry_after = header(RETRY_AFTER.as_str());
    let retry_after = retry_after.and_then(|value| parse_retry_after(value, clock.wall()));
    let is_throttled =
        header("x-amzn-errortype").is_some_and(|kind| kind.starts_with("TooManyRequestsException"));
    let refuses_client =
        status == StatusCode::UNAUTHORIZED.as_u16() && refuses_client_credentials(headers);
    let refusal = Refusal {
        is_throttled,
        refuses_client,
    };
    match OAuthError::parse(status, &body, refusal, retry_after) {
        Some(error) => error.into(),
        None => TokenClientError::Status {
            status,
            body,
            retry_after,
        },
    }
}
