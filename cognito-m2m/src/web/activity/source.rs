use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::activity::{ActivityError, ActivityReader, ClientQuery, ClientRows};
use crate::error_chain::causes;

/// The maximum time to list clients, including the wait for a permit.
const LIST_TIMEOUT: Duration = Duration::from_secs(5);

/// The maximum number of concurrent calls of the reader. It is small, so that operators cannot slow
/// down the database for the API.
const MAX_CONCURRENT_LISTS: usize = 2;

/// The reader behind a list or page, shared by all workers.
#[derive(Clone)]
pub(super) struct Source {
    reader: Arc<dyn ActivityReader>,
    permits: Arc<Semaphore>,
}

impl Source {
    pub(super) fn new(reader: impl ActivityReader) -> Self {
        Self {
            reader: Arc::new(reader),
            permits: Arc::new(Semaphore::new(MAX_CONCURRENT_LISTS)),
        }
    }

    /// Returns the clients that match the query. If the reader fails or takes too long, logs the
    /// error and returns `None`.
    pub(super) async fn list(&self, query: &ClientQuery) -> Option<ClientRows> {
        let read = async {
            // Acquiring fails only if the semaphore is closed, which never happens.
            let _permit = self.permits.acquire().await;
            self.reader.list(query).await
        };
        let read = tokio::time::timeout(LIST_TIMEOUT, read).await;
        match read.unwrap_or(Err(ActivityError::TimedOut)) {
            Ok(rows) => Some(rows),
            Err(error) => {
                let cause = causes(&error);
                tracing::warn!(%error, cause, "failed to list the clients");
                None
            }
        }
    }
}
