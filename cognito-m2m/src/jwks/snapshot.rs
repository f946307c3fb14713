use std::sync::Arc;

use super::error::FetchError;
use super::key_set::KeySet;
use crate::time::ClockReading;

/// The state of the keys at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) keys: Option<Arc<KeySet>>,
    pub(crate) refreshed_at: ClockReading,
    pub(crate) last_attempt_at: Option<ClockReading>,
    pub(crate) last_error: Option<Arc<FetchError>>,
    pub(crate) next_attempt_at: ClockReading,
    pub(crate) fetching: bool,
    /// Set when the background task has ended and keys are no longer fetched.
    pub(crate) stopped: bool,
}

impl Snapshot {
    /// Returns `true` if the background task should be fetching the keys.
    pub(crate) fn is_due(&self, now: ClockReading) -> bool {
        now.has_reached(self.next_attempt_at)
    }

    /// Returns the time of the next fetch, or `None` while the keys are being fetched or after the
    /// background task has ended.
    pub(super) fn next_request_at(&self) -> Option<ClockReading> {
        (!self.fetching && !self.stopped).then_some(self.next_attempt_at)
    }

    /// Returns `true` if no keys have ever been fetched, or the last fetch has failed. Other sources of
    /// the user pool serve then.
    pub(super) fn needs_others(&self) -> bool {
        self.last_error.is_some() || !self.has_keys()
    }

    fn has_keys(&self) -> bool {
        self.keys.as_ref().is_some_and(|keys| !keys.is_empty())
    }

    /// Returns the time at which the keys were fetched, or `None` if there are none.
    pub(super) fn keys_fetched_at(&self) -> Option<ClockReading> {
        self.has_keys().then_some(self.refreshed_at)
    }
}
