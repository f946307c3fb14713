use std::time::Duration;

use crate::testing::TestClock;
use crate::time::Clock as _;

#[tokio::test]
async fn sleeping_tasks_wake_at_their_deadline() {
    let clock = TestClock::new();
    assert_eq!(clock.sleepers(), 0);
    let mut sleep = clock.sleep_until(Duration::from_secs(60));
    assert_eq!(clock.sleepers(), 1);
    clock.advance(Duration::from_secs(59));
    assert!(futures_util::poll!(sleep.as_mut()).is_pending());
    clock.advance(Duration::from_secs(1));
    assert!(futures_util::poll!(sleep.as_mut()).is_ready());
    drop(sleep);
    assert_eq!(clock.sleepers(), 0);
}

#[tokio::test]
async fn wall_clock_alone_wakes_a_task_that_sleeps_on_either_clock() {
    let clock = TestClock::new();
    let deadline = clock.now().after(Duration::from_secs(60));
    let mut sleep = clock.sleep_until_either(deadline);
    clock.set_wall(deadline.wall - Duration::from_secs(1));
    assert!(futures_util::poll!(sleep.as_mut()).is_pending());
    clock.set_wall(deadline.wall);
    assert!(futures_util::poll!(sleep.as_mut()).is_ready());
}
