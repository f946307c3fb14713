use std::error::Error;

use crate::error_report::debug_as_report;

/// The error returned when a cut-off store fails.
///
/// # Examples
///
/// ```
/// use cognito_m2m::cutoff::CutoffError;
///
/// let error = CutoffError::Store("the disk is full".into());
/// assert_eq!(error.to_string(), "the cut-off store failed");
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CutoffError {
    /// The store cannot be reached.
    #[error("failed to connect to the cut-off store")]
    Connect(#[source] Box<dyn Error + Send + Sync>),
    /// The table is missing or does not have the required columns.
    #[error(
        "failed to read the table `{table}`: run the migrations of cognito-m2m, or call `migrate()` of the cut-off store, before the server starts"
    )]
    Table {
        /// The name of the table.
        table: String,
        /// The error of the database.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store failed in another way.
    #[error("the cut-off store failed")]
    Store(#[source] Box<dyn Error + Send + Sync>),
    /// The store took longer than 5 s.
    #[error("the cut-off store did not answer within 5 s")]
    TimedOut,
}

debug_as_report!(CutoffError);
