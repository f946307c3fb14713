//! The limits of the statements of a store, on the server.
//!
//! While a statement waits for a lock, the server does not notice that its client has disconnected.
//! Without limits, a client that disconnects and connects again leaves a session behind each time, and a
//! locked table uses up the connections of the database. The limits are below the 5 s after which a call to a
//! store is cancelled, so that the server ends the statement first and the connection can be reused.

/// The maximum number of seconds that a statement waits for a lock.
pub(super) const LOCK_TIMEOUT_SECONDS: u8 = 3;

/// The maximum number of seconds that a statement runs.
pub(super) const STATEMENT_TIMEOUT_SECONDS: u8 = 4;
