use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The number of values without a running query that are kept before they are removed.
const MIN_REMOVED: usize = 16;

/// The permission to occupy a connection with the query of one lookup.
///
/// A [`RowSource`](super::RowSource) drops it as soon as the query no longer occupies a connection. That
/// may be later than the end of the request: see
/// [`rows_with_permit`](super::RowSource::rows_with_permit).
#[derive(Debug, Default)]
pub struct QueryPermit {
    _of_value: Option<OwnedSemaphorePermit>,
    _of_pool: Option<OwnedSemaphorePermit>,
}

/// The limits on the queries that run at the same time: for all lookups together, and for those of one
/// value, which must leave a connection for the others.
pub(super) struct QueryLimits<Key> {
    /// `None` if there is no limit.
    pool: Option<Arc<Semaphore>>,
    max_of_value: usize,
    /// A mutex, because it is only locked to find or add an entry.
    values: Mutex<HashMap<Key, Weak<Semaphore>>>,
}

impl<Key: Eq + Hash + Clone> QueryLimits<Key> {
    pub(super) fn new(max_queries: Option<usize>) -> Self {
        let max_queries = max_queries.map(|max| max.clamp(1, Semaphore::MAX_PERMITS));
        Self {
            pool: max_queries.map(|max| Arc::new(Semaphore::new(max))),
            max_of_value: max_queries.map_or(1, |max| max.saturating_sub(1).max(1)),
            values: Mutex::default(),
        }
    }

    /// Waits until a query for this value may run.
    ///
    /// A lookup waits for the queries of its own value first, so that it does not delay the lookups of
    /// other values meanwhile.
    pub(super) async fn permit(&self, value: &Key) -> QueryPermit {
        let Some(pool) = &self.pool else {
            return QueryPermit::default();
        };
        // Acquiring fails only after a semaphore was closed, which these never are.
        let of_value = self.semaphore(value).acquire_owned().await.ok();
        let of_pool = Arc::clone(pool).acquire_owned().await.ok();
        QueryPermit {
            _of_value: of_value,
            _of_pool: of_pool,
        }
    }

    fn semaphore(&self, value: &Key) -> Arc<Semaphore> {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(semaphore) = values.get(value).and_then(Weak::upgrade) {
            return semaphore;
        }
        // A permit and each lookup that waits for one hold their semaphore. Removing the others only when
        // the map would grow makes the average cost of an insertion constant.
        if values.len() >= MIN_REMOVED && values.len() == values.capacity() {
            values.retain(|_, semaphore| semaphore.strong_count() > 0);
            let used = values.len();
            values.shrink_to(used.saturating_add(used.max(MIN_REMOVED)));
        }
        let semaphore = Arc::new(Semaphore::new(self.max_of_value));
        values.insert(value.clone(), Arc::downgrade(&semaphore));
        semaphore
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::task::Poll;

    use super::*;

    /// Returns the permit if the query may run now.
    async fn try_permit(limits: &QueryLimits<String>, value: &str) -> Option<QueryPermit> {
        let value = value.to_owned();
        let mut permit = std::pin::pin!(limits.permit(&value));
        std::future::poll_fn(|context| {
            Poll::Ready(match permit.as_mut().poll(context) {
                Poll::Ready(permit) => Some(permit),
                Poll::Pending => None,
            })
        })
        .await
    }

    #[tokio::test]
    async fn queries_of_one_value_leave_a_connection_for_the_others() {
        let limits = QueryLimits::new(Some(3));
        let slow = [
            try_permit(&limits, "slow").await,
            try_permit(&limits, "slow").await,
        ];
        assert!(slow.iter().all(Option::is_some));
        assert!(try_permit(&limits, "slow").await.is_none());
        let other = try_permit(&limits, "other").await;
        assert!(other.is_some());
        assert!(try_permit(&limits, "third").await.is_none());
        drop(other);
        assert!(try_permit(&limits, "slow").await.is_none());
        drop(slow);
        assert!(try_permit(&limits, "slow").await.is_some());
    }

    #[tokio::test]
    async fn pool_with_one_connection_runs_one_query() {
        for max_queries in [0, 1] {
            let limits = QueryLimits::new(Some(max_queries));
            let only = try_permit(&limits, "one").await;
            assert!(only.is_some());
            assert!(try_permit(&limits, "two").await.is_none());
            drop(only);
            assert!(try_permit(&limits, "two").await.is_some());
        }
    }

    #[tokio::test]
    async fn values_without_a_query_are_removed() {
        let limits = QueryLimits::new(Some(2));
        let held = try_permit(&limits, "held").await;
        for number in 0..10_000 {
            drop(limits.permit(&number.to_string()).await);
        }
        let kept = limits.values.lock().expect("the mutex is not poisoned");
        assert!(kept.len() < 100, "{}", kept.len());
        assert!(kept.contains_key("held"));
        drop(held);
    }
}
