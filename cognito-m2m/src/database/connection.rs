use std::future::{Future, ready};
use std::pin::Pin;

use super::failure::Failure;

/// A request to the server to end a statement.
pub(crate) type Cancellation = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A connection to a database server.
///
/// It is a trait because a function that is generic over Diesel's connections would need too many
/// bounds.
pub(crate) trait DatabaseConnection: Sized + Send + 'static {
    /// Opens a connection to the database at this URL.
    fn open(url: &str) -> impl Future<Output = Result<Self, Failure>> + Send;

    /// Runs statements that have no parameters and no result.
    fn run(&mut self, statements: &str) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Makes the server end statements of this connection at the [limits](super::limits), for servers
    /// that keep such settings with the connection.
    fn limit_statements(&mut self) -> impl Future<Output = ()> + Send {
        ready(())
    }

    /// Starts a transaction with the [limits](super::limits), for connections that may only be limited
    /// in a transaction. Does nothing for others.
    fn begin(&mut self) -> impl Future<Output = Result<(), Failure>> + Send {
        ready(Ok(()))
    }

    /// Commits the transaction that [`begin`](Self::begin) has started.
    fn commit(&mut self) -> impl Future<Output = Result<(), Failure>> + Send {
        ready(Ok(()))
    }

    /// Rolls back the transaction that [`begin`](Self::begin) has started.
    fn rollback(&mut self) -> impl Future<Output = Result<(), Failure>> + Send {
        ready(Ok(()))
    }

    /// Returns a future that asks the server to end the statement that runs at that time. It does
    /// nothing if that would take another session.
    fn cancellation(&self) -> Cancellation {
        Box::pin(ready(()))
    }
}
