//! Tests of the token client against the local Cognito, and against a server with fixed replies.

mod authorized_client;
mod clocks;
mod credential_placement;
mod fetching;
mod lifetimes;
mod queue;
mod raw_server;
mod redaction;
mod renewal;
mod request_queue;
mod responses;
mod retries;
mod rotation;
mod secret_callbacks;
mod secret_files;
mod secret_sources;
mod secrets;
mod throttling;

use std::time::Duration;

use super::{TokenClient, TokenClientBuilder, TokenClientError};
use crate::testing::{Endpoint, Fault, LocalClient, LocalCognito, TestClock};
use raw_server::{RawServer, Reply};

/// A generous limit for quick operations, because the machine may be busy.
const TEST_TIMEOUT: Duration = Duration::from_secs(60);

const SECRET: &str = "s3cret-of-reporting";

struct Fixture {
    cognito: LocalCognito,
    clock: TestClock,
    tokens: TokenClient,
}

/// Starts a local Cognito whose tokens live for 300 s, and a token client. They share a clock that
/// only the test advances.
fn set_up() -> Fixture {
    set_up_with(|builder| builder)
}

fn set_up_with(change: impl FnOnce(TokenClientBuilder) -> TokenClientBuilder) -> Fixture {
    set_up_for(Duration::from_secs(300), change)
}

fn set_up_for(
    lifetime: Duration,
    change: impl FnOnce(TokenClientBuilder) -> TokenClientBuilder,
) -> Fixture {
    set_up_without_secret(lifetime, |builder| change(builder.client_secret(SECRET)))
}

/// Starts a local Cognito whose client has [`SECRET`], and a token client whose secret is set by
/// `change`.
fn set_up_without_secret(
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
    let builder = builder_without_secret(&cognito.token_url()).clock(clock.clone());
    Fixture {
        tokens: change(builder).build().unwrap(),
        cognito,
        clock,
    }
}

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

fn client_builder(token_url: &str) -> TokenClientBuilder {
    builder_without_secret(token_url).client_secret(SECRET)
}

fn builder_without_secret(token_url: &str) -> TokenClientBuilder {
    TokenClient::builder()
        .token_url(token_url)
        .client_id("reporting")
        .connect_timeout(TEST_TIMEOUT)
        .timeout(TEST_TIMEOUT)
}

fn fail_with(cognito: &LocalCognito, status: u16, body: &str) {
    let fault = Fault::Status(status, None, Some(body.to_owned()));
    cognito.set_fault(Endpoint::Token, Some(fault));
}

/// Refuses every request because of its secret, until the fault is removed.
fn refuse_secrets(cognito: &LocalCognito) {
    fail_with(cognito, 400, r#"{"error":"invalid_client"}"#);
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

fn error_code(error: &TokenClientError) -> &str {
    match error {
        TokenClientError::OAuth(error) => error.error(),
        other => panic!("not an OAuth error: {other:?}"),
    }
}
