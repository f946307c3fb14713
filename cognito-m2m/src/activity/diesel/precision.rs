use std::time::Duration;

/// The precision of `last_seen_at`, in whole microseconds and at most a year.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Precision(i64);

impl Precision {
    pub(super) fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub(super) fn as_micros(self) -> i64 {
        self.0
    }
}

impl From<Duration> for Precision {
    fn from(precision: Duration) -> Self {
        const YEAR_MICROS: i64 = 365 * 24 * 60 * 60 * 1_000_000;
        let micros = i64::try_from(precision.as_micros()).unwrap_or(YEAR_MICROS);
        Self(micros.min(YEAR_MICROS))
    }
}
