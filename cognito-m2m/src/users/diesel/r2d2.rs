use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use diesel::query_dsl::methods::LoadQuery;
use diesel::r2d2::{ConnectionManager, Pool, PooledConnection, R2D2Connection};

use super::failure::rows_of_failure;
use super::limits::QueryPermit;
use super::source::RowSource;
use crate::box_future::BoxFuture;
use crate::users::UserMappingError;

/// The interval at which a thread that waits for a connection checks whether its request was
/// cancelled.
const CANCELLATION_CHECK_INTERVAL: Duration = Duration::from_millis(50);

impl<C, Query, Row> RowSource<Query, Row> for Pool<ConnectionManager<C>>
where
    C: R2D2Connection + 'static,
    Query: LoadQuery<'static, C, Row> + Send + 'static,
    Row: Send + 'static,
{
    fn rows(&self, query: Query) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>> {
        self.rows_with_permit(query, QueryPermit::default())
    }

    fn rows_with_permit(
        &self,
        query: Query,
        permit: QueryPermit,
    ) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>> {
        let pool = self.clone();
        Box::pin(async move {
            // Dropped together with this future when the request is cancelled.
            let request = Arc::new(());
            let request_alive = Arc::downgrade(&request);
            let work = move || -> Result<Vec<Row>, UserMappingError> {
                // Dropped after the connection, so that the next lookup finds a free one.
                let _permit = permit;
                let mut connection = wait_for_connection(&pool, &request_alive)?;
                let rows = query.internal_load(&mut connection);
                rows.and_then(Iterator::collect).or_else(rows_of_failure)
            };
            let loaded = tokio::task::spawn_blocking(work).await;
            drop(request);
            loaded.unwrap_or_else(|error| Err(UserMappingError::failed(error)))
        })
    }

    /// One less than the size of the pool. A blocking thread keeps its connection until the server ends
    /// the query, even if the request has ended.
    fn max_queries(&self) -> Option<usize> {
        let connections = usize::try_from(self.max_size()).ok()?;
        Some(connections.saturating_sub(1).max(1))
    }
}

/// Waits for a connection until the pool's timeout, or until the request is cancelled.
///
/// Without the cancellation check, blocking threads would pile up during an outage, each waiting
/// for a request that has already been answered with 503.
fn wait_for_connection<C: R2D2Connection + 'static>(
    pool: &Pool<ConnectionManager<C>>,
    request_alive: &Weak<()>,
) -> Result<PooledConnection<ConnectionManager<C>>, UserMappingError> {
    let started_at = Instant::now();
    let is_cancelled = || request_alive.strong_count() == 0;
    while !is_cancelled() {
        match pool.get_timeout(CANCELLATION_CHECK_INTERVAL) {
            // The request may have been cancelled while this thread waited.
            Ok(connection) if !is_cancelled() => return Ok(connection),
            Err(error) if started_at.elapsed() >= pool.connection_timeout() => {
                return Err(UserMappingError::unavailable(error));
            }
            Ok(_) | Err(_) => {}
        }
    }
    Err(UserMappingError::unavailable("the request was cancelled"))
}
