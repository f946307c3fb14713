use std::future::Future;
use std::ops::DerefMut;
use std::time::Duration;

use diesel::result::QueryResult;
use diesel_async::RunQueryDsl;
use diesel_async::methods::LoadQuery;
use diesel_async::pooled_connection::PoolableConnection;
use tokio::sync::oneshot;

use super::closing::{Checkout, UnreturnedConnection};
use super::failure::rows_of_failure;
use super::limits::QueryPermit;
use crate::users::UserMappingError;

/// The time that a query has to end after its request has ended. Then its connection is closed.
///
/// It is independent of `mapping_timeout`, during which the request waits. Within this time, most queries
/// that were delayed by a lock or by load end, and their connections are reused. A shorter time would add
/// connections to a server that is busy already.
const ABANDONED_QUERY_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs a query on a connection that `get` takes from a pool, in a task that owns the connection.
///
/// If the returned future is dropped before `get` is ready, the query is not started. If it is dropped
/// later, the task waits until the query ends, and only then returns the connection to the pool.
pub(super) async fn rows<Pooled, PoolError, C, Query, Row>(
    get: impl Future<Output = Result<Pooled, PoolError>>,
    close: fn(Pooled),
    query: Query,
    permit: QueryPermit,
) -> Result<Vec<Row>, UserMappingError>
where
    Pooled: DerefMut<Target = C> + Send + 'static,
    PoolError: std::error::Error + Send + Sync + 'static,
    C: PoolableConnection + 'static,
    Query: LoadQuery<'static, C, Row> + Send + 'static,
    Row: Send + 'static,
{
    let pooled = Checkout::new(get).await;
    let pooled = pooled.map_err(UserMappingError::unavailable)?;
    let connection = UnreturnedConnection::new(pooled, close);
    let (sender, receiver) = oneshot::channel();
    tokio::spawn(run(permit, connection, query, sender));
    receiver
        .await
        .unwrap_or_else(|_| Err(UserMappingError::unavailable("the query was aborted")))
}

/// Runs a query, and then returns the connection to its pool if it can be reused.
///
/// The permit is the first parameter, so that it is dropped after the connection.
async fn run<Pooled, C, Query, Row>(
    _permit: QueryPermit,
    mut connection: UnreturnedConnection<Pooled>,
    query: Query,
    mut sender: oneshot::Sender<Result<Vec<Row>, UserMappingError>>,
) where
    Pooled: DerefMut<Target = C> + Send + 'static,
    C: PoolableConnection + 'static,
    Query: LoadQuery<'static, C, Row> + Send + 'static,
    Row: Send + 'static,
{
    let Some(pooled) = connection.as_mut() else {
        return;
    };
    let result = tokio::select! {
        biased;
        result = query.load(&mut **pooled) => result,
        () = abandoned_for_too_long(&mut sender) => return,
    };
    let (result, is_reusable) = classify(result);
    if is_reusable {
        connection.return_to_pool();
    }
    // Fails if the request has ended.
    drop(sender.send(result));
}

async fn abandoned_for_too_long<T>(sender: &mut oneshot::Sender<T>) {
    sender.closed().await;
    tokio::time::sleep(ABANDONED_QUERY_TIMEOUT).await;
}

/// Returns the result of the lookup, and `true` if the connection can be reused.
///
/// Diesel does not distinguish a broken connection from other temporary failures, so all of them close it.
fn classify<Row>(result: QueryResult<Vec<Row>>) -> (Result<Vec<Row>, UserMappingError>, bool) {
    let result = result.or_else(rows_of_failure);
    let is_reusable = !matches!(result, Err(UserMappingError::Unavailable(_)));
    (result, is_reusable)
}

/// Implements [`RowSource`](super::RowSource) for a connection pool of `diesel-async`, with the method
/// that gets a connection, the function that closes one, and the size of the pool.
///
/// A macro, because the pools share no trait that returns a connection.
macro_rules! impl_row_source {
    ($pool:ident, $get:ident, |$pooled:ident| $close:expr, |$sized:ident| $size:expr) => {
        impl<C, Query, Row> $crate::users::diesel::RowSource<Query, Row> for $pool<C>
        where
            C: diesel_async::pooled_connection::PoolableConnection + 'static,
            for<'a> diesel::dsl::select<diesel::dsl::AsExprOf<i32, diesel::sql_types::Integer>>:
                diesel_async::methods::LoadQuery<'a, C, i32>,
            diesel::query_builder::SqlQuery: diesel::query_builder::QueryFragment<C::Backend>,
            Query: diesel_async::RunQueryDsl<C>
                + diesel_async::methods::LoadQuery<'static, C, Row>
                + Send
                + 'static,
            Row: Send + 'static,
        {
            fn rows(
                &self,
                query: Query,
            ) -> $crate::BoxFuture<'_, Result<Vec<Row>, $crate::users::UserMappingError>> {
                self.rows_with_permit(query, $crate::users::diesel::QueryPermit::default())
            }

            fn rows_with_permit(
                &self,
                query: Query,
                permit: $crate::users::diesel::QueryPermit,
            ) -> $crate::BoxFuture<'_, Result<Vec<Row>, $crate::users::UserMappingError>> {
                let get = self.$get();
                Box::pin(super::async_pool::rows(
                    get,
                    |$pooled| $close,
                    query,
                    permit,
                ))
            }

            fn max_queries(&self) -> Option<usize> {
                let $sized = self;
                $size
            }
        }
    };
}
pub(super) use impl_row_source;
