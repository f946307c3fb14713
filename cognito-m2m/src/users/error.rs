use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The error returned when the user of a principal cannot be determined.
///
/// A [`UserMapper`](crate::users::UserMapper) creates one with
/// [`unavailable`](Self::unavailable) or [`failed`](Self::failed), and returns
/// [`Inactive`](Self::Inactive) for a user who must be refused. With a Diesel feature, `?` also
/// converts a `diesel::result::Error`.
///
/// # Examples
///
/// ```
/// use std::io;
///
/// use cognito_m2m::users::UserMappingError;
///
/// let error = UserMappingError::failed(io::Error::other("the row is broken"));
/// assert_eq!(error.reason(), "user_mapper_failed");
/// let error = UserMappingError::unavailable(io::Error::other("no connection is free"));
/// assert_eq!(error.reason(), "users_unavailable");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UserMappingError {
    /// The handler requires a user, and the principal is not mapped to one: 403.
    #[error("the principal is not mapped to a user")]
    NotMapped,
    /// The principal is mapped to a user who is inactive: 403, for every handler that takes a user,
    /// including a [`RequestUser`](crate::RequestUser).
    #[error("the user of the principal is inactive")]
    Inactive,
    /// The user store cannot be reached: 503.
    #[error("the user store is unavailable")]
    Unavailable(#[source] MapperError),
    /// The lookup took longer than `mapping_timeout`: 503. The field is that timeout.
    #[error("the user lookup timed out after {0:?}")]
    TimedOut(Duration),
    /// Several users match the principal: 500. The field is their number.
    #[error("found {0} users for the principal")]
    Ambiguous(usize),
    /// The lookup failed in a way that a retry does not fix: 500.
    #[error("the user mapper failed")]
    Failed(#[source] MapperError),
}

impl UserMappingError {
    /// Creates an error for a user store that cannot be reached. A later attempt may succeed.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(MapperError::new(source))
    }

    /// Creates an error for a failure that a later attempt does not fix.
    pub fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(MapperError::new(source))
    }

    /// Returns the stable reason code that appears in logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotMapped | Self::Inactive => "user_not_mapped",
            Self::Unavailable(_) => "users_unavailable",
            Self::TimedOut(_) => "user_mapping_timed_out",
            Self::Ambiguous(_) => "user_ambiguous",
            Self::Failed(_) => "user_mapper_failed",
        }
    }
}

/// The cause of a [`UserMappingError`]. Two values are equal only if one is a clone of the other.
///
/// # Examples
///
/// ```
/// use std::error::Error;
/// use std::io;
///
/// use cognito_m2m::users::{MapperError, UserMappingError};
///
/// let error = UserMappingError::failed(io::Error::other("the row is broken"));
/// let cause: Option<&MapperError> = error.source().and_then(|cause| cause.downcast_ref());
/// assert_eq!(cause.map(ToString::to_string).as_deref(), Some("the row is broken"));
/// ```
#[derive(Clone)]
pub struct MapperError(Arc<dyn Error + Send + Sync>);

impl MapperError {
    fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into().into())
    }
}

impl fmt::Display for MapperError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for MapperError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for MapperError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl PartialEq for MapperError {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for MapperError {}
