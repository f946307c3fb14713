use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use diesel::query_dsl::methods::LoadQuery;
use diesel::r2d2::{ConnectionManager, Pool, PooledConnection, R2D2Connection};

use super::fault::rows_of_failure;
use super::source::RowSource;
use crate::users::UserMappingError;
use crate::validator::BoxFuture;

/// How often a thread that waits for a connection looks whether anybody still wants it.
const WAIT: Duration = Duration::from_millis(50);

impl<C, Query, Row> RowSource<Query, Row> for Pool<ConnectionManager<C>>
where
    C: R2D2Connection + 'static,
    Query: LoadQuery<'static, C, Row> + Send + 'static,
    Row: Send + 'static,
{
    fn rows(&self, query: Query) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>> {
        let pool = self.clone();
        Box::pin(async move {
            let wanted = Arc::new(());
            let still_wanted = Arc::downgrade(&wanted);
            let work = move || -> Result<Vec<Row>, UserMappingError> {
                let mut connection = connection(&pool, &still_wanted)?;
                let rows = query.internal_load(&mut connection);
                rows.and_then(Iterator::collect).or_else(rows_of_failure)
            };
            let loaded = tokio::task::spawn_blocking(work).await;
            drop(wanted);
            loaded.unwrap_or_else(|error| Err(UserMappingError::failed(error)))
        })
    }
}

/// Waits in short turns: with the store gone, threads would else pile up behind lookups whose
/// requests have long been answered 503.
fn connection<C: R2D2Connection + 'static>(
    pool: &Pool<ConnectionManager<C>>,
    still_wanted: &Weak<()>,
) -> Result<PooledConnection<ConnectionManager<C>>, UserMappingError> {
    let started_at = Instant::now();
    loop {
        if still_wanted.strong_count() == 0 {
            return Err(UserMappingError::unavailable("nobody waits any more"));
        }
        match pool.get_timeout(WAIT) {
            Ok(connection) => return Ok(connection),
            Err(error) if started_at.elapsed() >= pool.connection_timeout() => {
                return Err(UserMappingError::unavailable(error));
            }
            Err(_) => {}
        }
    }
}
