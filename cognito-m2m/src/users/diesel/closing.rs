use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

use tokio::runtime::Handle;

/// A pooled connection that is closed when it is dropped, unless it is returned to its pool.
///
/// A query may still run on it: its answer would be read by the next query.
pub(super) struct UnreturnedConnection<Pooled> {
    /// `None` only while it is dropped.
    pooled: Option<Pooled>,
    close: fn(Pooled),
    runtime: Handle,
}

impl<Pooled> UnreturnedConnection<Pooled> {
    /// Takes a connection, with the function that closes it.
    pub(super) fn new(pooled: Pooled, close: fn(Pooled)) -> Self {
        Self {
            pooled: Some(pooled),
            close,
            runtime: Handle::current(),
        }
    }

    /// Returns the connection, unless it is being dropped.
    pub(super) fn as_mut(&mut self) -> Option<&mut Pooled> {
        self.pooled.as_mut()
    }

    /// Returns the connection to its pool.
    pub(super) fn return_to_pool(mut self) {
        drop(self.pooled.take());
    }
}

impl<Pooled> Drop for UnreturnedConnection<Pooled> {
    fn drop(&mut self) {
        if let Some(pooled) = self.pooled.take() {
            let _runtime = self.runtime.enter();
            (self.close)(pooled);
        }
    }
}

/// A future that gets a connection from a pool. If it is dropped before it is ready, the connection that
/// it tests at that moment is closed.
///
/// The pools of `diesel-async` test a connection with a query before they lend it. If the server has gone
/// silent, that query never ends. `bb8` would return the connection to the idle ones, and lend it to the
/// next request.
pub(super) struct Checkout<Get> {
    /// `None` after it is ready.
    get: Option<Pin<Box<Get>>>,
    runtime: Handle,
}

impl<Get: Future> Checkout<Get> {
    pub(super) fn new(get: Get) -> Self {
        Self {
            get: Some(Box::pin(get)),
            runtime: Handle::current(),
        }
    }
}

impl<Get: Future> Future for Checkout<Get> {
    type Output = Get::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Get::Output> {
        let Some(get) = self.get.as_mut() else {
            return Poll::Pending;
        };
        let output = get.as_mut().poll(context);
        if output.is_ready() {
            self.get = None;
        }
        output
    }
}

impl<Get> Drop for Checkout<Get> {
    fn drop(&mut self) {
        if let Some(get) = self.get.take() {
            let _runtime = self.runtime.enter();
            drop_as_broken(get);
        }
    }
}

/// Drops a connection, or a future that holds one, in the way in which a panic would.
///
/// Neither `bb8` nor `diesel-async` has a method that closes a pooled connection. Both close a connection
/// that is dropped by a panic, because its state is unknown, and `mysql_async` closes its socket then
/// without waiting for the answer of the server. So this function unwinds, without the message of a panic.
/// If panics abort the program, the value is dropped without unwinding.
pub(super) fn drop_as_broken<T>(value: T) {
    if thread::panicking() || !cfg!(panic = "unwind") {
        return;
    }
    let unwound: thread::Result<()> = catch_unwind(AssertUnwindSafe(move || {
        let _dropped_by_unwinding = value;
        resume_unwind(Box::new(()))
    }));
    drop(unwound);
}
