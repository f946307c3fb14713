use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Why no complete answer came.
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

    // Without the URL: the query of an API's may be nobody's business.
    pub(super) fn new(error: reqwest::Error) -> Self {
        Self(Cause::Http(Arc::new(error.without_url())))
    }

    /// Whether time ran out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match &self.0 {
            Cause::Timeout => true,
            Cause::Http(error) => error.is_timeout(),
        }
    }

    /// Whether no connection could be opened.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(&self.0, Cause::Http(error) if error.is_connect())
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Timeout => f.write_str("it took too long"),
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
