use std::ops::Range;

use super::fleet::{COLLECTION, DEFAULTS, Fleet, MINUTE, SECOND, client_id};

const INSTANCES: usize = 30;
const CLIENTS: usize = 100;

/// Returns the rows that are written in three minutes. `restarted` returns the instances that are
/// restarted in a second.
async fn rows_of_three_minutes(restarted: impl Fn(usize) -> Range<usize>) -> u64 {
    let mut fleet = Fleet::start(INSTANCES, CLIENTS, DEFAULTS).await;
    fleet.run_for(MINUTE * 2).await;
    let before = fleet.table.counts();
    let mut restarts = 0;
    for second in 0..180 {
        for instance in restarted(second) {
            fleet.restart(instance, DEFAULTS).await;
            restarts += 1;
        }
        fleet.run_for(SECOND).await;
    }
    let counts = fleet.table.counts().since(before);
    println!("{restarts} restarts of {INSTANCES} x {CLIENTS}: {counts:?}");
    counts.rows()
}

#[tokio::test]
async fn rule_4_5_restarts_of_all_instances_add_fewer_rows_than_there_are_clients() {
    let ordinary = rows_of_three_minutes(|_| 0..0).await;
    assert!(ordinary >= 2 * CLIENTS as u64, "{ordinary}");
    let rolling = rows_of_three_minutes(|second| match second {
        0..60 if second % 2 == 0 => second / 2..second / 2 + 1,
        _ => 0..0,
    })
    .await;
    let at_once = rows_of_three_minutes(|second| match second {
        30 => 0..INSTANCES,
        _ => 0..0,
    })
    .await;
    for restarted in [rolling, at_once] {
        assert!(
            restarted < ordinary + CLIENTS as u64,
            "{restarted} instead of {ordinary}"
        );
    }
}

#[tokio::test]
async fn shutdown_writes_new_clients_and_what_is_due_and_nothing_else() {
    let mut fleet = Fleet::start(1, 3, DEFAULTS).await;
    fleet.record(0, 0);
    fleet.advance(SECOND * 30, SECOND / 4).await;
    fleet.record(0, 1);
    fleet.advance(SECOND * 30, SECOND / 4).await;
    let shutdown = fleet.now();
    fleet.record(0, 0);
    fleet.record(0, 1);
    fleet.record(0, 2);
    let before = fleet.table.counts();
    assert_eq!(fleet.stop_last().await, 0, "nothing is lost");
    assert_eq!(fleet.last_seen(0), shutdown, "it was a minute old");
    assert!(fleet.last_seen(1) < shutdown, "it was half a minute old");
    assert_eq!(fleet.last_seen(2), shutdown, "it was new");
    let written = fleet.table.counts().since(before);
    assert_eq!((written.inserted_rows, written.updated_rows), (1, 1));
}

#[tokio::test]
async fn shutdown_during_the_gathering_writes_new_clients() {
    let mut fleet = Fleet::start(1, 2, DEFAULTS).await;
    fleet.record_all();
    fleet.advance(SECOND / 20, SECOND / 20).await;
    assert_eq!(fleet.table.counts().rows(), 0);
    assert_eq!(fleet.stop_last().await, 0);
    assert_eq!(fleet.table.counts().rows(), 2);
}

#[tokio::test]
async fn killed_instance_loses_clients_of_the_last_quarter_second_and_times_of_the_last_precision()
{
    let mut fleet = Fleet::start(1, 2, DEFAULTS).await;
    for _ in 0..200 {
        fleet.record(0, 0);
        fleet.advance(SECOND, SECOND / 4).await;
    }
    fleet.record(0, 0);
    fleet.record(0, 1);
    fleet.kill_last();
    fleet.advance(MINUTE, SECOND).await;
    assert!(fleet.table.row(&client_id(1)).is_none());
    assert!(fleet.lag(0) <= MINUTE + MINUTE + COLLECTION * 2);
}
