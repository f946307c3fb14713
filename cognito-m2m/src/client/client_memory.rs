use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::error::TokenClientError;
use super::retry::{REFUSAL_MEMORY, RememberedError};
use crate::backoff::Backoff;
use crate::time::ClockReading;

/// The pauses after throttling without `Retry-After`. Cognito limits requests per second, for the
/// whole account, and sends no `Retry-After`.
const THROTTLING_BACKOFF: Backoff = Backoff {
    first: Duration::from_secs(1),
    max: Duration::from_secs(10),
    jitter_share: 0.5,
};

/// The errors that concern the client as a whole, whatever scopes it requests: refusals of the
/// client, blocks by a firewall, and throttling.
#[derive(Default)]
pub(super) struct ClientMemory {
    // Locked for a few instructions by fetches, and by callers that find no usable token or whose
    // token is due for renewal. Never locked across an await.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    refusal: Option<RememberedError>,
    throttling: Option<Throttling>,
    throttlings_in_a_row: u32,
}

struct Throttling {
    remembered: RememberedError,
    /// Whether a fetch has failed because of the throttling. From then on, calls fail instead of
    /// waiting.
    fails_calls: bool,
}

impl ClientMemory {
    /// Returns the number of consecutive throttlings, for [`record_error`](Self::record_error).
    pub(super) fn throttlings_in_a_row(&self) -> u32 {
        self.state().throttlings_in_a_row
    }

    /// Records the error of a request that was sent after `earlier_throttlings`.
    ///
    /// Requests that were sent together and are throttled together count as one throttling.
    pub(super) fn record_error(
        &self,
        error: &TokenClientError,
        earlier_throttlings: u32,
        now: ClockReading,
        jitter: f64,
    ) {
        let mut state = self.state();
        if error.blocks_client() {
            state.refusal = Some(RememberedError {
                error: error.clone(),
                until: now.after(REFUSAL_MEMORY),
            });
        }
        if error.throttles_client() {
            if state.throttlings_in_a_row == earlier_throttlings {
                state.throttlings_in_a_row = earlier_throttlings.saturating_add(1);
            }
            let backoff = || THROTTLING_BACKOFF.pause(state.throttlings_in_a_row, jitter);
            // `Retry-After: 0` does not end throttling, and may be a date by another clock.
            let retry_after = error.retry_after().filter(|pause| !pause.is_zero());
            let pause = retry_after.unwrap_or_else(backoff);
            state.throttle(error, now, pause);
        }
    }

    pub(super) fn record_success(&self) {
        self.state().throttlings_in_a_row = 0;
    }

    /// Records that a fetch has failed because of throttling. Returns the end of the throttling.
    pub(super) fn record_throttled_fetch(&self, now: ClockReading) -> Option<ClockReading> {
        let mut state = self.state();
        let throttling = state.throttling.as_mut()?;
        throttling.fails_calls = true;
        let until = throttling.remembered.until;
        (!now.has_reached(until)).then_some(until)
    }

    /// Returns the refusal of the client, for as long as it is remembered.
    pub(super) fn refusal(&self, now: ClockReading) -> Option<RememberedError> {
        self.state().refusal(now).cloned()
    }

    /// Returns the throttling, for as long as no request can be sent.
    pub(super) fn throttling(&self, now: ClockReading) -> Option<RememberedError> {
        let state = self.state();
        state.throttling(now).map(|it| it.remembered.clone())
    }

    /// Returns the error with which new calls fail without a request, if any.
    pub(super) fn failure(&self, now: ClockReading) -> Option<TokenClientError> {
        let state = self.state();
        let throttling = state.throttling(now).filter(|it| it.fails_calls);
        let remembered = state.refusal(now).or(throttling.map(|it| &it.remembered));
        remembered.map(|it| it.error.clone())
    }

