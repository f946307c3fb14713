use crate::box_future::BoxFuture;
use crate::users::UserMappingError;

/// A connection pool that runs the query of [`user_mapper!`](crate::user_mapper).
///
/// It is implemented for `diesel::r2d2::Pool` (feature `diesel-r2d2`), which runs queries on a
/// blocking thread, and for the `bb8` and `deadpool` pools of `diesel-async` (features
/// `diesel-async-bb8` and `diesel-async-deadpool`), which run them on the Actix worker. Implement it
/// for any other pool.
///
/// # Examples
///
/// A pool that counts the lookups:
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use cognito_m2m::users::UserMappingError;
/// use cognito_m2m::users::diesel::RowSource;
/// use cognito_m2m::BoxFuture;
///
/// struct CountingPool<Pool> {
///     pool: Pool,
///     lookups: AtomicU64,
/// }
///
/// impl<Pool, Query, Row> RowSource<Query, Row> for CountingPool<Pool>
/// where
///     Pool: RowSource<Query, Row>,
/// {
///     fn rows(&self, query: Query) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>> {
///         self.lookups.fetch_add(1, Ordering::Relaxed);
///         self.pool.rows(query)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the pool `{Self}` cannot run the query of this user mapper",
    note = "supported pools are `diesel::r2d2::Pool<ConnectionManager<_>>` (feature `diesel-r2d2`), and `bb8::Pool` (feature `diesel-async-bb8`) and `deadpool::Pool` (feature `diesel-async-deadpool`) of `diesel-async`",
    note = "the user type must be `Queryable` and `Selectable` from the table of the column"
)]
pub trait RowSource<Query, Row>: Send + Sync + 'static {
    /// Runs the query and returns all of its rows.
    ///
    /// # Errors
    ///
    /// Returns [`UserMappingError::Unavailable`] if no connection is available or the connection
    /// breaks. For errors of the query, see [`rows_of_failure`](super::rows_of_failure).
    fn rows(&self, query: Query) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>>;
}
