//! Users: the bridge from a legacy user table to service principals.
//!
//! The principal is the identity of a caller. While a team moves away from an API whose clients
//! are rows of a user table, handlers may still ask for such a user:
//! [`RequestUser`](crate::RequestUser) and [`MappedUser`](crate::MappedUser) are the arguments, and
//! a [`UserMapper`] finds the row.
//!
//! | mode | settings | what `RequestUser<U>` holds |
//! | --- | --- | --- |
//! | A, machine only | the default | always `Anonymous`; nothing is looked up |
//! | B, mapped user | `user_mapping_enabled` | `Mapped`, on a miss `Anonymous` |
//! | C, proxy | `return_user_proxy` | `Proxy`; with mapping on, `Mapped` where there is a row |
//!
//! Each request that asks for a user is one lookup. [`UserMapper::cached_for`] keeps the users that
//! were found for a time to live; who becomes inactive in the table is refused within that time.

mod cached;
#[cfg(feature = "diesel-users")]
pub mod diesel;
mod erased;
mod error;
mod interface;
mod proxy;

pub use cached::Cached;
pub(crate) use erased::{AnyMapper, UserLookup, Users};
pub use error::{MapperError, UserMappingError};
pub use interface::{Serving, UserMapper};
pub use proxy::ProxyUser;
