use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

use super::*;
use crate::client::ClientSecrets;
use crate::time::SystemClock;

type Answer = Result<ClientSecrets, &'static str>;

/// A callback with fixed answers. It returns them in order, and repeats the last one.
#[derive(Clone)]
pub(super) struct Answers {
    calls: Arc<AtomicUsize>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Answers {
    pub(super) fn new<const N: usize>(answers: [Answer; N]) -> Self {
        Self {
            calls: Arc::default(),
            answers: Arc::new(Mutex::new(answers.into())),
        }
    }

    pub(super) fn secrets<const N: usize>(secrets: [&'static str; N]) -> Self {
        Self::new(secrets.map(|secret| Ok(secret.into())))
    }

    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn next(&self) -> Answer {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        match answers.len() {
            1 => answers[0].clone(),
            _ => answers.pop_front().unwrap(),
        }
    }

    pub(super) fn add_to(&self, builder: TokenClientBuilder) -> TokenClientBuilder {
        let answers = self.clone();
        builder.client_secret_from(move || std::future::ready(answers.next()))
    }
}

pub(super) fn set_up_with_callback(answers: &Answers) -> Fixture {
    set_up_without_secret(Duration::from_secs(300), |it| answers.add_to(it))
}

fn secret_error(error: &TokenClientError) -> &crate::client::SecretError {
    match error {
        TokenClientError::Secret(error) => error,
        other => panic!("not an error of the secret: {other}"),
    }
}

#[tokio::test]
async fn callback_is_called_at_the_start_and_once_per_rotation() {
    let answers = Answers::secrets([SECRET, "next"]);
    let fixture = set_up_with_callback(&answers);
    wait_until(|| answers.calls() == 1).await;
    fixture.tokens.token("widgets/read").await.unwrap();
    fixture.tokens.token("widgets/write").await.unwrap();
    assert_eq!(answers.calls(), 1);
    register_scopes_with(&fixture.cognito, "next", 2);
    for scope in ["set/0", "set/1"] {
        fixture.tokens.token(scope).await.unwrap();
    }
    assert_eq!(answers.calls(), 2);
    // Two tokens, a refusal, and two more.
    assert_eq!(fixture.cognito.token_requests(), 5);
}

#[tokio::test]
async fn first_calls_wait_for_the_secret() {
    let (release, released) = watch::channel(false);
    let fixture = set_up_without_secret(Duration::from_secs(300), |builder| {
        builder.client_secret_from(move || {
            let mut released = released.clone();
            async move {
                released.wait_for(|released| *released).await.unwrap();
                Ok::<_, String>(SECRET)
            }
        })
    });
    register_scopes(&fixture.cognito, 40);
    let tokens = &fixture.tokens;
    let call = |number| async move { tokens.token(format!("set/{number}")).await };
    let calls = futures_util::future::join_all((0..40).map(call));
    let check = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(fixture.cognito.token_requests(), 0);
        release.send_replace(true);
    };
    let (results, ()) = tokio::join!(calls, check);
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(fixture.cognito.token_requests(), 40);
}

#[tokio::test]
async fn error_of_the_callback_is_returned_to_all_calls_for_10_seconds() {
    let answers = Answers::new([Err("denied by IAM"), Ok(SECRET.into())]);
    let fixture = set_up_with_callback(&answers);
    for scope in ["widgets/read", "widgets/write", "widgets/read"] {
        let error = fixture.tokens.token(scope).await.unwrap_err();
        assert!(secret_error(&error).refusal().is_none());
        assert!(error.is_transient());
        assert_eq!(
            error.to_string(),
            "the client secret is unavailable: the callback failed: denied by IAM"
        );
        assert!(std::error::Error::source(&error).is_some());
    }
    let error = fixture
        .tokens
        .fetch_token("widgets/read")
        .await
        .unwrap_err();
    secret_error(&error);
    assert_eq!((answers.calls(), fixture.cognito.token_requests()), (1, 0));
    fixture.clock.advance(Duration::from_millis(9_999));
    fixture.tokens.token("widgets/read").await.unwrap_err();
    assert_eq!(answers.calls(), 1);

    fixture.clock.advance(Duration::from_millis(1));
    fixture.tokens.token("widgets/read").await.unwrap();
    assert_eq!(answers.calls(), 2);
}

#[tokio::test]
async fn error_of_the_callback_after_a_refusal_is_remembered_with_it() {
    let answers = Answers::new([Ok(SECRET.into()), Err("denied"), Ok("next".into())]);
    let fixture = set_up_with_callback(&answers);
    fixture.tokens.token("widgets/read").await.unwrap();
    register_scopes_with(&fixture.cognito, "next", 2);
    for scope in ["set/0", "set/1"] {
        let error = fixture.tokens.token(scope).await.unwrap_err();
        let refusal = secret_error(&error).refusal().unwrap();
        assert_eq!(refusal.error(), "invalid_client");
        assert!(
            error.to_string().ends_with("the callback failed: denied"),
            "{error}"
        );
    }
    assert_eq!((answers.calls(), fixture.cognito.token_requests()), (2, 2));
    fixture.clock.advance(Duration::from_secs(10));
    fixture.tokens.token("set/0").await.unwrap();
    assert_eq!(answers.calls(), 3);
}

#[tokio::test]
async fn callback_that_panics_is_an_error() {
    let panics_when_called = |builder: TokenClientBuilder| {
        builder.client_secret_from(|| -> std::future::Ready<Result<String, String>> {
            panic!("m4rker")
        })
    };
    let panics_when_polled = |builder: TokenClientBuilder| {
        builder.client_secret_from(|| async {
            let panics = true;
            assert!(!panics, "m4rker");
            Ok::<_, String>(SECRET)
        })
    };
    for fixture in [
        set_up_without_secret(Duration::from_secs(300), panics_when_called),
        set_up_without_secret(Duration::from_secs(300), panics_when_polled),
    ] {
        for _ in 0..2 {
            let error = fixture.tokens.token("widgets/read").await.unwrap_err();
            secret_error(&error);
            assert!(!error.is_transient());
            assert!(
                error.to_string().ends_with("the callback panicked"),
                "{error}"
            );
        }
        assert_eq!(fixture.cognito.token_requests(), 0);
    }
}

#[tokio::test]
async fn callback_that_hangs_is_a_timeout_of_the_secret() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let fixture = set_up_without_secret(Duration::from_secs(300), |builder| {
        let builder = builder.deadline(Duration::from_millis(300));
        builder.client_secret_from(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<Result<String, String>>()
        })
    });
    register_scopes(&fixture.cognito, 40);
    let call = |number: usize| fixture.tokens.token(format!("set/{number}"));
    for result in futures_util::future::join_all((0..40).map(call)).await {
        let error = result.unwrap_err();
        assert!(
            secret_error(&error).is_timeout() && error.is_transient(),
            "{error}"
        );
        assert!(
            error
                .to_string()
                .starts_with("the client secret is unavailable")
        );
    }
    let error = fixture.tokens.fetch_token("set/0").await.unwrap_err();
    assert!(secret_error(&error).is_timeout(), "{error}");
    assert_eq!(fixture.cognito.token_requests(), 0);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

