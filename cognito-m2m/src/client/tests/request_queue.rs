use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::time::Instant;

use super::*;
use crate::client::request_queue::{Place, RequestQueue};
use crate::time::Clock as _;

const MAX_SILENCE: Duration = Duration::from_secs(60);

fn queue(clock: &TestClock) -> RequestQueue {
    RequestQueue::new(Arc::new(clock.clone()), MAX_SILENCE)
}

/// Takes places until no other is free.
fn free_places(queue: &RequestQueue) -> Vec<Place<'_>> {
    let next = || queue.enter(Instant::now()).now_or_never().flatten();
    std::iter::from_fn(next).collect()
}

#[tokio::test]
async fn limit_is_1_then_4_after_a_failure_and_32_after_an_acceptance() {
    let queue = queue(&TestClock::new());
    assert_eq!(free_places(&queue).len(), 1);
    queue.record_response();
    assert_eq!(free_places(&queue).len(), 4);
    queue.record_acceptance();
    let accepted = free_places(&queue);
    assert_eq!(accepted.len(), 32);
    queue.record_refusal();
    drop(accepted);
    assert_eq!(free_places(&queue).len(), 1);
}

#[tokio::test]
async fn acceptance_is_forgotten_after_10_seconds_of_either_clock() {
    let clock = TestClock::new();
    let queue = queue(&clock);
    queue.record_acceptance();
    clock.advance(Duration::from_secs(9));
    assert_eq!(free_places(&queue).len(), 32);
    clock.advance(Duration::from_secs(1));
    assert_eq!(free_places(&queue).len(), 1);
    queue.record_acceptance();
    clock.set_wall(clock.wall() + Duration::from_secs(10));
    assert_eq!(free_places(&queue).len(), 1);
}

#[tokio::test]
async fn acceptance_admits_the_requests_that_wait() {
    let queue = queue(&TestClock::new());
    let taken = free_places(&queue);
    let mut waiting = std::pin::pin!(queue.enter(Instant::now()));
    assert!(waiting.as_mut().now_or_never().is_none());
    queue.record_acceptance();
    assert!(waiting.await.is_some());
    assert_eq!(taken.len(), 1);
}

#[tokio::test]
async fn failure_admits_up_to_4_requests_that_wait() {
    let queue = queue(&TestClock::new());
    let taken = free_places(&queue);
    let mut waiting = std::pin::pin!(queue.enter(Instant::now()));
    assert!(waiting.as_mut().now_or_never().is_none());
    queue.record_response();
    let admitted = waiting.await;
    assert!(admitted.is_some());
    assert_eq!(free_places(&queue).len(), 2);
    assert_eq!(taken.len(), 1);
}

#[tokio::test]
async fn request_without_a_response_does_not_occupy_the_probe_place_for_long() {
    let queue = queue(&TestClock::new());
    let mut taken = free_places(&queue).pop().unwrap();
    let mut hanging = std::pin::pin!(taken.run(MAX_SILENCE, std::future::pending::<()>()));
    tokio::select! {
        () = hanging.as_mut() => panic!("a request without a response has ended"),
        place = queue.enter(Instant::now()) => assert!(place.is_some()),
    }
}

#[tokio::test]
async fn requests_without_a_response_do_not_occupy_trial_places_for_long() {
    let queue = queue(&TestClock::new());
    queue.record_response();
    let mut taken = free_places(&queue);
    let limit = Duration::from_millis(100);
    let hanging = taken
        .iter_mut()
        .map(|place| place.run(limit, std::future::pending::<()>()));
    let mut hanging = std::pin::pin!(futures_util::future::join_all(hanging));
    tokio::select! {
        _ = hanging.as_mut() => panic!("a request without a response has ended"),
        place = queue.enter(Instant::now()) => assert!(place.is_some()),
    }
}

#[tokio::test]
async fn waiting_ends_when_the_endpoint_stays_silent() {
    let clock = Arc::new(TestClock::new());
    let queue = RequestQueue::new(clock, Duration::from_millis(50));
    let taken = free_places(&queue);
    assert!(queue.enter(Instant::now()).await.is_none());
    assert_eq!(taken.len(), 1);
}
