use std::time::Duration;

use super::super::client_activity::ClientActivity;
use super::super::timestamp::Timestamp;
use super::super::writer::WriteTimes;
use super::fleet::{COLLECTION, DEFAULTS, Fleet, MINUTE, SECOND, client_id};
use super::shared_table::SharedTable;
use crate::time::Clock;

async fn updates_are_bounded(instances: usize, clients: usize, minutes: u32) {
    let fleet = Fleet::start(instances, clients, DEFAULTS).await;
    fleet.run_for(MINUTE + COLLECTION * 2).await;
    let steady = fleet.table.counts();
    let mut before = steady;
    for _ in 0..minutes {
        fleet.run_for(MINUTE).await;
        let updates = fleet.table.counts().since(before).rows();
        assert!(updates <= 2 * clients as u64, "{updates} updates a minute");
        before = fleet.table.counts();
    }
    let counts = before.since(steady);
    let seconds = u64::from(minutes) * 60;
    println!(
        "{instances} x {clients}: in {seconds} s {counts:?}, {:.1} statements and {:.1} rows a second",
        counts.statements() as f64 / seconds as f64,
        counts.rows() as f64 / seconds as f64,
    );
    // Every row is updated once in 80 s at least.
    assert!(counts.rows() >= clients as u64 * seconds / 80 / 2);
    // Each instance reads once in a collection, and an update needs at most one more statement.
    let collections = seconds / 10 + 1;
    assert!(counts.reads <= instances as u64 * collections);
    assert!(counts.writes <= counts.rows());
}

#[tokio::test]
async fn rule_4_5_updates_are_bounded_by_clients_and_precision_whatever_the_number_of_instances() {
    updates_are_bounded(1, 1, 5).await;
    updates_are_bounded(1, 100, 3).await;
    updates_are_bounded(40, 1, 3).await;
    updates_are_bounded(300, 200, 2).await;
}

#[tokio::test]
async fn rule_4_5_two_instances_that_read_at_once_update_a_row_once() {
    let fleet = Fleet::start(2, 1, DEFAULTS).await;
    let ten_minutes_ago = Timestamp::from(fleet.clock.wall() - MINUTE * 10);
    let row = ClientActivity {
        client_id: client_id(0).into(),
        first_seen_at: ten_minutes_ago,
        last_seen_at: ten_minutes_ago,
    };
    fleet.table.lock().rows.insert(row.client_id.clone(), row);
    fleet.record_all();
    // Both gather new clients for less than this step, so both read before one of them writes.
    fleet.advance(SECOND / 4, SECOND / 4).await;
    let counts = fleet.table.counts();
    assert_eq!((counts.reads, counts.writes), (2, 2));
    assert_eq!(counts.rows(), 1);
}

#[tokio::test]
async fn stored_time_lags_by_the_precision_and_two_collections_at_most() {
    let fleet = Fleet::start(10, 20, DEFAULTS).await;
    fleet.run_for(SECOND).await;
    let mut longest = Duration::ZERO;
    for _ in 0..300 {
        fleet.run_for(SECOND).await;
        longest = (0..20)
            .map(|client| fleet.lag(client))
            .fold(longest, Duration::max);
    }
    println!("longest lag: {longest:?}");
    assert!(longest <= MINUTE + COLLECTION * 2, "{longest:?}");
    // Rows are not written earlier either.
    assert!(longest >= MINUTE, "{longest:?}");
}

#[tokio::test]
async fn last_request_of_a_client_is_stored_to_the_precision() {
    let fleet = Fleet::start(3, 100, DEFAULTS).await;
    fleet.run_for(SECOND).await;
    let mut last_requests = Vec::new();
    // One client after the other sends its last request.
    for second in 0..100 {
        for client in second..100 {
            fleet.record(client % 3, client);
        }
        last_requests.push(fleet.now());
        fleet.advance(SECOND, SECOND / 4).await;
    }
    fleet.advance(MINUTE + COLLECTION * 2, SECOND).await;
    for (client, last_request) in last_requests.iter().enumerate() {
        let lag = last_request.as_micros() - fleet.last_seen(client).as_micros();
        assert!(lag < 60_000_000, "{client}: {lag} us");
    }
    // Without requests, there are no statements.
    let before = fleet.table.counts();
    fleet.advance(MINUTE * 10, SECOND).await;
    assert_eq!(fleet.table.counts(), before);
}

#[tokio::test]
async fn precision_of_zero_writes_every_change_after_the_flush_interval() {
    let times = WriteTimes {
        precision: Duration::ZERO,
        ..DEFAULTS
    };
    let fleet = Fleet::start(1, 3, times).await;
    fleet.record_all();
    fleet.advance(SECOND, SECOND / 20).await;
    for _ in 0..20 {
        fleet.record_all();
        let last_request = fleet.now();
        fleet.advance(SECOND, SECOND / 20).await;
        for client in 0..3 {
            assert_eq!(fleet.last_seen(client), last_request);
        }
    }
    let counts = fleet.table.counts();
    assert_eq!((counts.reads, counts.rows()), (0, 63));
    assert!((21..=22).contains(&counts.writes), "{counts:?}");
}

#[tokio::test]
async fn store_that_cannot_be_read_gets_one_row_per_client_and_precision() {
    let fleet = Fleet::with_stores(1, 10, DEFAULTS, SharedTable::store_without_reads).await;
    fleet.run_for(SECOND).await;
    assert_eq!(fleet.table.counts().rows(), 10);
    for _ in 0..5 {
        let before = fleet.table.counts();
        fleet.run_for(MINUTE).await;
        let rows = fleet.table.counts().since(before).rows();
        assert!(rows <= 10, "{rows}");
    }
    assert!(fleet.table.counts().rows() >= 40);
}

#[tokio::test]
async fn deleted_row_is_written_again() {
    let fleet = Fleet::start(1, 2, DEFAULTS).await;
    fleet.run_for(SECOND).await;
    let deleted = fleet.table.lock().rows.pop_first();
    fleet.run_for(MINUTE + COLLECTION * 2).await;
    let (client_id, deleted) = deleted.expect("a row of the first client");
    let row = fleet
        .table
        .row(&client_id)
        .expect("the row is written again");
    assert_eq!(row.first_seen_at, deleted.first_seen_at);
}
