use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::error::TokenStoreError;
use crate::error_chain::causes;
use crate::time::ClockReading;

/// The minimum time between two warnings of one kind. Every call that needs a token could cause one.
const INTERVAL: Duration = Duration::from_secs(60 * 60);

const KINDS: usize = 6;

/// The kinds of warnings about a store.
#[derive(Clone, Copy, Debug)]
pub(super) enum Problem {
    Unreadable,
    FromTheFuture,
    Unavailable,
    Refused,
    TimedOut,
    Panicked,
}

/// Logs the problems of a store, each kind at most once an hour as a warning.
#[derive(Default)]
pub(super) struct Warnings {
    // Locked for a few instructions after a failure, never across an await.
    last: Mutex<[Option<ClockReading>; KINDS]>,
}

impl Warnings {
    pub(super) fn entry_is_unreadable(&self, now: ClockReading) {
        if self.is_due(Problem::Unreadable, now) {
            tracing::warn!(
                "an entry of the token store is ignored, since it is corrupt or belongs to another key"
            );
        }
    }

    pub(super) fn entry_is_from_the_future(&self, now: ClockReading) {
        if self.is_due(Problem::FromTheFuture, now) {
            tracing::warn!(
                "an entry of the token store is ignored until the time of its request: the clocks of the processes differ, or a clock was set back"
            );
        }
    }

    pub(super) fn store_failed(&self, error: &TokenStoreError, now: ClockReading) {
        let problem = match error {
            TokenStoreError::Unavailable(_) => Problem::Unavailable,
            TokenStoreError::Refused(_) => Problem::Refused,
            TokenStoreError::TimedOut => Problem::TimedOut,
            TokenStoreError::Panicked => Problem::Panicked,
        };
        let cause = causes(error);
        if !self.is_due(problem, now) {
            tracing::debug!(%error, cause, "the token store failed again");
        } else if matches!(problem, Problem::Refused) {
            tracing::warn!(%error, cause, "an entry of the token store is ignored");
        } else {
            tracing::warn!(%error, cause, "tokens are requested without the token store");
        }
    }

    /// Returns `true` and records a warning if one of this kind is due.
    fn is_due(&self, problem: Problem, now: ClockReading) -> bool {
        let mut last = self.last();
        let Some(last) = last.get_mut(problem as usize) else {
            return false;
        };
        let is_due = last.is_none_or(|last| now.time_since(last) >= INTERVAL);
        if is_due {
            *last = Some(now);
        }
        is_due
    }

    fn last(&self) -> MutexGuard<'_, [Option<ClockReading>; KINDS]> {
        // Every change is complete in itself, so the state is valid even if the lock is poisoned.
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_due_once_an_hour() {
        let warnings = Warnings::default();
        let start = ClockReading::default();
        for problem in [Problem::Unreadable, Problem::TimedOut, Problem::Panicked] {
            assert!(warnings.is_due(problem, start));
            assert!(!warnings.is_due(problem, start));
            assert!(!warnings.is_due(problem, start.after(INTERVAL / 2)));
            assert!(warnings.is_due(problem, start.after(INTERVAL)));
        }
    }
}
