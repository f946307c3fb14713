//! Database servers at 127.0.0.1, with a database of the test's own.

#[cfg(feature = "mysql")]
pub(super) mod mysql;
#[cfg(feature = "postgres")]
pub(super) mod postgres;

use std::net::SocketAddr;
use std::time::Duration;

/// What a test does to a server, beside the pool that is looked at.
pub(super) trait Server: Sized {
    /// Where all of them listen.
    fn address() -> SocketAddr;

    /// With the legacy table in a database of this name, which no other test uses at the same time.
    async fn with_legacy_table(name: &str) -> Self;

    /// The database for a pool, by way of this address.
    fn url(&self, address: SocketAddr) -> String;

    /// Makes everybody wait who reads the table.
    async fn lock(&mut self);

    async fn unlock(&mut self);

    /// How many wait for the lock.
    async fn waiting(&mut self) -> i64;

    /// Ends the connections of those who wait.
    async fn kill_waiting(&mut self);

    /// Returns once somebody waits.
    async fn until_somebody_waits(&mut self) {
        for _ in 0..6_000 {
            if self.waiting().await > 0 {
                return;
            }
            actix_web::rt::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody waits for the lock");
    }
}
