use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::error_chain::chain;

/// A connection failure, a TLS failure, a timeout, or another failure of the HTTP client.
///
/// `Display` prints the cause with all its sources, which distinguish DNS failures, refused
/// connections, TLS failures, timeouts and incomplete responses. The error does not contain the URL
/// of the request, whose query may be confidential.
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
        // The client and the caller enforce the same time limit, so the error is the same from
        // both.
        if error.is_timeout() && !error.is_connect() {
            return Self::TIMEOUT;
        }
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
        let Cause::Http(error) = &self.0 else {
            return f.write_str("timed out");
        };
        let failure = if error.is_timeout() {
            "timed out while connecting"
        } else if error.is_connect() {
            "failed to connect"
        } else if error.is_body() || error.is_decode() {
            "the response was incomplete"
        } else {
            return f.write_str(&chain(&**error));
        };
        match error.source() {
            Some(source) => write!(f, "{failure}: {}", chain(source)),
            None => f.write_str(failure),
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
