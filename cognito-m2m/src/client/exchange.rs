use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Body, Client, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use url::{Url, form_urlencoded};

use super::challenge::refuses_client_credentials;
use super::credentials::{Credentials, EncodedCredentials};
use super::error::TokenClientError;
use super::invalid_token_response::InvalidTokenResponse;
use super::oauth_error::{OAuthError, RefusalHeaders, ResponseBody};
use super::retry::parse_retry_after;
use super::scopes::RequestedScopes;
use super::token_life::ResponseTimes;
use super::token_response::TokenResponse;
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
    pub(super) scope_in_query: bool,
}

impl Exchange {
    /// Requests a token with this secret.
    pub(super) async fn request_token(
        &self,
        scopes: &RequestedScopes,
        secret: &SecretString,
        clock: &dyn Clock,
    ) -> Result<TokenResponse, TokenClientError> {
        let url = self.url_for(scopes);
        let request = self.request(&url, scopes, secret);
        let requested_at = clock.now();
        let response = request.send().await.map_err(TransportError::new)?;
        let (headers, body) = read(response, &url, clock).await?;
        let times = ResponseTimes::new(requested_at, &headers);
        let response = TokenResponse::parse(&body, scopes, times);
        let response = response.map_err(|error| success_error(error, body))?;
        let life = response.life().check(clock.now());
        life.map_err(InvalidTokenResponse::ExpiredOnArrival)?;
        Ok(response)
    }

    /// Returns the URL of a request, which is part of the key of a cache in front of the endpoint.
    fn url_for(&self, scopes: &RequestedScopes) -> Url {
        let mut url = self.url.clone();
        if self.scope_in_query && !scopes.is_empty() {
            url.query_pairs_mut().append_pair("scope", scopes.as_str());
        }
        url
    }

    /// Creates the request (RFC 6749 section 4.4.2), with Cognito's `aws_client_metadata`.
    fn request(
        &self,
        url: &Url,
        scopes: &RequestedScopes,
        secret: &SecretString,
    ) -> RequestBuilder {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        if !scopes.is_empty() {
            form.append_pair("scope", scopes.as_str());
        }
        if let Some(metadata) = &self.client_metadata {
            form.append_pair("aws_client_metadata", metadata.expose_secret());
        }
        let mut request = self.http.post(url.clone());
        match self.credentials.encode(secret) {
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
}

/// Returns the headers and the body of a response with status 200.
async fn read(
    mut response: Response,
    url: &Url,
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
    Err(status_error(status.as_u16(), &headers, body, clock))
}

/// Creates the error for a response with status 200. Some servers send OAuth errors with it.
fn success_error(error: InvalidTokenResponse, body: Vec<u8>) -> TokenClientError {
    if error == InvalidTokenResponse::Error {
        let status = StatusCode::OK.as_u16();
        let body = ResponseBody::new(body);
        if let Some(error) = OAuthError::parse(status, &body, RefusalHeaders::default(), None) {
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
    let refusal = RefusalHeaders {
        exception: header("x-amzn-errortype"),
        refuses_client: status == StatusCode::UNAUTHORIZED.as_u16()
            && refuses_client_credentials(headers),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::CredentialPlacement;
    use crate::client_id::ClientId;

    fn url_for(url: &str, scope_in_query: bool, scopes: &str) -> String {
        let client_id = ClientId::new("reporting").unwrap();
        let exchange = Exchange {
            http: Client::new(),
            url: Url::parse(url).unwrap(),
            credentials: Credentials::new(client_id, CredentialPlacement::Basic),
            client_metadata: None,
            scope_in_query,
        };
        let scopes = RequestedScopes::new(scopes).unwrap();
        exchange.url_for(&scopes).into()
    }

    #[test]
    fn scopes_are_added_to_the_query_in_alphabetical_order() {
        let url = "https://id.example/token";
        assert_eq!(url_for(url, false, "b/x a"), url);
        assert_eq!(url_for(url, true, ""), url);
        assert_eq!(url_for(url, true, "b/x a"), format!("{url}?scope=a+b%2Fx"));
        assert_eq!(
            url_for("https://id.example/token?stage=a%20b", true, "a&b"),
            "https://id.example/token?stage=a%20b&scope=a%26b"
        );
    }
}
