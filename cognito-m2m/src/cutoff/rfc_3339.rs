//! Times as RFC 3339 text.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The last nanosecond of the year 9999, the latest time that RFC 3339 can express.
const LATEST_NANOS: i128 = 253_402_300_799_999_999_999;

/// Parses a time from the year 1970 on, with any offset from UTC.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    let nanos = u64::try_from(time.unix_timestamp_nanos());
    let since_epoch = match nanos {
        Ok(nanos) => Duration::from_nanos(nanos),
        // Nanoseconds fit into 64 bits until the year 2554.
        Err(_) => Duration::from_secs(u64::try_from(time.unix_timestamp()).ok()?),
    };
    UNIX_EPOCH.checked_add(since_epoch)
}

/// Writes a time in UTC, without a fraction of a second if it is zero. Times before 1970 or after the
/// year 9999 are clamped.
pub(crate) fn format(time: SystemTime) -> String {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let nanos = i128::try_from(since_epoch.as_nanos()).unwrap_or(LATEST_NANOS);
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanos.min(LATEST_NANOS));
    let time = time.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_round_trip() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2026-11-26T12:00:00Z",
            "2026-11-26T12:00:00.000042Z",
            "9999-12-31T23:59:59Z",
        ] {
            let time = parse(text).expect("a valid time");
            assert_eq!(format(time), text);
        }
        let far = UNIX_EPOCH + Duration::from_secs(300_000_000_000);
        assert_eq!(format(far), "9999-12-31T23:59:59.999999999Z");
    }

    #[test]
    fn offsets_are_converted_to_utc() {
        for text in [
            "2026-11-26T17:30:00+05:30",
            "2026-11-26t04:00:00-08:00",
            "2026-11-26T12:00:00z",
        ] {
            let time = parse(text).expect("a valid time");
            assert_eq!(format(time), "2026-11-26T12:00:00Z", "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in [
            "",
            "now",
            "infinity",
            "2026-11-26",
            "2026-11-26T12:00:00",
            "2026-11-26T12:00Z",
            "2026-02-30T12:00:00Z",
            "2026-11-26T25:00:00Z",
            "2026-11-26T12:00:00Z ",
            "1969-12-31T23:59:59Z",
            "1795694400",
            "12026-11-26T12:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
