//! The pause before a failed operation is retried.

use std::time::Duration;

/// A pause that doubles with each consecutive failure, up to a maximum, and is shortened at random.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    /// The longest pause after the first failure.
    pub(crate) first: Duration,
    /// The longest pause after any number of failures.
    pub(crate) max: Duration,
    /// The fraction of a pause, from 0 to 1, that jitter can remove. 1 is full jitter.
    pub(crate) jitter_share: f64,
}

impl Backoff {
    /// Returns the pause after this many consecutive failures, counted from 1.
    ///
    /// `jitter` ranges from 0 (the longest pause) to 1 (the shortest).
    pub(crate) fn pause(self, failures: u32, jitter: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        let longest = self.first.saturating_mul(1 << doublings).min(self.max);
        longest.mul_f64(1.0 - self.jitter_share * jitter.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff {
        first: Duration::from_millis(500),
        max: Duration::from_secs(5),
        jitter_share: 0.5,
    };

    #[test]
    fn pauses_double_up_to_the_maximum() {
        for (failures, millis) in [
            (0, 500),
            (1, 500),
            (2, 1_000),
            (3, 2_000),
            (4, 4_000),
            (5, 5_000),
            (u32::MAX, 5_000),
        ] {
            assert_eq!(BACKOFF.pause(failures, 0.0), Duration::from_millis(millis));
        }
    }

    #[test]
    fn jitter_shortens_a_pause_by_its_share_at_most() {
        assert_eq!(BACKOFF.pause(2, 0.5), Duration::from_millis(750));
        assert_eq!(BACKOFF.pause(2, 1.0), Duration::from_millis(500));
        assert_eq!(BACKOFF.pause(2, 2.0), Duration::from_millis(500));

        let full_jitter = Backoff {
            jitter_share: 1.0,
            ..BACKOFF
        };
        assert_eq!(full_jitter.pause(2, 1.0), Duration::ZERO);
    }
}
