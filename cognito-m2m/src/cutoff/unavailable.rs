use std::time::Duration;

/// The error returned if the cut-offs have never been read, and the setting `cutoff_required` is on.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::cutoff::CutoffsUnavailable;
///
/// let unavailable = CutoffsUnavailable { retry_after: Duration::from_secs(2) };
/// assert_eq!(unavailable.to_string(), "the cut-offs have not been read yet");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cut-offs have not been read yet")]
pub struct CutoffsUnavailable {
    /// The time until the next read. It can be zero.
    pub retry_after: Duration,
}
