use std::error::Error;
use std::fmt;

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
    /// The table exists, but records cannot be merged into it.
    #[error(
        "the table `{table}` lacks {lacks}: add what it lacks, or pass the name of another table to `.table(..)`"
    )]
    IncompleteTable {
        /// The name of the table.
        table: String,
        /// What the table lacks, such as a column or a unique constraint.
        lacks: String,
    },
    /// A connection pooler between this service and PostgreSQL does not keep prepared statements.
    #[error(
        "the connection pooler does not keep prepared statements: see \"Does it work behind PgBouncer?\" in the documentation of `PostgresActivity`"
    )]
    Pooler(#[source] Box<dyn Error + Send + Sync>),
    /// An SQL statement failed.
    #[error("the activity store failed to run a statement")]
    Statement(#[source] Box<dyn Error + Send + Sync>),
    /// The store took longer than 5 s.
    #[error("the activity store did not answer within 5 s")]
    TimedOut,
}

debug_as_report!(ActivityError);

impl ActivityError {
    /// Marks the failure as one that retries don't fix: a missing database, a missing permission, or a
    /// wrong password.
    ///
    /// At shutdown, the writer does not wait for such a store. While the server runs, the write is
    /// still retried.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::activity::ActivityError;
    ///
    /// let error = ActivityError::Connect("the password is wrong".into());
    /// assert!(!error.is_permanent());
    /// assert!(error.into_permanent().is_permanent());
    /// ```
    #[must_use]
    pub fn into_permanent(self) -> Self {
        match self {
            Self::Connect(source) => Self::Connect(Box::new(Permanent(source))),
            Self::Statement(source) => Self::Statement(Box::new(Permanent(source))),
            other => other,
        }
    }

    /// Returns `true` if retries fail until the store or its permissions are changed.
    ///
    /// This applies to a missing or incomplete table, and to errors from
    /// [`into_permanent`](Self::into_permanent).
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Table { .. } | Self::IncompleteTable { .. } => true,
            Self::Connect(source) | Self::Statement(source) => source.is::<Permanent>(),
            Self::Pooler(_) | Self::TimedOut => false,
        }
    }
}

/// A source that no retry fixes. It displays like the error that it contains.
struct Permanent(Box<dyn Error + Send + Sync>);

impl fmt::Display for Permanent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Permanent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Permanent {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
