//! The signing keys of a user pool: parsing, fetching and refreshing them.

mod configured_keys;
mod cooldown;
mod error;
mod fetch;
mod generation;
mod held;
mod key;
mod key_file;
mod key_set;
mod pending_fetch;
mod pool_keys;
mod refresh;
mod snapshot;
mod store;

#[cfg(test)]
mod tests;

pub(crate) use configured_keys::ConfiguredKeys;
pub(crate) use cooldown::Cooldown;
pub(crate) use error::{KeyFileError, KeySetError};
pub(crate) use fetch::{FetchLimits, Fetcher};
pub(crate) use held::HeldKey;
pub(crate) use key::VerificationKey;
pub(crate) use key_file::{KeyFileTask, read_key_file};
pub(crate) use key_set::KeySet;
pub(crate) use pending_fetch::{Incomplete, PendingFetch};
pub(crate) use pool_keys::{KeySource, PoolKeys, SourceState};
pub(crate) use refresh::RefreshTask;
pub use store::KeysUnavailable;
pub(crate) use store::{KeyLimits, KeyNotFound, KeyStore};
