//! Concurrent requests of a client whose user is not cached yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cognito_m2m::BoxFuture;
use cognito_m2m::users::diesel::{QueryPermit, RowSource};
use cognito_m2m::users::{UserMapper, UserMappingError};
use futures_util::future::join_all;

use super::legacy::{LegacyApi, LegacyUser};
use super::servers::DatabaseServer;
use super::suite::LONG_LOOKUP_TIMEOUT;
use crate::users::Arrivals;

/// A connection pool that counts the queries.
pub(super) struct CountedQueries<Pool> {
    pool: Pool,
    queries: Arc<AtomicUsize>,
}

impl<Pool> CountedQueries<Pool> {
    /// Returns the pool and the number of its queries.
    pub(super) fn of(pool: Pool) -> (Self, Arc<AtomicUsize>) {
        let queries = Arc::default();
        let counted = Self {
            pool,
            queries: Arc::clone(&queries),
        };
        (counted, queries)
    }
}

impl<Pool, Query, Row> RowSource<Query, Row> for CountedQueries<Pool>
where
    Pool: RowSource<Query, Row>,
{
    fn rows(&self, query: Query) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>> {
        self.queries.fetch_add(1, Ordering::SeqCst);
        self.pool.rows(query)
    }

    fn rows_with_permit(
        &self,
        query: Query,
        permit: QueryPermit,
    ) -> BoxFuture<'_, Result<Vec<Row>, UserMappingError>> {
        self.queries.fetch_add(1, Ordering::SeqCst);
        self.pool.rows_with_permit(query, permit)
    }

    fn max_queries(&self) -> Option<usize> {
        self.pool.max_queries()
    }
}

/// Sends 1,000 requests of one client while the table is locked.
pub(super) async fn thousand_first_requests_cause_one_query(
    mapper: impl UserMapper<User = LegacyUser>,
    queries: &AtomicUsize,
    mut server: impl DatabaseServer,
) {
    let arrivals = Arrivals::default();
    let mapper = arrivals.before(mapper.cached_for(Duration::from_secs(3_600)));
    let api = LegacyApi::with_lookup_timeout(LONG_LOOKUP_TIMEOUT, mapper).await;
    let token = api.token("reporting");
    server.lock().await;
    let requests: Vec<_> = (0..1_000).map(|_| api.spawn_request(&token)).collect();
    arrivals.wait_for(1_000).await;
    server.wait_for_blocked_statement().await;
    server.unlock().await;
    for answer in join_all(requests).await {
        assert_eq!(answer.expect("the task completes").status, 200);
    }
    assert_eq!(queries.load(Ordering::SeqCst), 1);
}
