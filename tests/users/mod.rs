//! The mapping of clients to users, without a database: modes, lookups, failures and start-up.

mod directory;
mod failures;
mod fixture;
mod lookups;
mod modes;
mod pools;
mod start_up;

pub(crate) use fixture::UserApi;
