//! Rules 4.2 and 4.3 of `tests/RULES.md` over user tables: SQLite, PostgreSQL and MariaDB, sync and async.

mod cache;
mod exactness;
mod faults;
mod inputs;
mod legacy;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod servers;
mod sqlite;
mod suite;
#[cfg(feature = "postgres")]
mod uuids;
