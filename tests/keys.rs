//! The signing keys of a user pool (section 2 of `tests/RULES.md`), with a local Cognito that counts
//! requests and a clock that the test controls.

use std::time::Duration;

use cognito_m2m::testing::{Endpoint, Fault, LocalCognito, SigningKey};
use cognito_m2m_tests::{AuthFixture, eventually};
use futures_util::future::join_all;

mod clocks;
mod configured;
mod cooldown;
mod fetches;
mod outages;
mod refresh;
mod sources;

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Starts a fixture whose keys were fetched by exactly one request.
async fn start_with_keys() -> AuthFixture {
    let fixture = AuthFixture::start().await;
    assert_eq!(fixture.cognito.jwks_requests(), 1);
    fixture
}

/// Returns a token that lives longer than the keys.
fn long_lived_token(fixture: &AuthFixture) -> String {
    fixture.token().expires_in(seconds(86_000)).sign()
}

/// Returns a token whose `kid` no key has.
fn token_with_unknown_kid(fixture: &AuthFixture) -> String {
    fixture.token().kid("unknown").sign()
}

/// Returns the error of the last fetch, or `None` if it succeeded.
fn last_error(fixture: &AuthFixture) -> Option<String> {
    let health = fixture.auth.health();
    health.pools()[0].last_error().map(str::to_owned)
}

/// Advances the clock and waits until the keys have been fetched, with `requests` requests in all.
async fn advance_until_fetched(fixture: &AuthFixture, step: Duration, requests: u64) {
    fixture.clock.advance(step);
    eventually("the keys are fetched", || {
        fixture.cognito.jwks_requests() == requests && !is_fetching(fixture)
    })
    .await;
}

/// Returns `true` until the fetch has ended, with keys of age zero or with an error.
fn is_fetching(fixture: &AuthFixture) -> bool {
    let health = fixture.auth.health();
    let pool = &health.pools()[0];
    pool.last_error().is_none() && pool.keys_age() != Some(Duration::ZERO)
}