/// Not even the calls that wait in the queue blame the token endpoint.
#[tokio::test]
async fn callback_that_hangs_after_a_refusal_is_a_timeout_of_the_secret() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let fixture = set_up_without_secret(Duration::from_secs(300), |builder| {
        let builder = builder.clock(SystemClock::default());
        let builder = builder.deadline(Duration::from_secs(4));
        builder.client_secret_from(move || {
            let call = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                if call > 0 {
                    std::future::pending::<()>().await;
                }
                Ok::<_, String>("withdrawn")
            }
        })
    });
    let delay = Fault::Delay(Duration::from_millis(200));
    fixture.cognito.set_fault(Endpoint::Token, Some(delay));
    let call = |number: usize| fixture.tokens.token(format!("set/{number}"));
    for result in futures_util::future::join_all((0..40).map(call)).await {
        let error = result.unwrap_err();
        let secret_error = secret_error(&error);
        assert!(
            secret_error.is_timeout() && secret_error.refusal().is_some(),
            "{error}"
        );
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn call_that_gives_up_does_not_fail_those_that_wait_for_the_other_secret() {
    let (release, released) = watch::channel(false);
    let answers = Answers::secrets([SECRET, "next"]);
    let next = answers.clone();
    let fixture = set_up_without_secret(Duration::from_secs(300), |builder| {
        let builder = builder.deadline(TEST_TIMEOUT);
        builder.client_secret_from(move || {
            let answer = next.next();
            let mut released = released.clone();
            let is_first = next.calls() == 1;
            async move {
                if !is_first {
                    released.wait_for(|released| *released).await.unwrap();
                }
                answer
            }
        })
    });
    fixture.tokens.token("widgets/read").await.unwrap();
    register_scopes_with(&fixture.cognito, "next", 3);
    let call = |scope: &'static str| {
        let tokens = fixture.tokens.clone();
        tokio::spawn(async move { tokens.token(scope).await })
    };
    // The first call retries shortly before its deadline. The other sleeper waits for a renewal.
    fail_with(&fixture.cognito, 503, "");
    let early = call("set/0");
    wait_until(|| fixture.cognito.token_requests() == 2 && fixture.clock.sleepers() == 2).await;
    refuse_secrets(&fixture.cognito);
    fixture.clock.advance(TEST_TIMEOUT - Duration::from_secs(3));
    wait_until(|| answers.calls() == 2).await;
    let late = call("set/1");
    let error = early.await.unwrap().unwrap_err();
    assert!(secret_error(&error).is_timeout(), "{error}");

    fixture.cognito.set_fault(Endpoint::Token, None);
    release.send_replace(true);
    late.await.unwrap().unwrap();
    fixture.tokens.token("set/2").await.unwrap();
    fixture.tokens.token("set/0").await.unwrap();
}

