use crate::users::UserMappingError;
use crate::validator::BoxFuture;

/// Where a query can be run: the team's pool.
///
/// `diesel::r2d2::Pool` (feature `diesel-r2d2`) runs it on a thread that may block; the pools of
/// `diesel-async` (features `diesel-async-bb8` and `diesel-async-deadpool`) on the worker itself.
///
/// # Examples
///
/// ```
/// use cognito_m2m::users::UserMappingError;
/// use cognito_m2m::users::diesel::RowSource;
/// use cognito_m2m::validator::BoxFuture;
///
/// /// A table that is always empty.
/// struct Empty;
///
/// impl<Query, Row: 'static> RowSource<Query, Row> for Empty {
///     fn rows(&self, _: Query) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>> {
///         Box::pin(async { Ok(Vec::new()) })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the pool `{Self}` can't run the query of this mapping",
    note = "pools are `diesel::r2d2::Pool<ConnectionManager<_>>` (feature `diesel-r2d2`), and of `diesel-async` `bb8::Pool` (feature `diesel-async-bb8`) and `deadpool::Pool` (feature `diesel-async-deadpool`)",
    note = "the user type has to be `Queryable` and `Selectable` from the table of the column"
)]
pub trait RowSource<Query, Row>: Send + Sync + 'static {
    /// Loads all rows.
    ///
    /// # Errors
    ///
    /// [`UserMappingError::Unavailable`] when there is no connection to be had, or it breaks.
    fn rows(&self, query: Query) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>>;
}
