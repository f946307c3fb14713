use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A connection failure, a TLS failure, a timeout, or another failure of the HTTP client.
///
/// The error does not contain the URL of the request, whose query may be confidential.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::TransportError;
///
/// fn is_unreachable(error: &TransportError) -> bool {
///     error.is_connect() || error.is_timeout()
/// }
/// ```
#[derive(Clone, Debug)]
pub struct TransportError(Cause);

#[derive(Clone, Debug)]
enum Cause {
    Timeout,
    Http(Arc<reqwest::Error>),
}

impl TransportError {
    pub(super) const TIMEOUT: Self = Self(Cause::Timeout);

    pub(super) fn new(error: reqwest::Error) -> Self {
        Self(Cause::Http(Arc::new(error.without_url())))
    }

    /// Returns `true` if the time limit was exceeded.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match &self.0 {
            Cause::Timeout => true,
            Cause::Http(error) => error.is_timeout(),
        }
    }

    /// Returns `true` if no connection could be opened.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(&self.0, Cause::Http(error) if error.is_connect())
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Timeout => f.write_str("timed out"),
            Cause::Http(error) => error.fmt(f),
        }
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Cause::Timeout => None,
            Cause::Http(error) => error.source(),
        }
    }
}
