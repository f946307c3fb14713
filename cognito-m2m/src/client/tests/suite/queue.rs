use tokio::task::JoinHandle;

use super::*;
use crate::client::AccessToken;
use crate::time::SystemClock;

type Call = JoinHandle<Result<AccessToken, TokenClientError>>;

/// Calls the client for the scopes `set/<number>`, all at the same time.
fn call_all(tokens: &TokenClient, numbers: std::ops::Range<usize>) -> Vec<Call> {
    let call = |number| {
        let tokens = tokens.clone();
        tokio::spawn(async move { tokens.token(format!("set/{number}")).await })
    };
    numbers.map(call).collect()
}

fn set_fault(fixture: &Fixture, fault: Option<Fault>) {
    fixture.cognito.set_fault(Endpoint::Token, fault);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_new_scope_sets_succeed_although_they_wait_for_longer_than_the_deadline() {
    let fixture = set_up_with(|builder| {
        let builder = builder.clock(SystemClock::default());
        builder.deadline(Duration::from_secs(5))
    });
    register_scopes(&fixture.cognito, 500);
    // At 32 requests at a time, the last ones wait for more than 6 s.
    set_fault(&fixture, Some(Fault::Delay(Duration::from_millis(400))));
    for call in call_all(&fixture.tokens, 0..500) {
        call.await.unwrap().unwrap();
    }
    assert_eq!(fixture.cognito.token_requests(), 500);
}

#[tokio::test]
async fn requests_without_a_response_do_not_keep_others_waiting() {
    let fixture = set_up_with(|builder| builder.deadline(TEST_TIMEOUT));
    register_scopes(&fixture.cognito, 8);
    fixture.tokens.token("widgets/read").await.unwrap();
    set_fault(&fixture, Some(Fault::Hang));
    let hanging = call_all(&fixture.tokens, 0..8);
    wait_until(|| fixture.cognito.token_requests() == 9).await;
    set_fault(&fixture, None);
    fixture.tokens.token("widgets/write").await.unwrap();
    assert!(hanging.iter().all(|call| !call.is_finished()));
}

#[tokio::test]
async fn first_requests_without_a_response_do_not_keep_others_waiting_for_long() {
    let fixture = set_up_with(|builder| builder.deadline(TEST_TIMEOUT));
    register_scopes(&fixture.cognito, 4);
    set_fault(&fixture, Some(Fault::Hang));
    let hanging = call_all(&fixture.tokens, 0..4);
    wait_until(|| fixture.cognito.token_requests() == 4).await;
    set_fault(&fixture, None);
    fixture.tokens.token("widgets/write").await.unwrap();
    assert!(hanging.iter().all(|call| !call.is_finished()));
}

#[tokio::test]
async fn at_most_32_requests_are_sent_at_a_time() {
    let fixture = set_up_with(|builder| builder.deadline(TEST_TIMEOUT));
    register_scopes(&fixture.cognito, 40);
    fixture.tokens.token("widgets/read").await.unwrap();
    set_fault(&fixture, Some(Fault::Hang));
    let _hanging = call_all(&fixture.tokens, 0..40);
    wait_until(|| fixture.cognito.token_requests() == 33).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(fixture.cognito.token_requests(), 33);
}

#[tokio::test]
async fn calls_in_the_queue_end_if_the_endpoint_responds_to_no_request() {
    let fixture = set_up_with(|builder| {
        let builder = builder.clock(SystemClock::default());
        builder.deadline(Duration::from_millis(300))
    });
    set_fault(&fixture, Some(Fault::Hang));
    let begin = std::time::Instant::now();
    for call in call_all(&fixture.tokens, 0..100) {
        let error = call.await.unwrap().unwrap_err();
        assert!(matches!(error, TokenClientError::Transport(error) if error.is_timeout()));
    }
    assert!(begin.elapsed() < TEST_TIMEOUT / 2);
}
