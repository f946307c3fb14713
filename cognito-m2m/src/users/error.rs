use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Why there is no user to serve.
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
    /// The handler needs a user, and the principal is mapped to none: 403.
    #[error("expected the principal to be mapped to a user")]
    NotMapped,
    /// The store can't be reached: 503.
    #[error("expected the store of the users to answer")]
    Unavailable(#[source] MapperError),
    /// The lookup took longer than `mapping_timeout`: 503.
    #[error("expected the user to be found within {0:?}")]
    TimedOut(Duration),
    /// Several users fit: 500.
    #[error("expected one user for the principal, found {0}")]
    Ambiguous(usize),
    /// The mapper failed: 500.
    #[error("expected the mapper to find a user or none")]
    Failed(#[source] MapperError),
}

impl UserMappingError {
    /// The store can't be reached; it is worth another try.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(MapperError::of(source))
    }

    /// Something is wrong that no other try mends.
    pub fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(MapperError::of(source))
    }

    /// The stable code that logs carry.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotMapped => "user_not_mapped",
            Self::Unavailable(_) => "users_unavailable",
            Self::TimedOut(_) => "user_mapping_timed_out",
            Self::Ambiguous(_) => "user_ambiguous",
            Self::Failed(_) => "user_mapper_failed",
        }
    }
}

/// What a mapper has run into; equal to its own clones only.
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
    fn of(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
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
