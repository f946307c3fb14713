use std::time::Duration;

use super::fleet::{COLLECTION, DEFAULTS, Fleet, Instance, MINUTE, SECOND, client_id, principal};
use crate::testing::TestClock;
use crate::time::Clock;

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn clock_that_is_set_back_causes_one_write_of_an_earlier_first_time() {
    let fleet = Fleet::start(2, 10, DEFAULTS).await;
    fleet.run_for(MINUTE * 2).await;
    let last_before = fleet.last_seen(0);
    let before = fleet.table.counts();
    fleet.clock.set_wall(fleet.clock.wall() - HOUR);
    let set_back = fleet.now();
    fleet.run_for(MINUTE * 10).await;
    let written = fleet.table.counts().since(before);
    // Each instance reads a client at most once for the first time, and once for the last one.
    assert!(written.rows() <= 20, "{written:?}");
    assert!(written.statements() <= 40, "{written:?}");
    for client in 0..10 {
        let row = fleet.table.row(&client_id(client)).expect("a row");
        assert_eq!(row.first_seen_at, set_back);
        assert!(row.last_seen_at >= last_before, "it never goes back");
    }
    // Writing resumes when the clock has passed the stored time by the precision.
    fleet.clock.set_wall(fleet.clock.wall() + HOUR);
    fleet.run_for(COLLECTION * 3).await;
    for client in 0..10 {
        assert!(fleet.lag(client) <= MINUTE + COLLECTION * 2);
    }
}

#[tokio::test]
async fn clock_that_is_set_forward_causes_one_write_per_client() {
    let fleet = Fleet::start(5, 10, DEFAULTS).await;
    fleet.run_for(MINUTE * 2).await;
    let before = fleet.table.counts();
    fleet.clock.set_wall(fleet.clock.wall() + HOUR);
    fleet.run_for(SECOND * 40).await;
    let written = fleet.table.counts().since(before);
    assert_eq!(written.rows(), 10, "{written:?}");
    fleet.run_for(MINUTE).await;
    assert!(fleet.table.counts().since(before).rows() <= 20);
}

#[tokio::test]
async fn times_of_an_instance_whose_clock_is_ahead_are_not_written_again_by_others() {
    let fleet = Fleet::start(1, 1, DEFAULTS).await;
    fleet.run_for(SECOND).await;
    let ahead = TestClock::new();
    ahead.set_wall(fleet.clock.wall() + MINUTE * 5);
    let other = Instance::start(ahead.clone(), fleet.table.store(), DEFAULTS).await;
    other.recorder.record(&principal(0), ahead.wall());
    fleet.settle().await;
    ahead.advance(SECOND);
    fleet.settle().await;
    let (before, stored) = (fleet.table.counts(), fleet.last_seen(0));
    assert!(stored > fleet.now());
    other.kill();

    fleet.run_for(MINUTE * 5).await;
    let after = fleet.table.counts().since(before);
    assert_eq!(after.writes, 0, "{after:?}");
    // One read finds the later time. The next one is due when that is a minute old.
    assert_eq!(after.reads, 1, "{after:?}");
    fleet.run_for(MINUTE + COLLECTION * 3).await;
    assert!(fleet.last_seen(0) > stored);
}
