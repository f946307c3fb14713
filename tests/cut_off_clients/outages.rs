//! The cut-off store is away, slow or empty.

use std::time::Duration;

use cognito_m2m::cutoff::{Cutoff, CutoffStore};
use cognito_m2m_tests::CapturedLog;

use super::Fixture;
use crate::resource_servers::refusal;

#[actix_web::test]
async fn rule_4_6_last_known_cutoffs_hold_while_the_store_is_unavailable() {
    let fixture = Fixture::start().await;
    let token = fixture.token("reporting");
    fixture.clock.advance(Duration::from_secs(1));
    fixture.cut_off("reporting", 0).await;
    fixture.store.set_away(true);
    for _ in 0..120 {
        fixture.refresh().await;
    }
    assert_eq!(fixture.get("/authenticated", &token).await.status, 401);
    let new = fixture.token("reporting");
    assert_eq!(fixture.get("/authenticated", &new).await.status, 200);
    let health = fixture.auth.health();
    assert!(health.is_ready());
    let cutoffs = health.cutoffs().expect("there is a store");
    assert_eq!(cutoffs.clients(), Some(1));
    assert!(cutoffs.age() >= Some(Duration::from_secs(600)));
    let error = cutoffs.last_error().expect("the last read failed");
    assert_eq!(
        error,
        "failed to connect to the cut-off store: the database is away"
    );
    fixture.store.set_away(false);
    fixture.lift("reporting").await;
    assert_eq!(fixture.get("/authenticated", &token).await.status, 200);
    let health = fixture.auth.health();
    let cutoffs = health.cutoffs().expect("there is a store");
    assert_eq!((cutoffs.clients(), cutoffs.last_error()), (Some(0), None));
}

#[actix_web::test]
async fn guards_answer_503_until_the_cutoffs_have_been_read_once() {
    let fixture = Fixture::start_with(|store| store.set_away(true), |builder, _| builder).await;
    fixture.auth.prefetch().await.expect("the keys are fetched");
    let token = fixture.token("reporting");
    for path in ["/authenticated", "/principal", "/optional", "/wrapped/open"] {
        let answer = fixture.get(path, &token).await;
        let expected = "Authentication is temporarily unavailable.";
        assert_eq!(refusal(&answer), (503, expected.to_owned()), "{path}");
        let retry_after = answer.retry_after.expect("a header `Retry-After`");
        assert!((1..=5).contains(&retry_after.parse::<u64>().expect("whole seconds")));
    }
    assert_eq!(fixture.get("/open", &token).await.status, 200);
    let missing = fixture.api.get_without_token("/authenticated").await;
    assert_eq!(missing.status, 401);
    let reason = fixture.refusal_reason(&token).await;
    assert_eq!(reason, Some("cutoffs_unavailable"));
    let health = fixture.auth.health();
    assert!(!health.is_ready());
    let cutoffs = health.cutoffs().expect("there is a store");
    assert_eq!((cutoffs.is_ready(), cutoffs.clients()), (false, None));
    assert_eq!(cutoffs.age(), None);
    fixture.store.set_away(false);
    fixture.refresh().await;
    assert_eq!(fixture.get("/authenticated", &token).await.status, 200);
    assert!(fixture.auth.health().is_ready());
}

#[actix_web::test]
async fn requests_are_served_before_the_first_read_if_cutoffs_are_not_required() {
    let fixture = Fixture::start_with(
        |store| store.set_away(true),
        |builder, settings| builder.settings(settings.cutoff_required(false)),
    )
    .await;
    fixture.auth.prefetch().await.expect("the keys are fetched");
    let token = fixture.token("reporting");
    assert_eq!(fixture.get("/authenticated", &token).await.status, 200);
    assert!(fixture.auth.health().is_ready());
    fixture.store.set_away(false);
    fixture.clock.advance(Duration::from_secs(1));
    fixture.cut_off("reporting", 0).await;
    assert_eq!(fixture.get("/authenticated", &token).await.status, 401);
}

/// Without waiting, the first requests after a start would be answered with 503.
#[actix_web::test]
async fn first_request_waits_for_the_first_read() {
    let fixture = Fixture::start_with(|_| {}, |builder, _| builder).await;
    let token = fixture.token("reporting");
    assert_eq!(fixture.get("/authenticated", &token).await.status, 200);
}

#[actix_web::test]
async fn store_that_hangs_delays_no_request_for_long_and_is_given_up() {
    let fixture = Fixture::start().await;
    let token = fixture.token("reporting");
    fixture.store.set_hanging(true);
    let pauses = fixture.clock.wait_for_pause_after(0).await;
    fixture.clock.advance(Duration::from_secs(5));
    assert_eq!(fixture.get("/authenticated", &token).await.status, 200);
    let cutoff = Cutoff::new("reporting", fixture.in_seconds(3_000)).expect("a client ID");
    fixture.store.set(cutoff).await.expect("the store is there");
    // The read is given up after 5 s.
    fixture.clock.wait_for_pause_after(pauses).await;
    let health = fixture.auth.health();
    let error = health.cutoffs().and_then(|cutoffs| cutoffs.last_error());
    assert_eq!(error, Some("the cut-off store did not answer within 5 s"));
    fixture.store.set_hanging(false);
    fixture.refresh().await;
    assert_eq!(fixture.get("/authenticated", &token).await.status, 403);
}

#[actix_web::test]
async fn store_that_panics_is_read_again() {
    let fixture = Fixture::start().await;
    let token = fixture.token("reporting");
    fixture.store.set_panicking(true);
    fixture.refresh().await;
    assert_eq!(fixture.get("/authenticated", &token).await.status, 200);
    let health = fixture.auth.health();
    let error = health.cutoffs().and_then(|cutoffs| cutoffs.last_error());
    assert_eq!(
        error,
        Some("the cut-off store failed: the store has panicked")
    );
    fixture.store.set_panicking(false);
    fixture.cut_off("reporting", 3_000).await;
    assert_eq!(fixture.get("/authenticated", &token).await.status, 403);
}

#[test]
fn long_outage_is_logged_rarely_and_its_end_once() {
    let Some(log) = CapturedLog::alone(long_outage_is_logged_rarely_and_its_end_once) else {
        return;
    };
    actix_web::rt::System::new().block_on(async {
        let fixture = Fixture::start().await;
        fixture.store.set_away(true);
        for _ in 0..100 {
            fixture.refresh().await;
        }
        fixture.store.set_away(false);
        fixture.refresh().await;
        let failures = log.lines_with("the last known ones stay in use");
        assert_eq!(failures.len(), 7, "the 1st, 2nd, 4th, .. 64th of about 100");
        assert!(failures[0].contains("the database is away"));
        assert_eq!(log.lines_with("can be read again").len(), 1);
    });
}
