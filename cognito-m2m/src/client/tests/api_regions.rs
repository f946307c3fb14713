//! A second Region for Cognito's API, while the first one fails.

use super::*;
use crate::client::CredentialPlacement;

const SECOND: Duration = Duration::from_secs(1);

struct TwoRegions {
    first: LocalCognito,
    second: LocalCognito,
    clock: TestClock,
    tokens: TokenClient,
}

fn set_up_with(change: impl FnOnce(TokenClientBuilder) -> TokenClientBuilder) -> TwoRegions {
    let clock = TestClock::new();
    let region = || {
        let builder = LocalCognito::builder().clock(clock.clone());
        let cognito = builder.token_lifetime(SECOND * 300).start().unwrap();
        register_scopes(&cognito, 200);
        cognito
    };
    let (first, second) = (region(), region());
    let builder = TokenClient::builder()
        .api_url(first.api_url())
        .api_fallback_url(second.api_url())
        .client_id("reporting")
        .client_secret(SECRET)
        .credential_placement(CredentialPlacement::Basic)
        .connect_timeout(TEST_TIMEOUT)
        .timeout(TEST_TIMEOUT)
        .clock(clock.clone());
    TwoRegions {
        tokens: change(builder).build().unwrap(),
        first,
        second,
        clock,
    }
}

fn set_up() -> TwoRegions {
    set_up_with(|builder| builder)
}

impl TwoRegions {
    fn fail(&self, fault: Option<Fault>) {
        self.first.set_fault(Endpoint::Token, fault);
    }

    /// Returns the number of requests that each Region has received.
    fn requests(&self) -> (u64, u64) {
        (self.first.token_requests(), self.second.token_requests())
    }
}

/// The faults of a Region, apart from those that take time.
fn faults() -> Vec<Fault> {
    let internal = r#"{"__type":"InternalErrorException"}"#.to_owned();
    vec![
        Fault::CloseConnection,
        Fault::Status(500, None, None),
        Fault::Status(503, Some(30), None),
        Fault::Status(504, None, Some("<html>".to_owned())),
        Fault::Status(400, None, Some(internal)),
    ]
}

#[tokio::test]
async fn second_region_serves_the_same_call_if_the_first_fails() {
    for fault in faults() {
        let regions = set_up();
        regions.fail(Some(fault.clone()));
        // The clock does not advance, so a call that waited before the second request would hang.
        let token = regions.tokens.token("widgets/read").await.unwrap();
        assert!(!token.secret().is_empty());
        assert_eq!(regions.requests(), (1, 1), "{fault:?}");
        regions.tokens.fetch_token("widgets/read").await.unwrap();
        assert_eq!(regions.requests(), (1, 2), "{fault:?}");
    }
}

#[tokio::test]
async fn single_request_without_the_cache_tries_the_second_region_too() {
    let regions = set_up();
    regions.fail(Some(Fault::CloseConnection));
    regions.tokens.fetch_token("widgets/read").await.unwrap();
    assert_eq!(regions.requests(), (1, 1));
}

#[tokio::test]
async fn unreachable_first_region_is_replaced() {
    let regions = set_up_with(|builder| builder.api_url("http://127.0.0.1:1/"));
    regions.tokens.token("widgets/read").await.unwrap();
    assert_eq!(regions.requests(), (0, 1));
}

#[tokio::test]
async fn first_region_that_hangs_leaves_time_for_the_second_within_the_deadline() {
    for fault in [Fault::Hang, Fault::Stall] {
        let regions = set_up_with(|builder| {
            let clock = crate::time::SystemClock::default();
            builder.deadline(SECOND * 10).clock(clock)
        });
        regions.fail(Some(fault));
        let begin = std::time::Instant::now();
        regions.tokens.token("widgets/read").await.unwrap();
        assert!(begin.elapsed() < TEST_TIMEOUT / 2);
        // Further calls don't wait for the first Region.
        for number in 0..50 {
            regions.tokens.token(format!("set/{number}")).await.unwrap();
        }
        assert_eq!(regions.requests(), (1, 51));
    }
}

