use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::pool::PoolName;

/// The error returned by [`CognitoAuth::prefetch`](crate::CognitoAuth::prefetch) if a user pool has
/// no usable keys.
///
/// It displays the pool and the error of the last fetch with all its sources, which distinguish DNS
/// failures, refused connections, TLS failures and timeouts. The text does not contain the JWKS
/// URL.
///
/// # Examples
///
/// ```no_run
/// # async fn example(auth: cognito_m2m::CognitoAuth) {
/// if let Err(error) = auth.prefetch().await {
///     eprintln!("{error}; the next attempt is in {:?}", error.retry_after);
/// }
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrefetchError {
    /// The name of the user pool without usable keys.
    pub pool: PoolName,
    /// The time until the next possible fetch. It can be zero.
    pub retry_after: Duration,
    /// The error of the last fetch with its sources, or `None` if no fetch has failed: the first one
    /// has not ended yet, or the keys are older than `jwks_max_stale`.
    pub last_error: Option<String>,
}

impl fmt::Display for PrefetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pool, last_error, ..
        } = self;
        write!(
            f,
            "failed to fetch the signing keys of the user pool `{pool}`"
        )?;
        match last_error {
            Some(error) => write!(f, ": {error}"),
            None => f.write_str(": no fetch has succeeded within `jwks_max_stale`"),
        }
    }
}

/// Prints the text of `Display`, because a `main` that returns this error prints its `Debug` output.
impl fmt::Debug for PrefetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for PrefetchError {}
