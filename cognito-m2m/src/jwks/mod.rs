//! The public keys of a user pool: read, fetched, and kept fresh.

mod fetch;
mod key_set;
mod refresh;
mod store;

pub use fetch::FetchError;
pub(crate) use fetch::{Fetcher, Limits};
pub(crate) use key_set::VerificationKey;
pub(crate) use refresh::Schedule;
pub use store::KeysUnavailable;
pub(crate) use store::{Incomplete, KeyLimits, KeyNotFound, KeyStore, PendingFetch};