#[tokio::test]
async fn invalid_secrets_of_the_callback_are_errors_without_the_secret() {
    for (secret, problem) in [
        ("", "found an empty text"),
        ("\n", "found an empty text"),
        ("m4rker\n", "surrounding whitespace"),
        (" m4rker", "surrounding whitespace"),
        ("m4r\0ker", "control characters"),
    ] {
        let answers = Answers::secrets([secret, SECRET]);
        let fixture = set_up_with_callback(&answers);
        for _ in 0..2 {
            let error = fixture.tokens.token("widgets/read").await.unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(problem) && !text.contains("m4r"), "{text}");
            assert!(!error.is_transient());
        }
        fixture.clock.advance(Duration::from_secs(10));
        fixture.tokens.token("widgets/read").await.unwrap();
        assert_eq!((answers.calls(), fixture.cognito.token_requests()), (2, 1));
    }
}

#[tokio::test]
async fn pending_secret_is_tried_if_the_current_one_is_refused() {
    let both = || ClientSecrets::new(SECRET).with_second("pending");
    let answers = Answers::new([Ok(both())]);
    let fixture = set_up_with_callback(&answers);
    fixture.tokens.token("widgets/read").await.unwrap();
    // The old secret is deleted before the callback returns the new one alone.
    register(&fixture.cognito, "pending");
    fixture.tokens.token("widgets/write").await.unwrap();
    fixture.tokens.fetch_token("widgets/write").await.unwrap();
    assert_eq!((answers.calls(), fixture.cognito.token_requests()), (1, 4));
}

#[tokio::test]
async fn dropping_the_client_ends_a_callback_that_hangs() {
    struct SendOnDrop(watch::Sender<bool>);

    impl Drop for SendOnDrop {
        fn drop(&mut self) {
            self.0.send_replace(true);
        }
    }

    let (sender, mut dropped) = watch::channel(false);
    let sender = Mutex::new(Some(SendOnDrop(sender)));
    let fixture = set_up_without_secret(Duration::from_secs(300), |builder| {
        let builder = builder.deadline(TEST_TIMEOUT * 10);
        builder.client_secret_from(move || {
            let sender = sender.lock().unwrap().take();
            async move {
                let _sender = sender;
                std::future::pending::<Result<String, String>>().await
            }
        })
    });
    drop(fixture.tokens);
    let dropped = dropped.wait_for(|dropped| *dropped);
    tokio::time::timeout(TEST_TIMEOUT, dropped)
        .await
        .unwrap()
        .unwrap();
}
