use std::time::Duration;

use super::fleet::{COLLECTION, DEFAULTS, Fleet, SECOND, client_id};

const MILLISECOND: Duration = Duration::from_millis(1);

#[tokio::test]
async fn rule_4_5_new_clients_of_many_instances_are_gathered_into_few_statements() {
    const INSTANCES: usize = 20;
    const CLIENTS: usize = 500;
    let fleet = Fleet::start(INSTANCES, CLIENTS, DEFAULTS).await;
    // All clients come within 1.25 s, in another order on each instance.
    for step in 0..125 {
        for instance in 0..INSTANCES {
            for number in 0..4 {
                fleet.record(instance, (step * 4 + number + instance * 25) % CLIENTS);
            }
        }
        fleet.advance(MILLISECOND * 10, MILLISECOND * 10).await;
    }
    fleet.advance(SECOND / 4, MILLISECOND * 10).await;
    let counts = fleet.table.counts();
    println!("{INSTANCES} x {CLIENTS} new clients: {counts:?}");
    assert_eq!(counts.inserted_rows, CLIENTS as u64);
    // A gathering takes 100 ms or more.
    assert!(counts.reads <= INSTANCES as u64 * 14, "{counts:?}");
    assert!(counts.writes <= counts.reads, "{counts:?}");
}

#[tokio::test]
async fn new_clients_that_come_at_once_cause_one_read_and_one_write() {
    let fleet = Fleet::start(1, 500, DEFAULTS).await;
    fleet.record_all();
    fleet.advance(SECOND / 4, MILLISECOND * 10).await;
    let counts = fleet.table.counts();
    assert_eq!((counts.reads, counts.writes), (1, 1));
    assert_eq!(counts.inserted_rows, 500);
}

#[tokio::test]
async fn new_client_is_written_within_250_ms_at_any_time() {
    let fleet = Fleet::start(1, 100, DEFAULTS).await;
    let mut waits = Vec::new();
    for client in 0..100 {
        fleet.record(0, client);
        let mut waited = Duration::ZERO;
        while fleet.table.row(&client_id(client)).is_none() {
            fleet.advance(MILLISECOND * 10, MILLISECOND * 10).await;
            waited += MILLISECOND * 10;
        }
        waits.push(waited);
        fleet.advance(MILLISECOND * 330, MILLISECOND * 10).await;
    }
    let longest = waits.iter().max().expect("a hundred waits");
    assert!(*longest <= MILLISECOND * 250, "{longest:?}");
    // The others were gathered for 100 ms. In 60 s, there are at most six collections that end it early.
    let early = waits.iter().filter(|wait| **wait < MILLISECOND * 100);
    assert!(early.count() <= 6, "{waits:?}");
}

#[tokio::test]
async fn flush_for_a_new_client_reads_and_writes_no_other_client() {
    let fleet = Fleet::start(1, 100, DEFAULTS).await;
    for client in 0..99 {
        fleet.record(0, client);
    }
    fleet.advance(COLLECTION * 2, SECOND / 4).await;
    for client in 0..100 {
        fleet.record(0, client);
    }
    fleet.advance(SECOND / 4, MILLISECOND * 10).await;
    let reads = fleet.table.lock().reads.clone();
    assert_eq!(reads.len(), 2, "{reads:?}");
    assert_eq!(reads[1], [client_id(99)]);
    assert_eq!(fleet.table.counts().rows(), 100);
}

#[tokio::test]
async fn stream_of_new_clients_does_not_delay_the_others() {
    let fleet = Fleet::start(1, 1_000, DEFAULTS).await;
    for client in 1..1_000 {
        fleet.record(0, 0);
        fleet.record(0, client);
        fleet.advance(SECOND / 10, SECOND / 20).await;
        if client > 10 {
            assert!(fleet.lag(0) <= SECOND * 80, "{:?}", fleet.lag(0));
        }
    }
}
