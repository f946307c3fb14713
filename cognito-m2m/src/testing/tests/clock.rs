use std::time::Duration;

use crate::testing::TestClock;
use crate::time::Clock as _;

#[tokio::test]
async fn sleepers_wake_when_their_time_has_come() {
    let clock = TestClock::new();
    assert_eq!(clock.sleepers(), 0);
    let mut nap = clock.sleep_until(Duration::from_secs(60));
    assert_eq!(clock.sleepers(), 1);
    clock.advance(Duration::from_secs(59));
    assert!(futures_util::poll!(nap.as_mut()).is_pending());
    clock.advance(Duration::from_secs(1));
    assert!(futures_util::poll!(nap.as_mut()).is_ready());
    drop(nap);
    assert_eq!(clock.sleepers(), 0);
}
