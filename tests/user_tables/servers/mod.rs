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

    /// Creates a view with the columns of the legacy table, in a database or schema of this name.
    ///
    /// Reading `is_active` takes 10 seconds for the user `slow`, 5 seconds for users such as `slow-5`, and
    /// two minutes for `stuck`.
    async fn with_slow_users(name: &str) -> Self;

    /// Returns the URL of the database for a pool that connects to `address`.
    fn url(&self, address: SocketAddr) -> String;

    /// Locks the table, which blocks all statements of other connections.
    async fn lock(&mut self);

    async fn unlock(&mut self);

    /// Returns the number of statements that the lock blocks.
    async fn blocked_statements(&mut self) -> i64;

    /// Ends the connection whose statement the lock blocks.
    async fn kill_blocked_connection(&mut self);

    /// Returns the number of statements that connections of the URL are running.
    async fn running_statements(&mut self) -> i64;

    /// Ends the connections of the URL that are running a statement.
    async fn kill_running_connections(&mut self);

    /// Waits until this number of statements is running.
    async fn wait_for_running_statements(&mut self, expected: i64) {
        let mut running = 0;
        for _ in 0..6_000 {
            running = self.running_statements().await;
            if running == expected {
                return;
            }
            actix_web::rt::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{running} statements instead of {expected} are running after a minute");
    }

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

/// Creates and fills the table behind the view of [`DatabaseServer::with_slow_users`].
const CREATE_SLOW_USERS: &str = "
    CREATE TABLE stored_users (id INTEGER PRIMARY KEY, username VARCHAR(255) NOT NULL, is_active BOOLEAN NOT NULL);
    INSERT INTO stored_users VALUES (1, 'reporting', TRUE), (2, 'ordering', TRUE), (3, 'stuck', TRUE), (4, 'slow', TRUE), (10, 'slow-4', TRUE),
        (5, 'slow-5', TRUE), (6, 'slow-6', TRUE), (7, 'slow-7', TRUE), (8, 'slow-8', TRUE), (9, 'slow-9', TRUE);
";
