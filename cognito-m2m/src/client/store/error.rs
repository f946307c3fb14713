use std::error::Error;

use crate::error_report::debug_as_report;

/// The error returned when a [`TokenStore`](super::TokenStore) fails.
///
/// It is logged, and never returned to the callers of [`TokenClient`](crate::client::TokenClient), which
/// then requests the token from the token endpoint. The texts of the sources are logged, so they must
/// not contain passwords.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::TokenStoreError;
///
/// let error = TokenStoreError::Unavailable("the disk is full".into());
/// assert_eq!(error.to_string(), "the token store is unavailable");
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum TokenStoreError {
    /// The store can't be read or written. It is not used for 10 s.
    #[error("the token store is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// An entry or a lease is not trusted, such as a file of another owner. It is ignored, and the store
    /// is still used.
    #[error("the token store refused a file or a lease")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// The store took longer than
    /// [`token_store_timeout`](crate::client::TokenClientBuilder::token_store_timeout).
    #[error("the token store did not respond in time")]
    TimedOut,
    /// The store has panicked.
    #[error("the token store panicked")]
    Panicked,
}

debug_as_report!(TokenStoreError);
