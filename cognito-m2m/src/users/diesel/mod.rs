//! Users in a table of the team's own, found with its own Diesel schema, model and pool.
//!
//! [`user_mapper!`](crate::user_mapper) is the way in; it expands to a plain Diesel query over the
//! team's `table!` and model, so that a mistake is reported by the compiler where it was made.
//!
//! Databases compare more loosely than identities allow: collations fold case and accents, `CHAR`
//! pads with blanks, numbers are made of texts. So the database only narrows the choice; each row
//! that comes back is compared with what was asked for in Rust, byte by byte, and exactly one must
//! be left. A PostgreSQL `CHAR(n)` comes back padded and is found by a key of full length only.

#[cfg(feature = "diesel-async-bb8")]
mod bb8;
mod candidate;
#[cfg(feature = "diesel-async-deadpool")]
mod deadpool;
mod fault;
mod key;
mod macros;
mod mapper;
#[cfg(feature = "diesel-r2d2")]
mod r2d2;
mod source;
#[cfg(feature = "diesel-uuid")]
mod uuid;

pub use candidate::Candidate;
pub use fault::rows_of_failure;
pub use key::{Key, KeyColumn, KeyOf};
pub use mapper::{ColumnMapper, KeySource};
pub use source::RowSource;
