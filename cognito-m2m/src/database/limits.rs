//! The limits of the statements of a store, on the server.
//!
//! A server does not notice while a statement waits for a lock that its client has given up. Without
//! limits, a client that gives up and connects again leaves a session behind each time, and a locked
//! table uses up the connections of the database. The limits are below the 5 s after which a call to a
//! store is cancelled, so that the server ends the statement first and the connection can be reused.

/// The maximum number of seconds that a statement waits for a lock.
pub(super) const LOCK_TIMEOUT_SECONDS: u8 = 3;

/// The maximum number of seconds that a statement runs.
pub(super) const STATEMENT_TIMEOUT_SECONDS: u8 = 4;