#[tokio::test]
async fn second_region_is_not_tried_after_a_refusal_or_throttling() {
    for (status, exception) in [
        (400, "NotAuthorizedException"),
        (400, "InvalidParameterException"),
        (403, "ForbiddenException"),
        (400, "UnexpectedLambdaException"),
        (400, "TooManyRequestsException"),
        (429, "TooManyRequestsException"),
        (503, "ThrottlingException"),
    ] {
        let regions = set_up();
        let body = format!(r#"{{"__type":"{exception}"}}"#);
        regions.fail(Some(Fault::Status(status, Some(30), Some(body))));
        let error = regions.tokens.token("widgets/read").await.unwrap_err();
        assert!(error.to_string().contains(exception), "{error}");
        assert_eq!(regions.requests(), (1, 0), "{exception}");
    }
}

#[tokio::test]
async fn requests_return_to_the_first_region_after_30_seconds() {
    let regions = set_up();
    regions.fail(Some(Fault::CloseConnection));
    for number in 0..30 {
        regions.tokens.token(format!("set/{number}")).await.unwrap();
        regions.clock.advance(SECOND);
    }
    assert_eq!(regions.requests(), (1, 30));

    // One request finds out that the first Region still fails.
    for number in 30..60 {
        regions.tokens.token(format!("set/{number}")).await.unwrap();
        regions.clock.advance(SECOND);
    }
    assert_eq!(regions.requests(), (2, 60));

    regions.fail(None);
    for number in 60..70 {
        regions.tokens.token(format!("set/{number}")).await.unwrap();
    }
    assert_eq!(regions.requests(), (12, 60));
}

#[tokio::test]
async fn requests_return_after_a_suspension_too() {
    use crate::time::Clock as _;

    let regions = set_up();
    regions.fail(Some(Fault::CloseConnection));
    regions.tokens.token("set/0").await.unwrap();
    regions.fail(None);
    let wall = regions.clock.wall();
    regions.clock.set_wall(wall + SECOND * 30);
    regions.tokens.token("set/1").await.unwrap();
    assert_eq!(regions.requests(), (2, 1));
}

#[tokio::test]
async fn first_region_serves_if_the_second_fails_meanwhile() {
    let regions = set_up();
    regions.fail(Some(Fault::CloseConnection));
    regions.tokens.token("set/0").await.unwrap();
    regions.fail(None);
    let outage = Fault::Status(500, None, None);
    regions.second.set_fault(Endpoint::Token, Some(outage));
    regions.tokens.token("set/1").await.unwrap();
    assert_eq!(regions.requests(), (2, 2));
    // The first Region has responded, so it is preferred again.
    regions.tokens.token("set/2").await.unwrap();
    assert_eq!(regions.requests(), (3, 2));
}

#[tokio::test]
async fn refusal_by_the_second_region_is_final() {
    let regions = set_up();
    regions.fail(Some(Fault::CloseConnection));
    let error = regions.tokens.token("widgets/admin").await.unwrap_err();
    assert!(
        error.to_string().contains("InvalidParameterException"),
        "{error}"
    );
    assert_eq!(regions.requests(), (1, 1));
}

#[tokio::test]
async fn both_regions_are_retried_within_the_limits_if_both_fail() {
    let regions = set_up();
    regions.fail(Some(Fault::Status(500, None, None)));
    regions
        .second
        .set_fault(Endpoint::Token, Some(Fault::CloseConnection));
    let call = regions.tokens.token("widgets/read");
    let error = advancing_clock(&regions.clock, call).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert_eq!(regions.requests(), (4, 4));

    regions.second.set_fault(Endpoint::Token, None);
    regions.tokens.token("widgets/read").await.unwrap();
}

#[tokio::test]
async fn second_secret_is_tried_in_the_region_that_responds() {
    let regions = set_up_with(|builder| {
        let builder = builder.client_secret("withdrawn");
        builder.second_client_secret(SECRET)
    });
    regions.fail(Some(Fault::CloseConnection));
    regions.tokens.token("widgets/read").await.unwrap();
    assert_eq!(regions.requests(), (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_callers_share_the_fetch_in_the_second_region() {
    let regions = set_up();
    regions.fail(Some(Fault::CloseConnection));
    let call = || regions.tokens.token("widgets/read");
    let calls = futures_util::future::join_all((0..1_000).map(|_| call())).await;
    assert!(calls.iter().all(Result::is_ok));
    assert_eq!(regions.requests(), (1, 1));
}

#[tokio::test]
async fn renewal_uses_the_second_region() {
    let regions = set_up();
    let old = regions.tokens.token("widgets/read").await.unwrap();
    regions.tokens.token("widgets/read").await.unwrap();
    regions.fail(Some(Fault::CloseConnection));
    regions.clock.advance(SECOND * 258);
    wait_until(|| regions.requests() == (2, 1)).await;
    // The request is counted a moment before its token is cached.
    let begin = std::time::Instant::now();
    while regions.tokens.token("widgets/read").await.unwrap().secret() == old.secret() {
        assert!(begin.elapsed() < TEST_TIMEOUT, "the token was not renewed");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
