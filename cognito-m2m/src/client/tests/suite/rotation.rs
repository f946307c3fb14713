use tokio::task::JoinHandle;

use super::secret_callbacks::{Answers, set_up_with_callback};
use super::secret_files::{SecretFile, set_up_with_file};
use super::*;
use crate::client::AccessToken;
use crate::time::Clock as _;

const MINUTE: Duration = Duration::from_secs(60);

/// Starts this many concurrent calls for the scopes `set/0` to `set/<sets - 1>`.
fn call_all(
    tokens: &TokenClient,
    calls: usize,
    sets: usize,
) -> Vec<JoinHandle<Result<AccessToken, TokenClientError>>> {
    let call = |number: usize| {
        let tokens = tokens.clone();
        let scope = format!("set/{}", number % sets);
        tokio::spawn(async move { tokens.token(scope).await })
    };
    (0..calls).map(call).collect()
}

/// Replaces the only secret of the client, which then has the scopes `set/0` to `set/<sets - 1>`.
fn rotate(fixture: &Fixture, secret: &str, sets: usize) {
    register_scopes_with(&fixture.cognito, secret, sets);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotation_of_a_file_loses_none_of_1000_concurrent_calls() {
    let (fixture, file) = set_up_with_file().await;
    rotate(&fixture, "next", 200);
    file.replace("next\n");
    for call in call_all(&fixture.tokens, 1_000, 200) {
        call.await.unwrap().unwrap();
    }
    // One for each scope set, and a refusal for each request that was sent before the file was read.
    let requests = fixture.cognito.token_requests();
    assert!((202..=233).contains(&requests), "{requests} requests");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotation_during_1000_calls_loses_none_of_them() {
    let (fixture, file) = set_up_with_file().await;
    rotate(&fixture, SECRET, 200);
    let delay = Fault::Delay(Duration::from_millis(50));
    fixture.cognito.set_fault(Endpoint::Token, Some(delay));
    let calls = call_all(&fixture.tokens, 1_000, 200);
    wait_until(|| fixture.cognito.token_requests() > 40).await;
    file.replace("next\n");
    rotate(&fixture, "next", 200);
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert!(fixture.cognito.token_requests() <= 233);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callback_is_called_once_for_all_refused_requests() {
    let answers = Answers::secrets([SECRET, "next"]);
    let fixture = set_up_with_callback(&answers);
    fixture.tokens.token("widgets/read").await.unwrap();
    rotate(&fixture, "next", 200);
    for call in call_all(&fixture.tokens, 1_000, 200) {
        call.await.unwrap().unwrap();
    }
    assert_eq!(answers.calls(), 2);
}

#[tokio::test]
async fn first_calls_after_a_rotation_cause_few_refusals() {
    let file = SecretFile::new(SECRET);
    let fixture = set_up_without_secret(MINUTE, |it| it.client_secret_file(file.path()));
    rotate(&fixture, "next", 100);
    file.replace("next");
    for call in call_all(&fixture.tokens, 1_000, 100) {
        call.await.unwrap().unwrap();
    }
    // A few more are refused if the machine is so busy that the first response takes long.
    let requests = fixture.cognito.token_requests();
    assert!((101..=104).contains(&requests), "{requests} requests");
}

/// Makes calls over 50 scope sets for a minute, all of which are refused.
async fn refused_for_a_minute(fixture: &Fixture) {
    for _ in 0..60 {
        let calls = (0..50).map(|number| fixture.tokens.token(format!("set/{number}")));
        for result in futures_util::future::join_all(calls).await {
            assert_eq!(error_code(&result.unwrap_err()), "invalid_client");
        }
        fixture.clock.advance(Duration::from_secs(1));
    }
}

#[tokio::test]
async fn wrong_file_makes_at_most_six_requests_a_minute() {
    let file = SecretFile::new("wrong");
    let fixture = set_up_without_secret(MINUTE, |it| it.client_secret_file(file.path()));
    rotate(&fixture, SECRET, 50);
    refused_for_a_minute(&fixture).await;
    // One every 10 s, and a few more if the machine is so busy that a response takes long.
    let requests = fixture.cognito.token_requests();
    assert!((6..=12).contains(&requests), "{requests} requests");
}

#[tokio::test]
async fn wrong_secret_causes_one_call_of_the_callback_every_10_seconds() {
    let answers = Answers::secrets(["wrong"]);
    let fixture = set_up_with_callback(&answers);
    rotate(&fixture, SECRET, 50);
    refused_for_a_minute(&fixture).await;
    // The first one is at the start.
    assert_eq!(answers.calls(), 7);
}

#[tokio::test]
async fn corrected_file_is_read_at_the_first_attempt_after_10_seconds() {
    for is_suspended in [false, true] {
        let (fixture, file) = set_up_with_file().await;
        rotate(&fixture, "next", 2);
        let error = fixture.tokens.token("set/0").await.unwrap_err();
        assert_eq!(error_code(&error), "invalid_client");
        file.replace("next");
        fixture.clock.advance(Duration::from_millis(9_999));
        for scope in ["set/0", "set/1"] {
            fixture.tokens.token(scope).await.unwrap_err();
        }
        assert_eq!(fixture.cognito.token_requests(), 2);
        if is_suspended {
            let hour = MINUTE * 60;
            fixture.clock.set_wall(fixture.clock.wall() + hour);
        } else {
            fixture.clock.set_wall(Duration::from_secs(1));
            fixture.clock.advance(Duration::from_millis(1));
        }
        fixture.tokens.token("set/1").await.unwrap();
        fixture.tokens.token("set/0").await.unwrap();
    }
}

#[tokio::test]
async fn refusal_that_another_secret_cures_is_not_remembered() {
    let (fixture, file) = set_up_with_file().await;
    rotate(&fixture, "next", 2);
    file.replace("next");
    // The scope is refused, not the client.
    let error = fixture.tokens.token("widgets/admin").await.unwrap_err();
    assert_eq!(error_code(&error), "invalid_scope");
    fixture.tokens.token("set/0").await.unwrap();
    fixture.tokens.token("set/1").await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 5);
}

#[tokio::test]
async fn other_wrong_secret_is_a_refusal() {
    let (fixture, file) = set_up_with_file().await;
    rotate(&fixture, "next", 2);
    file.replace("other");
    for scope in ["set/0", "set/1"] {
        let error = fixture.tokens.token(scope).await.unwrap_err();
        assert_eq!(error_code(&error), "invalid_client");
    }
    assert_eq!(fixture.cognito.token_requests(), 3);
    file.replace("next");
    fixture.clock.advance(Duration::from_secs(10));
    fixture.tokens.token("set/1").await.unwrap();
}

#[tokio::test]
async fn refused_renewal_reads_the_file_and_keeps_the_old_token() {
    let (fixture, file) = set_up_with_file().await;
    let old = fixture.tokens.token("widgets/read").await.unwrap();
    register(&fixture.cognito, "next");
    fixture.clock.advance(Duration::from_secs(258));
    wait_until(|| fixture.cognito.token_requests() == 2).await;
    let token = fixture.tokens.token("widgets/read").await.unwrap();
    assert_eq!(token.secret(), old.secret());

    // At the next attempt, the file is correct.
    file.replace("next");
    let begin = std::time::Instant::now();
    loop {
        let token = fixture.tokens.token("widgets/read").await.unwrap();
        if token.secret() != old.secret() {
            break;
        }
        assert!(begin.elapsed() < TEST_TIMEOUT, "the token was not renewed");
        tokio::time::sleep(Duration::from_millis(10)).await;
        let renewal = Duration::from_millis(100);
        if fixture.clock.monotonic() < Duration::from_secs(269) {
            fixture.clock.advance(renewal);
        }
    }
}

#[tokio::test]
async fn renewal_follows_a_rotation() {
    let (fixture, file) = set_up_with_file().await;
    let old = fixture.tokens.token("widgets/read").await.unwrap();
    register(&fixture.cognito, "next");
    file.replace("next");
    fixture.clock.advance(Duration::from_secs(258));
    wait_until(|| fixture.cognito.token_requests() == 3).await;
    let begin = std::time::Instant::now();
    while fixture.tokens.token("widgets/read").await.unwrap().secret() == old.secret() {
        assert!(begin.elapsed() < TEST_TIMEOUT, "the token was not renewed");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn single_fetch_follows_a_rotation_and_its_refusal_is_not_remembered() {
    let (fixture, file) = set_up_with_file().await;
    rotate(&fixture, "next", 2);
    let error = fixture.tokens.fetch_token("set/0").await.unwrap_err();
    assert_eq!(error_code(&error), "invalid_client");
    file.replace("next");
    // The file was read less than 10 s ago, but a request is sent.
    fixture.tokens.fetch_token("set/0").await.unwrap_err();
    assert_eq!(fixture.cognito.token_requests(), 3);
    fixture.clock.advance(Duration::from_secs(10));
    fixture.tokens.fetch_token("set/0").await.unwrap();
    fixture.tokens.token("set/1").await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 6);
}

#[tokio::test]
async fn call_waits_for_the_end_of_the_10_seconds_if_the_secret_is_replaced_twice() {
    let answers = Answers::secrets([SECRET, "second", "third"]);
    let fixture = set_up_without_secret(Duration::from_secs(300), |builder| {
        answers.add_to(builder).deadline(LONG_DEADLINE)
    });
    fixture.tokens.token("widgets/read").await.unwrap();
    rotate(&fixture, "second", 2);
    fixture.tokens.token("set/0").await.unwrap();
    fixture.clock.advance(Duration::from_secs(4));
    rotate(&fixture, "third", 2);
    let begin = fixture.clock.monotonic();
    advancing_clock(&fixture.clock, fixture.tokens.token("set/1"))
        .await
        .unwrap();
    assert!(fixture.clock.monotonic() - begin >= Duration::from_secs(6));
    assert_eq!(answers.calls(), 3);
}

#[tokio::test]
async fn rotation_back_to_an_earlier_secret_is_followed() {
    let (fixture, file) = set_up_with_file().await;
    for (number, secret) in ["next", SECRET, "next"].into_iter().enumerate() {
        rotate(&fixture, secret, 3);
        file.replace(secret);
        fixture.tokens.token(format!("set/{number}")).await.unwrap();
        fixture.clock.advance(Duration::from_secs(10));
    }
    assert_eq!(fixture.cognito.token_requests(), 7);
}

#[tokio::test]
async fn request_with_the_new_secret_is_retried_after_a_failure() {
    let refusal = Reply::new(400, "", r#"{"error":"invalid_client"}"#);
    let server = token_server([
        Reply::token("one"),
        refusal,
        Reply::new(503, "", ""),
        Reply::token("two"),
    ]);
    let file = SecretFile::new(SECRET);
    let clock = TestClock::new();
    let tokens = builder_without_secret(&server.url("/token"))
        .client_secret_file(file.path())
        .clock(clock.clone())
        .deadline(LONG_DEADLINE)
        .build()
        .unwrap();
    tokens.token("a").await.unwrap();
    file.replace("next");
    let token = advancing_clock(&clock, tokens.token("b")).await.unwrap();
    assert_eq!(token.secret(), "two");
    let received = server.received();
    let secrets: Vec<_> = received.iter().map(secret_of).collect();
    assert_eq!(secrets[0], secrets[1]);
    assert_ne!(secrets[1], secrets[2]);
    assert_eq!(secrets[2], secrets[3]);
}

#[tokio::test]
async fn unauthorized_response_without_a_code_reads_the_file_too() {
    let basic = "www-authenticate: Basic realm=\"token\"\r\n";
    let server = token_server([Reply::new(401, basic, ""), Reply::token("t")]);
    let file = SecretFile::new(SECRET);
    let builder = builder_without_secret(&server.url("/token"));
    let tokens = builder
        .client_secret_file(file.path())
        .clock(TestClock::new())
        .build()
        .unwrap();
    file.replace("next");
    assert_eq!(tokens.token("a").await.unwrap().secret(), "t");
}

#[tokio::test]
async fn other_refusals_do_not_read_the_file() {
    let answers = Answers::secrets([SECRET, "next"]);
    let fixture = set_up_with_callback(&answers);
    let error = fixture.tokens.token("widgets/admin").await.unwrap_err();
    assert_eq!(error_code(&error), "invalid_scope");
    for (scope, status, body) in [
        ("a", 400, r#"{"error":"unauthorized_client"}"#),
        ("b", 403, "Forbidden"),
        ("c", 401, r#"{"error":"invalid_scope"}"#),
    ] {
        fail_with(&fixture.cognito, status, body);
        fixture.tokens.token(scope).await.unwrap_err();
    }
    assert_eq!(answers.calls(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_secret_that_is_wrong_too_is_tried_once_for_all_calls() {
    let (fixture, file) = set_up_with_file().await;
    rotate(&fixture, "next", 300);
    file.replace("wrong");
    for call in call_all(&fixture.tokens, 600, 300) {
        let error = call.await.unwrap().unwrap_err();
        assert_eq!(error_code(&error), "invalid_client");
    }
    // The accepted one, up to 32 that were sent together, and a few with the new secret.
    let requests = fixture.cognito.token_requests();
    assert!(requests <= 40, "{requests} requests");
}
