//! Users from your table, found with your Diesel schema, model and connection pool.
//!
//! Create a mapper with [`user_mapper!`](crate::user_mapper). The macro expands to a plain Diesel
//! query over your `table!` and model, so the compiler reports mistakes at the macro call.
//!
//! Databases compare values less strictly than an identity check requires: collations ignore case
//! and accents, ignore trailing blanks, and strings are converted to numbers. The query therefore
//! only selects candidates. The mapper compares the key of each candidate with the requested key in
//! Rust, byte by byte, and exactly one active row must match.
//!
//! The blanks with which PostgreSQL pads a `CHAR(n)` column are not part of the value, so `abc` matches
//! and `abc` with a trailing blank does not. In all other columns blanks are part of the value. MySQL
//! and MariaDB return `CHAR(n)` without padding, unless the SQL mode `PAD_CHAR_TO_FULL_LENGTH` is
//! set: then only keys of the full length match.

#[cfg(any(feature = "diesel-async-bb8", feature = "diesel-async-deadpool"))]
mod async_pool;
#[cfg(feature = "diesel-async-bb8")]
mod bb8;
mod candidate;
#[cfg(any(feature = "diesel-async-bb8", feature = "diesel-async-deadpool"))]
mod closing;
mod columns;
#[cfg(feature = "diesel-async-deadpool")]
mod deadpool;
mod failure;
mod key;
mod limits;
mod mapper;
#[cfg(feature = "diesel-r2d2")]
mod r2d2;
mod selected;
mod source;
mod user_mapper;
#[cfg(feature = "diesel-uuid")]
mod uuid;

pub use failure::rows_of_failure;
pub use limits::QueryPermit;
pub use source::RowSource;

#[doc(hidden)]
pub mod __private {
    //! The items that `user_mapper!` expands to. Not part of the public interface.

    pub use super::candidate::Candidate;
    pub use super::columns::key_column;
    pub use super::key::{Key, KeyColumn};
    pub use super::mapper::{ColumnMapper, KeySource};
}
