use std::error::Error;

use crate::error_report::debug_as_report;

/// The error returned when an activity store or reader fails.
///
/// # Examples
///
/// ```
/// use cognito_m2m::activity::ActivityError;
///
/// let error = ActivityError::Statement("the disk is full".into());
/// assert!(error.to_string().contains("statement"));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ActivityError {
    /// The store cannot be reached.
    #[error("failed to connect to the activity store")]
    Connect(#[source] Box<dyn Error + Send + Sync>),
    /// The table is missing or does not have the required columns.
    #[error(
        "failed to read `client_id`, `first_seen_at` and `last_seen_at` from the table `{table}`: run the migrations of cognito-m2m, or call `migrate()` of the store, before the server starts"
    )]
    Table {
        /// The name of the table.
        table: String,
        /// The error of the database.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// An SQL statement failed.
    #[error("the activity store failed to run a statement")]
    Statement(#[source] Box<dyn Error + Send + Sync>),
    /// The store took longer than 5 s.
    #[error("the activity store did not answer within 5 s")]
    TimedOut,
}

debug_as_report!(ActivityError);
