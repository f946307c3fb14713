use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Handle, Id};
use tokio::sync::Mutex;
use tokio::task::AbortHandle;

use super::connection::CutoffConnection;
use super::failure::{of_connection, of_statement};
use super::rows::{Row, Rows};
use super::stored_cutoff::{StoredCutoff, StoredIds};
use super::table::CHECK;
use crate::cutoff::{Cutoff, CutoffError};
use crate::database::{Connecting, DatabaseServer, FailureKind};

/// The maximum time of a periodic read. The server ends a statement earlier.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// A database with the cut-off table, and the connection that periodic reads reuse.
pub(super) struct Session<C> {
    server: DatabaseServer<C>,
    /// Locked during a periodic read, so that there is at most one.
    kept: Arc<Mutex<Option<Kept<C>>>>,
    rows: Arc<Rows>,
}

/// A connection, and the runtime that opened it. A task on that runtime drives the connection.
struct Kept<C> {
    runtime: Id,
    connection: C,
}

impl<C: CutoffConnection> Session<C> {
    pub(super) fn new(url: String) -> Self {
        Self {
            server: DatabaseServer::new(url),
            kept: Arc::default(),
            rows: Arc::default(),
        }
    }

    pub(super) fn set_connect<Custom>(
        &mut self,
        connect: impl Fn(&str) -> Connecting<'_, Custom> + Send + Sync + 'static,
    ) where
        C: From<Custom>,
        Custom: 'static,
    {
        self.server.set_connect(connect);
    }

    /// Creates the table if it does not exist. Changes nothing if the table exists.
    pub(super) async fn migrate(&self) -> Result<(), CutoffError> {
        let mut connection = self.open().await?;
        let Err(failure) = connection.run(CHECK).await else {
            return Ok(());
        };
        let (kind, source) = failure.into_parts();
        if kind != FailureKind::Table {
            return Err(CutoffError::Store(source));
        }
        connection.run(C::MIGRATION).await.map_err(of_statement)?;
        // Fails if an existing table lacks a column.
        connection.run(CHECK).await.map_err(of_statement)
    }

    /// Reads the cut-offs over the connection that is kept. If the call fails, times out or is
    /// cancelled, the connection is closed.
    pub(super) async fn read(&self) -> Result<Vec<Cutoff>, CutoffError> {
        let mut kept = Arc::clone(&self.kept).lock_owned().await;
        // A caller without a time limit must not keep the lock while the server is silent.
        let read = tokio::time::timeout(READ_TIMEOUT, self.read_over(&mut kept)).await;
        drop(kept);
        let rows = read.unwrap_or(Err(CutoffError::TimedOut))?;
        Ok(self.rows.cutoffs(rows))
    }

    async fn read_over(&self, kept: &mut Option<Kept<C>>) -> Result<Vec<Row>, CutoffError> {
        let runtime = Handle::current().id();
        let mut connection = match kept.take() {
            Some(kept) if kept.runtime == runtime => kept.connection,
            _ => self.open().await?,
        };
        let rows = rows_of(&mut connection).await?;
        *kept = Some(Kept {
            runtime,
            connection,
        });
        Ok(rows)
    }

    /// Reads the cut-offs over a connection that is closed afterwards.
    pub(super) async fn list(&self) -> Result<Vec<Cutoff>, CutoffError> {
        let mut connection = self.open().await?;
        let rows = rows_of(&mut connection).await?;
        Ok(self.rows.cutoffs(rows))
    }

    pub(super) async fn set(&self, cutoff: &Cutoff) -> Result<(), CutoffError> {
        let cutoff = StoredCutoff::new(cutoff);
        let mut connection = self.open().await?;
        let closing = AbortOnDrop(connection.driver());
        connection.set(&cutoff).await.map_err(of_statement)?;
        closing.disarm();
        Ok(())
    }

    pub(super) async fn lift(&self, client_id: &str) -> Result<bool, CutoffError> {
        let Some(ids) = StoredIds::parse(client_id) else {
            return Ok(false);
        };
        let mut connection = self.open().await?;
        let closing = AbortOnDrop(connection.driver());
        let is_lifted = connection.lift(&ids).await.map_err(of_statement)?;
        closing.disarm();
        Ok(is_lifted)
    }

    async fn open(&self) -> Result<C, CutoffError> {
        let mut connection = self.server.connect().await.map_err(of_connection)?;
        connection.set_up().await.map_err(of_connection)?;
        Ok(connection)
    }
}

async fn rows_of<C: CutoffConnection>(connection: &mut C) -> Result<Vec<Row>, CutoffError> {
    let closing = AbortOnDrop(connection.driver());
    let rows = connection.read().await.map_err(of_statement)?;
    closing.disarm();
    Ok(rows)
}

impl<C> Clone for Session<C> {
    fn clone(&self) -> Self {
        Self {
            server: self.server.clone(),
            kept: Arc::clone(&self.kept),
            rows: Arc::clone(&self.rows),
        }
    }
}

/// Aborts the task of a connection if the call is cancelled or fails. The task of a server that does
/// not answer would never end.
struct AbortOnDrop(Option<AbortHandle>);

impl AbortOnDrop {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(driver) = &self.0 {
            driver.abort();
        }
    }
}
