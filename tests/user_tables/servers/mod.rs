//! Database servers on 127.0.0.1, with a separate database or schema for each test.

#[cfg(feature = "mysql")]
pub(super) mod mysql;
#[cfg(feature = "postgres")]
pub(super) mod postgres;

use std::net::SocketAddr;
use std::time::Duration;

/// A database server with the legacy table, which a test can lock.
pub(super) trait DatabaseServer: Sized {
    /// Returns the address of the server.
    fn address() -> SocketAddr;

    /// Creates the legacy table in a database or schema of this name, which must differ between
    /// tests.
    async fn with_legacy_table(name: &str) -> Self;

    /// Returns the URL of the database for a pool that connects to `address`.
    fn url(&self, address: SocketAddr) -> String;

    /// Locks the table, which blocks all statements of other connections.
    async fn lock(&mut self);

    async fn unlock(&mut self);

    /// Returns the number of statements that the lock blocks.
    async fn blocked_statements(&mut self) -> i64;

    /// Ends the connection whose statement the lock blocks.
    async fn kill_blocked_connection(&mut self);

    /// Waits until the lock blocks a statement.
    async fn wait_for_blocked_statement(&mut self) {
        for _ in 0..6_000 {
            if self.blocked_statements().await > 0 {
                return;
            }
            actix_web::rt::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no statement was blocked within a minute");
    }
}
