//! Users in tables of SQLite, PostgreSQL and MariaDB, over sync and async connection pools.

mod cache;
mod exactness;
mod failures;
mod inputs;
mod legacy;
#[cfg(feature = "mysql")]
mod mysql;
mod pools;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod servers;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod shared_lookups;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod slow_lookups;
mod sqlite;
mod suite;
#[cfg(feature = "postgres")]
mod uuids;