    /// Returns the time before which no renewal can start, if any.
    pub(super) fn blocked_until(&self, now: ClockReading) -> Option<ClockReading> {
        let state = self.state();
        let throttling = state.throttling(now).map(|it| it.remembered.until);
        let refusal = state.refusal(now).map(|it| it.until);
        let ends = throttling.into_iter().chain(refusal);
        ends.max_by_key(|until| now.time_until(*until))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is complete in itself, so the state is valid even if the lock is poisoned.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn refusal(&self, now: ClockReading) -> Option<&RememberedError> {
        let refusal = self.refusal.as_ref();
        refusal.filter(|it| !now.has_reached(it.until))
    }

    fn throttling(&self, now: ClockReading) -> Option<&Throttling> {
        let throttling = self.throttling.as_ref();
        throttling.filter(|it| !now.has_reached(it.remembered.until))
    }

    /// Throttles the client for this time, unless it is throttled for longer already.
    fn throttle(&mut self, error: &TokenClientError, now: ClockReading, pause: Duration) {
        let current = self.throttling(now);
        let left = current.map_or(Duration::ZERO, |it| now.time_until(it.remembered.until));
        if pause > left {
            let fails_calls = current.is_some_and(|it| it.fails_calls);
            self.throttling = Some(Throttling {
                remembered: RememberedError {
                    error: error.clone(),
                    until: now.after(pause),
                },
                fails_calls,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ResponseBody;

    const SECOND: Duration = Duration::from_secs(1);

    fn throttled(retry_after: Option<Duration>) -> TokenClientError {
        TokenClientError::Status {
            status: 429,
            body: ResponseBody::default(),
            retry_after,
        }
    }

    /// Returns how long the client is throttled at the start.
    fn pause(memory: &ClientMemory) -> Option<Duration> {
        let now = ClockReading::default();
        let until = memory.blocked_until(now)?;
        Some(now.time_until(until))
    }

    #[test]
    fn longest_retry_after_counts() {
        let memory = ClientMemory::default();
        for seconds in [5, 30, 1] {
            let error = throttled(Some(SECOND * seconds));
            memory.record_error(&error, 0, ClockReading::default(), 0.0);
        }
        assert_eq!(pause(&memory), Some(SECOND * 30));
        let end = ClockReading::default().after(SECOND * 30);
        assert_eq!(memory.blocked_until(end), None);
    }

    #[test]
    fn pauses_without_retry_after_double_with_each_round_of_requests() {
        let memory = ClientMemory::default();
        // Four requests are throttled together.
        for _ in 0..4 {
            memory.record_error(&throttled(None), 0, ClockReading::default(), 0.0);
        }
        assert_eq!(pause(&memory), Some(SECOND));
        let earlier = memory.throttlings_in_a_row();
        memory.record_error(&throttled(None), earlier, ClockReading::default(), 0.0);
        assert_eq!(pause(&memory), Some(SECOND * 2));

        memory.record_success();
        assert_eq!(memory.throttlings_in_a_row(), 0);
    }

    #[test]
    fn retry_after_of_0_seconds_is_no_pause() {
        let memory = ClientMemory::default();
        let error = throttled(Some(Duration::ZERO));
        memory.record_error(&error, 0, ClockReading::default(), 0.0);
        assert_eq!(pause(&memory), Some(SECOND));
    }

    #[test]
    fn calls_fail_once_a_fetch_has_failed_and_until_the_throttling_ends() {
        let memory = ClientMemory::default();
        let now = ClockReading::default();
        memory.record_error(&throttled(Some(SECOND * 20)), 0, now, 0.0);
        assert!(memory.throttling(now).is_some());
        assert!(memory.failure(now).is_none());

        let end = now.after(SECOND * 20);
        assert_eq!(memory.record_throttled_fetch(now), Some(end));
        assert!(memory.failure(now).is_some());
        let suspended = ClockReading {
            wall: end.wall,
            ..now
        };
        assert!(memory.failure(suspended).is_none());
        assert_eq!(memory.record_throttled_fetch(end), None);
    }
}
