use super::limits::QueryPermit;
use crate::box_future::BoxFuture;
use crate::users::UserMappingError;

/// A connection pool that runs the query of [`user_mapper!`](crate::user_mapper).
///
/// It is implemented for `diesel::r2d2::Pool` (feature `diesel-r2d2`), which runs queries on a
/// blocking thread, and for the `bb8` and `deadpool` pools of `diesel-async` (features
/// `diesel-async-bb8` and `diesel-async-deadpool`), which run them in a task on the Actix worker.
/// Implement it for any other pool.
///
/// # What happens to the query of a request that has ended?
///
/// A request ends before its query if the client disconnects, or after `mapping_timeout`. With `bb8` and
/// `deadpool` the query keeps its connection until it ends. If it has not ended 10 seconds after its
/// request, the connection is closed. With `r2d2` the query keeps its connection until the server ends it.
///
/// A request that ends while it waits for a connection starts no query.
///
/// # Examples
///
/// A pool that counts the lookups:
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use cognito_m2m::users::UserMappingError;
/// use cognito_m2m::users::diesel::{QueryPermit, RowSource};
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
///
///     fn rows_with_permit(
///         &self,
///         query: Query,
///         permit: QueryPermit,
///     ) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>> {
///         self.lookups.fetch_add(1, Ordering::Relaxed);
///         self.pool.rows_with_permit(query, permit)
///     }
///
///     fn max_queries(&self) -> Option<usize> {
///         self.pool.max_queries()
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

    /// Runs the query like [`rows`](Self::rows), and drops `permit` when the query no longer occupies a
    /// connection.
    ///
    /// Mappers call this method. The default implementation drops `permit` at once, which is correct for a
    /// pool without [`max_queries`](Self::max_queries). If a query of your pool can outlast the returned
    /// future, keep `permit` with the query, not with the future.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`rows`](Self::rows).
    fn rows_with_permit(
        &self,
        query: Query,
        permit: QueryPermit,
    ) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>> {
        drop(permit);
        self.rows(query)
    }

    /// Returns the number of connections that the queries of one mapper may occupy at the same time, or
    /// `None` if it is unlimited. A mapper calls it once, when it is created.
    ///
    /// Lookups of the same value, such as a client ID, occupy at most one connection less, but at least
    /// one, so that slow lookups of one client leave a connection for the others. Further lookups wait, for at most
    /// `mapping_timeout`.
    ///
    /// For `bb8` and `deadpool` it is the size of the pool. For `r2d2` it is one less, because nothing
    /// can end a query of a request that has ended: the last connection remains for your application. It
    /// is at least 1. The default implementation returns `None`.
    fn max_queries(&self) -> Option<usize> {
        None
    }
}
