use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::policy::InvalidQualifiedClientId;
use crate::qualified_client_id::QualifiedClientId;

/// The last second of the year 9999, in seconds since the Unix epoch. It is the latest time that all
/// supported databases accept.
const LATEST_SECOND: u64 = 253_402_300_799;

/// A client, and the time before which its accepted tokens must not have been issued.
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
///
/// use cognito_m2m::cutoff::Cutoff;
///
/// let cutoff = Cutoff::new("sync-worker", SystemTime::now())?.because("the secret has leaked");
/// assert_eq!(cutoff.client_id(), "sync-worker");
/// # Ok::<(), cognito_m2m::policy::InvalidQualifiedClientId>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cutoff {
    client_id: QualifiedClientId,
    tokens_issued_before: u64,
    reason: Box<str>,
    set_at: SystemTime,
}

impl Cutoff {
    /// Creates a cut-off for a client.
    ///
    /// The ID is `client_id`, or `pool:client_id` for a client of an additional user pool. The time is
    /// rounded up to a whole second, because Cognito writes whole seconds into `iat`: a token that was
    /// issued within the same second is refused too. Times before 1970 or after the year 9999 are
    /// clamped.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidQualifiedClientId`] if the text is not the ID of a client.
    pub fn new(
        client_id: impl Into<String>,
        tokens_issued_before: SystemTime,
    ) -> Result<Self, InvalidQualifiedClientId> {
        let client_id = QualifiedClientId::new(client_id.into())?;
        Ok(Self {
            client_id: client_id.without_default_pool(),
            tokens_issued_before: second_at_or_after(tokens_issued_before),
            reason: Box::default(),
            set_at: SystemTime::now(),
        })
    }

    /// Sets the reason, for the operators who list the cut-offs. The client never sees it. Default: empty.
    ///
    /// The stores of this crate shorten it to 1,000 characters and replace NUL by U+FFFD.
    #[must_use]
    pub fn because(mut self, reason: impl Into<Box<str>>) -> Self {
        self.reason = reason.into();
        self
    }

    /// Sets the time at which the cut-off was set. Default: the time at which this value was created.
    #[must_use]
    pub fn with_set_at(mut self, time: SystemTime) -> Self {
        self.set_at = time;
        self
    }

    /// Returns the client ID, or `pool:client_id` for a client of an additional user pool.
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.client_id.as_str()
    }

    /// Returns the time before which tokens must not have been issued, in whole seconds.
    #[must_use]
    pub fn tokens_issued_before(&self) -> SystemTime {
        let since_epoch = Duration::from_secs(self.tokens_issued_before);
        UNIX_EPOCH.checked_add(since_epoch).unwrap_or(UNIX_EPOCH)
    }

    /// Returns the reason, or an empty string.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Returns the time at which the cut-off was set.
    #[must_use]
    pub fn set_at(&self) -> SystemTime {
        self.set_at
    }

    pub(crate) fn qualified_client_id(&self) -> &QualifiedClientId {
        &self.client_id
    }

    /// Returns the time in seconds since the Unix epoch.
    pub(crate) fn tokens_issued_before_secs(&self) -> u64 {
        self.tokens_issued_before
    }
}

/// Returns the first whole second, since the Unix epoch, that is not before the time.
fn second_at_or_after(time: SystemTime) -> u64 {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let has_fraction = since_epoch.subsec_nanos() > 0;
    let second = since_epoch.as_secs().saturating_add(has_fraction.into());
    second.min(LATEST_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(nanos_since_epoch: u64) -> u64 {
        let time = UNIX_EPOCH + Duration::from_nanos(nanos_since_epoch);
        let cutoff = Cutoff::new("reporting", time).expect("the client ID is valid");
        cutoff.tokens_issued_before_secs()
    }

    #[test]
    fn cutoffs_are_rounded_up_to_whole_seconds() {
        const SECOND: u64 = 1_000_000_000;
        assert_eq!(secs(0), 0);
        assert_eq!(secs(7 * SECOND), 7);
        assert_eq!(secs(7 * SECOND + 1), 8);
        assert_eq!(secs(8 * SECOND - 1), 8);
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(second_at_or_after(before), 0);
        let far = UNIX_EPOCH + Duration::from_secs(LATEST_SECOND + 5);
        assert_eq!(second_at_or_after(far), LATEST_SECOND);
    }

    #[test]
    fn default_pool_is_left_out_of_the_client_id() {
        for (text, id) in [
            ("reporting", "reporting"),
            ("default:reporting", "reporting"),
            ("tenant-a:reporting", "tenant-a:reporting"),
        ] {
            let cutoff = Cutoff::new(text, UNIX_EPOCH).expect("the client ID is valid");
            assert_eq!(cutoff.client_id(), id);
        }
        for text in ["", "two words", "a:b:c", "reporting ", "*"] {
            assert!(Cutoff::new(text, UNIX_EPOCH).is_err(), "{text:?}");
        }
    }
}
