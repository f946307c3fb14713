use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

use super::oauth_error::OAuthError;
use crate::error_report::debug_as_report;

/// The error returned if the file or the callback of a client secret fails, or returns an invalid
/// secret.
///
/// `source` returns the `std::io::Error` of the file, or the error of the callback. The error
/// contains no part of a secret, unless the text of the callback's own error does: that text is
/// logged.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::TokenClientError;
///
/// fn report(error: &TokenClientError) {
///     if let TokenClientError::Secret(error) = error {
///         match error.refusal() {
///             Some(refusal) => eprintln!("{refusal}, and no other secret: {error}"),
///             None => eprintln!("no secret yet: {error}"),
///         }
///     }
/// }
/// ```
#[derive(Clone)]
pub struct SecretError {
    cause: Cause,
    refusal: Option<OAuthError>,
}

#[derive(Clone)]
enum Cause {
    File(Arc<io::Error>),
    Invalid(&'static str),
    Callback(Arc<dyn Error + Send + Sync>),
    Panicked,
    TimedOut,
    /// The caller has given up, and others may still get the secret.
    Pending,
}

debug_as_report!(SecretError);

impl SecretError {
    pub(super) const PANICKED: Self = Self::new(Cause::Panicked);
    pub(super) const TIMED_OUT: Self = Self::new(Cause::TimedOut);
    pub(super) const PENDING: Self = Self::new(Cause::Pending);

    const fn new(cause: Cause) -> Self {
        Self {
            cause,
            refusal: None,
        }
    }

    pub(super) fn file(error: io::Error) -> Self {
        Self::new(Cause::File(Arc::new(error)))
    }

    pub(super) const fn invalid(problem: &'static str) -> Self {
        Self::new(Cause::Invalid(problem))
    }

    pub(super) fn callback(error: Box<dyn Error + Send + Sync>) -> Self {
        Self::new(Cause::Callback(error.into()))
    }

    /// Adds the refusal of the secret that was to be replaced.
    pub(super) fn after_refusal(mut self, refusal: OAuthError) -> Self {
        self.refusal = Some(refusal);
        self
    }

    /// Returns the description of the problem in a fault of a setting.
    pub(super) fn problem(&self) -> String {
        self.cause.to_string()
    }

    /// Returns the refusal of the present secret by the token endpoint, because of which another
    /// secret was needed, or `None` if no secret has been obtained yet.
    #[must_use]
    pub fn refusal(&self) -> Option<&OAuthError> {
        self.refusal.as_ref()
    }

    /// Returns `true` if the file or the callback took too long.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.cause, Cause::TimedOut | Cause::Pending)
    }

    /// Returns `true` if the client is refused, whatever scopes it requests, because no other secret
    /// can be obtained.
    pub(super) fn refuses_client(&self) -> bool {
        self.refusal.is_some() && !matches!(self.cause, Cause::Pending)
    }

    /// Returns `true` unless the secret was invalid or the callback panicked.
    pub(super) fn is_transient(&self) -> bool {
        !matches!(self.cause, Cause::Invalid(_) | Cause::Panicked)
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = &self.cause;
        match &self.refusal {
            None => write!(f, "the client secret is unavailable: {cause}"),
            Some(refusal) => write!(
                f,
                "the token endpoint refused the client secret: {refusal}; no other secret is available: {cause}"
            ),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "failed to read the file: {error}"),
            Self::Invalid(problem) => f.write_str(problem),
            Self::Callback(error) => write!(f, "the callback failed: {error}"),
            Self::Panicked => f.write_str("the callback panicked"),
            Self::TimedOut | Self::Pending => f.write_str("the file or the callback took too long"),
        }
    }
}

impl Error for SecretError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Cause::File(error) => Some(&**error),
            Cause::Callback(error) => Some(&**error),
            Cause::Invalid(_) | Cause::Panicked | Cause::TimedOut | Cause::Pending => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_is_the_error_of_the_file_or_of_the_callback() {
        let error = SecretError::file(io::ErrorKind::NotFound.into());
        let source = error.source().and_then(|it| it.downcast_ref::<io::Error>());
        assert_eq!(source.unwrap().kind(), io::ErrorKind::NotFound);

        let error = SecretError::callback(Box::new(fmt::Error));
        assert!(error.source().unwrap().is::<fmt::Error>());
        assert_eq!(
            format!("{error:?}"),
            format!(
                "the client secret is unavailable: the callback failed: {}",
                fmt::Error
            )
        );
        assert!(SecretError::TIMED_OUT.source().is_none());
    }
}
