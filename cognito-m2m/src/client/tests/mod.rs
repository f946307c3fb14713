//! Tests of the token client against the local Cognito, and against a server with fixed replies.

mod api;
mod api_regions;
mod api_settings;
mod authorized_client;
mod credential_placement;
mod endpoint_kind;
mod form_parameters;
mod metadata;
mod oauth_requests;
mod raw_server;
mod redaction;
mod request_queue;
mod secret_sources;
mod settings;

use std::time::Duration;

use super::{TokenClient, TokenClientBuilder, TokenClientError};
use crate::testing::{Endpoint, Fault, LocalClient, LocalCognito, TestClock};
use endpoint_kind::EndpointKind;
use raw_server::{RawServer, Received, Reply};

/// The suite for a token endpoint. Each of its modules is compiled twice.
#[path = "suite"]
#[expect(
    clippy::duplicate_mod,
    reason = "one suite runs over both kinds of endpoint"
)]
mod oauth {
    use super::*;

    const ENDPOINT: EndpointKind = EndpointKind::OAuth;

    mod clocks;
    mod fetching;
    pub(super) mod fixture;
    mod lifetimes;
    mod queue;
    mod renewal;
    mod responses;
    mod retries;
    mod rotation;
    mod secret_callbacks;
    pub(super) mod secret_files;
    mod secrets;
    mod throttling;

    pub(super) use fixture::*;
}

/// The suite for Cognito's API.
#[path = "suite"]
#[expect(
    clippy::duplicate_mod,
    reason = "one suite runs over both kinds of endpoint"
)]
mod get_client_token {
    use super::*;

    const ENDPOINT: EndpointKind = EndpointKind::Api;

    mod clocks;
    mod fetching;
    pub(super) mod fixture;
    mod lifetimes;
    mod queue;
    mod renewal;
    mod responses;
    mod retries;
    mod rotation;
    mod secret_callbacks;
    pub(super) mod secret_files;
    mod secrets;
    mod throttling;

    pub(super) use fixture::*;
}

/// A generous limit for quick operations, because the machine may be busy.
const TEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A deadline for tests in which the clock advances during a request, because another task sleeps.
const LONG_DEADLINE: Duration = Duration::from_secs(100_000);

const SECRET: &str = "s3cret-of-reporting";

/// Registers the client with the scopes `set/0` to `set/<count - 1>`, in addition to the usual
/// ones.
fn register_scopes(cognito: &LocalCognito, count: usize) {
    register_scopes_with(cognito, SECRET, count);
}

fn register_scopes_with(cognito: &LocalCognito, secret: &str, count: usize) {
    let many = (0..count).map(|number| format!("set/{number}"));
    let usual = ["widgets/read", "widgets/write"].map(str::to_owned);
    let client = LocalClient::new("reporting").secret(secret);
    cognito.register(client.scopes(usual.into_iter().chain(many)));
}

fn register(cognito: &LocalCognito, secret: &str) {
    let client = LocalClient::new("reporting")
        .secret(secret)
        .scopes(["widgets/read", "widgets/write"]);
    cognito.register(client);
}

/// Waits in real time for something that happens on another thread.
async fn wait_until(condition: impl Fn() -> bool) {
    let begin = std::time::Instant::now();
    while !condition() {
        assert!(
            begin.elapsed() < TEST_TIMEOUT,
            "the condition did not become true within {TEST_TIMEOUT:?}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Advances the clock in steps until a future is ready, because the pauses between retries are
/// random. During a request, which takes real time, the clock does not advance.
async fn advancing_clock<F: Future>(clock: &TestClock, future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    loop {
        tokio::select! {
            output = &mut future => return output,
            () = tokio::time::sleep(Duration::from_millis(5)) => {
                if clock.sleepers() > 0 {
                    clock.advance(Duration::from_millis(250));
                }
            }
        }
    }
}
