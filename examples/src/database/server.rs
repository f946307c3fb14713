use std::sync::LazyLock;

use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use tokio::runtime::{Builder, Runtime};

/// A connection to a server, without a C library: `diesel-async`, as sync Diesel sees it.
pub type ServerConnection<C> = AsyncConnectionWrapper<C, SharedRuntime>;

/// The runtime of all connections to servers. A connection is driven by the runtime that opened it,
/// and those of Actix's workers end one by one; this one stays.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("database")
        .enable_all()
        .build()
        .expect("the operating system gives a thread")
});

/// Runs connections on a thread that no connection and no worker takes with it.
#[derive(Debug)]
pub struct SharedRuntime;

impl BlockOn for SharedRuntime {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        RUNTIME.block_on(future)
    }

    fn get_runtime() -> Self {
        Self
    }
}
