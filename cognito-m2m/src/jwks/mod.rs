//! The signing keys of a user pool: parsing, fetching and refreshing them.

mod error;
mod fetch;
mod key;
mod key_set;
mod refresh;
mod store;

#[cfg(test)]
mod tests;

pub(crate) use fetch::{FetchLimits, Fetcher};
pub(crate) use key::VerificationKey;
pub(crate) use refresh::RefreshTask;
pub use store::KeysUnavailable;
pub(crate) use store::{Incomplete, KeyLimits, KeyNotFound, KeyStore, PendingFetch};
