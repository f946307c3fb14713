use std::fmt;
use std::time::Duration;

/// A point in time with microsecond precision, displayed in UTC.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::activity::Timestamp;
///
/// let timestamp = Timestamp::from(Duration::from_micros(1_767_225_600_000_042));
/// assert_eq!(timestamp.to_string(), "2026-01-01 00:00:00.000042");
/// assert_eq!(timestamp.as_micros(), 1_767_225_600_000_042);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    pub(super) const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Returns the number of microseconds since the Unix epoch.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Returns the time in the format of RFC 3339, such as `2026-01-01T00:00:00.000042Z`.
    pub(crate) fn to_rfc_3339(self) -> String {
        format!("{}Z", self.to_string().replace(' ', "T"))
    }
}

impl From<Duration> for Timestamp {
    /// Converts the time since the Unix epoch. Times after the year 9999 are clamped to its end,
    /// the latest time that all supported databases accept.
    fn from(since_epoch: Duration) -> Self {
        const LATEST: u64 = 253_402_300_799_999_999;
        Self(u64::try_from(since_epoch.as_micros()).map_or(LATEST, |micros| micros.min(LATEST)))
    }
}

impl fmt::Display for Timestamp {
    /// Writes `YYYY-MM-DD HH:MM:SS.ffffff`, which databases accept and Django writes to SQLite.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SECOND: u64 = 1_000_000;
        const DAY: u64 = 24 * 60 * 60;
        let (seconds, micros) = (self.0 / SECOND, self.0 % SECOND);
        let (days, of_day) = (seconds / DAY, seconds % DAY);
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06}"
        )
    }
}

/// Returns the year, month and day for a number of days since the Unix epoch.
///
/// This is `civil_from_days` of Howard Hinnant's date algorithms, for days that are not negative.
/// Its years start in March, so that the leap day is the last day of the year.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "the days of a `Timestamp` are far below `u64::MAX`"
)]
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    const DAYS_TO_EPOCH: u64 = 719_468;
    const DAYS_OF_ERA: u64 = 146_097;
    let days = days + DAYS_TO_EPOCH;
    let (era, of_era) = (days / DAYS_OF_ERA, days % DAYS_OF_ERA);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_printed_as_calendar_dates() {
        for (seconds, date) in [
            (0, "1970-01-01 00:00:00.000000"),
            (951_782_399, "2000-02-28 23:59:59.000000"),
            (951_782_400, "2000-02-29 00:00:00.000000"),
            (1_709_164_800, "2024-02-29 00:00:00.000000"),
            (4_107_542_400, "2100-03-01 00:00:00.000000"),
        ] {
            let timestamp = Timestamp::from(Duration::from_secs(seconds));
            assert_eq!(timestamp.to_string(), date);
        }
        let latest = Timestamp::from(Duration::MAX).to_string();
        assert_eq!(latest, "9999-12-31 23:59:59.999999");
    }
}
