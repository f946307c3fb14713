//! The mapping of clients to users, without a database: modes, lookups, failures and start-up.

mod arrivals;
mod directory;
mod failures;
mod fixture;
mod lookups;
mod modes;
mod pools;
mod shared_lookups;
mod start_up;

#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) use arrivals::Arrivals;
pub(crate) use fixture::UserApi;
