use std::time::Duration;

use super::timestamp::Timestamp;

/// The precision of the stored `last_seen_at`, which decides what is written and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Precision {
    precision: Duration,
    micros: u64,
}

/// The times at which a client was first and last seen, in microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) first: u64,
    pub(super) last: u64,
}

/// Whether the times of a client are due to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Now,
    /// The stored time is too old, but the phase of the entry has not passed yet.
    AfterPhase,
    /// The stored times are precise enough until a later request.
    AfterLaterRequest,
}

impl Precision {
    pub(crate) fn new(precision: Duration) -> Self {
        Self {
            precision,
            // Limits the value, so that sums of times don't overflow.
            micros: Timestamp::from(precision).as_micros(),
        }
    }

    pub(super) fn as_duration(self) -> Duration {
        self.precision
    }

    /// Returns `true` if every change is written, so there is no need to read the stored times first.
    pub(super) fn is_zero(self) -> bool {
        self.micros == 0
    }

    /// Returns the interval between two collections of the entries that are due.
    ///
    /// The collections delay a write by up to a sixth of the precision, and so do the phases. 300
    /// instances with a precision of 60 s collect 30 times a second in total.
    pub(super) fn collection_interval(self, min: Duration) -> Duration {
        min.max(self.longest_phase())
    }

    /// Returns a random delay for an entry, in microseconds.
    ///
    /// Without it, all instances would find that a client is due at the same time, and write its row
    /// at once.
    pub(super) fn random_phase(self) -> u64 {
        let longest = Timestamp::from(self.longest_phase()).as_micros();
        fastrand::u64(0..longest.max(1))
    }

    fn longest_phase(self) -> Duration {
        self.precision.checked_div(6).unwrap_or_default()
    }

    /// Returns `true` if the store lacks the times: it has none of the client, a later first time, or a
    /// last time that is too old.
    pub(super) fn must_write(self, seen: Times, stored: Option<Times>) -> bool {
        let Some(stored) = stored else { return true };
        // With a precision of 0, any later time counts.
        let outdated_from = stored.last.saturating_add(self.micros.max(1));
        seen.first < stored.first || seen.last >= outdated_from
    }

    /// Decides whether the times are due at `now`, for an entry with this phase.
    ///
    /// The phase delays a write, but doesn't prevent it: a client that is not seen again is written
    /// once the phase has passed.
    pub(super) fn due(self, seen: Times, stored: Option<Times>, phase: u64, now: u64) -> Due {
        if !self.must_write(seen, stored) {
            return Due::AfterLaterRequest;
        }
        let Some(stored) = stored else {
            return Due::Now;
        };
        let outdated_from = stored.last.saturating_add(self.micros);
        // After the clock was set back, the client was last seen later than `now`.
        let now = now.max(seen.last);
        if seen.first < stored.first || now >= outdated_from.saturating_add(phase) {
            Due::Now
        } else {
            Due::AfterPhase
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Precision = Precision {
        precision: Duration::from_secs(60),
        micros: 60,
    };

    const ZERO: Precision = Precision {
        precision: Duration::ZERO,
        micros: 0,
    };

    const fn times(first: u64, last: u64) -> Times {
        Times { first, last }
    }

    #[test]
    fn store_lacks_new_clients_earlier_first_times_and_last_times_that_are_a_precision_later() {
        let stored = Some(times(100, 200));
        for (seen, stored, expected) in [
            (times(100, 200), None, true),
            (times(100, 200), stored, false),
            (times(100, 259), stored, false),
            (times(100, 260), stored, true),
            (times(99, 200), stored, true),
            (times(99, 150), stored, true),
            (times(101, 150), stored, false),
            (times(300, 300), stored, true),
            // The clock of the instance that wrote the row is ahead.
            (times(100, 260), Some(times(100, 1_000_000)), false),
            (times(100, 260), Some(times(100, u64::MAX)), false),
        ] {
            let found = MINUTE.must_write(seen, stored);
            assert_eq!(found, expected, "{seen:?} {stored:?}");
        }
    }

    #[test]
    fn precision_of_zero_makes_every_change_due() {
        let stored = Some(times(100, 200));
        for (seen, stored, expected) in [
            (times(100, 200), None, Due::Now),
            (times(100, 200), stored, Due::AfterLaterRequest),
            (times(150, 190), stored, Due::AfterLaterRequest),
            (times(100, 201), stored, Due::Now),
            (times(99, 200), stored, Due::Now),
        ] {
            for now in [0, 201, u64::MAX] {
                let found = ZERO.due(seen, stored, 0, now);
                assert_eq!(found, expected, "{seen:?} {stored:?} {now}");
            }
        }
        assert_eq!(ZERO.random_phase(), 0);
    }

    #[test]
    fn entry_is_due_when_the_stored_time_is_older_than_precision_and_phase() {
        let stored = Some(times(100, 200));
        for (seen, stored, now, expected) in [
            (times(100, 200), None, 200, Due::Now),
            (times(100, 259), stored, 1_000, Due::AfterLaterRequest),
            (times(100, 260), stored, 260, Due::AfterPhase),
            (times(100, 266), stored, 266, Due::AfterPhase),
            (times(100, 267), stored, 267, Due::Now),
            // The client was not seen again after the phase had begun.
            (times(100, 260), stored, 267, Due::Now),
            (times(99, 200), stored, 200, Due::Now),
            // The clock was set back.
            (times(100, 260), stored, 50, Due::AfterPhase),
            (times(100, 267), stored, 50, Due::Now),
            (times(50, 267), stored, 50, Due::Now),
            (
                times(50, 201),
                Some(times(50, 200)),
                50,
                Due::AfterLaterRequest,
            ),
        ] {
            let found = MINUTE.due(seen, stored, 7, now);
            assert_eq!(found, expected, "{seen:?} {stored:?} {now}");
        }
    }

    #[test]
    fn what_is_due_is_always_written() {
        for stored in [None, Some(times(30, 40)), Some(times(10, 200))] {
            for (first, last) in [(10, 10), (10, 100), (40, 100), (30, 300)] {
                for (phase, now) in [(0, 0), (0, 300), (9, 100), (9, 1_000)] {
                    let seen = times(first, last);
                    let is_due = MINUTE.due(seen, stored, phase, now) != Due::AfterLaterRequest;
                    assert_eq!(is_due, MINUTE.must_write(seen, stored));
                }
            }
        }
    }

    #[test]
    fn entries_are_collected_every_sixth_of_the_precision_or_less_often() {
        let minute = Precision::new(Duration::from_secs(60));
        for (min, interval) in [(1, 10), (10, 10), (3_600, 3_600)] {
            assert_eq!(
                minute.collection_interval(Duration::from_secs(min)),
                Duration::from_secs(interval)
            );
        }
        let second = Duration::from_secs(1);
        assert_eq!(ZERO.collection_interval(second), second);
    }

    #[test]
    fn phases_differ_and_are_below_a_sixth_of_the_precision() {
        let minute = Precision::new(Duration::from_secs(60));
        let mut phases: Vec<_> = (0..1_000).map(|_| minute.random_phase()).collect();
        phases.sort_unstable();
        phases.dedup();
        assert!(phases.len() > 900);
        assert!(phases.last().is_some_and(|longest| *longest < 10_000_000));
        assert!(Precision::new(Duration::MAX).random_phase() < u64::MAX / 6);
    }
}
