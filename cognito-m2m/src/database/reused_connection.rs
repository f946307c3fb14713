use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::connection::DatabaseConnection;
use super::failure::Failure;

/// The maximum duration of opening a connection.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);

/// The maximum time to wait for the end of a statement whose call was cancelled, before its connection
/// is closed. A server that limits statements ends them long before.
const CANCELLED_TIMEOUT: Duration = Duration::from_secs(30);

/// Parts of the error messages of PostgreSQL and MySQL, in English, for a statement that reached one of
/// its limits. After a message in another language, the connection is closed.
const INTERRUPTION: [&str; 3] = [
    "canceling statement due to",
    "Lock wait timeout exceeded",
    "max_statement_time exceeded",
];

/// The future of the statements of a call.
pub(crate) type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// The failure of a call.
pub(crate) enum CallError<E> {
    Open(E),
    OpenTimedOut,
    Work(Failure),
}

/// A connection that its owner reuses, of which there is at most one.
///
/// Each call runs on a task that owns the connection. If the call is cancelled, the task asks the
/// server to end the statement and waits for its end, and the next call waits for the task. So a
/// cancelled call leaves no session behind that waits on the server while another is opened.
pub(crate) struct ReusedConnection<C> {
    idle: Option<C>,
    busy: Option<JoinHandle<Option<C>>>,
}

impl<C: DatabaseConnection> ReusedConnection<C> {
    pub(crate) fn new() -> Self {
        Self {
            idle: None,
            busy: None,
        }
    }

    /// Runs `work` on the connection, and opens it with `open` first if there is none.
    ///
    /// After a failure, the connection is closed, unless the server has only ended the statement because
    /// of its limits.
    pub(crate) async fn run<T, E>(
        &mut self,
        open: impl Future<Output = Result<C, E>> + Send + 'static,
        work: impl for<'a> FnOnce(&'a mut C) -> Work<'a, T> + Send + 'static,
    ) -> Result<T, CallError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.wait_until_idle().await;
        let (reply, result) = oneshot::channel();
        self.busy = Some(tokio::spawn(call(self.idle.take(), open, work, reply)));
        // The task ends without a result only if the connection could not be opened.
        result.await.unwrap_or(Err(CallError::OpenTimedOut))
    }

    /// Closes the connection.
    pub(crate) async fn close(&mut self) {
        self.wait_until_idle().await;
        self.idle = None;
    }

    /// Waits for the task of the previous call, which may have been cancelled.
    async fn wait_until_idle(&mut self) {
        if let Some(task) = &mut self.busy {
            // A task that panicked has closed its connection.
            let connection = task.await.unwrap_or_default();
            self.busy = None;
            self.idle = connection;
        }
    }
}

/// Runs a call, and returns the connection if it can be reused.
async fn call<C: DatabaseConnection, T, E>(
    idle: Option<C>,
    open: impl Future<Output = Result<C, E>>,
    work: impl for<'a> FnOnce(&'a mut C) -> Work<'a, T>,
    mut reply: oneshot::Sender<Result<T, CallError<E>>>,
) -> Option<C> {
    let mut connection = match idle {
        Some(connection) => connection,
        None => match timeout(OPEN_TIMEOUT, open).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => {
                let _ = reply.send(Err(CallError::Open(error)));
                return None;
            }
            Err(_) => return None,
        },
    };
    if reply.is_closed() {
        return Some(connection);
    }
    let result = run_or_cancel(&mut connection, work, &mut reply).await?;
    let failure = result.as_ref().err();
    let is_reusable = failure.is_none_or(is_interruption);
    let has_failed = failure.is_some();
    // Fails if the call was cancelled.
    let _ = reply.send(result.map_err(CallError::Work));
    if has_failed {
        let rolled_back = timeout(CANCELLED_TIMEOUT, connection.rollback()).await;
        rolled_back.ok()?.ok()?;
    }
    is_reusable.then_some(connection)
}

/// Returns the result of the work, or `None` if it was cancelled and did not end in time.
async fn run_or_cancel<C: DatabaseConnection, T, E>(
    connection: &mut C,
    work: impl for<'a> FnOnce(&'a mut C) -> Work<'a, T>,
    reply: &mut oneshot::Sender<Result<T, CallError<E>>>,
) -> Option<Result<T, Failure>> {
    let cancellation = connection.cancellation();
    let mut work = pin!(limited(connection, work));
    tokio::select! {
        biased;
        result = &mut work => Some(result),
        () = reply.closed() => {
            cancellation.await;
            timeout(CANCELLED_TIMEOUT, work).await.ok()
        }
    }
}

async fn limited<C: DatabaseConnection, T>(
    connection: &mut C,
    work: impl for<'a> FnOnce(&'a mut C) -> Work<'a, T>,
) -> Result<T, Failure> {
    connection.begin().await?;
    let value = work(connection).await?;
    connection.commit().await?;
    Ok(value)
}

/// Returns `true` if the server has ended the statement and keeps the connection.
fn is_interruption(failure: &Failure) -> bool {
    let message = failure.source.to_string();
    INTERRUPTION.iter().any(|part| message.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_is_usable_after_a_statement_has_reached_a_limit() {
        let is_interruption = |message| is_interruption(&Failure::from_message(message, message));
        for message in [
            "canceling statement due to lock timeout",
            "canceling statement due to statement timeout",
            "canceling statement due to user request",
            "Lock wait timeout exceeded; try restarting transaction",
            "Query execution was interrupted (max_statement_time exceeded)",
        ] {
            assert!(is_interruption(message), "{message}");
        }
        for message in [
            "terminating connection due to administrator command",
            "cannot execute INSERT in a read-only transaction",
            "Deadlock found when trying to get lock; try restarting transaction",
        ] {
            assert!(!is_interruption(message), "{message}");
        }
    }
}
