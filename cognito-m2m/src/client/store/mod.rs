//! Stores that share tokens between processes.

// The layers, from top to bottom:
//
// shared_tokens                        the tokens of one client in a store: limits, warnings, sealing
// file                                 the store in a folder
// entry, refused_tokens, seal          a stored token, the tokens that APIs refused, encryption
// context, interface, warnings, error  values, the trait, log lines

mod context;
mod entry;
mod error;
mod file;
mod file_access;
mod file_cleanup;
mod file_lease;
mod interface;
mod refused_tokens;
mod seal;
mod shared_tokens;
mod warnings;

pub use error::TokenStoreError;
pub use file::FileTokenStore;
pub use interface::{Lease, TokenStore, TokenStoreFuture};

pub(super) use context::StoreContext;
pub(super) use interface::LEASE_DURATION;
pub(super) use shared_tokens::{LeaseAttempt, SharedTokens};
