//! Limits the tests that open many connections. A server accepts 100 connections by default, and the
//! tests run on as many threads as the machine has processors.

use tokio::sync::{Semaphore, SemaphorePermit};

static TURNS: Semaphore = Semaphore::const_new(2);

/// Waits until at most one other test with many connections is running.
pub(crate) async fn turn_of_a_test_with_many_connections() -> SemaphorePermit<'static> {
    let turn = TURNS.acquire().await;
    turn.expect("the semaphore is never closed")
}
