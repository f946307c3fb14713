//! The token client against the local Cognito, and against a server that answers what a test
//! tells it to.

mod answers;
mod authorized;
mod fetching;
mod raw_server;
mod renewal;
mod retries;
mod secrecy;
mod secrets;

use std::time::Duration;

use super::{TokenClient, TokenClientBuilder, TokenClientError};
use crate::testing::{Endpoint, Fault, LocalClient, LocalCognito, TestClock};
use raw_server::{Answer, RawServer};

/// For what takes a moment, unless the machine is busy elsewhere.
const REAL_TIME: Duration = Duration::from_secs(60);

const SECRET: &str = "s3cret-of-reporting";

struct Setting {
    cognito: LocalCognito,
    clock: TestClock,
    tokens: TokenClient,
}

/// A local Cognito with short tokens, and a client of it, on one clock that stands still.
fn set_up() -> Setting {
    set_up_with(|builder| builder)
}

fn set_up_with(change: impl FnOnce(TokenClientBuilder) -> TokenClientBuilder) -> Setting {
    set_up_for(Duration::from_secs(300), change)
}

fn set_up_for(
    life: Duration,
    change: impl FnOnce(TokenClientBuilder) -> TokenClientBuilder,
) -> Setting {
    let clock = TestClock::new();
    let cognito = LocalCognito::builder()
        .clock(clock.clone())
        .token_lifetime(life)
        .start()
        .unwrap();
    register(&cognito, SECRET);
    let builder = client_of(&cognito.token_url()).clock(clock.clone());
    Setting {
        tokens: change(builder).build().unwrap(),
        cognito,
        clock,
    }
}

fn register(cognito: &LocalCognito, secret: &str) {
    let client = LocalClient::new("reporting")
        .secret(secret)
        .scopes(["widgets/read", "widgets/write"]);
    cognito.register(client);
}

fn client_of(token_url: &str) -> TokenClientBuilder {
    TokenClient::builder()
        .token_url(token_url)
        .client_id("reporting")
        .client_secret(SECRET)
        // What is slow here is the machine.
        .connect_timeout(REAL_TIME)
        .timeout(REAL_TIME)
}

fn fail(cognito: &LocalCognito, status: u16, body: &str) {
    let fault = Fault::Status(status, None, Some(body.to_owned()));
    cognito.set_fault(Endpoint::Token, Some(fault));
}

/// Waits, in real time, for what happens on other threads.
async fn eventually(condition: impl Fn() -> bool) {
    let begin = std::time::Instant::now();
    while !condition() {
        assert!(
            begin.elapsed() < REAL_TIME,
            "expected it to happen within {REAL_TIME:?}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Turns the clock again and again until a future is ready: pauses between retries are random, and
/// they run on that clock. It stands still while a request is on its way, which takes real time.
async fn turning<F: Future>(clock: &TestClock, future: F) -> F::Output {
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
        other => panic!("expected an OAuth error, found {other:?}"),
    }
}
