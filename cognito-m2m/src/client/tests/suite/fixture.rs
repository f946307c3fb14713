//! The set-up of the tests, for the kind of endpoint of the enclosing module.

use super::*;
use crate::client::{CredentialPlacement, TokenResponse};

pub(crate) struct Fixture {
    pub(crate) cognito: LocalCognito,
    pub(crate) clock: TestClock,
    pub(crate) tokens: TokenClient,
}

/// Starts a local Cognito whose tokens live for 300 s, and a token client. They share a clock that
/// only the test advances.
pub(crate) fn set_up() -> Fixture {
    set_up_with(|builder| builder)
}

pub(crate) fn set_up_with(
    change: impl FnOnce(TokenClientBuilder) -> TokenClientBuilder,
) -> Fixture {
    set_up_for(Duration::from_secs(300), change)
}

pub(crate) fn set_up_for(
    lifetime: Duration,
    change: impl FnOnce(TokenClientBuilder) -> TokenClientBuilder,
) -> Fixture {
    set_up_without_secret(lifetime, |builder| change(builder.client_secret(SECRET)))
}

/// Starts a local Cognito whose client has [`SECRET`], and a token client whose secret is set by
/// `change`.
pub(crate) fn set_up_without_secret(
    lifetime: Duration,
    change: impl FnOnce(TokenClientBuilder) -> TokenClientBuilder,
) -> Fixture {
    let clock = TestClock::new();
    let cognito = LocalCognito::builder()
        .clock(clock.clone())
        .token_lifetime(lifetime)
        .start()
        .unwrap();
    register(&cognito, SECRET);
    let builder = builder_without_secret(&ENDPOINT.url_of(&cognito)).clock(clock.clone());
    Fixture {
        tokens: change(builder).build().unwrap(),
        cognito,
        clock,
    }
}

/// Returns a builder for a client that requests its tokens at this URL.
pub(crate) fn client_builder(url: &str) -> TokenClientBuilder {
    builder_without_secret(url).client_secret(SECRET)
}

pub(crate) fn builder_without_secret(url: &str) -> TokenClientBuilder {
    let builder = ENDPOINT.configure(TokenClient::builder(), url);
    builder
        .client_id("reporting")
        .connect_timeout(TEST_TIMEOUT)
        .timeout(TEST_TIMEOUT)
}

/// Refuses every request because of its secret, until the fault is removed.
pub(crate) fn refuse_secrets(cognito: &LocalCognito) {
    fail_with(cognito, 400, r#"{"error":"invalid_client"}"#);
}

/// Starts a server with fixed replies. They are written in the format of a token endpoint.
pub(crate) fn token_server(replies: impl IntoIterator<Item = Reply>) -> RawServer {
    RawServer::start_as(ENDPOINT, replies)
}

/// Makes the endpoint fail. The body is written in the format of a token endpoint.
pub(crate) fn fail_with(cognito: &LocalCognito, status: u16, body: &str) {
    let fault = Fault::Status(status, None, Some(ENDPOINT.body(body)));
    cognito.set_fault(Endpoint::Token, Some(fault));
}

/// Returns the code of an error, as a token endpoint would send it.
pub(crate) fn error_code(error: &TokenClientError) -> String {
    match error {
        TokenClientError::OAuth(error) => ENDPOINT.oauth_code(error.error()).to_owned(),
        other => panic!("not an OAuth error: {other:?}"),
    }
}

/// Returns the member that a token endpoint would send under this name.
pub(crate) fn raw_member<'r>(response: &'r TokenResponse, name: &str) -> &'r serde_json::Value {
    match ENDPOINT {
        EndpointKind::OAuth => &response.raw()[name],
        EndpointKind::Api => &response.raw()["ClientAuthenticationResult"][&ENDPOINT.body(name)],
    }
}

/// Returns the credential placements that the endpoint supports.
pub(crate) fn placements() -> Vec<CredentialPlacement> {
    match ENDPOINT {
        EndpointKind::OAuth => vec![CredentialPlacement::Basic, CredentialPlacement::Form],
        EndpointKind::Api => vec![CredentialPlacement::Basic],
    }
}

/// Returns the part of a request that has the secret: the credentials of the header, or the member of
/// the API.
pub(crate) fn secret_of(request: &Received) -> String {
    match ENDPOINT {
        EndpointKind::OAuth => request.header("authorization").unwrap().to_owned(),
        EndpointKind::Api => {
            let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
            body["Secret"].to_string()
        }
    }
}
