use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::activity::{ActivityError, ActivityReader, ClientQuery, ClientRows};

/// How long a list is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many lists are read at a time: operators are few, and the database has other things to do.
const LISTS_AT_A_TIME: usize = 2;

/// Where lists are read from, shared by all workers.
#[derive(Clone)]
pub(super) struct Source {
    reader: Arc<dyn ActivityReader>,
    turns: Arc<Semaphore>,
}

impl Source {
    pub(super) fn new(reader: impl ActivityReader) -> Self {
        Self {
            reader: Arc::new(reader),
            turns: Arc::new(Semaphore::new(LISTS_AT_A_TIME)),
        }
    }

    /// The rows; none where they can't be read in time, which is logged.
    pub(super) async fn list(&self, query: &ClientQuery) -> Option<ClientRows> {
        let read = async {
            // Nobody closes it.
            let _turn = self.turns.acquire().await;
            self.reader.list(query).await
        };
        let read = tokio::time::timeout(PATIENCE, read).await;
        match read.unwrap_or(Err(ActivityError::TimedOut)) {
            Ok(rows) => Some(rows),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(%error, cause, "the list of clients can't be read");
                None
            }
        }
    }
}
