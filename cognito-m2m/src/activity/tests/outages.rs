use std::time::Duration;

use super::super::writer::WriteTimes;
use super::fleet::{COLLECTION, DEFAULTS, Fleet, MINUTE, SECOND, client_id};

#[tokio::test]
async fn failures_are_retried_with_a_backoff_and_new_clients_cause_no_further_attempts() {
    for precision in [Duration::ZERO, MINUTE] {
        let times = WriteTimes {
            precision,
            ..DEFAULTS
        };
        let fleet = Fleet::start(1, 400, times).await;
        fleet.table.lock().fails = true;
        for client in 0..400 {
            fleet.record(0, client);
            fleet.advance(SECOND / 4, SECOND / 20).await;
        }
        // The pauses are at least 0.5, 1, 2, 4, 5, 5, .. s.
        let failures = fleet.table.counts().failures;
        assert!((8..=24).contains(&failures), "{failures}");
        let begin = fleet.now();
        fleet.table.lock().fails = false;
        fleet.advance(COLLECTION, SECOND / 4).await;
        let counts = fleet.table.counts();
        assert_eq!(counts.inserted_rows, 400);
        let reads = u64::from(!precision.is_zero());
        // The queue of new clients is neither read nor written again.
        assert_eq!((counts.reads, counts.writes), (reads, 1));
        let row = fleet.table.row(&client_id(0)).expect("a row");
        assert!(row.first_seen_at < begin, "no first time is lost");
    }
}

#[tokio::test]
async fn client_that_comes_after_an_outage_does_not_wait_for_the_next_collection() {
    let fleet = Fleet::start(1, 2, DEFAULTS).await;
    fleet.table.lock().fails = true;
    fleet.record(0, 0);
    fleet.advance(SECOND * 30, SECOND / 4).await;
    fleet.table.lock().fails = false;
    fleet.advance(COLLECTION, SECOND / 4).await;
    fleet.record(0, 1);
    fleet.advance(SECOND / 4, SECOND / 20).await;
    assert!(fleet.table.row(&client_id(1)).is_some());
}

#[tokio::test]
async fn known_clients_are_written_after_an_outage() {
    let fleet = Fleet::start(3, 10, DEFAULTS).await;
    fleet.run_for(MINUTE).await;
    fleet.table.lock().fails = true;
    fleet.run_for(MINUTE * 5).await;
    let last_requests = fleet.now();
    fleet.table.lock().fails = false;
    // Without further requests.
    fleet.advance(MINUTE, SECOND / 4).await;
    for client in 0..10 {
        let lag = last_requests.as_micros() - fleet.last_seen(client).as_micros();
        assert!(lag < 60_000_000, "{lag}");
    }
    let rows = fleet.table.counts().rows();
    assert!(rows <= 10 * 5, "{rows}");
}
