use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::cutoff::{Cutoff, CutoffError, CutoffFuture, CutoffStore};
use crate::error_chain::causes;

/// The maximum time of a call of the store.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The maximum number of concurrent lists. It is small, so that operators cannot slow down the database
/// for the API.
const MAX_CONCURRENT_LISTS: usize = 2;

/// The store behind a service or page, shared by all workers.
#[derive(Clone)]
pub(in crate::web) struct CutoffSource {
    store: Arc<dyn CutoffStore>,
    permits: Arc<Semaphore>,
}

impl CutoffSource {
    pub(in crate::web) fn new(store: impl CutoffStore) -> Self {
        Self {
            store: Arc::new(store),
            permits: Arc::new(Semaphore::new(MAX_CONCURRENT_LISTS)),
        }
    }

    /// Returns all cut-offs, sorted by client ID. If the store fails or takes too long, logs the error
    /// and returns `None`.
    pub(in crate::web) async fn list(&self) -> Option<Vec<Cutoff>> {
        let list = limited(Box::pin(async {
            // Acquiring fails only if the semaphore is closed, which never happens.
            let _permit = self.permits.acquire().await;
            self.store.list().await
        }));
        match list.await {
            Ok(mut cutoffs) => {
                cutoffs.sort_by(|left, right| left.client_id().cmp(right.client_id()));
                Some(cutoffs)
            }
            Err(error) => {
                let cause = causes(&error);
                tracing::warn!(%error, cause, "failed to list the cut-offs");
                None
            }
        }
    }

    pub(super) async fn set(&self, cutoff: Cutoff) -> Result<(), CutoffError> {
        limited(self.store.set(cutoff)).await
    }

    pub(super) async fn lift(&self, client_id: &str) -> Result<bool, CutoffError> {
        limited(self.store.lift(client_id)).await
    }
}

async fn limited<T>(call: CutoffFuture<'_, T>) -> Result<T, CutoffError> {
    let done = tokio::time::timeout(TIMEOUT, call).await;
    done.unwrap_or(Err(CutoffError::TimedOut))
}
